/* A file that appears all at once: written under a temporary name beside its target, renamed at
 * commit. What is no regular file (a pipe, /dev/null, standard output) is written directly.
 *
 * A target that is a symbolic link keeps being one: the file it points to is replaced, or made
 * where there is none yet. A target without write permission is refused,
 * though its folder would allow the rename. */
#ifndef SINEW_BASE_ATOMIC_FILE_H
#define SINEW_BASE_ATOMIC_FILE_H

#include <stdbool.h>

#include "sinew/status.h"

typedef struct sinew_atomic_file {
    int fd;          /* open for writing; whoever takes it over sets it to -1 */
    bool seekable;   /* false: a pipe, a terminal */
    char *target;    /* what commit gives the name to; NULL: written directly */
    char *temporary; /* NULL when it is gone */
} sinew_atomic_file;

/* "-": standard output, or input. */
static inline bool sinew_path_is_standard(const char *path)
{
    return path[0] == '-' && path[1] == '\0';
}

/* The path that a file of this name is made at: symbolic links at its end are followed, the last
 * of them to a file that need not be there. NULL with errno: too many links, no memory. By
 * sinew_free. */
char *sinew_atomic_file_target(const char *path);

/* "-" is standard output. `name` is what messages call the target. */
sinew_status sinew_atomic_file_open(sinew_atomic_file *file, const char *path, const char *name,
                                    sinew_error *error);

/* Give the file its name; all is written and the descriptor closed before. */
sinew_status sinew_atomic_file_commit(sinew_atomic_file *file, const char *name,
                                      sinew_error *error);

/* Remove what was not committed, free everything. */
void sinew_atomic_file_close(sinew_atomic_file *file);

#endif
