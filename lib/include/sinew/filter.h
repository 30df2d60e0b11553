/**
 * filter: a node that runs a discretization, by one of several engines with the same answer.
 *
 *   scan      the recurrence, sample by sample: least latency, least memory, any order.
 *             Works in double whatever the sample type (see ARCHITECTURE.md). Fastest in calls of
 *             a few frames, and the one that runs what no other engine can.
 *   block     some frames at once, 4 to 64, by products of matrices: what the state gives to all
 *             of them, what their input gives, and the state behind them. Blocks are anchored
 *             where the stream began, and frames that do not fill one are added as they come, so
 *             there is no latency and the tail is never cut. Channels go side by side. Works in
 *             the type of the samples; where a float has too few digits for the states, in
 *             double. Fastest in calls of about 8 frames and more, up to some hundreds of states.
 *   convolve  FFT convolution, overlap-save over partitions anchored at absolute frames, a
 *             direct head for zero latency, and the state for all that is older than the
 *             partitions: the tail is never cut. Fastest where many states are coupled, in calls of
 *             a few frames or with more states than block can hold cheaply.
 *   auto      whichever is estimated to be fastest (sinew_filter_cost, plan.h).
 *
 *     sinew_filter_opts opts = {.channels = 2};
 *     if (sinew_filter_new(&node, discretization, &opts, &error)) ...
 *
 * A discretization with one input and one output runs on each of `channels` channels by itself,
 * as many copies with a state of their own. Otherwise the node has the discretization's inputs
 * and outputs, and `channels` must be 0 or the number of inputs.
 *
 * A node takes the widest vector instructions of the processor when it is made; the environment
 * variable SINEW_SIMD (scalar, sse2 or neon, avx2, avx512) holds it to less; any other word counts
 * as none.
 *
 * Ownership: the caller frees (sinew_node_free); the discretization may go at once.
 * Thread-safety: sinew_filter_new may be called from any thread (FFTW's planner is behind a
 * lock); the node is immutable. Real time: nodes process without allocation, lock or call.
 */
#ifndef SINEW_FILTER_H
#define SINEW_FILTER_H

#include "costs.h"
#include "discretization.h"
#include "node.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sinew_engine {
    SINEW_ENGINE_AUTO = 0,
    SINEW_ENGINE_SCAN,
    SINEW_ENGINE_BLOCK,
    SINEW_ENGINE_CONVOLVE
} sinew_engine;

enum { SINEW_ENGINES = SINEW_ENGINE_CONVOLVE + 1 }; /* how many there are, auto included */

/** The name as the command line spells it ("scan"), and back: false for no such engine. */
SINEW_API const char *sinew_engine_name(sinew_engine engine);
SINEW_API int sinew_engine_from_name(const char *name, sinew_engine *out);

typedef struct sinew_filter_opts {
    sinew_sample sample; /* F64 or F32, in and out */
    sinew_engine engine;
    uint32_t channels; /* 0: the discretization's inputs */
    /* convolve: frames of a partition, a power of two, 16 to 65536; 0: planned */
    size_t partition_frames;
    /* convolve: how many past partitions go through the FFT before the state takes over, 1 to
     * 4096; 0: planned */
    size_t partitions;
    /* how many frames come in a call, as far as known, for the planner; 0: many */
    size_t block_frames;
    const sinew_costs *costs; /* what the planner reckons with; NULL: as built in */
    const double *x0;         /* (copies, order): the discrete state that a new stream starts
                               * from, copied; NULL: zero. For a discretization with foh this is
                               * x0 - G2 u[0] (sinew_discretization_foh_shift). */
} sinew_filter_opts;

/** What an engine cannot hold runs by scan; sinew_filter_engine tells. Of convolve that is what
 *  diverges by more than a digit in a partition: an FFT would drown what is small in what is large.
 *  Of block it is what would need matrices of more than 64 MiB, or numbers near the end of the
 *  type's range.
 *
 *  Errors: SINEW_ERR_ARGUMENT for channels that do not fit, lengths out of range, other sample
 *  types and numbers of no engine. */
SINEW_API sinew_status sinew_filter_new(sinew_node **out, const sinew_discretization *d,
                                        const sinew_filter_opts *opts, sinew_error *error);

/** The engine that a filter node runs by (never AUTO). SINEW_ENGINE_AUTO for other nodes. */
SINEW_API sinew_engine sinew_filter_engine(const sinew_node *node);

/** What `auto` compares: nanoseconds a frame of all channels that an engine will take, as far as
 * its work can be counted and `costs` say what a unit of it takes. opts may be NULL for
 * the defaults; its `engine` does not count. Infinite for an engine that cannot run this filter,
 * for SINEW_ENGINE_AUTO that of the engine that auto takes. */
SINEW_API double sinew_filter_cost(const sinew_discretization *d, const sinew_filter_opts *opts,
                                   sinew_engine engine);

#ifdef __cplusplus
}
#endif
#endif
