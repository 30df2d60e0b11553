#include "math/condition.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "math/components.h"
#include "math/lapack.h"
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
        lapack_int info = LAPACKE_dgeev(LAPACK_COL_MAJOR, 'N', 'V', size, At, size, values,
                                        values + n, NULL, 1, packed, size);
        status = sinew_lapack_answer(info, "the eigenvalues did not converge", error);
        if (!status)
            unpack(V, packed, values + n, n);
    }
    sinew_free(At);
    sinew_free(packed);
    sinew_free(values);
    return status;
}

/* Of a matrix: its singular values' range, and 1-norms of it and of its inverse. Those of a block
 * diagonal one are the extremes over its blocks. */
typedef struct extent {
    double largest, smallest, norm, inverse;
} extent;

/* The inverse first: the singular values overwrite V. */
static sinew_status measure(extent *out, double complex *V, size_t n, sinew_error *error)
{
    lapack_int size = (lapack_int)n;
    double complex *LU = sinew_copy(V, n * n, sizeof *V);
    lapack_int *pivots = sinew_alloc(n, sizeof *pivots);
    double *sigma = sinew_alloc(2 * n, sizeof *sigma), rcond = 0;
    sinew_status status = LU && pivots && sigma ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        out->norm =
            LAPACKE_zlange(LAPACK_COL_MAJOR, '1', size, size, (lapack_complex_double *)V, size);
        if (LAPACKE_zgetrf(LAPACK_COL_MAJOR, size, size, (lapack_complex_double *)LU, size,
                           pivots) == 0 &&
            LAPACKE_zgecon(LAPACK_COL_MAJOR, '1', size, (lapack_complex_double *)LU, size,
                           out->norm, &rcond) == LAPACK_WORK_MEMORY_ERROR)
            status = sinew_fail_memory(error);
        out->inverse = rcond > 0 ? 1 / (rcond * out->norm) : HUGE_VAL;
    }
    if (!status) {
        lapack_int info =
            LAPACKE_zgesvd(LAPACK_COL_MAJOR, 'N', 'N', size, size, (lapack_complex_double *)V, size,
                           sigma, NULL, 1, NULL, 1, sigma + n);
        status = sinew_lapack_answer(info, "the singular values did not converge", error);
        out->largest = sigma[0];
        out->smallest = sigma[n - 1];
    }
    sinew_free(LU);
    sinew_free(pivots);
    sinew_free(sigma);
    return status;
}

/* The eigenvectors of one group of states; `of` widens. */
static sinew_status measure_group(extent *of, const double *A, size_t n, const size_t *states,
                                  size_t size, sinew_error *error)
{
    double complex *V = sinew_alloc(size * size, sizeof *V);
    double *inner = sinew_alloc(size * size, sizeof *inner);
    extent part = {0};
    sinew_status status = V && inner ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        sinew_component_matrix(inner, A, n, states, size);
        status = find_eigenvectors(V, inner, size, error);
    }
    if (!status)
        status = measure(&part, V, size, error);
    of->largest = fmax(of->largest, part.largest);
    of->smallest = fmin(of->smallest, part.smallest);
    of->norm = fmax(of->norm, part.norm);
    of->inverse = fmax(of->inverse, part.inverse);
    sinew_free(V);
    sinew_free(inner);
    return status;
}

sinew_status sinew_condition_eigenvectors(double *condition, double *rcond, const double *A,
                                          size_t n, sinew_error *error)
{
    *condition = *rcond = 1;
    if (n == 0)
        return SINEW_OK;
    sinew_components groups;
    extent of = {.smallest = HUGE_VAL};
    sinew_status status = sinew_components_find(&groups, A, n, error);
    for (size_t c = 0; !status && c < groups.count; c++) {
        const size_t *states;
        size_t size = sinew_component(&groups, c, &states);
        status = measure_group(&of, A, n, states, size, error);
    }
    sinew_components_finish(&groups);
    if (!status) {
        *condition = of.smallest > 0 ? of.largest / of.smallest : HUGE_VAL;
        *rcond = 1 / (of.norm * of.inverse);
    }
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
    status = sinew_lu_rcond(rcond, &lu, sinew_matrix_norm_1(M, n), error);
    sinew_lu_finish(&lu);
    return status;
}
