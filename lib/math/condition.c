#include "math/condition.h"

#include <complex.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "math/lu.h"
#include "math/matrix.h"

/* A^T, by rows, so that LAPACK sees A; balanced without its diagonal, which may hide what lies
 * beside it. */
static void load(double *At, double *scale, const double *A, size_t n)
{
    sinew_matrix_transpose(At, A, n, n);
    for (size_t i = 0; i < n; i++)
        At[i * n + i] = 0;
    sinew_balance(At, scale, n);
    for (size_t i = 0; i < n; i++)
        At[i * n + i] = A[i * n + i];
}

/* The columns as LAPACK leaves them, a pair as its real and its imaginary part. */
static void unpack(double complex *V, const double *packed, const double *im, size_t n)
{
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < n; i++) {
            double x = packed[j * n + i];
            if (im[j] == 0)
                V[j * n + i] = x;
            else if (im[j] > 0)
                V[j * n + i] = sinew_cmplx(x, packed[(j + 1) * n + i]);
            else
                V[j * n + i] = conj(V[(j - 1) * n + i]);
        }
}

static sinew_status find_eigenvectors(double complex *V, const double *A, size_t n,
                                      sinew_error *error)
{
    lapack_int size = (lapack_int)n;
    double *At = sinew_alloc(n * n, sizeof *At), *packed = sinew_alloc(n * n, sizeof *packed);
    double *values = sinew_alloc(3 * n, sizeof *values);
    sinew_status status = At && packed && values ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        load(At, values, A, n);
        if (LAPACKE_dgeev(LAPACK_COL_MAJOR, 'N', 'V', size, At, size, values, values + n, NULL, 1,
                          packed, size) != 0)
            status = sinew_fail(error, SINEW_ERR_NUMERIC, "the eigenvalues did not converge");
        else
            unpack(V, packed, values + n, n);
    }
    sinew_free(At);
    sinew_free(packed);
    sinew_free(values);
    return status;
}

/* rcond first: the singular values overwrite V. */
static sinew_status measure(double *condition, double *rcond, double complex *V, size_t n,
                            sinew_error *error)
{
    lapack_int size = (lapack_int)n;
    double complex *LU = sinew_copy(V, n * n, sizeof *V);
    lapack_int *pivots = sinew_alloc(n, sizeof *pivots);
    double *sigma = sinew_alloc(2 * n, sizeof *sigma);
    sinew_status status = LU && pivots && sigma ? SINEW_OK : sinew_fail_memory(error);
    *rcond = 0;
    if (!status) {
        double norm =
            LAPACKE_zlange(LAPACK_COL_MAJOR, '1', size, size, (lapack_complex_double *)V, size);
        if (LAPACKE_zgetrf(LAPACK_COL_MAJOR, size, size, (lapack_complex_double *)LU, size,
                           pivots) == 0)
            LAPACKE_zgecon(LAPACK_COL_MAJOR, '1', size, (lapack_complex_double *)LU, size, norm,
                           rcond);
        if (LAPACKE_zgesvd(LAPACK_COL_MAJOR, 'N', 'N', size, size, (lapack_complex_double *)V, size,
                           sigma, NULL, 1, NULL, 1, sigma + n) != 0)
            status = sinew_fail(error, SINEW_ERR_NUMERIC, "the singular values did not converge");
        else
            *condition = sigma[n - 1] > 0 ? sigma[0] / sigma[n - 1] : HUGE_VAL;
    }
    sinew_free(LU);
    sinew_free(pivots);
    sinew_free(sigma);
    return status;
}

sinew_status sinew_condition_eigenvectors(double *condition, double *rcond, const double *A,
                                          size_t n, sinew_error *error)
{
    *condition = *rcond = 1;
    if (n == 0)
        return SINEW_OK;
    double complex *V = sinew_alloc(n * n, sizeof *V);
    sinew_status status = V ? find_eigenvectors(V, A, n, error) : sinew_fail_memory(error);
    if (!status)
        status = measure(condition, rcond, V, n, error);
    sinew_free(V);
    return status;
}

sinew_status sinew_condition_reciprocal(double *rcond, const double *M, size_t n,
                                        sinew_error *error)
{
    sinew_lu lu;
    *rcond = 1;
    if (n == 0)
        return SINEW_OK;
    sinew_status status = sinew_lu_init(&lu, M, n, error);
    if (status)
        return status;
    lapack_int size = (lapack_int)n;
    *rcond = 0;
    if (!lu.singular) /* the factors are of M^T: its infinity norm is M's 1-norm */
        LAPACKE_dgecon(LAPACK_COL_MAJOR, 'I', size, lu.factors, size, sinew_matrix_norm_1(M, n),
                       rcond);
    sinew_lu_finish(&lu);
    return SINEW_OK;
}
