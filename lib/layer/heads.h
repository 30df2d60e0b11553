/* heads: what the mixers of H heads of P channels share (Mamba-2 and -3). */
#ifndef SINEW_LAYER_HEADS_H
#define SINEW_LAYER_HEADS_H

#include "layer/state_arrays.h"
#include "simd/ops.h"
#include "sinew/tensor.h"

/* P = inner / heads; SINEW_ERR_MISMATCH where channels are not dealt evenly to heads, or heads to
 * groups. */
sinew_status sinew_heads_dim(size_t *head_dim, size_t inner, size_t heads, size_t groups,
                             sinew_error *error);

/* A number of each head for each of its channels: (heads, head_dim) of (heads). */
sinew_status sinew_heads_spread(float **out, const float *of_heads, size_t heads, size_t head_dim,
                                sinew_error *error);

/* States (heads, panels of head_dim, order, 16), and (heads, head_dim, order) in bytes. */
size_t sinew_heads_floats(size_t heads, size_t head_dim, size_t order);
uint8_t *sinew_heads_put(uint8_t *at, const float *h, size_t heads, size_t head_dim, size_t order);
const uint8_t *sinew_heads_get(const uint8_t *at, float *h, size_t heads, size_t head_dim,
                               size_t order);

/* What comes behind the states: RMS norm over each of `groups` parts of the channels and the gate,
 * in one order or the other. */
typedef struct sinew_gated_norm {
    float *weight; /* (channels); NULL: the gate alone */
    size_t channels, groups;
    float eps;
    bool before_gate;
} sinew_gated_norm;

/* weight (channels) or NULL; eps 0: 1e-5. */
sinew_status sinew_gated_norm_init(sinew_gated_norm *norm, const sinew_tensor *weight,
                                   size_t channels, size_t groups, double eps, sinew_error *error);
void sinew_gated_norm_finish(sinew_gated_norm *norm); /* zeroed is fine */

/* y = norm(y silu(z)), or norm(y) silu(z): n frames of z, z_stride apart, and y, y_stride apart */
void sinew_gated_norm_apply(const sinew_gated_norm *norm, const sinew_learned *ops, const float *z,
                            size_t z_stride, float *y, size_t y_stride, size_t n);

#endif
