/**
 * costs: what work takes on a machine, which the planner reckons with (plan.h).
 *
 * An engine counts the work of a call: how many sections, columns, blocks. What a unit of each
 * kind takes is a `sinew_costs`; the product of both is an estimate, and `auto` takes the engine
 * with the least (sinew_filter_cost). Built-in costs are there for each SIMD row;
 * sinew_costs_new_measured finds those of the machine at hand, and a file keeps them:
 *
 *     sinew_costs *costs;
 *     if (sinew_costs_new_kept(&costs, &error)) ...
 *     sinew_filter_opts opts = {.costs = costs, .block_frames = 64};
 *
 * Costs decide speed only: every engine gives the same output within rounding.
 *
 * Ownership: the caller frees (sinew_costs_free) what `new` makes, NULL after a failure; a filter
 * does not keep a pointer to it. Thread-safety: everything here may be called from any thread;
 * costs are immutable. Real time: none of it is.
 */
#ifndef SINEW_COSTS_H
#define SINEW_COSTS_H

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sinew_costs sinew_costs;

/** As built in for the SIMD row that filters take now. Errors: SINEW_ERR_MEMORY. */
SINEW_API sinew_status sinew_costs_new_default(sinew_costs **out, sinew_error *error);

/** Those that are kept at the default path, or as built in where none are that can be loaded.
 *  Errors: SINEW_ERR_MEMORY. */
SINEW_API sinew_status sinew_costs_new_kept(sinew_costs **out, sinew_error *error);

/** Of this machine, now: some small filters are run, each a few times, in less than 100 ms of
 *  processor time. Each constant stays within a factor of 4 of that which is built in, so that
 *  a disturbed measurement does no great harm. Errors: SINEW_ERR_MEMORY. */
SINEW_API sinew_status sinew_costs_new_measured(sinew_costs **out, sinew_error *error);

/** Errors: SINEW_ERR_IO, SINEW_ERR_DATA for what is no such file whole, SINEW_ERR_MISMATCH for one
 *  of another version, or of another SIMD row than filters take now. */
SINEW_API sinew_status sinew_costs_new_loaded(sinew_costs **out, const char *path,
                                              sinew_error *error);

SINEW_API void sinew_costs_free(sinew_costs *costs); /* NULL is fine */

/** Text, a line each; the file is replaced at once or not at all. Folders that are not there are
 *  made, the user's alone. Errors: SINEW_ERR_IO, SINEW_ERR_MEMORY. */
SINEW_API sinew_status sinew_costs_save(const sinew_costs *costs, const char *path,
                                        sinew_error *error);

/** Where they are from: "built in", as NULL is, or "measured". Static. */
SINEW_API const char *sinew_costs_origin(const sinew_costs *costs);

/** $XDG_CACHE_HOME/sinew/costs, or ~/.cache/sinew/costs; the caller frees it, with free(). NULL
 *  where neither variable holds an absolute path, and without memory. */
SINEW_API char *sinew_costs_default_path(void);

#ifdef __cplusplus
}
#endif
#endif
