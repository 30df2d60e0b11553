/* The state of a stream into a file that is open already. */
#ifndef SINEW_STREAM_STATE_H
#define SINEW_STREAM_STATE_H

#include "base/atomic_file.h"
#include "sinew/state.h"

/* As sinew_stream_save_tensors; the descriptor is then closed, and the commit is the caller's. */
sinew_status sinew_stream_write_tensors(const sinew_stream *stream, sinew_atomic_file *to,
                                        const char *name, const sinew_metadata *more, size_t n_more,
                                        sinew_error *error);

#endif
