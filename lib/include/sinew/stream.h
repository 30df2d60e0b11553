/**
 * stream: one run of a node: its state, its scratch memory, its position in time.
 *
 *     sinew_stream_opts opts = {.max_frames = 512};
 *     if (sinew_stream_open(&stream, node, &opts, &error)) ...
 *     sinew_stream_process(stream, &in, &out);      // in the callback, for ever
 *     sinew_stream_close(stream);
 *
 * All that can fail fails in open. Law: any division of the input into blocks gives the same
 * output (law 1 of node.h); the blocks may be of any length, also above max_frames.
 *
 * A stream of *whole signals* (opts.whole) is for nodes that need the end of their input for the
 * beginning of their output (SINEW_NODE_WHOLE); others run in one too. Each call of process is one
 * signal of at most max_frames frames: it begins with the state of a new stream, and nothing of it
 * is left for the next one. Memory grows with max_frames. A longer call is no signal that there is
 * room for: it is not run, and every byte of its output is 0xff, which is NaN (and id -1).
 * A gap only moves the index; save, load and swap are refused.
 *
 * Thread-safety: a stream belongs to one thread at a time; streams of one node are independent.
 * Ownership: the node must outlive its streams. `open` is the last allocation.
 */
#ifndef SINEW_STREAM_H
#define SINEW_STREAM_H

#include <stdbool.h>

#include "node.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a stream does when a block carries SINEW_BLOCK_GAP, that is when frames were lost. */
typedef enum sinew_gap {
    SINEW_GAP_CONTINUE = 0, /* as if the frames had never been due: only the index moves */
    SINEW_GAP_JUMP,         /* as if silence had come; open refuses it where a node cannot */
    SINEW_GAP_RESET         /* start anew after the gap */
} sinew_gap;

typedef struct sinew_stream_opts {
    size_t max_frames; /* 0: 4096. Longer blocks are processed in pieces of this length. */
    bool whole;        /* each call of process is one signal, see above. Without it a node with
                        * SINEW_NODE_WHOLE is refused. */
    sinew_gap gap;
    bool steps;    /* blocks carry step_s; refused where the node cannot. Without it step_s is
                    * not looked at; refused where the node has no step of its own. */
    int64_t index; /* of the first frame to come */
} sinew_stream_opts;

typedef struct sinew_stream sinew_stream;

/** opts may be NULL for the defaults. Errors: SINEW_ERR_UNSUPPORTED for what the node cannot
 *  do, SINEW_ERR_MEMORY. */
SINEW_API sinew_status sinew_stream_open(sinew_stream **out, const sinew_node *node,
                                         const sinew_stream_opts *opts, sinew_error *error);

SINEW_API void sinew_stream_close(sinew_stream *stream); /* NULL is fine */

/** Process in->n_frames frames of node->channels_in channels into as many of channels_out.
 *  The caller owns both arrays; they are the same (where sample type and channel count agree)
 *  or do not overlap. in->index only counts with SINEW_BLOCK_GAP; out->n_frames, channels,
 *  index, flags and step_s are set. Denormals are flushed to zero inside.
 *  Real time: no allocation, lock, log or system call. */
SINEW_API void sinew_stream_process(sinew_stream *stream, const sinew_block *in, sinew_block *out);

/** Become a new stream whose first frame has this index. Real time: yes. */
SINEW_API void sinew_stream_reset(sinew_stream *stream, int64_t index);

/** The index of the next frame. */
SINEW_API int64_t sinew_stream_index(const sinew_stream *stream);

SINEW_API const sinew_node *sinew_stream_node(const sinew_stream *stream);

/** Save to `bytes` (at least sinew_stream_saved_bytes of them; fixed for a stream): header with
 *  model hash, identity, index and checksum, then the node's state, little-endian throughout.
 *  Real time: yes. Refused (SINEW_ERR_UNSUPPORTED) while a change is under way, and of whole
 *  signals. */
SINEW_API size_t sinew_stream_saved_bytes(const sinew_stream *stream);
SINEW_API sinew_status sinew_stream_save(const sinew_stream *stream, void *bytes, size_t n_bytes,
                                         sinew_error *error);

/** Continue where the saved stream was. The state may come from another engine of the same
 *  filter. Errors: SINEW_ERR_DATA for bytes that are damaged or no state, SINEW_ERR_MISMATCH
 *  for a state of another model, rate or channel count; the stream is as before then. */
SINEW_API sinew_status sinew_stream_load(sinew_stream *stream, const void *bytes, size_t n_bytes,
                                         sinew_error *error);

/** Whether a load of these bytes would continue to the bit: they are of a stream of the same
 *  identity (node.h), which is not 0. Otherwise it continues within the engines' tolerance, or is
 *  refused. */
SINEW_API bool sinew_stream_continues_exactly(const sinew_stream *stream, const void *bytes,
                                              size_t n_bytes);

/** A second stream of the same node, at the same place with the same state. Allocates. */
SINEW_API sinew_status sinew_stream_clone(sinew_stream **out, const sinew_stream *stream,
                                          sinew_error *error);

/** A change of node in mid-stream is prepared anywhere and made in real time:
 *
 *     sinew_swap_new(&swap, next, &opts, &error);              any thread
 *     sinew_stream_swap(stream, swap, 48000, 480, &error);     the stream's thread
 *     ...
 *     sinew_swap_free(swap);                                   any thread, at any time later
 *
 *  Where both nodes have one model hash (another engine), `next` takes the state over and is at
 *  once what the other would have been. A kernel (kernel.h) takes over the past of another one,
 *  where none or the same system is added to both: it is at once what it would have been, and one
 *  that is longer first runs unheard for as much as it is longer, of warm_frames. Otherwise `next`
 *  starts new and first runs unheard for warm_frames, until it has forgotten that it did. Then the
 *  output fades from the one to the other: out = old + (new - old) (k + 1) / fade_frames. */
typedef struct sinew_swap sinew_swap;

/** The memory for running `next` in a stream that was opened with these opts. `next` must outlive
 *  the stream. Errors: SINEW_ERR_UNSUPPORTED as for open, SINEW_ERR_MEMORY. */
SINEW_API sinew_status sinew_swap_new(sinew_swap **out, const sinew_node *next,
                                      const sinew_stream_opts *opts, sinew_error *error);

/** From the next frame on, change to the swap's node. Afterwards `swap` holds what the stream no
 *  longer needs and can be freed or kept, but not used again. Real time: yes.
 *  Errors: SINEW_ERR_MISMATCH where sample types, channels, rates or max_frames differ,
 *  SINEW_ERR_UNSUPPORTED while another change is under way (sinew_stream_changing) and in a stream
 *  of whole signals; nothing has happened then. */
SINEW_API sinew_status sinew_stream_swap(sinew_stream *stream, sinew_swap *swap, size_t warm_frames,
                                         size_t fade_frames, sinew_error *error);

/** Whether a change is under way: the old node is still needed. */
SINEW_API bool sinew_stream_changing(const sinew_stream *stream);

SINEW_API void sinew_swap_free(sinew_swap *swap); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
