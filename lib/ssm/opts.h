/* What was asked of a discretization: checked, and as the step that it means. */
#ifndef SINEW_SSM_OPTS_H
#define SINEW_SSM_OPTS_H

#include "ssm/step.h"
#include "ssm/system.h"

/* *chosen is *opts with `usual` for the default method, and *step_s in seconds. Errors: those of
 * sinew_discretize. */
sinew_status sinew_opts_choose(sinew_discretize_opts *chosen, double *step_s,
                               const sinew_discretize_opts *opts, sinew_method usual,
                               sinew_error *error);

/* Of what was chosen. A prewarp frequency stretches the step, T' = 2 tan(wT/2) / w. */
sinew_step sinew_opts_step(const sinew_discretize_opts *chosen, double step_s);

/* The system that the step is really of: the rule takes it to where `system` was meant (prewarped,
 * a twin), or it is `system` itself. The caller frees *out. */
sinew_status sinew_opts_system(sinew_system **out, const sinew_system *system,
                               const sinew_discretize_opts *chosen, double step_s,
                               sinew_error *error);

#endif
