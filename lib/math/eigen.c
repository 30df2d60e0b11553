#include "math/eigen.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/blocks.h"
#include "math/complex.h"
#include "math/components.h"
#include "math/lapack.h"

static void of_blocks(double complex *values, const double *A, size_t n, const unsigned char *sizes)
{
    for (size_t i = 0; i < n; i += sizes[i]) {
        if (sizes[i] == 1) {
            values[i] = A[i * n + i];
            continue;
        }
        const double *a = A + i * n + i;
        sinew_block2_eigenvalues(values + i, (const double[4]){a[0], a[1], a[n], a[n + 1]});
    }
}

/* LAPACK sees A^T: the same eigenvalues. */
static sinew_status of_full(double complex *values, const double *A, size_t n, sinew_error *error)
{
    lapack_int size = (lapack_int)n;
    double *copy = sinew_copy(A, n * n, sizeof *A), *re = sinew_alloc(2 * n, sizeof *re);
    sinew_status status = SINEW_OK;
    if (!copy || !re) {
        status = sinew_fail_memory(error);
    } else {
        lapack_int info = LAPACKE_dgeev(LAPACK_COL_MAJOR, 'N', 'N', size, copy, size, re, re + n,
                                        NULL, 1, NULL, 1);
        status = sinew_lapack_answer(info, "the eigenvalues did not converge", error);
        for (size_t i = 0; !status && i < n; i++)
            values[i] = sinew_cmplx(re[i], re[n + i]);
    }
    sinew_free(copy);
    sinew_free(re);
    return status;
}

/* What A couples, group by group. */
static sinew_status of_groups(double complex *values, const double *A, size_t n,
                              const sinew_components *groups, sinew_error *error)
{
    double *inner = sinew_alloc(n * n, sizeof *inner);
    sinew_status status = inner ? SINEW_OK : sinew_fail_memory(error);
    for (size_t c = 0; !status && c < groups->count; c++) {
        const size_t *states;
        size_t size = sinew_component(groups, c, &states);
        sinew_component_matrix(inner, A, n, states, size);
        status = sinew_eigenvalues(values, inner, size, error);
        values += size;
    }
    sinew_free(inner);
    return status;
}

/* Of a matrix that is not block triangular. */
static sinew_status of_any(double complex *values, const double *A, size_t n, sinew_error *error)
{
    sinew_components groups;
    sinew_status status = sinew_components_find(&groups, A, n, error);
    if (!status)
        status = groups.count > 1 ? of_groups(values, A, n, &groups, error)
                                  : of_full(values, A, n, error);
    sinew_components_finish(&groups);
    return status;
}

sinew_status sinew_eigenvalues(double complex *values, const double *A, size_t n,
                               sinew_error *error)
{
    unsigned char *sizes = sinew_alloc(n, 1);
    sinew_status status = SINEW_OK;
    if (!sizes)
        return sinew_fail_memory(error);
    if (sinew_blocks_find(A, n, sizes) != SINEW_SHAPE_FULL)
        of_blocks(values, A, n, sizes);
    else
        status = of_any(values, A, n, error);
    sinew_free(sizes);
    return status;
}

sinew_status sinew_pencil_eigenvalues(double complex *values, size_t *count, double *A, double *E,
                                      size_t n, sinew_error *error)
{
    lapack_int size = (lapack_int)n;
    *count = 0;
    if (n == 0)
        return SINEW_OK;
    double *re = sinew_alloc(3 * n, sizeof *re), *im = re + n, *beta = re + 2 * n;
    if (!re)
        return sinew_fail_memory(error);
    lapack_int info = LAPACKE_dggev(LAPACK_COL_MAJOR, 'N', 'N', size, A, size, E, size, re, im,
                                    beta, NULL, 1, NULL, 1);
    sinew_status status = sinew_lapack_answer(info, "the eigenvalues did not converge", error);
    /* beta = 0 is infinity; so is what no double can hold */
    for (size_t i = 0; !status && i < n; i++)
        if (beta[i] != 0 && isfinite(re[i] / beta[i]) && isfinite(im[i] / beta[i]))
            values[(*count)++] = sinew_cmplx(re[i] / beta[i], im[i] / beta[i]);
    sinew_free(re);
    return status;
}

/* LAPACK finds A^T = Z T Z^T, T upper; its columns are our rows: T arrives as T^T, Z as Z^T, and
 * A = Z T^T Z^T. */
sinew_status sinew_schur(double *S, double *Zt, const double *A, size_t n, sinew_error *error)
{
    lapack_int size = (lapack_int)n, unused;
    double *values = sinew_alloc(2 * n, sizeof *values);
    if (!values)
        return sinew_fail_memory(error);
    memcpy(S, A, n * n * sizeof *S);
    lapack_int info = LAPACKE_dgees(LAPACK_COL_MAJOR, 'V', 'N', NULL, size, S, size, &unused,
                                    values, values + n, Zt, size);
    sinew_free(values);
    return sinew_lapack_answer(info, "the Schur form did not converge", error);
}
