#include "math/range.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/lapack.h"
#include "math/matrix.h"

/* U (rows, rows) and sigma of M, which is used up. LAPACK sees M^T = V diag(sigma) U^T, and U^T in
 * columns is our U in rows. */
static sinew_status decompose(double *U, double *sigma, double *M, size_t rows, size_t columns,
                              sinew_error *error)
{
    size_t k = rows < columns ? rows : columns;
    lapack_int m = (lapack_int)columns, n = (lapack_int)rows;
    double *rest = sinew_alloc(k, sizeof *rest);
    if (!rest)
        return sinew_fail_memory(error);
    if (!sinew_all_finite(M, rows * columns)) { /* LAPACK's iteration would not end */
        sinew_free(rest);
        return sinew_fail(error, SINEW_ERR_NUMERIC, "a matrix whose range is needed overflows");
    }
    lapack_int info =
        LAPACKE_dgesvd(LAPACK_COL_MAJOR, 'N', 'A', m, n, M, m, sigma, NULL, 1, U, n, rest);
    sinew_free(rest);
    return sinew_lapack_answer(info, "the singular values did not converge", error);
}

static bool is_zero(const double *row, size_t columns)
{
    for (size_t j = 0; j < columns; j++)
        if (row[j] != 0)
            return false;
    return true;
}

/* Rows that are not zero first, in the order of the matrix; returns how many those are. */
static size_t sort_rows(size_t *order, const double *M, size_t rows, size_t columns)
{
    size_t n = 0, last = rows;
    for (size_t i = 0; i < rows; i++)
        if (!is_zero(M + i * columns, columns))
            order[n++] = i;
    for (size_t i = rows; i-- > 0;)
        if (is_zero(M + i * columns, columns))
            order[--last] = i;
    return n;
}

/* U = P [[V, 0], [0, I]] with P the rows in their places: V of those that are not zero. */
static void place(double *U, const double *V, const size_t *order, size_t n, size_t rows)
{
    memset(U, 0, rows * rows * sizeof *U);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            U[order[i] * rows + j] = V[i * n + j];
    for (size_t i = n; i < rows; i++)
        U[order[i] * rows + i] = 1;
}

sinew_status sinew_range(double *U, size_t *rank, const double *M, size_t rows, size_t columns,
                         double tolerance, double relative, sinew_error *error)
{
    size_t *order = sinew_alloc(rows, sizeof *order);
    double *V = sinew_alloc(rows * rows, sizeof *V), *sigma = sinew_alloc(rows, sizeof *sigma);
    double *copy = sinew_alloc(rows * columns, sizeof *copy);
    sinew_status status = order && V && sigma && copy ? SINEW_OK : sinew_fail_memory(error);
    *rank = 0;
    if (!status) {
        size_t n = sort_rows(order, M, rows, columns);
        for (size_t i = 0; i < n; i++)
            memcpy(copy + i * columns, M + order[i] * columns, columns * sizeof *copy);
        if (n > 0)
            status = decompose(V, sigma, copy, n, columns, error);
        place(U, V, order, n, rows);
        while (*rank < n && sigma[*rank] > fmax(tolerance, relative * sigma[0]))
            ++*rank;
    }
    sinew_free(order);
    sinew_free(V);
    sinew_free(sigma);
    sinew_free(copy);
    return status;
}
