#include "clash.h"

#include <stdlib.h>
#include <sys/stat.h>

static int compare(const void *left, const void *right)
{
    const clash_file *a = left, *b = right;
    if (a->exists != b->exists)
        return a->exists - b->exists;
    if (a->device != b->device)
        return a->device < b->device ? -1 : 1;
    if (a->inode != b->inode)
        return a->inode < b->inode ? -1 : 1;
    return a->written - b->written;
}

/* Sorted, so that a hundred thousand files are no matter: the names of one file are neighbours,
 * those that are only read before the others. */
bool clash_find(clash_file *files, size_t n, const clash_file **a, const clash_file **b)
{
    for (size_t i = 0; i < n; i++) {
        struct stat about;
        files[i].exists = stat(files[i].path, &about) == 0 && S_ISREG(about.st_mode);
        files[i].device = files[i].exists ? about.st_dev : 0;
        files[i].inode = files[i].exists ? about.st_ino : 0;
    }
    qsort(files, n, sizeof *files, compare);
    for (size_t i = 1; i < n; i++) {
        *a = &files[i - 1];
        *b = &files[i];
        if ((*a)->exists && (*b)->written && (*a)->device == (*b)->device &&
            (*a)->inode == (*b)->inode)
            return true;
    }
    return false;
}
