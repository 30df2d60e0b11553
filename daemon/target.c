#include "target.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/atomic_file.h"

/* The folder that the path's last part is in; false: the path is too long to say. */
static bool folder_of(char folder[PATH_MAX], const char *path)
{
    char copy[PATH_MAX];
    if (strlen(path) >= sizeof copy)
        return false;
    strcpy(copy, path);
    snprintf(folder, PATH_MAX, "%s", dirname(copy));
    return true;
}

sinewd_target sinewd_target_of(const char *path)
{
    char folder[PATH_MAX];
    struct stat about;
    sinewd_target target = {.path = path};
    if (stat(path, &about) == 0) {
        target.exists = true;
        target.is_device = S_ISCHR(about.st_mode);
        target.device = about.st_dev;
        target.inode = about.st_ino;
    }
    char *end = sinew_atomic_file_target(path); /* where the writer will follow a link to */
    const char *leads = end ? end : path, *slash = strrchr(leads, '/');
    snprintf(target.name, sizeof target.name, "%s", slash ? slash + 1 : leads);
    if (folder_of(folder, leads) && stat(folder, &about) == 0) {
        target.in_folder = true;
        target.folder_device = about.st_dev;
        target.folder_inode = about.st_ino;
    }
    sinew_free(end);
    return target;
}

bool sinewd_target_same(const sinewd_target *a, const sinewd_target *b)
{
    if (a->exists != b->exists)
        return false;
    if (a->exists)
        return !a->is_device && a->device == b->device && a->inode == b->inode;
    if (!a->in_folder || !b->in_folder)
        return strcmp(a->path, b->path) == 0;
    return a->folder_device == b->folder_device && a->folder_inode == b->folder_inode &&
           strcmp(a->name, b->name) == 0;
}

const char *sinewd_target_fault(const char *path)
{
    char folder[PATH_MAX];
    struct stat about;
    if (!folder_of(folder, path))
        return strerror(ENAMETOOLONG);
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        return strerror(EISDIR);
    if (stat(folder, &about) < 0)
        return errno == ENOENT ? "its folder does not exist" : strerror(errno);
    if (!S_ISDIR(about.st_mode))
        return strerror(ENOTDIR);
    bool direct = stat(path, &about) == 0 && !S_ISREG(about.st_mode);
    return direct || access(folder, W_OK | X_OK) == 0 ? NULL : "no file can be made in its folder";
}
