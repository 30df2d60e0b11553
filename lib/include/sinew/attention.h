/**
 * attention: causal self-attention with its cache of keys and values, which is what a state space
 * is measured against. Each frame attends to itself and the context_frames - 1 frames before it,
 * so that memory is constant and a stream may run for ever; a context as long as the signal is
 * attention without a window.
 *
 *     q = W_q x + b_q, k = W_k x + b_k, v = W_v x + b_v       heads of head_dim = d numbers
 *     q, k turned by their position (RoPE), if rope_base > 0
 *     y = W_o [sum_s softmax_s(q_t k_s / sqrt d) v_s] + b_o   for each head, t - s < context_frames
 *
 * Heads may share keys and values in groups: head h has those of head h / (heads / kv_heads).
 * RoPE turns pair i of d / 2 by the angle t rope_base^(-2i/d), where t counts frames from the
 * stream's start: what is heard of it depends on t - s alone. Turns are reduced in long double,
 * so they are right to 1e-7 after 2^40 frames.
 *
 * Sources: Vaswani et al. 2017 (arXiv 1706.03762); groups: Ainslie et al. 2023 (2305.13245);
 * RoPE: Su et al. 2021 (2104.09864).
 *
 * Saved state: `position` (one int64, frames since the start); `k` (as turned) and `v`, each
 * (context_frames - 1, kv_heads d), float32, oldest first, zeros before the start. A frame whose k
 * or v is not finite stands there as NaN, and what attends to it is NaN.
 * Thread-safety, real time: layer.h.
 */
#ifndef SINEW_ATTENTION_H
#define SINEW_ATTENTION_H

#include "layer.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SINEW_ATTENTION_CONTEXT_MAX = 1 << 24 };

/** Either q, k and v, or qkv: all rows one behind another, as in_proj_weight of PyTorch's
 *  MultiheadAttention. Biases may be NULL. */
typedef struct sinew_attention_weights {
    const sinew_tensor *q, *q_bias;     /* (heads d, channels_in), (heads d) */
    const sinew_tensor *k, *k_bias;     /* (kv_heads d, channels_in), (kv_heads d) */
    const sinew_tensor *v, *v_bias;     /* likewise */
    const sinew_tensor *qkv, *qkv_bias; /* ((heads + 2 kv_heads) d, channels_in) */
    const sinew_tensor *out, *out_bias; /* (channels_out, heads d), (channels_out) */
    uint32_t heads, kv_heads;           /* kv_heads 0: as many as heads */
    uint32_t context_frames;            /* 1 to SINEW_ATTENTION_CONTEXT_MAX */
    double rope_base;                   /* 0: none; usually 10000 */
    bool rope_interleaved;              /* pairs (2i, 2i + 1); otherwise (i, i + d/2), as Llama */
} sinew_attention_weights;
SINEW_API sinew_status sinew_attention_new(sinew_node **out, const sinew_attention_weights *weights,
                                           const sinew_layer_opts *opts, sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
