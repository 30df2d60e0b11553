/* The matrix exponential: scaling and squaring with Pade approximants (Al-Mohy, Higham 2009,
 * SIAM J. Matrix Anal. Appl. 31:970). */
#ifndef SINEW_MATH_EXPM_H
#define SINEW_MATH_EXPM_H

#include <stddef.h>

#include "sinew/status.h"

/* out = exp(A) and less = exp(A) - I, which keeps the digits of slow modes that exp(A) rounds away;
 * (n, n) each, none of them the same memory. SINEW_ERR_NUMERIC where it is not finite. */
sinew_status sinew_expm(double *out, double *less, const double *A, size_t n, sinew_error *error);

#endif
