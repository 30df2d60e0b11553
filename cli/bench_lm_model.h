/* bench_lm_model: a Mamba-1 language model with random weights, made in memory. */
#ifndef SINEW_CLI_BENCH_LM_MODEL_H
#define SINEW_CLI_BENCH_LM_MODEL_H

#include "sinew/layer.h"

typedef struct lm_shape {
    size_t layers, d_model, vocab, order;
} lm_shape;

typedef struct lm_made {
    sinew_node *body, *head; /* ids to features, features to logits */
    float **weights;         /* (n_weights) what layers in float32 use where it stands */
    size_t n_weights;
} lm_made;

/* Free in any case; opts->quantize says how matrices are held. */
sinew_status lm_made_new(lm_made *out, const lm_shape *shape, const sinew_layer_opts *opts,
                         sinew_error *error);
/* One mixer alone, into *out; what it is made of is kept in `made`, which is freed after it. */
sinew_status lm_made_mixer(sinew_node **out, lm_made *made, const lm_shape *shape,
                           sinew_error *error);
void lm_made_free(lm_made *made); /* zeroed is fine */

/* Numbers in the matrices, each of which is read once for a token; and the bytes that they take. */
size_t lm_shape_numbers(const lm_shape *shape);
double lm_shape_bytes(const lm_shape *shape, sinew_quantize quantize);

#endif
