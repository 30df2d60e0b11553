#include <string.h>

#include "kalman/kalman.h"

size_t sinew_belief_doubles(const sinew_kalman *k)
{
    return k->order * (k->order + 2);
}

sinew_belief sinew_belief_at(const sinew_kalman *k, double *memory)
{
    size_t n = k->order;
    return (sinew_belief){memory, memory + n, memory + 2 * n};
}

void sinew_kalman_start(const sinew_kalman *k, const sinew_belief *b)
{
    memcpy(b->m, k->mean, k->order * sizeof *b->m);
    memset(b->z, 0, k->order * sizeof *b->z);
    memcpy(b->U, k->root, k->order * k->order * sizeof *b->U);
}

void sinew_kalman_mean(const sinew_kalman *k, const sinew_belief *b, double *x)
{
    size_t n = k->order;
    memcpy(x, b->m, n * sizeof *x);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            x[j] += b->U[i * n + j] * b->z[i];
}
