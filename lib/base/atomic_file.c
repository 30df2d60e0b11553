#include "base/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"

static sinew_status fail_errno(sinew_error *error, const char *name)
{
    return errno == ENOMEM ? sinew_fail_memory(error)
                           : sinew_fail(error, SINEW_ERR_IO, "%s: %s", name, strerror(errno));
}

static sinew_status open_directly(sinew_atomic_file *file, const char *path, const char *name,
                                  sinew_error *error)
{
    /* standard output may be a file, but in whose middle, and opened to append, who knows */
    bool standard = sinew_path_is_standard(path);
    file->fd = standard ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
                        : open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (file->fd < 0)
        return fail_errno(error, name);
    int flags = fcntl(file->fd, F_GETFL);
    if (flags >= 0 && (flags & O_ACCMODE) == O_RDONLY) {
        sinew_atomic_file_close(file);
        errno = EBADF;
        return fail_errno(error, name);
    }
    file->seekable = !standard && lseek(file->fd, 0, SEEK_CUR) >= 0;
    return SINEW_OK;
}

/* Not mkstemp: the mode is to be what any new file has, 0666 less the umask, and only open(2)
 * knows the umask without changing it under other threads. */
static sinew_status open_temporary(sinew_atomic_file *file, const char *name, sinew_error *error)
{
    const char *slash = strrchr(file->target, '/');
    size_t folder = slash ? (size_t)(slash - file->target) + 1 : 0;
    size_t room = folder + sizeof ".sinew-0123456789abcdef.tmp";
    file->temporary = sinew_alloc(room, 1);
    if (!file->temporary)
        return sinew_fail_memory(error);
    memcpy(file->temporary, file->target, folder);
    for (int tries = 0; tries < 64; tries++) {
        uint64_t random = 0;
        if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
            break;
        snprintf(file->temporary + folder, room - folder, ".sinew-%016" PRIx64 ".tmp", random);
        file->fd = open(file->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file->fd >= 0 || errno != EEXIST)
            break;
    }
    if (file->fd >= 0) {
        file->seekable = true;
        return SINEW_OK;
    }
    int reason = errno;
    sinew_free(file->temporary);
    file->temporary = NULL;
    return sinew_fail(error, SINEW_ERR_IO, "%s: no file can be made in %.*s: %s", name,
                      folder ? (int)folder : 1, folder ? file->target : ".", strerror(reason));
}

/* Where the link at `path` leads: its text, seen from the link's folder. */
static char *follow(const char *path, const char *text)
{
    const char *slash = strrchr(path, '/');
    size_t folder = slash && text[0] != '/' ? (size_t)(slash - path) + 1 : 0;
    size_t length = strlen(text) + 1;
    char *followed = sinew_alloc(folder + length, 1);
    if (followed) {
        memcpy(followed, path, folder);
        memcpy(followed + folder, text, length);
    }
    return followed;
}

char *sinew_atomic_file_target(const char *path)
{
    enum { LINKS_MOST = 40 }; /* as Linux has it */
    char text[PATH_MAX];
    char *target = sinew_copy(path, strlen(path) + 1, 1);
    for (int links = 0; target; links++) {
        ssize_t n = readlink(target, text, sizeof text - 1);
        if (n < 0) /* no link: a file, or nothing at all */
            return target;
        text[n] = 0;
        char *next = links < LINKS_MOST ? follow(target, text) : NULL;
        sinew_free(target);
        target = next;
        errno = links < LINKS_MOST ? ENOMEM : ELOOP;
    }
    return NULL;
}

sinew_status sinew_atomic_file_open(sinew_atomic_file *file, const char *path, const char *name,
                                    sinew_error *error)
{
    *file = (sinew_atomic_file){.fd = -1};
    struct stat about;
    bool exists = stat(path, &about) == 0;
    if (sinew_path_is_standard(path))
        return open_directly(file, path, name, error);
    if (exists && S_ISDIR(about.st_mode)) {
        errno = EISDIR;
        return fail_errno(error, name);
    }
    if (exists && !S_ISREG(about.st_mode))
        return open_directly(file, path, name, error);
    if (exists && access(path, W_OK) != 0)
        return fail_errno(error, name);

    file->target = sinew_atomic_file_target(path);
    if (!file->target)
        return fail_errno(error, name);
    sinew_status status = open_temporary(file, name, error);
    if (status)
        sinew_atomic_file_close(file);
    return status;
}

sinew_status sinew_atomic_file_commit(sinew_atomic_file *file, const char *name, sinew_error *error)
{
    if (!file->temporary)
        return SINEW_OK;
    if (rename(file->temporary, file->target) != 0)
        return fail_errno(error, name);
    sinew_free(file->temporary);
    file->temporary = NULL;
    return SINEW_OK;
}

void sinew_atomic_file_close(sinew_atomic_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    if (file->temporary)
        unlink(file->temporary);
    sinew_free(file->temporary);
    sinew_free(file->target);
    *file = (sinew_atomic_file){.fd = -1};
}
