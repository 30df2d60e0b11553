#include "write.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

static sinew_status write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t written = write(fd, bytes, n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return SINEW_ERR_IO;
        bytes += written;
        n -= (size_t)written;
    }
    return SINEW_OK;
}

sinew_status write_and_close(sinew_atomic_file *file, const void *bytes, size_t n, const char *path,
                             sinew_error *error)
{
    sinew_status status = write_all(file->fd, bytes, n);
    int reason = errno;
    if (close(file->fd) && !status) {
        status = SINEW_ERR_IO;
        reason = errno;
    }
    file->fd = -1;
    return status ? sinew_fail(error, status, "%s: %s", path, strerror(reason)) : SINEW_OK;
}

/* Standard output, a pipe or a device: what may wait for ever, and has no temporary name. */
static bool is_direct(const char *path)
{
    struct stat about;
    return strcmp(path, "-") == 0 || (stat(path, &about) == 0 && !S_ISREG(about.st_mode));
}

static sinew_status write_whole(const char *path, const char *text, sinew_error *error)
{
    sinew_atomic_file file;
    const char *name = strcmp(path, "-") == 0 ? "standard output" : path;
    sinew_status status = sinew_atomic_file_open(&file, path, name, error);
    if (status)
        return status;
    status = write_and_close(&file, text, strlen(text), name, error);
    if (!status)
        status = sinew_atomic_file_commit(&file, name, error);
    sinew_atomic_file_close(&file);
    return status;
}

/* A signal that ends the program waits until the file has its name, so that none is left under a
 * temporary one. */
sinew_status write_text(const char *path, const char *text, sinew_error *error)
{
    if (is_direct(path))
        return write_whole(path, text, error);
    sigset_t ending, before;
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGHUP);
    sigprocmask(SIG_BLOCK, &ending, &before);
    sinew_status status = write_whole(path, text, error);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return status;
}
