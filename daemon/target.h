/* target: which file a path means, however it is spelled: through links, "..", or another name. */
#ifndef SINEWD_TARGET_H
#define SINEWD_TARGET_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct sinewd_target {
    const char *path;
    char name[NAME_MAX + 1]; /* the last part of the path, behind a link to what is not there yet */
    bool exists, is_device;
    bool in_folder; /* its folder exists */
    dev_t device, folder_device;
    ino_t inode, folder_inode;
} sinewd_target;

/* The path is kept. */
sinewd_target sinewd_target_of(const char *path);

/* What is written to one would be written to the other. A character device (/dev/null) is no
 * file in this sense: what went there before stays as it is. */
bool sinewd_target_same(const sinewd_target *a, const sinewd_target *b);

/* Why no file of that name can be made, as text that follows the path; NULL: nothing known. */
const char *sinewd_target_fault(const char *path);

#endif
