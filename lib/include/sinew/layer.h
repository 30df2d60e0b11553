/**
 * layer: a node with learned weights. It computes in float32 and keeps its state in float32.
 *
 *     sinew_node *linear = NULL;
 *     sinew_linear_weights w = {.weight = sinew_tensors_find(tensors, "in_proj.weight")};
 *     if (sinew_linear_new(&linear, &w, NULL, &error)) ...
 *
 * Law: prefill is decode. Every output is one fixed sum in one fixed order, whatever the length of
 * the blocks and the number of workers, so cuts do not matter to the bit (law 1 of node.h).
 *
 * Weights may be F32, F16 or BF16 and are used where they stand (tensor.h): a node keeps the file
 * that its tensors are of, and the caller keeps memory of his own while the node lives. Shapes are
 * checked against one another; an error names the tensor, what was found and what was expected,
 * and so does a weight that is not finite.
 *
 * A layer takes steps: blocks may carry a time step for each frame (SINEW_NODE_TAKES_STEPS) where
 * that means something (selective and S4D/S5 layers) or nothing (linear, norms). The names and
 * equations of the field; sources stand beside each constructor.
 *
 * Thread-safety: as node.h; constructors may run in several threads. Real time: process is, as
 * long as no workers are given.
 */
#ifndef SINEW_LAYER_H
#define SINEW_LAYER_H

#include "node.h"
#include "tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How the matrices of linear layers and embeddings are held. Everything else (A, D, convolutions,
 *  norms, biases, states) stays in float32. */
typedef enum sinew_quantize {
    SINEW_QUANTIZE_NONE = 0, /* as in the file */
    SINEW_QUANTIZE_BF16,     /* rounded to bfloat16, to nearest even */
    SINEW_QUANTIZE_INT8      /* groups of 32 along a row, one scale a group; what they are
                              * multiplied with is rounded to 16 bits for the product */
} sinew_quantize;

/** Threads that share the rows of large products; bits do not depend on them. They wait awake for
 *  a while between products, which is not for real time. One node at a time has them; another one
 *  that comes meanwhile works alone. Counted, as tensors are. */
typedef struct sinew_workers sinew_workers;

/** The caller and `threads` - 1 more; 1 to SINEW_WORKERS_MAX. */
enum { SINEW_WORKERS_MAX = 64 };
SINEW_API sinew_status sinew_workers_new(sinew_workers **out, size_t threads, sinew_error *error);
SINEW_API sinew_workers *sinew_workers_keep(sinew_workers *workers); /* returns it */
SINEW_API void sinew_workers_free(sinew_workers *workers);           /* NULL is fine */

typedef struct sinew_layer_opts {
    sinew_quantize quantize;
    sinew_workers *workers; /* NULL: the caller's thread alone. Kept by the node. */
    /* The time step that the weights were trained at, and that of the frames to come; 0: 1 and
     * the same as trained. Their ratio multiplies the delta of selective layers, and where blocks
     * carry steps step_s[t] / trained_step_s does. */
    double trained_step_s, step_s;
} sinew_layer_opts;

/** y = W x + b. weight (channels_out, channels_in), bias (channels_out) or NULL. */
typedef struct sinew_linear_weights {
    const sinew_tensor *weight, *bias;
} sinew_linear_weights;
SINEW_API sinew_status sinew_linear_new(sinew_node **out, const sinew_linear_weights *weights,
                                        const sinew_layer_opts *opts, sinew_error *error);

/** y = row `id` of weight (ids, channels): token ids (int32, one channel) in, float32 out. An id
 *  that is no row gives a frame of NaN: process cannot fail, and no other row would be honest. */
typedef struct sinew_embedding_weights {
    const sinew_tensor *weight;
} sinew_embedding_weights;
SINEW_API sinew_status sinew_embedding_new(sinew_node **out, const sinew_embedding_weights *weights,
                                           const sinew_layer_opts *opts, sinew_error *error);

/** Its rows are those of a linear layer's weight, the head of a language model, which may be freed
 *  before. The matrix is held once, also where it is quantized, which is the head's to say.
 *  Errors: SINEW_ERR_UNSUPPORTED for a node of another kind. */
SINEW_API sinew_status sinew_embedding_new_tied(sinew_node **out, const sinew_node *head,
                                                const sinew_layer_opts *opts, sinew_error *error);

typedef enum sinew_norm_kind {
    SINEW_NORM_RMS = 0, /* y = x / sqrt(mean(x^2) + eps) w (+ b) (Zhang, Sennrich 2019) */
    SINEW_NORM_LAYER    /* y = (x - mean) / sqrt(var + eps) w + b (Ba, Kiros, Hinton 2016) */
} sinew_norm_kind;

/** weight and bias (channels), NULL for ones and zeros; channels counts where both are NULL.
 *  eps 0: 1e-5. */
typedef struct sinew_norm_weights {
    const sinew_tensor *weight, *bias;
    uint32_t channels;
    sinew_norm_kind kind;
    double eps;
} sinew_norm_weights;
SINEW_API sinew_status sinew_norm_new(sinew_node **out, const sinew_norm_weights *weights,
                                      const sinew_layer_opts *opts, sinew_error *error);

typedef enum sinew_activation {
    SINEW_ACTIVATION_SILU = 0,  /* x sigmoid(x), also called swish */
    SINEW_ACTIVATION_GELU,      /* x (1 + erf(x / sqrt 2)) / 2 (Hendrycks, Gimpel 2016) */
    SINEW_ACTIVATION_GELU_TANH, /* its approximation by tanh */
    SINEW_ACTIVATION_RELU,      /* max(x, 0) */
    SINEW_ACTIVATION_SIGMOID,   /* 1 / (1 + e^-x) */
    SINEW_ACTIVATION_TANH,
    SINEW_ACTIVATION_SOFTPLUS, /* log(1 + e^x) */
    SINEW_ACTIVATION_EXP,
    SINEW_ACTIVATION_IDENTITY /* x: the branch of a gate that is not changed */
} sinew_activation;

/** y = f(x), number by number; channels >= 1. Gates are products of branches (graph.h). */
SINEW_API sinew_status sinew_activation_new(sinew_node **out, sinew_activation kind,
                                            uint32_t channels, const sinew_layer_opts *opts,
                                            sinew_error *error);

/** A causal convolution of each channel by itself over K frames, k = K - 1 the one that comes:
 *
 *     y_t = bias + sum_k weight_k x_{t-K+1+k},  k < K;    silu(y_t) with `silu`
 *
 *  Saved state: `conv` (channels, K - 1), the frames before, oldest first. Long kernels: kernel.h.
 */
typedef struct sinew_shortconv_weights {
    const sinew_tensor *weight; /* (channels, 1, K) */
    const sinew_tensor *bias;   /* (channels) or NULL */
    bool silu;
} sinew_shortconv_weights;
SINEW_API sinew_status sinew_shortconv_new(sinew_node **out, const sinew_shortconv_weights *weights,
                                           const sinew_layer_opts *opts, sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
