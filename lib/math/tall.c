#include "math/tall.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/lapack.h"
#include "math/matrix.h"

enum { LEAST_PIECE = 256 };

sinew_status sinew_tall_init(sinew_tall *t, size_t columns, sinew_error *error)
{
    *t = (sinew_tall){.columns = columns, .room = 3 * columns + LEAST_PIECE};
    t->rows = sinew_alloc(t->room * columns, sizeof *t->rows);
    t->scale = sinew_alloc(columns, sizeof *t->scale);
    if (t->rows && t->scale)
        return SINEW_OK;
    sinew_tall_finish(t);
    return sinew_fail_memory(error);
}

void sinew_tall_finish(sinew_tall *t)
{
    sinew_free(t->rows);
    sinew_free(t->scale);
    *t = (sinew_tall){0};
}

/* LAPACK reads our rows as columns: their L Q is our Q R, and L by columns is R by rows. */
sinew_status sinew_tall_reduce(sinew_tall *t, sinew_error *error)
{
    size_t n = t->columns, rows = t->filled > n ? t->filled : n;
    lapack_int info = LAPACKE_dgelqf(LAPACK_COL_MAJOR, (lapack_int)n, (lapack_int)rows, t->rows,
                                     (lapack_int)n, t->scale);
    if (info)
        return sinew_lapack_answer(info, "no QR factors: a number is not finite", error);
    for (size_t i = 0; i < n; i++)
        memset(t->rows + i * n, 0, i * sizeof *t->rows);
    memset(t->rows + n * n, 0, (rows - n) * n * sizeof *t->rows);
    t->filled = n;
    return SINEW_OK;
}

sinew_status sinew_tall_row(double **row, sinew_tall *t, sinew_error *error)
{
    sinew_status status = t->filled == t->room ? sinew_tall_reduce(t, error) : SINEW_OK;
    *row = status ? NULL : t->rows + t->columns * t->filled++;
    return status;
}

/* a (n, n) by columns from the triangle, each column to length 1; the answers by columns. */
static void fill(double *a, double *b, double *scale, const sinew_tall *t, size_t n)
{
    size_t columns = t->columns;
    for (size_t j = 0; j < n; j++) {
        double sum = 0;
        for (size_t i = 0; i <= j; i++)
            sum = hypot(sum, t->rows[i * columns + j]);
        scale[j] = sum > 0 ? 1 / sum : 0;
        for (size_t i = 0; i <= j; i++)
            a[j * n + i] = t->rows[i * columns + j] * scale[j];
    }
    for (size_t j = n; j < columns; j++)
        for (size_t i = 0; i < n; i++)
            b[(j - n) * n + i] = t->rows[i * columns + j];
}

sinew_status sinew_tall_solve(double *X, sinew_tall *t, size_t answers, sinew_error *error)
{
    size_t n = t->columns - answers;
    sinew_status status = sinew_tall_reduce(t, error);
    if (status || n == 0)
        return status;
    double *a = sinew_alloc(n * n, sizeof *a), *b = sinew_alloc(n * answers, sizeof *b);
    double *scale = sinew_alloc(2 * n, sizeof *scale), *sigma = scale + n;
    lapack_int rank, size = (lapack_int)n;
    if (!a || !b || !scale) {
        status = sinew_fail_memory(error);
    } else {
        fill(a, b, scale, t, n);
        bool finite = sinew_all_finite(a, n * n) && sinew_all_finite(b, n * answers);
        lapack_int info = !finite /* LAPACK's iteration would not end */
                              ? 1
                              : LAPACKE_dgelsd(LAPACK_COL_MAJOR, size, size, (lapack_int)answers, a,
                                               size, b, size, sigma, 0x1p-50, &rank);
        status = sinew_lapack_answer(info, "the least squares did not converge", error);
        for (size_t j = 0; !status && j < answers; j++)
            for (size_t i = 0; i < n; i++)
                X[i * answers + j] = b[j * n + i] * scale[i];
    }
    sinew_free(a);
    sinew_free(b);
    sinew_free(scale);
    return status;
}
