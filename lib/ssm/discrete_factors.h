/* Zeros, poles and gain of a discretization. */
#ifndef SINEW_SSM_DISCRETE_FACTORS_H
#define SINEW_SSM_DISCRETE_FACTORS_H

#include "ssm/step.h"
#include "ssm/system.h"

/* H(z) of one input and one output, in factors of z; the caller finishes *out. */
sinew_status sinew_discretization_factor(sinew_zpk *out, const sinew_discretization *d,
                                         sinew_error *error);

#endif
