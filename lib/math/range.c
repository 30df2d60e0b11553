#include "math/range.h"

#include <lapacke.h>
#include <math.h>

#include "base/error.h"
#include "base/memory.h"

/* LAPACK sees M^T = V diag(sigma) U^T, and U^T in columns is our U in rows. */
sinew_status sinew_range(double *U, size_t *rank, const double *M, size_t rows, size_t columns,
                         double tolerance, double relative, sinew_error *error)
{
    size_t k = rows < columns ? rows : columns;
    *rank = 0;
    if (k == 0) {
        for (size_t i = 0; i < rows * rows; i++)
            U[i] = i % (rows + 1) == 0;
        return SINEW_OK;
    }
    double *copy = sinew_copy(M, rows * columns, sizeof *M), *sigma = sinew_alloc(2 * k, sizeof *M);
    sinew_status status = copy && sigma ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        lapack_int m = (lapack_int)columns, n = (lapack_int)rows;
        lapack_int info = LAPACKE_dgesvd(LAPACK_COL_MAJOR, 'N', 'A', m, n, copy, m, sigma, NULL, 1,
                                         U, n, sigma + k);
        if (info == LAPACK_WORK_MEMORY_ERROR)
            status = sinew_fail_memory(error);
        else if (info != 0)
            status = sinew_fail(error, SINEW_ERR_NUMERIC, "the singular values did not converge");
    }
    if (!status)
        while (*rank < k && sigma[*rank] > fmax(tolerance, relative * sigma[0]))
            ++*rank;
    sinew_free(copy);
    sinew_free(sigma);
    return status;
}
