/* state_file: the saved state of a stream in a file. */
#ifndef SINEW_CLI_STATE_FILE_H
#define SINEW_CLI_STATE_FILE_H

#include "sinew/stream.h"
#include "stream/atomic_file.h"

/* Continue where the saved stream was; *exactly says whether to the bit. The error names the
 * file. */
sinew_status state_file_load(sinew_stream *stream, bool *exactly, const char *path,
                             sinew_error *error);

/* Write all of it into the open file and close its descriptor; commit and close are the caller's,
 * who lets the state appear only after the output has. */
sinew_status state_file_write(sinew_atomic_file *file, const sinew_stream *stream, const char *path,
                              sinew_error *error);

#endif
