/* write: whole files that appear all at once. */
#ifndef SINEW_CLI_WRITE_H
#define SINEW_CLI_WRITE_H

#include <stddef.h>

#include "base/atomic_file.h"

/* All bytes into an open file, which is then closed; the commit is the caller's. */
sinew_status write_and_close(sinew_atomic_file *file, const void *bytes, size_t n, const char *path,
                             sinew_error *error);

/* A text as the file `path`; "-" is standard output. */
sinew_status write_text(const char *path, const char *text, sinew_error *error);

#endif
