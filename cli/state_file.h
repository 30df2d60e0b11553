/* state_file: the saved state of a stream in a file. */
#ifndef SINEW_CLI_STATE_FILE_H
#define SINEW_CLI_STATE_FILE_H

#include "sinew/stream.h"

/* Continue where the saved stream was; the error names the file. */
sinew_status state_file_load(sinew_stream *stream, const char *path, sinew_error *error);

/* Written in two steps, so that it appears only after the output has: `prepare` writes all of it
 * beside the target, `keep` gives it its name, `discard` removes what was not kept. */
typedef struct state_draft {
    const char *path;
    char *temporary; /* NULL: nothing to remove */
} state_draft;

sinew_status state_draft_prepare(state_draft *draft, const sinew_stream *stream, const char *path,
                                 sinew_error *error);
sinew_status state_draft_keep(state_draft *draft, sinew_error *error);
void state_draft_discard(state_draft *draft);

#endif
