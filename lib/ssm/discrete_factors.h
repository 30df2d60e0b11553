/* Zeros, poles and gain of a discretization. */
#ifndef SINEW_SSM_DISCRETE_FACTORS_H
#define SINEW_SSM_DISCRETE_FACTORS_H

#include "ssm/step.h"
#include "ssm/system.h"

/* H(z) of one input and one output, in factors of z; the caller finishes *out. */
sinew_status sinew_discretization_factor(sinew_zpk *out, const sinew_discretization *d,
                                         sinew_error *error);

/* What zoh, foh or impulse makes of factors, as factors of z - 1; the caller finishes *out. */
sinew_status sinew_hold_factors(sinew_zpk *out, const sinew_zpk *zpk, const sinew_step *step,
                                sinew_error *error);

#endif
