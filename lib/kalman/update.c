#include <math.h>
#include <string.h>

#include "kalman/kalman.h"
#include "math/root.h"

/* (p + n, m + n + 1) and (p + n, n + 1), or what a step needs */
size_t sinew_kalman_scratch(const sinew_kalman *k)
{
    size_t n = k->order, p = k->measured;
    size_t step = sinew_steps_scratch(&k->steps), noise = sinew_noise_scratch(&k->noise);
    size_t over = 2 * k->inputs + 2 * n * (2 * n + 1) + 6 * n * n;
    size_t measured = (p + n) * (p + 2 * n + 2);
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

/* U+ and z+ out of the rows of the stack, graded. The stack is used up. */
static void read_root(const sinew_kalman *k, const sinew_belief *b, double *stack, size_t width,
                      size_t m, double *work)
{
    size_t n = k->order, wide = n + 1, rows = k->measured + n - m;
    for (size_t i = 0; i < rows; i++)
        memcpy(work + i * wide, stack + (m + i) * width + m, wide * sizeof *work);
    size_t rank = sinew_root_grade(work, rows, wide, n, k->steps.held.scale, stack);
    for (size_t i = 0; i < n; i++) {
        memcpy(b->U + i * n, work + i * wide, n * sizeof *work);
        b->z[i] = i < rank ? work[i * wide + n] : 0;
    }
}

size_t sinew_kalman_update(const sinew_kalman *k, const sinew_belief *b, const double *y,
                           const double *u, double *innovations, double *log_likelihood,
                           double *scratch)
{
    size_t n = k->order, p = k->measured, m = 0;
    double *stack = scratch;
    memset(innovations, 0, p * sizeof *innovations);
    for (size_t c = 0; c < p; c++)
        m += isfinite(y[c]) != 0;
    if (m == 0)
        return 0;
    size_t width = m + n + 1, j = 0;
    memset(stack, 0, (p + n) * width * sizeof *stack);
    for (size_t c = 0; c < p; c++)
        if (isfinite(y[c])) {
            innovations[j] = beside(k, b->m, c, y[c], u);
            measure(k, b->U, c, stack, width, j++);
        }
    for (size_t i = 0; i < n; i++) {
        memcpy(stack + (p + i) * width + m, b->U + i * n, n * sizeof *stack);
        stack[(p + i) * width + m + n] = b->z[i];
    }
    turn(stack, p + n, width, m);
    sinew_root_solve(stack, width, innovations, m);
    for (size_t i = 0; i < m; i++) {
        for (size_t l = 0; l < n; l++)
            b->m[l] += stack[i * width + m + l] * innovations[i];
        innovations[i] -= stack[i * width + m + n];
    }
    if (log_likelihood)
        *log_likelihood += log_density(stack, width, innovations, m);
    read_root(k, b, stack, width, m, stack + (p + n) * width);
    return m;
}
