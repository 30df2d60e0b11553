#include "clash.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "paths.h"
#include "base/atomic_file.h"

static int compare(const void *left, const void *right)
{
    const clash_file *a = left, *b = right;
    if (a->exists != b->exists)
        return a->exists - b->exists;
    if (a->device != b->device)
        return a->device < b->device ? -1 : 1;
    if (a->inode != b->inode)
        return a->inode < b->inode ? -1 : 1;
    int names = a->name && b->name ? strcmp(a->name, b->name) : 0;
    return names ? names : a->written - b->written;
}

/* What it is, or where links lead that which is not there yet. */
static void identify(clash_file *file)
{
    struct stat about;
    file->exists = stat(file->path, &about) == 0 && S_ISREG(about.st_mode);
    if (!file->exists) {
        char *target = sinew_atomic_file_target(file->path);
        bool there = target && path_stat_folder(target, &about);
        file->name = strdup(target ? path_base(target) : file->path);
        sinew_free(target);
        if (!there)
            about.st_dev = 0, about.st_ino = 0;
    }
    file->device = about.st_dev;
    file->inode = about.st_ino;
}

/* Two names of one file; those in a folder that is not there yet are told apart by their strings
 * elsewhere. */
static bool are_one(const clash_file *a, const clash_file *b)
{
    if (a->exists != b->exists || a->device != b->device || a->inode != b->inode || !b->written)
        return false;
    return a->exists || (a->written && a->inode && a->name && b->name && !strcmp(a->name, b->name));
}

/* Sorted, so that a hundred thousand files are no matter: the names of one file are neighbours,
 * those that are only read before the others. */
bool clash_find(clash_file *files, size_t n, const clash_file **a, const clash_file **b)
{
    bool found = false;
    for (size_t i = 0; i < n; i++)
        identify(&files[i]);
    qsort(files, n, sizeof *files, compare);
    for (size_t i = 1; i < n && !found; i++) {
        *a = &files[i - 1];
        *b = &files[i];
        found = are_one(*a, *b);
    }
    for (size_t i = 0; i < n; i++)
        free(files[i].name);
    return found;
}
