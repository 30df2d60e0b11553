/* lm_model: a language model at work: ids go in, in blocks, and logits come out of those that are
 * asked for. */
#ifndef SINEW_CLI_LM_MODEL_H
#define SINEW_CLI_LM_MODEL_H

#include "sinew/checkpoint.h"
#include "sinew/stream.h"

typedef struct lm_model {
    sinew_checkpoint *checkpoint;
    sinew_checkpoint_info info;
    sinew_node *body, *head;
    sinew_stream *stream;  /* of the body: all there is to save */
    sinew_stream *of_head; /* without a state */
    size_t block;          /* ids at a time */
    float *features;       /* (block, d_model): of the ids that were fed last */
    float *logits;         /* (block, rows) */
} lm_model;

/* block: 0 for as many as fit the caches. Close in any case. */
sinew_status lm_model_open(lm_model *m, const char *path, const sinew_layer_opts *layers,
                           size_t block, sinew_error *error);
void lm_model_close(lm_model *m); /* zeroed is fine */

/* n <= block ids, each below info.rows. */
void lm_model_feed(lm_model *m, const int32_t *ids, size_t n);

/* The logits of the n ids from `first` on of those fed last: (n, rows). */
const float *lm_model_logits(lm_model *m, size_t first, size_t n);

#endif
