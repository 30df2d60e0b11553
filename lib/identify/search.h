/* What all identifications share: their options, checked, and the search for an order. */
#ifndef SINEW_IDENTIFY_SEARCH_H
#define SINEW_IDENTIFY_SEARCH_H

#include "identify/modes.h"

/* A model of one order, made stable: its modes (discrete, or continuous for responses) and what the
 * report says of it. */
typedef struct sinew_candidate {
    sinew_modes modes;
    sinew_modes_changes changes;
    size_t order;
    double error, peak_error;
} sinew_candidate;

void sinew_candidate_finish(sinew_candidate *candidate);

/* Makes the candidate of an order, 1 <= order <= most; an empty one after a failure. */
typedef sinew_status (*sinew_candidate_maker)(sinew_candidate *out, void *context, size_t order,
                                              sinew_error *error);

/* The least order from `least` to `most` whose error meets the tolerance, by bisection: errors fall
 * with the order but for small waves, and near the end of what the data carry. *out, empty or a
 * candidate before, becomes it; where *found is false, the best of those tried. */
sinew_status sinew_search_order(sinew_candidate *out, bool *found, sinew_candidate_maker make,
                                void *context, size_t least, size_t most, double tolerance,
                                sinew_error *error);

/* SINEW_ERR_NUMERIC: not even this candidate meets the tolerance. */
sinew_status sinew_search_failed(const sinew_candidate *candidate, double tolerance,
                                 sinew_error *error);

/* Rate, order, tolerance in range; step_s from whichever is given. `needs` an order or tolerance.*/
sinew_status sinew_identify_check(double *step_s, const sinew_identify_opts *opts,
                                  sinew_error *error);

/* All finite and not all zero; `what` is what messages call them, (n, each). */
sinew_status sinew_identify_check_data(const double *values, size_t n, size_t each,
                                       const char *what, sinew_error *error);

/* The hash of what was asked: a name, the data's own hash, the options. */
uint64_t sinew_identify_hash(const char *name, uint64_t data, double step_s,
                             const sinew_identify_opts *opts);

/* What the candidate tells. */
void sinew_identify_tell(sinew_identify_report *report, const sinew_candidate *candidate);

#endif
