/* config.json of a checkpoint, in the style of Hugging Face or of the original repository
 * (github.com/state-spaces/mamba): what it says that the tensors do not. */
#ifndef SINEW_MODEL_CHECKPOINT_CONFIG_H
#define SINEW_MODEL_CHECKPOINT_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "sinew/checkpoint.h"

/* 0 where the file is silent; dt_max may be infinite. */
typedef struct sinew_config {
    bool has_kind; /* the file says which; else the tensors do */
    sinew_checkpoint_kind kind;
    int64_t d_model, n_layer, vocab, groups, d_state, norm_groups;
    double eps, A_floor, dt_min, dt_max, step_s;
    bool norm_before_gate;
    bool layer_norm;      /* of the blocks: the original's rms_norm is false */
    bool bias, conv_bias; /* it says that there are */
    bool allow_unknown;   /* tensors that no part of the model is made of */
} sinew_config;

/* Errors: SINEW_ERR_IO, SINEW_ERR_DATA (FILE:LINE:COL: what is wrong), SINEW_ERR_UNSUPPORTED. */
sinew_status sinew_config_open(sinew_config *out, const char *path, sinew_error *error);

#endif
