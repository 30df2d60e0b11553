/**
 * spectral: layers that work on spectra, as a node of samples: n frames in, n frames out.
 *
 *     sinew_spectral_opts opts = {.window_frames = 512, .hop_frames = 128, .step_s = 1.0 / 16000};
 *     sinew_node *node = NULL;
 *     if (sinew_spectral_new(&node, mask_estimator, &opts, &error)) ...
 *
 * Each time that `hop_frames` more samples are there the last `window_frames` of them (zeros before
 * the first) are windowed and transformed, X_k = sum_n w_n x_n e^(-2 pi i k n / window_frames), and
 * features of |X_k| are one frame of the inner node, which so runs at the hops' rate. What becomes
 * of its output:
 *
 *  - SINEW_SPECTRAL_MASK: gains of the spectrum, which is transformed back, windowed and added up.
 *    With gains of 1 what comes out is what came in, latency_frames = window_frames - 1 later: a
 *    sample's last window is complete so many samples after it.
 *  - SINEW_SPECTRAL_HOLD: it goes out as it is, from the sample that completes the hop until the
 *    next; zeros before the first.
 *
 * One channel comes in, and a mask gives one back. Frames do not carry steps. Where a block has
 * many hops the inner node computes them together.
 *
 * Ownership: the node owns `inner` once it is made; after an error it is the caller's still.
 * Thread-safety, real time: as the inner node; the work of a hop is done at its last sample.
 */
#ifndef SINEW_SPECTRAL_H
#define SINEW_SPECTRAL_H

#include "node.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The window of the transform, periodic. Back again it is divided by the sum of its squares over
 *  the hops (Griffin, Lim 1984), so that what is not changed is put together exactly. */
typedef enum sinew_window {
    SINEW_WINDOW_SQRT_HANN = 0, /* sin(pi n / window_frames) */
    SINEW_WINDOW_HANN           /* sin(pi n / window_frames)^2 */
} sinew_window;

typedef enum sinew_feature {
    SINEW_FEATURE_LOG_POWER = 0, /* log10(|X|^2 + floor) */
    SINEW_FEATURE_MAGNITUDE,     /* |X| */
    SINEW_FEATURE_POWER_0_3,     /* (|X|^2)^0.3, about as loud as it seems */
    SINEW_FEATURE_COMPLEX        /* re, im of bin 0, re, im of bin 1, ... */
} sinew_feature;

typedef enum sinew_spectral_output {
    SINEW_SPECTRAL_MASK = 0,
    SINEW_SPECTRAL_HOLD
} sinew_spectral_output;

/** The inner node takes as many channels as there are features: bins = window_frames / 2 + 1, two a
 *  bin if complex, or `bands`. As a mask it gives a gain a bin or a band; gains of bands are joined
 *  by lines over the frequency between the bands' middles, and go on level outside. */
typedef struct sinew_spectral_opts {
    uint32_t window_frames; /* 4 to 32768, even, made of the factors 2, 3, 5 and 7 */
    uint32_t hop_frames;    /* divides window_frames at least twice; 0: half of it */
    sinew_window window;
    sinew_feature feature;
    double floor; /* of SINEW_FEATURE_LOG_POWER, above 0; 0: 1e-10 */
    /* Instead of |X|^2 its sums over so many triangles, whose corners lie evenly over
     * 2595 log10(1 + f / 700) from low_hz to high_hz (O'Shaughnessy 1987), each 1 at its middle.
     * 0: none. high_hz 0: half of the rate. */
    uint32_t bands;
    double low_hz, high_hz;
    sinew_spectral_output output;
    double step_s; /* between samples; needed for bands. 0: none */
} sinew_spectral_opts;

/** Errors: SINEW_ERR_ARGUMENT (lengths, a band without a bin), SINEW_ERR_MISMATCH (channels or
 *  sample types of the inner node), SINEW_ERR_UNSUPPORTED (a mask by an inner node with latency),
 *  SINEW_ERR_MEMORY. */
SINEW_API sinew_status sinew_spectral_new(sinew_node **out, sinew_node *inner,
                                          const sinew_spectral_opts *opts, sinew_error *error);

/** How many features such a node has: the channels that its inner node takes; 0 where opts are
 *  NULL. */
SINEW_API uint32_t sinew_spectral_features(const sinew_spectral_opts *opts);

#ifdef __cplusplus
}
#endif
#endif
