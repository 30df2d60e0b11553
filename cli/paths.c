#include "paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/atomic_file.h"

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool path_stat_folder(const char *path, struct stat *out)
{
    size_t length = (size_t)(path_base(path) - path);
    char *folder = length ? strndup(path, length) : strdup(".");
    bool found = folder && stat(folder, out) == 0;
    free(folder);
    return found;
}

/* Two that are not there yet. */
static bool become_same(const char *a, const char *b)
{
    struct stat at_a, at_b;
    char *to_a = sinew_atomic_file_target(a), *to_b = sinew_atomic_file_target(b);
    bool same = to_a && to_b && strcmp(path_base(to_a), path_base(to_b)) == 0 &&
                path_stat_folder(to_a, &at_a) && path_stat_folder(to_b, &at_b) &&
                at_a.st_dev == at_b.st_dev && at_a.st_ino == at_b.st_ino;
    sinew_free(to_a);
    sinew_free(to_b);
    return same;
}

bool paths_same(const char *a, const char *b)
{
    struct stat at_a, at_b;
    if (strcmp(a, "-") == 0 || strcmp(b, "-") == 0)
        return false;
    bool has_a = stat(a, &at_a) == 0, has_b = stat(b, &at_b) == 0;
    if (has_a != has_b)
        return false;
    if (has_a)
        return S_ISREG(at_a.st_mode) && at_a.st_dev == at_b.st_dev && at_a.st_ino == at_b.st_ino;
    return become_same(a, b);
}

bool path_is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

char *path_in_folder(const char *folder, const char *path, const char *extension)
{
    const char *base = path_base(path), *dot = strrchr(base, '.');
    size_t length = extension && dot && dot != base ? (size_t)(dot - base) : strlen(base);
    char *joined = NULL;
    if (asprintf(&joined, "%s/%.*s%s%s", folder, (int)length, base, extension ? "." : "",
                 extension ? extension : "") < 0)
        return NULL;
    return joined;
}
