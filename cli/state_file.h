/* state_file: the saved state of a stream in a file: as tensors (sinew/state.h) where the node
 * tells what its state is made of, with the time in the metadata; else the bytes of stream.h.
 * Behind that of a run over irregular time stand "sinewtm1", the time of its last frame in seconds
 * (f64) and the FNV-1a hash of these 16 bytes: the first step of a run that goes on counts from
 * there. */
#ifndef SINEW_CLI_STATE_FILE_H
#define SINEW_CLI_STATE_FILE_H

#include "sinew/io.h"
#include "sinew/stream.h"
#include "base/atomic_file.h"

/* Continue where the saved stream was; *exactly says whether to the bit. The error names the
 * file. last_time_s: where the time goes, which must then be there (NAN: tensors
 * that others have written say none); NULL: there must be none. */
sinew_status state_file_load(sinew_stream *stream, bool *exactly, double *last_time_s,
                             const char *path, sinew_error *error);

/* Write all of it into the open file and close its descriptor; commit and close are the caller's,
 * who lets the state appear only after the output has. */
sinew_status state_file_write(sinew_atomic_file *file, const sinew_stream *stream,
                              const double *last_time_s, const char *path, sinew_error *error);

/* The state is on disk before the output gets its name, and gets its own name after it: neither is
 * there without the other. state_path NULL: no state. `output` is the path of the sink. */
sinew_status state_file_commit(sinew_sink *sink, const char *output, sinew_atomic_file *state,
                               const char *state_path, sinew_error *error);

#endif
