/* From discrete matrices to a continuous system: d2c.c, and what it needs of d2c_hold.c and
 * d2c_negative.c. */
#ifndef SINEW_SSM_D2C_H
#define SINEW_SSM_D2C_H

#include "ssm/parts.h"
#include "ssm/step.h"

/* Discrete matrices, and A - I beside A: near z = 1 it may know more. */
typedef struct sinew_discrete {
    sinew_matrices m;
    const double *less;
} sinew_discrete;

/* The continuous system by the rule that `chosen` names; its `asked` is the caller's to set. */
sinew_status sinew_d2c(sinew_system **out, const sinew_discrete *d,
                       const sinew_discretize_opts *chosen, double step_s, sinew_error *error);

/* L and F = e^L of order n + extra: the logarithm of A (n, n), which stands in the first
 * n rows and columns of F, with a state more for each eigenvalue on the negative real axis. */
typedef struct sinew_extended {
    size_t order;
    double *log, *F; /* (order, order); F is A for its first n states, which none of the others
                      * moves */
} sinew_extended;

/* Finish *out in any case. */
sinew_status sinew_extended_log(sinew_extended *out, const double *A, const double *less, size_t n,
                                sinew_error *error);
void sinew_extended_finish(sinew_extended *e);

/* The discrete system in balanced coordinates; less comes along. */
typedef struct sinew_d2c_balanced {
    sinew_parts of;
    double *less, *scale; /* (n, n); (2 n), 1 for states that are added */
} sinew_d2c_balanced;

/* A copy without rounding, for refined solves; NULL without memory. */
long double *sinew_d2c_widened(const double *from, size_t n);

/* d2c_hold.c: for zoh, foh and impulse, in the balanced coordinates. *out is the caller's to free
 * after a failure too. */
sinew_status sinew_d2c_unhold(sinew_system **out, const sinew_d2c_balanced *b,
                              const sinew_step *step, sinew_error *error);

#endif
