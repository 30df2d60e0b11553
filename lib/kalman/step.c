#include <math.h>
#include <string.h>

#include "kalman/kalman.h"
#include "math/root.h"

void sinew_kalman_start(const sinew_kalman *k, const sinew_belief *b)
{
    memcpy(b->x, k->mean, k->order * sizeof *b->x);
    memcpy(b->U, k->root, k->order * k->order * sizeof *b->U);
}

static size_t stack_doubles(const sinew_kalman *k)
{
    size_t n = k->order, p = k->measured, over = 2 * n * n, measured = (p + n) * (p + n);
    return over > measured ? over : measured;
}

size_t sinew_kalman_scratch(const sinew_kalman *k)
{
    size_t step = sinew_steps_scratch(&k->steps), noise = sinew_noise_scratch(&k->noise);
    size_t most = step > noise ? step : noise, stack = stack_doubles(k) + k->order;
    return most > stack ? most : stack;
}

sinew_step_at sinew_kalman_step(const sinew_kalman *k, double *kept, double dt, double *scratch)
{
    sinew_step_at at = sinew_steps_find(&k->steps, kept, dt, scratch);
    if (at.fresh)
        sinew_noise_root(&k->noise, dt, at.extra, scratch);
    return at;
}

void sinew_kalman_predict(const sinew_kalman *k, const sinew_belief *b, const sinew_step_at *at,
                          const double *u0, const double *u1, double *scratch)
{
    size_t n = k->order;
    double *stack = scratch, *moved = scratch + stack_doubles(k);
    sinew_steps_move(&k->steps, at, b->x, k->inputs ? u0 : NULL, u1, moved);
    memcpy(b->x, moved, n * sizeof *moved);
    for (size_t i = 0; i < n; i++)
        sinew_steps_move(&k->steps, at, b->U + i * n, NULL, NULL, stack + i * n);
    memcpy(stack + n * n, at->extra, n * n * sizeof *stack);
    sinew_root_turn(stack, 2 * n, n);
    memcpy(b->U, stack, n * n * sizeof *stack);
}

/* y - C x - D u in one channel. */
static double unexpected(const sinew_kalman *k, const double *x, size_t channel, double y,
                         const double *u)
{
    for (size_t i = 0; i < k->order; i++)
        y -= k->C[channel * k->order + i] * x[i];
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
        for (size_t l = i; l < n; l++)
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
    size_t width = m + n, j = 0;
    memset(stack, 0, (p + n) * width * sizeof *stack);
    for (size_t c = 0; c < p; c++)
        if (isfinite(y[c])) {
            innovations[j] = unexpected(k, b->x, c, y[c], u);
            measure(k, b->U, c, stack, width, j++);
        }
    for (size_t i = 0; i < n; i++)
        memcpy(stack + (p + i) * width + m, b->U + i * n, n * sizeof *stack);
    sinew_root_turn(stack, p + n, width);
    sinew_root_solve(stack, width, innovations, m);
    for (size_t i = 0; i < m; i++)
        for (size_t l = 0; l < n; l++)
            b->x[l] += stack[i * width + m + l] * innovations[i];
    for (size_t i = 0; i < n; i++)
        memcpy(b->U + i * n, stack + (m + i) * width + m, n * sizeof *stack);
    if (log_likelihood)
        *log_likelihood += log_density(stack, width, innovations, m);
    return m;
}
