/* The matrix exponential: scaling and squaring with Pade approximants (Al-Mohy, Higham 2009,
 * SIAM J. Matrix Anal. Appl. 31:970).
 *
 * exp(t A) for one A and many t: what does not depend on t (powers, norms, shape) is found once,
 * and the rest is done in memory that is there already, without a call to anything. */
#ifndef SINEW_MATH_EXPM_H
#define SINEW_MATH_EXPM_H

#include <stdbool.h>
#include <stddef.h>

#include "math/blocks.h"
#include "sinew/status.h"

typedef struct sinew_expm_plan {
    size_t n;
    int exponent;   /* A = U 2^exponent, where the 1-norm of U lies in [1, 2) or is 0 */
    double *powers; /* (6, n, n): U, U^2, U^4, U^6, U^8, U^10 */
    unsigned char *sizes;
    sinew_shape shape;
    double roots[4];    /* ||U^4||^(1/4), ..6, ..8, ..10 */
    double log2_abs[3]; /* of || |U|^(2m+1) || / ||U|| for the three degrees m */
} sinew_expm_plan;

/* SINEW_ERR_NUMERIC where A is not finite. Finish in any case. */
sinew_status sinew_expm_plan_init(sinew_expm_plan *plan, const double *A, size_t n,
                                  sinew_error *error);
void sinew_expm_plan_finish(sinew_expm_plan *plan);

/* Doubles of memory that `run` needs. */
size_t sinew_expm_memory(const sinew_expm_plan *plan);

/* out = exp(t A) and less = exp(t A) - I, which keeps the digits of slow modes that exp(t A)
 * rounds away; (n, n) each, t finite. False where they are not finite. Real time. */
bool sinew_expm_run(const sinew_expm_plan *plan, double t, double *out, double *less,
                    double *memory);

/* Once, for t = 1. SINEW_ERR_NUMERIC where it is not finite. */
sinew_status sinew_expm(double *out, double *less, const double *A, size_t n, sinew_error *error);

#endif
