#include <math.h>
#include <string.h>

#include "kalman/kalman.h"
#include "math/root.h"

/* (p + n, p + 2 n + 1), (p + n, 2 n + 1) and (p + 2 n, n), or what a step needs */
size_t sinew_kalman_scratch(const sinew_kalman *k)
{
    size_t n = k->order, p = k->measured;
    size_t step = sinew_steps_scratch(&k->steps), noise = sinew_noise_scratch(&k->noise);
    size_t over = 2 * k->inputs + 2 * n * (2 * n + 1) + 6 * n * n;
    size_t measured = (p + n) * (p + 4 * n + 2) + (p + 2 * n) * n;
    size_t most = step > noise ? step : noise;
    most = most > over ? most : over;
    return most > measured ? most : measured;
}

/* y - C m - D u in one channel. */
static double beside(const sinew_kalman *k, const double *m, size_t channel, double y,
                     const double *u)
{
    for (size_t i = 0; i < k->order; i++)
        y -= k->C[channel * k->order + i] * m[i];
    for (size_t i = 0; i < k->inputs; i++)
        y -= k->D[channel * k->inputs + i] * u[i];
    return y;
}

/* Column j of [U_R, 0; U C', U]: what channel c is made of. */
static void measure(const sinew_kalman *k, const double *U, size_t c, double *stack, size_t width,
                    size_t j)
{
    size_t n = k->order, p = k->measured;
    for (size_t i = 0; i < p; i++)
        stack[i * width + j] = k->R[i * p + c];
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t l = 0; l < n; l++)
            sum += U[i * n + l] * k->C[c * n + l];
        stack[(p + i) * width + j] = sum;
    }
}

static double log_density(const double *stack, size_t width, const double *normal, size_t m)
{
    double sum = 0;
    for (size_t j = 0; j < m; j++)
        if (stack[j * width + j] != 0)
            sum -= log(fabs(stack[j * width + j])) + normal[j] * normal[j] / 2 + log(2 * M_PI) / 2;
    return sum;
}

/* The first m columns upper triangular, the rows of U from the last: they are graded, and a small
 * row that met a large one first would carry its rounding. */
static void turn(double *stack, size_t rows, size_t width, size_t m)
{
    for (size_t j = 0; j < m; j++)
        for (size_t i = rows; i-- > j + 1;)
            if (stack[i * width + j] != 0)
                sinew_root_rotate(stack + j * width, stack + i * width, j, width);
}

/* [U C', U, V, z] below [U_R, 0]; the place of z. */
static size_t fill(const sinew_kalman *k, const sinew_belief *b, const sinew_kalman_back *back,
                   const double *y, double *stack, size_t m)
{
    size_t n = k->order, p = k->measured, at_z = m + (back ? 2 * n : n), width = at_z + 1;
    memset(stack, 0, (p + n) * width * sizeof *stack);
    for (size_t c = 0, j = 0; c < p; c++)
        if (isfinite(y[c]))
            measure(k, b->U, c, stack, width, j++);
    for (size_t i = 0; i < n; i++) {
        double *row = stack + (p + i) * width;
        memcpy(row + m, b->U + i * n, n * sizeof *row);
        if (back)
            memcpy(row + m + n, back->V + i * n, n * sizeof *row);
        row[at_z] = b->z[i];
    }
    return at_z;
}

/* U+ and z+ out of the rows of the stack, graded. The stack is used up. */
static void read_root(const sinew_kalman *k, const sinew_belief *b, const sinew_kalman_back *back,
                      double *stack, size_t width, size_t m)
{
    size_t n = k->order, wide = width - m, rows = k->measured + n - m;
    double *work = stack + (k->measured + n) * width, *rest = work + rows * wide;
    for (size_t i = 0; i < rows; i++)
        memcpy(work + i * wide, stack + (m + i) * width + m, wide * sizeof *work);
    size_t rank = sinew_root_grade(work, rows, wide, n, k->steps.held.scale, stack);
    for (size_t i = 0; i < n; i++) {
        memcpy(b->U + i * n, work + i * wide, n * sizeof *work);
        b->z[i] = i < rank ? work[i * wide + wide - 1] : 0;
    }
    if (back)
        sinew_kalman_back_put(k, back, work, rows, rank, rest);
}

size_t sinew_kalman_update(const sinew_kalman *k, const sinew_belief *b, const double *y,
                           const double *u, const sinew_kalman_back *back, double *innovations,
                           double *log_likelihood, double *scratch)
{
    size_t n = k->order, p = k->measured, m = 0;
    double *stack = scratch;
    memset(innovations, 0, p * sizeof *innovations);
    for (size_t c = 0; c < p; c++)
        if (isfinite(y[c]))
            innovations[m++] = beside(k, b->m, c, y[c], u);
    if (m == 0)
        return 0;
    size_t at_z = fill(k, b, back, y, stack, m), width = at_z + 1;
    turn(stack, p + n, width, m);
    sinew_root_solve(stack, width, innovations, m);
    for (size_t i = 0; i < m; i++) {
        const double *row = stack + i * width;
        for (size_t l = 0; l < n; l++)
            b->m[l] += row[m + l] * innovations[i];
        if (back)
            sinew_kalman_back_add(k, back, row + m + n, innovations[i]);
        innovations[i] -= row[at_z];
    }
    if (log_likelihood)
        *log_likelihood += log_density(stack, width, innovations, m);
    read_root(k, b, back, stack, width, m);
    return m;
}
