/**
 * parallel: one stream by several threads, for a file rather than a device.
 *
 *     sinew_parallel_open(&p, node, &opts, 4, &error);
 *     while (read ...)                                   // sinew_parallel_frames at a time
 *         sinew_parallel_process(p, &in, &out);
 *     sinew_parallel_close(p);
 *
 * A filter that is stable forgets: what came more than node->settle_frames ago is below 2^-60 of
 * what it was. So a block is cut into as many segments as there are threads; each begins that much
 * earlier in a state of its own, unheard, and then all run at once. The answer is that of a stream
 * within the rounding of its engine, and not to the bit. What is not a number is forgotten like all
 * else: a filter that one thread would leave at NaN to the end is right again in the next segment.
 *
 * A node that does not forget is run by one thread; one that remembers for longer than half a
 * segment by fewer than there are, down to one. A stream with steps or of whole signals, a
 * block after a gap (SINEW_BLOCK_GAP) and one of a stream that was given another node are run by
 * one.
 *
 * Memory: that of as many streams as threads.
 *
 * Thread-safety: as for a stream; the threads are inside. Ownership: the node must outlive it.
 */
#ifndef SINEW_PARALLEL_H
#define SINEW_PARALLEL_H

#include "stream.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sinew_parallel sinew_parallel;

enum {
    SINEW_MAX_THREADS = 256,
    SINEW_SEGMENT_LEAST = 4096 /* frames: for fewer no other thread begins */
};

/** opts may be NULL for the defaults (stream.h); max_frames is of the pieces inside, calls are
 *  longer. threads: 1 to SINEW_MAX_THREADS, the caller's included. Errors: as sinew_stream_open;
 *  SINEW_ERR_ARGUMENT for the threads; SINEW_ERR_IO where no thread can be started. */
SINEW_API sinew_status sinew_parallel_open(sinew_parallel **out, const sinew_node *node,
                                           const sinew_stream_opts *opts, size_t threads,
                                           sinew_error *error);

SINEW_API void sinew_parallel_close(sinew_parallel *p); /* NULL is fine */

/** As sinew_stream_process, in place too, but not in real time: it waits for the threads. */
SINEW_API void sinew_parallel_process(sinew_parallel *p, const sinew_block *in, sinew_block *out);

/** Frames of a block that is worth all threads: few are run twice. */
SINEW_API size_t sinew_parallel_frames(const sinew_parallel *p);

/** The stream as it is now, to be saved or loaded; until the next call of process. */
SINEW_API sinew_stream *sinew_parallel_stream(sinew_parallel *p);

#ifdef __cplusplus
}
#endif
#endif
