#include "math/svd.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/lapack.h"
#include "math/matrix.h"

/* LAPACK reads our rows as columns: it sees A^T = V diag(sigma) U^T, and its V by columns is our
 * Vt by rows. */
sinew_status sinew_svd(double *U, double *sigma, double *Vt, const double *A, size_t rows,
                       size_t columns, sinew_error *error)
{
    size_t k = rows < columns ? rows : columns;
    if (k == 0)
        return SINEW_OK;
    if (!sinew_all_finite(A, rows * columns)) /* LAPACK's iteration would not end */
        return sinew_fail(error, SINEW_ERR_NUMERIC,
                          "a matrix whose singular values are needed is not finite");
    double *copy = sinew_copy(A, rows * columns, sizeof *A), *rest = sinew_alloc(k, sizeof *rest);
    sinew_status status = copy && rest ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        char job = U ? 'S' : 'N';
        lapack_int m = (lapack_int)columns, n = (lapack_int)rows;
        lapack_int info = LAPACKE_dgesvd(LAPACK_COL_MAJOR, job, job, m, n, copy, m, sigma, Vt, m, U,
                                         (lapack_int)k, rest);
        status = sinew_lapack_answer(info, "the singular values did not converge", error);
    }
    sinew_free(copy);
    sinew_free(rest);
    return status;
}

sinew_status sinew_norm_2(double *out, const double complex *A, size_t rows, size_t columns,
                          sinew_error *error)
{
    *out = 0;
    if (rows == 1 || columns == 1) {
        for (size_t i = 0; i < rows * columns; i++)
            *out = hypot(*out, cabs(A[i]));
        return SINEW_OK;
    }
    size_t k = rows < columns ? rows : columns;
    if (!sinew_all_finite((const double *)A, 2 * rows * columns)) { /* as above */
        *out = INFINITY;
        return SINEW_OK;
    }
    double complex *copy = sinew_copy(A, rows * columns, sizeof *A);
    double *sigma = sinew_alloc(2 * k, sizeof *sigma);
    sinew_status status = copy && sigma ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        lapack_int m = (lapack_int)columns, n = (lapack_int)rows;
        lapack_int info =
            LAPACKE_zgesvd(LAPACK_COL_MAJOR, 'N', 'N', m, n, (lapack_complex_double *)copy, m,
                           sigma, NULL, 1, NULL, 1, sigma + k);
        status = sinew_lapack_answer(info, "the singular values did not converge", error);
        *out = status ? 0 : sigma[0];
    }
    sinew_free(copy);
    sinew_free(sigma);
    return status;
}
