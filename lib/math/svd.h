/* The singular value decomposition by LAPACK's dgesvd and zgesvd. */
#ifndef SINEW_MATH_SVD_H
#define SINEW_MATH_SVD_H

#include <complex.h>
#include <stddef.h>

#include "sinew/status.h"

/* A = U diag(sigma) Vt with k = min(rows, columns): A (rows, columns), U (rows, k), sigma (k,
 * falling), Vt (k, columns). U and Vt may both be NULL. A is kept. SINEW_ERR_NUMERIC where it is
 * not finite. */
sinew_status sinew_svd(double *U, double *sigma, double *Vt, const double *A, size_t rows,
                       size_t columns, sinew_error *error);

/* The largest singular value of a complex matrix (rows, columns), which is kept; infinite where it
 * is not finite and has several of them. */
sinew_status sinew_norm_2(double *out, const double complex *A, size_t rows, size_t columns,
                          sinew_error *error);

#endif
