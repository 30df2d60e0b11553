/* history: a causal depthwise convolution, and the last K - 1 columns before it that it keeps
 * between frames:
 *
 *     y_t = b + sum_k w_k x_{t-K+1+k},  k < K
 *
 * A piece of n frames runs over a *line* (K - 1 + n, channels): the columns that are kept, then the
 * frames. Its rows may be `stride` apart, so that a line can be columns of a wider array. */
#ifndef SINEW_LAYER_HISTORY_H
#define SINEW_LAYER_HISTORY_H

#include "layer/state_arrays.h"
#include "simd/ops.h"

typedef struct sinew_history {
    const sinew_learned *ops;
    size_t taps, channels;
    float *w;    /* (taps, channels) */
    float *bias; /* (channels) or NULL */
} sinew_history;

/* weight (channels, 1, taps), channels may be SINEW_ANY; bias (channels) or NULL. Finish in any
 * case. */
sinew_status sinew_history_init(sinew_history *h, const sinew_tensor *weight,
                                const sinew_tensor *bias, uint64_t channels, sinew_error *error);
void sinew_history_finish(sinew_history *h); /* zeroed is fine */

/* Floats of its state: (taps - 1, channels), oldest first; zeros at the start. */
size_t sinew_history_floats(const sinew_history *h);

/* The columns of the state to the head of the line; the frames stand behind them. */
void sinew_history_begin(const sinew_history *h, const float *state, float *line, size_t stride);
/* Frames [first, last): y (n, channels). */
void sinew_history_filter(const sinew_history *h, const float *line, size_t stride, float *y,
                          size_t y_stride, size_t first, size_t last);
/* The last columns of the line, behind its n frames, to the state. */
void sinew_history_end(const sinew_history *h, float *state, const float *line, size_t stride,
                       size_t n);

/* Saved as `conv` (channels, taps - 1). */
void sinew_history_part(const sinew_history *h, sinew_state_arrays *arrays);
uint8_t *sinew_history_put(const sinew_history *h, const float *state, uint8_t *at);
const uint8_t *sinew_history_get(const sinew_history *h, float *state, const uint8_t *at);

#endif
