#include "math/hermitian.h"

#include <lapacke.h>
#include <string.h>

#include "base/error.h"

/* LAPACK reads our rows as columns: it sees M^T, the conjugate of M, whose eigenvectors are the
 * conjugates; its columns are our rows. */
sinew_status sinew_hermitian(double *values, double complex *vectors, const double complex *M,
                             size_t n, sinew_error *error)
{
    lapack_int size = (lapack_int)n;
    if (n == 0)
        return SINEW_OK;
    memcpy(vectors, M, n * n * sizeof *vectors);
    lapack_int info = LAPACKE_zheev(LAPACK_COL_MAJOR, 'V', 'U', size,
                                    (lapack_complex_double *)vectors, size, values);
    if (info == LAPACK_WORK_MEMORY_ERROR)
        return sinew_fail_memory(error);
    if (info != 0)
        return sinew_fail(error, SINEW_ERR_NUMERIC, "the eigenvalues did not converge");
    for (size_t i = 0; i < n * n; i++)
        vectors[i] = conj(vectors[i]);
    return SINEW_OK;
}
