/* costs: work that is counted, and what it takes. An engine fills in a sinew_work for one call of
 * its options' length, with the kinds of plan.h; its cost is the product with a sinew_costs. */
#ifndef SINEW_FILTER_COSTS_H
#define SINEW_FILTER_COSTS_H

#include "sinew/plan.h"
#include "ssm/discretized.h"

typedef struct sinew_work {
    double of[SINEW_COSTS];
} sinew_work;

/* One of the two of a kind with a type. */
static inline size_t sinew_cost_typed(sinew_cost kind, sinew_sample type)
{
    return (size_t)kind + (type == SINEW_SAMPLE_F32);
}

/* The frames of a call, as far as known. */
static inline size_t sinew_call_frames(const sinew_filter_opts *opts)
{
    enum { MANY = 4096 };
    return opts->block_frames ? opts->block_frames : MANY;
}

/* The runs of the model side by side. */
static inline size_t sinew_call_copies(const sinew_discretization *d, const sinew_filter_opts *opts)
{
    bool single = d->inputs == 1 && d->outputs == 1;
    return single && opts->channels ? opts->channels : 1;
}

/* Nanoseconds of the call. */
double sinew_work_ns(const sinew_work *work, const sinew_costs *costs);

/* The costs at `at` become what is built in times one factor, 1/4 to 4, such that the work takes
 * `ns`: what it takes beyond its other costs is theirs. */
void sinew_costs_learn(sinew_costs *costs, const sinew_costs *built_in, const size_t *at, size_t n,
                       const sinew_work *work, double ns);

#endif
