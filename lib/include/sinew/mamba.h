/**
 * mamba: selective state space mixers, which choose at each frame what to keep and what to forget.
 *
 * A mixer takes (frames, d_model) to (frames, d_model). Between frames it keeps the last K - 1
 * columns before the convolution and the state of each channel: constant memory, the same cost for
 * every frame for ever. With steps (block.h) delta is multiplied by step / trained step, so frames
 * may come irregularly, and a model trained at one rate runs at another.
 *
 * The saved state is float32: `conv` (conv_dim, K - 1), oldest first, and `ssm`: Mamba-1 (D, N),
 * Mamba-2 and -3 (H, P, N); Mamba-3 instead of `conv`: `angle` (H, S), `k` (H, N), `v` (H, P).
 *
 * Tensors are named as in the checkpoints; sizes come from their shapes. NULL: not there. After
 * an error *out is NULL. Thread-safety, real time: layer.h.
 */
#ifndef SINEW_MAMBA_H
#define SINEW_MAMBA_H

#include "layer.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Mamba-1 (Gu, Dao 2023, arXiv 2312.00752):
 *
 *     [x; z] = W_in r (+ b_in)        u = silu(b_conv + sum_k w_k x_{t-K+1+k})
 *     [dt; B; C] = W_x u              delta = softplus(W_dt dt + b_dt)
 *     h = exp(delta A) h + delta u B  A = -exp(A_log)
 *     y = h C + D u                   out = W_out (y silu(z)) (+ b_out)
 */
typedef struct sinew_mamba1_weights {
    const sinew_tensor *in_proj;       /* (2 D, d_model): x rows first */
    const sinew_tensor *in_proj_bias;  /* (2 D) or NULL */
    const sinew_tensor *conv;          /* (D, 1, K) */
    const sinew_tensor *conv_bias;     /* (D) or NULL */
    const sinew_tensor *x_proj;        /* (R + 2 N, D) */
    const sinew_tensor *dt_proj;       /* (D, R) */
    const sinew_tensor *dt_bias;       /* (D) or NULL */
    const sinew_tensor *A_log;         /* (D, N) */
    const sinew_tensor *D;             /* (D) */
    const sinew_tensor *out_proj;      /* (d_model, D) */
    const sinew_tensor *out_proj_bias; /* (d_model) or NULL */
} sinew_mamba1_weights;
SINEW_API sinew_status sinew_mamba1_new(sinew_node **out, const sinew_mamba1_weights *weights,
                                        const sinew_layer_opts *opts, sinew_error *error);

/** Mamba-2, SSD (Dao, Gu 2024, arXiv 2405.21060). H heads of P = head_dim, G groups:
 *
 *     [z; xBC; dt] = W_in r (+ b_in)  xBC = silu(conv(xBC))
 *     dt = clamp(softplus(dt + dt_bias), dt_limit)    after softplus, before the step's factor
 *     h = exp(dt A) h + dt x B'       A = -exp(A_log), B and C of the head's group
 *     y = h C + D x                   out = W_out norm(y, z) (+ b_out)
 *
 * norm: RMS over each of norm_groups parts of y silu(z); of y, and then times silu(z), with
 * norm_before_gate; y silu(z) alone where `norm` is NULL.
 */
typedef struct sinew_mamba2_weights {
    const sinew_tensor *in_proj;       /* (2 D + 2 G N + H, d_model) */
    const sinew_tensor *in_proj_bias;  /* or NULL */
    const sinew_tensor *conv;          /* (D + 2 G N, 1, K) */
    const sinew_tensor *conv_bias;     /* (D + 2 G N) or NULL */
    const sinew_tensor *dt_bias;       /* (H) */
    const sinew_tensor *A_log;         /* (H) */
    const sinew_tensor *D;             /* (H), or (D) for one number a channel */
    const sinew_tensor *norm;          /* (D) or NULL */
    const sinew_tensor *out_proj;      /* (d_model, D) */
    const sinew_tensor *out_proj_bias; /* or NULL */
    uint32_t groups;                   /* G; 0: 1 */
    uint32_t norm_groups;  /* 0: as groups; checkpoints whose norm ran over all of D: 1 */
    double dt_min, dt_max; /* the limits; dt_max 0: none */
    double norm_eps;       /* 0: 1e-5 */
    bool norm_before_gate;
} sinew_mamba2_weights;
SINEW_API sinew_status sinew_mamba2_new(sinew_node **out, const sinew_mamba2_weights *weights,
                                        const sinew_layer_opts *opts, sinew_error *error);

/** Mamba-3, one input and output a head (SISO): data-dependent rotations in the place of the
 *  convolution, and the trapezoidal rule. f(x) = 1 + x where x >= 0, else 1 / (1 - x):
 *
 *     [z; v; B; C; dd_dt; dd_A; trap; angles] = W_in r (+ b_in)
 *     A = min(-f(dd_A), -A_floor)     dt = softplus(dd_dt + dt_bias)   lambda = sigmoid(trap)
 *     k, q = B, C after RMS norm over N, + bias of the head, pairs (2i, 2i+1) turned by theta
 *     theta += dt pi tanh(angles)     (per head)
 *     h = alpha h + (1 - lambda) dt alpha v_{t-1} k_{t-1}' + lambda dt v k',  alpha = exp(A dt)
 *     y = h q + D v                   out = W_out (y silu(z)) (+ b_out)
 *
 *  norm: RMS over each head's part of y before the gate.
 */
typedef struct sinew_mamba3_weights {
    const sinew_tensor *in_proj;       /* (2 D + 2 N G + 3 H + S, d_model) */
    const sinew_tensor *in_proj_bias;  /* or NULL */
    const sinew_tensor *dt_bias;       /* (H) */
    const sinew_tensor *B_bias;        /* (H, 1, N) */
    const sinew_tensor *C_bias;        /* (H, 1, N) */
    const sinew_tensor *B_norm;        /* (N) */
    const sinew_tensor *C_norm;        /* (N) */
    const sinew_tensor *D;             /* (H) */
    const sinew_tensor *norm;          /* (D) or NULL: no norm before the gate */
    const sinew_tensor *out_proj;      /* (d_model, D) */
    const sinew_tensor *out_proj_bias; /* or NULL */
    uint32_t groups;                   /* G; 0: 1 */
    double A_floor;                    /* 0: 1e-4 */
    double norm_eps;                   /* 0: 1e-5 */
} sinew_mamba3_weights;
SINEW_API sinew_status sinew_mamba3_new(sinew_node **out, const sinew_mamba3_weights *weights,
                                        const sinew_layer_opts *opts, sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
