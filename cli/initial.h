/* initial: a continuous initial state as the discrete one that a filter starts from. */
#ifndef SINEW_CLI_INITIAL_H
#define SINEW_CLI_INITIAL_H

#include "sinew/block.h"
#include "sinew/discretization.h"

/* *out: (copies, order), one copy a channel for a one-in one-out system, else one; the caller
 * frees (sinew_free). The discrete state of zoh is x0 (order); of foh it is x0 - G2 u[0], with
 * the first frame of `first` (NULL: silence). Other methods are refused, and systems whose
 * coordinates are not the user's. */
sinew_status initial_state(double **out, const sinew_system *system, const sinew_discretization *d,
                           const double *x0, size_t n_x0, uint32_t channels,
                           const sinew_block *first, sinew_sample sample, sinew_error *error);

#endif
