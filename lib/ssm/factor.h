/* The factors of a system of one input and output, however it was made. */
#ifndef SINEW_SSM_FACTOR_H
#define SINEW_SSM_FACTOR_H

#include "ssm/system.h"

/* A copy of the factors, or those of the matrices; the caller finishes *out. SINEW_ERR_UNSUPPORTED
 * for several inputs or outputs. */
sinew_status sinew_system_factor(sinew_zpk *out, const sinew_system *system, sinew_error *error);

#endif
