/* A discrete system seen on the unit circle as a continuous one on the axis. */
#ifndef SINEW_SSM_CIRCLE_H
#define SINEW_SSM_CIRCLE_H

#include "ssm/system.h"

/* z = (1 + s) / (1 - s), of one input and one output. SINEW_ERR_NUMERIC for a pole at z = -1. */
sinew_status sinew_system_of_circle(sinew_system **out, const sinew_discretization *d,
                                    sinew_error *error);

#endif
