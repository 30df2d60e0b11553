/* mamba3: the node of Mamba-3's mixer, made by mamba3_new.c, run by mamba3.c. */
#ifndef SINEW_LAYER_MAMBA3_H
#define SINEW_LAYER_MAMBA3_H

#include "layer/affine.h"
#include "layer/heads.h"
#include "layer/layer.h"
#include "layer/mamba.h"
#include "sinew/mamba.h"

typedef struct sinew_mamba3 {
    sinew_layer layer;
    size_t inner, order, heads, head_dim, groups; /* D, N, H, P, G */
    size_t angles;                                /* S <= N / 2 */
    sinew_affine in_proj;                         /* (2 D + 2 N G + 3 H + S, d_model) */
    sinew_affine out_proj;                        /* (d_model, D) */
    float *dt_bias;                               /* (H) */
    float *B_bias, *C_bias;                       /* (H, N) */
    float *B_norm, *C_norm;                       /* (N) */
    float *D;                                     /* (H, P) */
    float A_floor, eps;
    sinew_gated_norm norm;
    sinew_heads scan;
} sinew_mamba3;

extern const sinew_node_ops sinew_mamba3_ops;

#endif
