/* mamba2: the node of Mamba-2's mixer, made by mamba2_new.c, run by mamba2.c. */
#ifndef SINEW_LAYER_MAMBA2_H
#define SINEW_LAYER_MAMBA2_H

#include "layer/affine.h"
#include "layer/heads.h"
#include "layer/history.h"
#include "layer/layer.h"
#include "layer/mamba.h"
#include "sinew/mamba.h"

typedef struct sinew_mamba2 {
    sinew_layer layer;
    size_t inner, order, heads, head_dim, groups; /* D, N, H, P, G */
    sinew_affine in_proj;                         /* (2 D + 2 G N + H, d_model) */
    sinew_affine out_proj;                        /* (d_model, D) */
    sinew_history conv;                           /* of D + 2 G N channels */
    float *dt_bias;                               /* (H) */
    float *A;                                     /* (H): -exp(A_log) */
    float *D;                                     /* (H, P) */
    float dt_min, dt_max;                         /* dt_max 0: no limits */
    sinew_gated_norm norm;
    sinew_heads scan;
} sinew_mamba2;

extern const sinew_node_ops sinew_mamba2_ops;

#endif
