#include "math/lu.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/matrix.h"

sinew_status sinew_lu_init(sinew_lu *lu, const double *M, size_t n, sinew_error *error)
{
    lapack_int size = (lapack_int)n;
    *lu = (sinew_lu){.n = n};
    lu->factors = sinew_copy(M, n * n, sizeof *M);
    lu->pivots = sinew_alloc(n, sizeof *lu->pivots);
    if (!lu->factors || !lu->pivots) {
        sinew_lu_finish(lu);
        return sinew_fail_memory(error);
    }
    if (n == 0)
        return SINEW_OK;
    lu->singular = LAPACKE_dgetrf(LAPACK_COL_MAJOR, size, size, lu->factors, size, lu->pivots) != 0;
    return SINEW_OK;
}

void sinew_lu_finish(sinew_lu *lu)
{
    sinew_free(lu->factors);
    sinew_free(lu->pivots);
    *lu = (sinew_lu){0};
}

/* LAPACK holds M^T, whose largest row sum is M's largest column sum. */
sinew_status sinew_lu_rcond(double *rcond, const sinew_lu *lu, double norm_1, sinew_error *error)
{
    lapack_int n = (lapack_int)lu->n;
    *rcond = lu->singular ? 0 : 1;
    if (n == 0 || lu->singular)
        return SINEW_OK;
    if (LAPACKE_dgecon(LAPACK_COL_MAJOR, 'I', n, lu->factors, n, norm_1, rcond) ==
        LAPACK_WORK_MEMORY_ERROR)
        return sinew_fail_memory(error);
    return SINEW_OK;
}

/* In place: rows of X (count, n), each a column to LAPACK. */
static void solve_rows(const sinew_lu *lu, char transposed, double *X, size_t count)
{
    lapack_int n = (lapack_int)lu->n;
    if (n > 0 && count > 0)
        LAPACKE_dgetrs(LAPACK_COL_MAJOR, transposed, n, (lapack_int)count, lu->factors, n,
                       lu->pivots, X, n);
}

/* M X = R: LAPACK holds M^T, so it solves with the transpose, and its columns are our rows. */
sinew_status sinew_lu_left(const sinew_lu *lu, double *X, const double *R, size_t columns,
                           sinew_error *error)
{
    double *rows = sinew_alloc(lu->n * columns, sizeof *rows);
    if (!rows)
        return sinew_fail_memory(error);
    sinew_matrix_transpose(rows, R, lu->n, columns);
    solve_rows(lu, 'T', rows, columns);
    sinew_matrix_transpose(X, rows, columns, lu->n);
    sinew_free(rows);
    return SINEW_OK;
}

sinew_status sinew_lu_left_refined(const sinew_lu *lu, const long double *M, double *X,
                                   const long double *R, size_t columns, sinew_error *error)
{
    size_t n = lu->n;
    double *residual = sinew_alloc(n * columns, sizeof *residual);
    for (size_t i = 0; residual && i < n * columns; i++)
        residual[i] = (double)R[i];
    sinew_status status =
        residual ? sinew_lu_left(lu, X, residual, columns, error) : sinew_fail_memory(error);
    for (size_t i = 0; !status && i < n; i++)
        for (size_t j = 0; j < columns; j++) {
            long double sum = R[i * columns + j];
            for (size_t k = 0; k < n; k++)
                sum -= M[i * n + k] * (long double)X[k * columns + j];
            residual[i * columns + j] = (double)sum;
        }
    if (!status)
        status = sinew_lu_left(lu, residual, residual, columns, error);
    for (size_t i = 0; !status && i < n * columns; i++)
        X[i] += residual[i];
    sinew_free(residual);
    return status;
}

/* X M = R is M^T X^T = R^T: just what LAPACK sees. */
sinew_status sinew_lu_right_refined(const sinew_lu *lu, const long double *M, double *X,
                                    const double *R, size_t rows, sinew_error *error)
{
    size_t n = lu->n;
    double *residual = sinew_alloc(rows * n, sizeof *residual);
    if (!residual)
        return sinew_fail_memory(error);
    if (rows * n > 0)
        memcpy(X, R, rows * n * sizeof *X);
    solve_rows(lu, 'N', X, rows);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < n; j++) {
            long double sum = R[i * n + j];
            for (size_t k = 0; k < n; k++)
                sum -= (long double)X[i * n + k] * M[k * n + j];
            residual[i * n + j] = (double)sum;
        }
    solve_rows(lu, 'N', residual, rows);
    for (size_t i = 0; i < rows * n; i++)
        X[i] += residual[i];
    sinew_free(residual);
    return SINEW_OK;
}
