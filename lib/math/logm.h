/* The principal logarithm of a real matrix. */
#ifndef SINEW_MATH_LOGM_H
#define SINEW_MATH_LOGM_H

#include <stddef.h>

#include "sinew/status.h"

/* out = log(A); `less` is A - I, which may know eigenvalues near 1 better than A does. All (n, n),
 * out none of the others. SINEW_ERR_NUMERIC for an eigenvalue at 0, within rounding of A where A is
 * not triangular, and for one on the negative real axis. */
sinew_status sinew_logm(double *out, const double *A, const double *less, size_t n,
                        sinew_error *error);

#endif
