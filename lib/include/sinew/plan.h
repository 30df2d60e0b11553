/**
 * plan: which engine runs a filter fastest, and why.
 *
 *     sinew_plan plan;
 *     if (sinew_plan_filter(&plan, discretization, &opts, &error)) ...
 *
 * What it is estimated by are costs (costs.h).
 *
 * Ownership: a plan is a plain value. Thread-safety: it may be made in any thread. Real time: no.
 */
#ifndef SINEW_PLAN_H
#define SINEW_PLAN_H

#include "filter.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How a filter runs. Its texts are static. */
typedef struct sinew_plan {
    sinew_engine engine;
    const char *form;          /* of the discretization: "dense", "cascade", "parallel" */
    const char *coordinates;   /* of the states: "given", or "balanced" (block only) */
    const char *computes_by;   /* scan: "recurrence"; block: "registers", "channels" side by side,
                                * "products" of matrices; convolve: "transforms" */
    const char *simd;          /* the SIMD row */
    sinew_sample arithmetic;   /* what is calculated in */
    size_t length, partitions; /* frames of a block or partition; how many partitions */
    size_t lanes;              /* channels side by side at most, 1 for none */
    double ns[SINEW_ENGINES];  /* estimated, as sinew_filter_cost has them */
} sinew_plan;

/** Build the filter, and say how it would run. opts may be NULL for the defaults. Errors: those of
 *  sinew_filter_new. */
SINEW_API sinew_status sinew_plan_filter(sinew_plan *out, const sinew_discretization *d,
                                         const sinew_filter_opts *opts, sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
