/**
 * checkpoint: a trained Mamba-1, Mamba-2 or Mamba-3 as it is published: a folder with config.json
 * and safetensors, of Hugging Face or of the original repository.
 *
 *     sinew_checkpoint *checkpoint = NULL;
 *     sinew_checkpoint_build_opts opts = {.part = SINEW_CHECKPOINT_STACK};
 *     if (sinew_checkpoint_open(&checkpoint, "mamba-130m", NULL, &error) ||
 *         sinew_checkpoint_build(&node, checkpoint, &opts, &error)) ...
 *
 * Each block is r + mixer(norm(r)), in float32; the stack is all of them and the last norm; the
 * language model is head(stack(embedding(ids))), where the head's matrix is the embedding's unless
 * there is an `lm_head.weight`. The state of a node that is built has the names `layers.0.conv`,
 * `layers.0.ssm` and so on, whichever part it is (state.h, mamba.h).
 *
 * Sizes come from the tensors; of config.json is read what they do not say. Every name, shape and
 * number is checked, and errors name the tensor. Keys of config.json that are unknown are passed
 * over; what would make another model of the same tensors is refused.
 *
 * Ownership: the caller's; nodes may outlive the checkpoint. Thread-safety: constant once opened.
 */
#ifndef SINEW_CHECKPOINT_H
#define SINEW_CHECKPOINT_H

#include "layer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sinew_checkpoint sinew_checkpoint;

typedef enum sinew_checkpoint_kind {
    SINEW_MAMBA1 = 0,
    SINEW_MAMBA2,
    SINEW_MAMBA3
} sinew_checkpoint_kind;

typedef struct sinew_checkpoint_opts {
    bool allow_unknown; /* tensors that no part of the model is made of: else an error, unless
                         * config.json says "sinew_allow_unknown": true */
} sinew_checkpoint_opts;

/** path: a folder, or a .safetensors or index file with config.json beside it. opts may be NULL.
 *  Errors: SINEW_ERR_IO, SINEW_ERR_DATA (a damaged file), SINEW_ERR_MISMATCH (a tensor that is
 *  missing, unknown or of another shape), SINEW_ERR_UNSUPPORTED (another kind of model),
 *  SINEW_ERR_MEMORY. */
SINEW_API sinew_status sinew_checkpoint_open(sinew_checkpoint **out, const char *path,
                                             const sinew_checkpoint_opts *opts, sinew_error *error);
SINEW_API void sinew_checkpoint_free(sinew_checkpoint *checkpoint); /* NULL is fine */

typedef struct sinew_checkpoint_info {
    sinew_checkpoint_kind kind;
    uint32_t n_layer, d_model;
    uint32_t vocab; /* of tokens, as config.json has it; 0: not said */
    uint32_t rows;  /* of the head, padding included; 0: there is no embedding */
    bool tied;      /* the head is the embedding */
    double step_s;  /* the time step that it was trained at ("sinew_step_s"); 0: not said */
} sinew_checkpoint_info;
SINEW_API sinew_checkpoint_info sinew_checkpoint_about(const sinew_checkpoint *checkpoint);

/** "Mamba-2"; NULL for what is none. */
SINEW_API const char *sinew_checkpoint_kind_name(sinew_checkpoint_kind kind);

typedef enum sinew_checkpoint_part {
    SINEW_CHECKPOINT_STACK = 0, /* all blocks and the last norm: (frames, d_model) */
    SINEW_CHECKPOINT_LAYER,     /* one block, with its norm and residual */
    SINEW_CHECKPOINT_MIXER,     /* its mixer alone */
    SINEW_CHECKPOINT_LM,        /* token ids in, logits out: (frames, rows) */
    SINEW_CHECKPOINT_BODY,      /* what of that is before the head: (frames, d_model) */
    SINEW_CHECKPOINT_HEAD       /* (frames, d_model) in, logits out; it keeps no state */
} sinew_checkpoint_part;

/** Zeroed: the stack, as it was trained. */
typedef struct sinew_checkpoint_build_opts {
    sinew_checkpoint_part part;
    uint32_t layer;          /* of a block or mixer, from 0 */
    sinew_layer_opts layers; /* trained_step_s 0: the checkpoint's, if it has one */
    const sinew_node *head; /* of the body: the same checkpoint's, whose matrix the embedding shares
                             * where it is tied; NULL: a matrix of its own */
} sinew_checkpoint_build_opts;

/** "stack", "layer.3", "mixer.0", "lm", "body" or "head" into part and layer. Errors:
 * SINEW_ERR_ARGUMENT. */
SINEW_API sinew_status sinew_checkpoint_part_read(sinew_checkpoint_build_opts *opts,
                                                  const char *text, sinew_error *error);

/** opts may be NULL. Errors: SINEW_ERR_ARGUMENT (no such layer, no embedding), and those of the
 *  layers. */
SINEW_API sinew_status sinew_checkpoint_build(sinew_node **out, const sinew_checkpoint *checkpoint,
                                              const sinew_checkpoint_build_opts *opts,
                                              sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
