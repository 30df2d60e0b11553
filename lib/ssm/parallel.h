/* Sections side by side: partial fractions of a zpk, or a block diagonal A as it stands. */
#ifndef SINEW_SSM_PARALLEL_H
#define SINEW_SSM_PARALLEL_H

#include <stdbool.h>

#include "ssm/system.h"

/* The partial fractions of a zpk: H = *direct + sum of sections (their d is 0). *good says
 * whether the sections may stand for H without loss over a stretch of 1000 steps; they may not
 * where poles meet or where large contributions cancel. An infinite step: where they cancel in its
 * first moments does not count. `sections` has room for n_poles. */
sinew_status sinew_parallel_fractions(sinew_section *sections, size_t *count, double *direct,
                                      bool *good, const sinew_zpk *zpk, double step_s,
                                      sinew_error *error);

/* h(0) = C B: the sum of the residues, which partial fractions would leave as rounding where it
 * is 0. */
double sinew_parallel_first_impulse(const sinew_zpk *zpk);

/* The sections of a system of one input and output whose A is block diagonal, in its own
 * coordinates; *count is 0 where it is not. `sections` has room for `order`. */
sinew_status sinew_parallel_blocks(sinew_section *sections, size_t *count,
                                   const sinew_system *system, sinew_error *error);

#endif
