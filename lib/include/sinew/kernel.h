/**
 * kernel: a filter given by its impulse responses, as measured: rooms, cabinets, true stereo.
 *
 * A kernel is a matrix of finite impulse responses (outputs, inputs, taps) at a sampling rate, from
 * arrays or from sound files. It runs by partitioned convolution without latency, at any block
 * length, its load spread over the calls: work is done every 64 frames, so that the worst call of
 * 64 frames or more carries up to twice the mean, of fewer frames more (of 16 up to 5 times).
 * Inputs share their transforms, and outputs theirs back. A discretization of the same rate may be
 * added, so that a room's measured beginning has a modelled tail: the sum of both is one node.
 *
 *     sinew_kernel_file files[] = {{"L.wav", 1}, {"R.wav", 1}, {"L.wav", 2}, {"R.wav", 2}};
 *     sinew_kernel_open(&kernel, files, 2, 2, NULL, &error)
 *     sinew_filter_new_kernel(&node, kernel, NULL, NULL, &error)
 *
 * A kernel of one input and one output runs on each channel by itself. Its saved state is the input
 * of the past that still matters; a node with other levels, of another sample type or on another
 * processor loads it.
 *
 * Ownership: the caller frees what a function makes; a node keeps nothing of its kernel.
 * Thread-safety: kernels and nodes are immutable.
 * Real time: a node's work is spread over its calls; with call_frames a call carries whole
 * transforms.
 */
#ifndef SINEW_KERNEL_H
#define SINEW_KERNEL_H

#include "filter.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sinew_kernel sinew_kernel;

enum {
    SINEW_KERNEL_CHANNELS_MAX = 4096,   /* inputs, and outputs */
    SINEW_KERNEL_TAPS_MAX = 1 << 24,    /* of one response: almost six minutes at 48 kHz */
    SINEW_KERNEL_NUMBERS_MAX = 1 << 27, /* of all of them: a gigabyte */
    SINEW_KERNEL_LEVELS_MAX = 6,
    SINEW_KERNEL_CALL_FRAMES = 16384 /* what serves a file best: sinew_kernel_opts.call_frames */
};

/** h: (outputs, inputs, taps), copied. Errors: SINEW_ERR_DATA for a rate that is not above 0 and
 *  finite, and for numbers that are not finite; SINEW_ERR_ARGUMENT for no taps and for too many. */
SINEW_API sinew_status sinew_kernel_new(sinew_kernel **out, size_t outputs, size_t inputs,
                                        size_t taps, const double *h, double rate_hz,
                                        sinew_error *error);

/** Where a response is. */
typedef struct sinew_kernel_file {
    const char *path; /* a sound file; NULL: nothing goes from this input to this output */
    uint32_t channel; /* of the file, from 1; 0: it has one channel only */
} sinew_kernel_file;

/** files: (outputs, inputs), all of one rate; the shorter ones end in zeros. (*blamed): the place
 * in `files` of the one that an error is about, outputs * inputs: of none; NULL: not wanted.
 * Errors: those of sinew_source_open; SINEW_ERR_DATA for what a file must not hold: no samples, too
 * many, some that are not finite, no rate; SINEW_ERR_MISMATCH for a channel that is not there or
 * not chosen, and for rates that differ; SINEW_ERR_ARGUMENT for no files or too many. */
SINEW_API sinew_status sinew_kernel_open(sinew_kernel **out, const sinew_kernel_file *files,
                                         size_t outputs, size_t inputs, size_t *blamed,
                                         sinew_error *error);

SINEW_API void sinew_kernel_free(sinew_kernel *kernel); /* NULL is fine */

SINEW_API size_t sinew_kernel_outputs(const sinew_kernel *kernel);
SINEW_API size_t sinew_kernel_inputs(const sinew_kernel *kernel);
SINEW_API size_t sinew_kernel_taps(const sinew_kernel *kernel);
SINEW_API double sinew_kernel_rate_hz(const sinew_kernel *kernel);
SINEW_API const double *
sinew_kernel_values(const sinew_kernel *kernel); /* (outputs, inputs, taps) */

/** response (n, outputs, inputs): sum of h[t] e^(-jwt/rate) over the taps at rad[0..n), in rad/s.
 */
SINEW_API sinew_status sinew_kernel_response(const sinew_kernel *kernel, const double *rad,
                                             size_t n, sinew_complex *response, sinew_error *error);

typedef struct sinew_kernel_opts {
    /* sample, channels; the rest is of what is added: its engine, the costs that auto chooses it by
     * and block_frames, ... With nothing added the engine is auto or convolve. A kernel's own
     * levels do not go by these costs, but by ratios that are built in, so that no measurement
     * changes a node's identity. */
    sinew_filter_opts filter;
    /* The blocks of the levels, in frames: 256, then rising of 1024, 4096, 16384, 65536, 262144;
     * n_levels 0: planned. A kernel of up to 256 taps is summed directly, without levels. */
    size_t n_levels;
    size_t lengths[SINEW_KERNEL_LEVELS_MAX];
    /* Calls will be of so many frames each, but for the last: a file. Blocks that come whole are
     * then answered at once, each by one transform: several times as fast, with nothing spread
     * evenly and bits that depend on the cuts, within the engines' tolerance: where blocks are
     * taken so, the node's identity is 0. 0: any calls, law 1 of node.h to the bit. Else best
     * SINEW_KERNEL_CALL_FRAMES or a multiple. */
    size_t call_frames;
} sinew_kernel_opts;

/** The node of a kernel, plus that of a discretization where `plus` is not NULL: it has the same
 *  rate, inputs and outputs. opts may be NULL for the defaults. Errors: SINEW_ERR_MISMATCH where
 *  they differ, SINEW_ERR_ARGUMENT for channels and lengths that do not fit; and without `plus` for
 *  an x0, as a kernel starts from silence, SINEW_ERR_UNSUPPORTED for other engines. With it
 *  also those of sinew_filter_new. */
SINEW_API sinew_status sinew_filter_new_kernel(sinew_node **out, const sinew_kernel *kernel,
                                               const sinew_discretization *plus,
                                               const sinew_kernel_opts *opts, sinew_error *error);

/** The blocks of the levels of a kernel's node, into lengths, and how many they are: none for a
 *  kernel that is summed directly, and for other nodes. */
SINEW_API size_t sinew_filter_kernel_levels(const sinew_node *node,
                                            size_t lengths[SINEW_KERNEL_LEVELS_MAX]);

#ifdef __cplusplus
}
#endif
#endif
