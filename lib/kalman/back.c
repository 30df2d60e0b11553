#include <string.h>

#include "kalman/kalman.h"
#include "math/root.h"

size_t sinew_kalman_back_doubles(const sinew_kalman *k)
{
    return k->order * (2 * k->order + 1);
}

sinew_kalman_back sinew_kalman_back_at(const sinew_kalman *k, double *memory)
{
    size_t n = k->order;
    return (sinew_kalman_back){memory, memory + n * n, memory + 2 * n * n};
}

void sinew_kalman_back_start(const sinew_kalman *k, const sinew_kalman_back *back)
{
    size_t n = k->order;
    memset(back->V, 0, sinew_kalman_back_doubles(k) * sizeof *back->V);
    for (size_t i = 0; i < n; i++)
        back->V[i * n + i] = 1;
}

void sinew_kalman_back_put(const sinew_kalman *k, const sinew_kalman_back *back,
                           const double *stack, size_t rows, size_t rank, double *scratch)
{
    size_t n = k->order, width = 2 * n + 1, left = rows - rank;
    memset(back->V, 0, n * n * sizeof *back->V);
    for (size_t i = 0; i < rank; i++)
        memcpy(back->V + i * n, stack + i * width + n, n * sizeof *stack);
    memcpy(scratch, back->W, n * n * sizeof *scratch);
    for (size_t i = 0; i < left; i++) {
        const double *row = stack + (rank + i) * width + n;
        memcpy(scratch + (n + i) * n, row, n * sizeof *row);
        sinew_kalman_back_add(k, back, row, row[n]);
    }
    sinew_root_turn(scratch, n + left, n);
    memcpy(back->W, scratch, n * n * sizeof *scratch);
}

void sinew_kalman_back_add(const sinew_kalman *k, const sinew_kalman_back *back, const double *row,
                           double value)
{
    for (size_t j = 0; j < k->order; j++)
        back->w[j] += row[j] * value;
}
