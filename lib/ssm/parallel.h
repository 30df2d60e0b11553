/* Sections side by side: partial fractions of a zpk, or a block diagonal A as it stands. */
#ifndef SINEW_SSM_PARALLEL_H
#define SINEW_SSM_PARALLEL_H

#include <stdbool.h>

#include "ssm/system.h"

/* The partial fractions of a zpk: H = *direct + sum of sections (their d is 0). *good says
 * whether the sections may stand for H without loss; they may not where poles meet or where
 * large contributions cancel. `sections` has room for n_poles. */
sinew_status sinew_parallel_fractions(sinew_section *sections, size_t *count, double *direct,
                                      bool *good, const sinew_zpk *zpk, sinew_error *error);

/* The sections of a system of one input and output whose A is block diagonal, in its own
 * coordinates; *count is 0 where it is not. `sections` has room for `order`. */
sinew_status sinew_parallel_blocks(sinew_section *sections, size_t *count,
                                   const sinew_system *system, sinew_error *error);

#endif
