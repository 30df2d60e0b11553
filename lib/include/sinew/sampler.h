/**
 * sampler: the logits of a language model to the id of the next token.
 *
 * Probabilities p_i = exp((l_i - max l) / temperature) / sum, in double. Of them top_k keeps the k
 * largest; of what is left, top_p the fewest that together have top_p of its sum (Holtzman et al.
 * 2020). Ties go to the lower id. What is kept is drawn from with the next number of the seed.
 *
 *     sinew_sampler *sampler = NULL;
 *     sinew_sampler_new(&sampler, n, &(sinew_sampler_opts){.temperature = 0.8, .top_p = 0.95},
 * &error); sinew_sampler_next(sampler, logits, n, &id, &error);
 *
 * Random numbers: the k-th of a seed is a function of seed and k (SplitMix64, Steele, Lea, Flood
 * 2014), so k is all that has to be saved. Machines agree unless the last bit of exp() decides.
 *
 * Thread-safety: a sampler belongs to one thread.
 */
#ifndef SINEW_SAMPLER_H
#define SINEW_SAMPLER_H

#include <stddef.h>
#include <stdint.h>

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sinew_sampler sinew_sampler;

/** All zeroes: always the largest logit. */
typedef struct sinew_sampler_opts {
    double temperature; /* >= 0; 0: the largest logit, and no random number is used */
    uint32_t top_k;     /* 0: all */
    double top_p;       /* in [0, 1]; 0: all */
    uint64_t seed;
} sinew_sampler_opts;

/** For up to n_max logits; opts may be NULL: all zeroes. All memory is taken here. Errors:
 *  SINEW_ERR_ARGUMENT, SINEW_ERR_MEMORY. */
SINEW_API sinew_status sinew_sampler_new(sinew_sampler **out, size_t n_max,
                                         const sinew_sampler_opts *opts, sinew_error *error);
SINEW_API void sinew_sampler_free(sinew_sampler *sampler); /* NULL is fine */

/** The next id, 0 <= *id < n, from logits (n): give as n how many tokens there are; the rows of a
 *  padded vocabulary behind are then never chosen. A logit of -inf is never chosen. Allocates
 *  nothing. Errors: SINEW_ERR_NUMERIC for a NaN, a +inf (a model that overflows: of several such
 *  none is the likeliest), or -inf in all; no random number is used then. */
SINEW_API sinew_status sinew_sampler_next(sinew_sampler *sampler, const float *logits, size_t n,
                                          int32_t *id, sinew_error *error);

/** How many random numbers were used, all the state there is: a sampler with the same options that
 *  is set to it goes on as this one. */
SINEW_API uint64_t sinew_sampler_drawn(const sinew_sampler *sampler);
SINEW_API void sinew_sampler_set_drawn(sinew_sampler *sampler, uint64_t drawn);

#ifdef __cplusplus
}
#endif
#endif
