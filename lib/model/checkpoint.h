/* What the files of checkpoints share: the tensors in the places of the model. */
#ifndef SINEW_MODEL_CHECKPOINT_H
#define SINEW_MODEL_CHECKPOINT_H

#include "model/checkpoint_config.h"
#include "sinew/mamba.h"

typedef struct sinew_checkpoint_layer {
    const sinew_tensor *norm, *norm_bias; /* (d_model); the second may be NULL */
    union {
        sinew_mamba1_weights mamba1;
        sinew_mamba2_weights mamba2;
        sinew_mamba3_weights mamba3;
    };
} sinew_checkpoint_layer;

struct sinew_checkpoint {
    sinew_config config;
    sinew_tensors *tensors;
    char **files; /* (n_files), that it is read from: a run must not write over them */
    size_t n_files;
    sinew_checkpoint_layer *layers; /* (n_layer) */
    uint32_t n_layer, d_model;
    const sinew_tensor *norm_f, *norm_f_bias; /* (d_model) */
    const sinew_tensor *embedding, *head;     /* (rows, d_model); both may be NULL */
};

/* All tensors into their places; config, tensors are there. Errors: SINEW_ERR_MISMATCH for one that
 * is missing, of another shape, or (unless allowed) unknown. */
sinew_status sinew_checkpoint_place(sinew_checkpoint *c, bool allow_unknown, sinew_error *error);

/* `files`: config.json at `config`, the shards, and what of an index and a tokenizer.json is beside
 * it. Errors: SINEW_ERR_MEMORY. */
sinew_status sinew_checkpoint_list_files(sinew_checkpoint *c, const char *config,
                                         sinew_error *error);

#endif
