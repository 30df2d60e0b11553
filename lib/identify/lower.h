/* The part of an impulse response below a frequency, at a rate no higher than that needs. */
#ifndef SINEW_IDENTIFY_LOWER_H
#define SINEW_IDENTIFY_LOWER_H

#include <stddef.h>

#include "sinew/status.h"

/* out (n_out, each), by sinew_free, of h (n, each) at this rate: every `every`-th sample of h
 * behind a low-pass that is 1 to 1e-5 up to below_hz and 1e-5 from 1.5 below_hz on, times `every`,
 * so that both are samples of one continuous response. The low-pass is symmetric: no delay, but
 * what it would ring before the first sample is lost. Four times below_hz is left of the rate at
 * least: the model is then as good at other rates, since nothing is near the half of its own.
 * SINEW_ERR_ARGUMENT where below_hz is not below a third of the rate. */
sinew_status sinew_lower(double **out, size_t *n_out, size_t *every, const double *h, size_t n,
                         size_t each, double rate_hz, double below_hz, sinew_error *error);

#endif
