/* decay: the state of a model after n frames of silence, x = A^n x, for gaps of any length.
 *
 * A^256, A^512, ... are kept as far as the state has not settled by then, so a gap costs a few
 * hundred frames of the recurrence and one product for each further doubling. A large model (all
 * its powers over 4 MiB) goes frame by frame. What has settled (below 2^-60) is zero.
 */
#ifndef SINEW_FILTER_DECAY_H
#define SINEW_FILTER_DECAY_H

#include "filter/recurrence.h"

typedef struct sinew_decay {
    size_t settle_frames;
    size_t n_powers;
    double *powers; /* (n_powers, order, order): A^(256 2^k) */
} sinew_decay;

/* Errors: SINEW_ERR_MEMORY. Finish in any case. */
sinew_status sinew_decay_init(sinew_decay *decay, const sinew_discretization *d,
                              sinew_error *error);
void sinew_decay_finish(sinew_decay *decay);

/* x (order) after n frames. scratch: sinew_decay_scratch doubles. Real time. */
void sinew_decay_run(const sinew_decay *decay, const sinew_recurrence *r, double *x, uint64_t n,
                     double *scratch);
size_t sinew_decay_scratch(const sinew_recurrence *r);

#endif
