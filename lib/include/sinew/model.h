/**
 * model: a description of what is to run, read from a file, and what it takes to build it.
 *
 * A MODEL is a path to a description (YAML, so JSON too), the name of a shipped model, or a
 * checkpoint (checkpoint.h): a folder with config.json or a .safetensors file. The description of a
 * linear system:
 *
 *     name: speech-bandpass
 *     about: Keeps the telephone band of a voice. For transcription front ends.
 *     units: {input: V, output: V}
 *     system: {design: {family: butterworth, band: bandpass, order: 4, edges_hz: [300, 3400]}}
 *     method: bilinear
 *
 * A description may be made of others, by their paths as seen from its folder or their names, or
 * of systems written out (join.h):
 *
 *     system: {series: [sensor.yaml, mains-hum-notch, {zpk: {poles: [-5], gain: 5}}]}
 *
 * or parallel, append, feedback: {forward: ..., back: ..., sign: negative}, inverse, and connect,
 * which goes by the names of signals. Of a description that is referred to, the system counts, and
 * the frequencies that it keeps in place under the bilinear rule; its method counts where the
 * description that refers to it is silent. Beside a system written out may stand a prewarp_hz of
 * its own. Circles are refused, and so is what is too deep, too much or no regular file.
 * With a key `kalman` beside `system` the description is of a Kalman filter (kalman.h): what is
 * measured goes in, estimates come out.
 *
 *     system: {ss: {A: [[0, 1], [0, 0]], B: [[0], [0]], C: [[1, 0]]}}
 *     kalman: {noise_input: [[0], [1]], process_noise: [[0.5]], measurement_noise: [[9]],
 *              covariance: [[100, 0], [0, 25]], output: filtered, deviations: yes}
 *
 * With a key `graph` in the place of `system` the description is of learned layers (layer.h), whose
 * weights stand in a safetensors file beside it:
 *
 *     weights: weights.safetensors
 *     rate_hz: 16000                     # that it was trained at
 *     graph:
 *       - stft: {window_frames: 512, hop_frames: 128, output: mask, layers: [
 *           {linear: {prefix: enc}}, {residual: [{norm: {prefix: norm}}, {mamba1: {prefix:
 * mixer}}]}, {linear: {prefix: dec}}, {activation: {kind: sigmoid}}]}
 *
 * One description, one node at any rate:
 *
 *     sinew_model *model = NULL;
 *     sinew_build_opts opts = {.discretize.rate_hz = 48000, .filter.channels = 2};
 *     if (sinew_model_open_any(&model, "speech-bandpass", &error) ||
 *         sinew_model_build(&node, model, &opts, &error)) ...
 *
 * Errors name file, line and column: every key is checked against a table, an unknown one is
 * refused with a suggestion. Thread-safety: a model is immutable; any thread may read it.
 */
#ifndef SINEW_MODEL_H
#define SINEW_MODEL_H

#include <stdbool.h>

#include "checkpoint.h"
#include "delay.h"
#include "describe.h"
#include "filter.h"
#include "irregular.h"
#include "kalman.h"
#include "kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sinew_model sinew_model;

/** Open a MODEL. What contains '/' or ends in .yaml, .yml, .json or .safetensors is a path, and so
 *  is a folder with config.json in it; anything else is the name of a shipped model, looked for as
 * NAME/model.yaml in each folder of $SINEW_MODEL_PATH (colon-separated), then in the installed
 * models, then beside the program. */
SINEW_API sinew_status sinew_model_open(sinew_model **out, const char *path_or_name,
                                        sinew_error *error);

/** Read a description from memory; `where` stands for the file name in messages. */
SINEW_API sinew_status sinew_model_read(sinew_model **out, const char *text, size_t n_bytes,
                                        const char *where, sinew_error *error);

/** The same for any model, which sinew_model_build takes: also a system with exact delays
 * (delay.h), a kernel of taps (kernel.h) and a graph of layers, which sinew_model_open and
 * sinew_model_read refuse, as their sinew_model_system is NULL; and sinew_model_open_any a
 * checkpoint (checkpoint.h). */
SINEW_API sinew_status sinew_model_open_any(sinew_model **out, const char *path_or_name,
                                            sinew_error *error);
SINEW_API sinew_status sinew_model_read_any(sinew_model **out, const char *text, size_t n_bytes,
                                            const char *where, sinew_error *error);

SINEW_API void sinew_model_free(sinew_model *model); /* NULL is fine */

/** What the description says of itself; "" where it says nothing. Owned by the model. */
SINEW_API const char *sinew_model_name(const sinew_model *model);
SINEW_API const char *sinew_model_about(const sinew_model *model);
SINEW_API const char *sinew_model_units_in(const sinew_model *model);
SINEW_API const char *sinew_model_units_out(const sinew_model *model);

/** The files of the descriptions that this one refers to, directly or not, (*n) of them. A file may
 *  be there more than once. Of a checkpoint: the files of its folder that it is read from. Owned by
 * the model. */
SINEW_API const char *const *sinew_model_references(const sinew_model *model, size_t *n);

/** The continuous system, owned by the model; NULL for a model that is no linear system, or one
 *  with delays. */
SINEW_API const sinew_system *sinew_model_system(const sinew_model *model);

/** What the description says, for another one to be written from it: its texts, owned by the model,
 *  its system, and how it is to be discretized (DEFAULT and zeros where it does not say). */
SINEW_API sinew_description sinew_model_description(const sinew_model *model);

/** The Kalman filter, owned by the model, and into *opts (NULL: not wanted) what of it goes out;
 *  NULL for a description without one. */
SINEW_API const sinew_kalman *sinew_model_kalman(const sinew_model *model,
                                                 sinew_kalman_node_opts *opts);

/** The system with delays, owned by the model; NULL for a model that has none. */
SINEW_API const sinew_delayed *sinew_model_delayed(const sinew_model *model);

/** The kernel of taps, owned by the model, and into *plus (NULL: not wanted) the system that is
 * added to it, NULL for none; NULL for a model that has no kernel. */
SINEW_API const sinew_kernel *sinew_model_kernel(const sinew_model *model,
                                                 const sinew_system **plus);

/** The checkpoint, owned by the model; NULL for what is none. */
SINEW_API const sinew_checkpoint *sinew_model_checkpoint(const sinew_model *model);

/** Whether the model is made of learned layers, a graph or a checkpoint. It has no system then. */
SINEW_API bool sinew_model_has_layers(const sinew_model *model);

/** Discretize the model's system. What is zero in `opts` (method, prewarp_hz, alpha) comes from
 *  the description, the method at last is the one that the system prefers (zoh but for few). A
 *  method in `opts` other than the description's takes nothing else from it. */
SINEW_API sinew_status sinew_model_discretize(sinew_discretization **out, const sinew_model *model,
                                              const sinew_discretize_opts *opts,
                                              sinew_error *error);

/** The same for a model with delays, by all-passes of the description's thiran_order. */
SINEW_API sinew_status sinew_model_discretize_delayed(sinew_delayed_discretization **out,
                                                      const sinew_model *model,
                                                      const sinew_discretize_opts *opts,
                                                      sinew_error *error);

/** The same for what is added to a model's kernel, at the kernel's rate, which `opts` may repeat;
 * *out is NULL where nothing is added. */
SINEW_API sinew_status sinew_model_discretize_plus(sinew_discretization **out,
                                                   const sinew_model *model,
                                                   const sinew_discretize_opts *opts,
                                                   sinew_error *error);

/** What was built, or why it was not. */
typedef struct sinew_build_report {
    sinew_method method; /* DEFAULT: it did not come as far as a discretization */
    double step_s;
    double radius; /* the largest |z| of the discrete poles; 0 with steps */
    bool unstable; /* by sinew_discretization_grows; with steps by sinew_system_stability */
} sinew_build_report;

typedef struct sinew_build_opts {
    sinew_discretize_opts discretize;
    sinew_filter_opts filter; /* channels: 0 or what there is; it must fit the model */
    /* Is filter.sample F64 meant? Without it zero lets the model decide: linear systems run in
     * f64. Any other type is meant. */
    bool sample_given;
    /* Blocks carry a step for each frame: the node is sinew_filter_new_irregular's. The method is
     * zoh or foh, and a rate or step, if there is one, that of blocks without steps. */
    bool steps;
    /* Calls will be of so many frames each, but for the last: a file. Kernels then take another way
     * where that is faster (sinew_kernel_opts); 0: any calls. */
    size_t call_frames;
    sinew_checkpoint_build_opts checkpoint; /* which part of a checkpoint, and how. A rate or step
                                             * is that of the frames to come, where the checkpoint
                                             * says at which it was trained. Of a graph,
                                             * how its layers are held and who works on them. */
    bool allow_unstable; /* else what grows by itself is refused: most runs have no end */
    /* The continuous state at the start, (n_x0) numbers, for every channel where each runs by
     * itself; NULL: zero. For systems given as matrices, by the methods zoh and foh. */
    const double *x0;
    size_t n_x0;
    const double *u0;           /* (channels): the first frame to come, which foh must know;
                                 * NULL: silence. Not looked at with steps. */
    sinew_build_report *report; /* filled in, after a failure too; NULL: not wanted */
} sinew_build_opts;

/** model -> node, the one way: discretize, look at it, make the filter; of a description of a
 * Kalman filter, that one. opts may be NULL for the defaults, which lack the rate that a linear
 * system needs. Errors: those of sinew_model_discretize and sinew_filter_new; SINEW_ERR_NUMERIC for
 * what is unstable and not allowed to be; SINEW_ERR_MISMATCH for channels that do not fit, and an
 * x0 of another order; SINEW_ERR_ARGUMENT for an x0 where there can be none. */
SINEW_API sinew_status sinew_model_build(sinew_node **out, const sinew_model *model,
                                         const sinew_build_opts *opts, sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
