/**
 * recurrent: the cells that were there before: GRU and LSTM, for models that are made of them and
 * for comparison. Their equations, the order of their gates and the names of their tensors are
 * PyTorch's; sigma is 1 / (1 + e^-x), * is number by number.
 *
 * What a frame brings is multiplied for many frames at once; what comes back, W_hh h, is one
 * product after another, whatever the blocks: such a cell cannot be computed in parallel over time.
 *
 * Saved state: `h` (H), of an LSTM also `c` (H); float32, zeros at the start. With
 * SINEW_QUANTIZE_INT8 h is rounded for each product. Thread-safety, real time: layer.h.
 */
#ifndef SINEW_RECURRENT_H
#define SINEW_RECURRENT_H

#include "layer.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One layer of H cells: of a GRU with G = 3 gates, of an LSTM with 4. In checkpoints of PyTorch
 *  weight_ih_l0 and so on; biases may be NULL. */
typedef struct sinew_recurrent_weights {
    const sinew_tensor *weight_ih; /* (G H, channels_in) */
    const sinew_tensor *weight_hh; /* (G H, H) */
    const sinew_tensor *bias_ih;   /* (G H) */
    const sinew_tensor *bias_hh;   /* (G H) */
} sinew_recurrent_weights;

/** Gated recurrent units (Cho et al. 2014, arXiv 1406.1078), rows r, z, n, as PyTorch has them:
 *
 *     r = sigma(W_ir x + b_ir + W_hr h + b_hr)     z = sigma(W_iz x + b_iz + W_hz h + b_hz)
 *     n = tanh(W_in x + b_in + r * (W_hn h + b_hn))
 *     h = (1 - z) * n + z * h                      y = h
 */
SINEW_API sinew_status sinew_gru_new(sinew_node **out, const sinew_recurrent_weights *weights,
                                     const sinew_layer_opts *opts, sinew_error *error);

/** Long short-term memory (Hochreiter, Schmidhuber 1997; Gers et al. 2000), rows i, f, g, o:
 *
 *     i = sigma(W_ii x + b_ii + W_hi h + b_hi)     f, o likewise
 *     g = tanh(W_ig x + b_ig + W_hg h + b_hg)
 *     c = f * c + i * g                            y = h = o * tanh(c)
 */
SINEW_API sinew_status sinew_lstm_new(sinew_node **out, const sinew_recurrent_weights *weights,
                                      const sinew_layer_opts *opts, sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
