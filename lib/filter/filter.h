/* What all engines of a filter share: the first member of each engine's node, and the one
 * portable form of a filter's state, which each engine writes and any engine reads.
 *
 * A new engine is one file beside scan.c and a line in the table of filter.c.
 */
#ifndef SINEW_FILTER_FILTER_H
#define SINEW_FILTER_FILTER_H

#include <stdbool.h>

#include "filter/costs.h"
#include "filter/decay.h"
#include "filter/recurrence.h"
#include "sinew/filter.h"
#include "sinew/node.h"
#include "sinew/plan.h"

typedef struct sinew_filter {
    sinew_node node;
    size_t copies; /* runs of the model side by side: the channels of a one-in one-out model */
    double *x0;    /* (copies, order) or NULL */
    sinew_recurrence recurrence;
    sinew_decay decay;
} sinew_filter;

/* A model with one input and one output runs on each channel by itself. */
static inline bool sinew_filter_is_single(const sinew_discretization *d)
{
    return d->inputs == 1 && d->outputs == 1;
}

/* The fields that do not depend on the engine. Errors: SINEW_ERR_MEMORY; finish in any case. */
sinew_status sinew_filter_init(sinew_filter *f, const sinew_node_ops *ops, sinew_engine engine,
                               const sinew_discretization *d, const sinew_filter_opts *opts,
                               sinew_error *error);
void sinew_filter_finish(sinew_filter *f);

/* Make x (copies, order) the state of a new stream. */
void sinew_filter_start(const sinew_filter *f, double *x);

/* Frames [from, from + n) of copy c of a block, as double or as the other way round.
 * samples: (.., channels) of f->node.sample_in / _out; to, from_: (n, inputs) / (n, outputs). */
void sinew_filter_gather(const sinew_filter *f, const void *samples, size_t from, size_t n,
                         size_t copy, double *to);
void sinew_filter_scatter(const sinew_filter *f, void *samples, size_t from, size_t n, size_t copy,
                          const double *from_);

/* The portable state: x (copies, order) is the state `lag` frames ago, free of the effect of the
 * last n_inputs frames of input, which follow it. So scan has no inputs and no lag; an engine
 * with blocks has the inputs since the anchor; convolve has those that are still in its
 * partitions, and an x that has already moved on to the start of its block. */
typedef struct sinew_filter_saved {
    uint64_t n_inputs, lag;
    uint64_t layout;       /* what only the engine itself can take literally: its lengths */
    const uint8_t *x;      /* (copies, order) f64 little-endian */
    const uint8_t *inputs; /* (n_inputs, channels_in) f64 little-endian */
} sinew_filter_saved;

/* Bytes of a portable state with up to n_inputs frames. */
size_t sinew_filter_saved_bytes(const sinew_filter *f, uint64_t n_inputs);

/* Write the header; returns where x and then the inputs go. */
uint8_t *sinew_filter_put_saved(const sinew_filter *f, uint8_t *bytes, uint64_t n_inputs,
                                uint64_t lag, uint64_t layout);

/* Check a portable state in full (the inputs may be NaN, they are samples; x may be, after one)
 * and point into it. Errors: SINEW_ERR_DATA, SINEW_ERR_MISMATCH. */
sinew_status sinew_filter_get_saved(const sinew_filter *f, sinew_filter_saved *out,
                                    const uint8_t *bytes, size_t n_bytes, sinew_error *error);

/* Fold a portable state into the present x (copies, order), whatever engine it comes from.
 * scratch: sinew_filter_fold_scratch doubles. */
void sinew_filter_fold(const sinew_filter *f, const sinew_filter_saved *saved, double *x,
                       double *scratch);
size_t sinew_filter_fold_scratch(const sinew_filter *f);

/* How the filter runs, as its engine tells. */
void sinew_engine_tell(sinew_plan *plan, const sinew_node *node);

/* The work of a call; false where the engine cannot run this, or there is none. */
bool sinew_engine_work(sinew_work *work, const sinew_discretization *d,
                       const sinew_filter_opts *opts, sinew_engine engine);

/* The engines: how each is made; what work a call will be, into a zeroed *work, false where the
 * engine cannot run this; and how a node of its own runs, into a *plan that says what is alike for
 * all. */
sinew_status sinew_scan_new(sinew_node **out, const sinew_discretization *d,
                            const sinew_filter_opts *opts, sinew_error *error);
bool sinew_scan_work(sinew_work *work, const sinew_discretization *d,
                     const sinew_filter_opts *opts);
void sinew_scan_tell(sinew_plan *plan, const sinew_node *node);

sinew_status sinew_blockwise_new(sinew_node **out, const sinew_discretization *d,
                                 const sinew_filter_opts *opts, sinew_error *error);
bool sinew_blockwise_work(sinew_work *work, const sinew_discretization *d,
                          const sinew_filter_opts *opts);
void sinew_blockwise_tell(sinew_plan *plan, const sinew_node *node);

sinew_status sinew_convolve_new(sinew_node **out, const sinew_discretization *d,
                                const sinew_filter_opts *opts, sinew_error *error);
bool sinew_convolve_work(sinew_work *work, const sinew_discretization *d,
                         const sinew_filter_opts *opts);
void sinew_convolve_tell(sinew_plan *plan, const sinew_node *node);

#endif
