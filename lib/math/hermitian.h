/* Eigenvalues and eigenvectors of a Hermitian matrix, by LAPACK's zheev. */
#ifndef SINEW_MATH_HERMITIAN_H
#define SINEW_MATH_HERMITIAN_H

#include <complex.h>
#include <stddef.h>

#include "sinew/status.h"

/* M = V diag(values) V*, values (n) rising; row j of `vectors` (n, n) is the eigenvector, of length
 * one, of values[j]: column j of V. M (n, n) is kept. */
sinew_status sinew_hermitian(double *values, double complex *vectors, const double complex *M,
                             size_t n, sinew_error *error);

#endif
