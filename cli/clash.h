/* clash: files under several names, links included, that a batch would write over. */
#ifndef SINEW_CLI_CLASH_H
#define SINEW_CLI_CLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct clash_file {
    const char *path;
    bool written;
    bool exists;  /* as a regular file; then device and inode are its own */
    dev_t device; /* else those of the folder that it will be made in */
    ino_t inode;
    char *name; /* what it will be called there; NULL where it exists */
} clash_file;

/* Whether two of the files, at least one of them written, are one; they are *a and *b then.
 * `path` and `written` are given; the order changes. */
bool clash_find(clash_file *files, size_t n, const clash_file **a, const clash_file **b);

#endif
