/**
 * stream: one run of a node: its state, its scratch memory, its position in time.
 *
 *     sinew_stream_opts opts = {.max_frames = 512};
 *     if (sinew_stream_open(&stream, node, &opts, &error)) ...
 *     sinew_stream_process(stream, &in, &out);      // in the callback, for ever
 *     sinew_stream_close(stream);
 *
 * All that can fail fails in open. Law: any division of the input into blocks gives the same
 * output; the blocks may be of any length, also above max_frames.
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
    sinew_gap gap;
    bool steps;    /* blocks will carry step_s; refused where the node cannot */
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
 *  Real time: yes. Refused (SINEW_ERR_UNSUPPORTED) in the middle of a swap. */
SINEW_API size_t sinew_stream_saved_bytes(const sinew_stream *stream);
SINEW_API sinew_status sinew_stream_save(const sinew_stream *stream, void *bytes, size_t n_bytes,
                                         sinew_error *error);

/** Continue where the saved stream was. The state may come from another engine of the same
 *  filter. Errors: SINEW_ERR_DATA for bytes that are damaged or no state, SINEW_ERR_MISMATCH
 *  for a state of another model, rate or channel count; the stream is as before then. */
SINEW_API sinew_status sinew_stream_load(sinew_stream *stream, const void *bytes, size_t n_bytes,
                                         sinew_error *error);

/** A second stream of the same node, at the same place with the same state. */
SINEW_API sinew_status sinew_stream_clone(sinew_stream **out, const sinew_stream *stream,
                                          sinew_error *error);

/** From the next frame on, run `next` in place of the present node, fading from one to the
 *  other over fade_frames. The state is carried over where both have the same model_hash
 *  (another engine), otherwise `next` starts new. Both nodes must outlive the stream. The two
 *  must agree in sample types and channels (SINEW_ERR_MISMATCH). Allocates: call it between
 *  blocks, off the audio path, or prepare a stream elsewhere. */
SINEW_API sinew_status sinew_stream_swap(sinew_stream *stream, const sinew_node *next,
                                         size_t fade_frames, sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
