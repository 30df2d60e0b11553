/* A step of a system that falls apart into groups of states. */
#ifndef SINEW_SSM_STEP_GROUPS_H
#define SINEW_SSM_STEP_GROUPS_H

#include "math/components.h"
#include "ssm/step.h"

/* As sinew_step_matrices, group by group. */
sinew_status sinew_step_groups(const sinew_step_out *out, const sinew_matrices *m,
                               const sinew_components *groups, const sinew_step *step,
                               sinew_error *error);

#endif
