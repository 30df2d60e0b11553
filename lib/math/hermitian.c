#include "math/hermitian.h"

#include <string.h>

#include "math/lapack.h"

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
    sinew_status status = sinew_lapack_answer(info, "the eigenvalues did not converge", error);
    if (status)
        return status;
    for (size_t i = 0; i < n * n; i++)
        vectors[i] = conj(vectors[i]);
    return SINEW_OK;
}
