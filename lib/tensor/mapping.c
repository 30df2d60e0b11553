#include "tensor/mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

static sinew_status fail_errno(sinew_error *error, const char *path)
{
    return sinew_fail(error, SINEW_ERR_IO, "%s: %s", path, strerror(errno));
}

static sinew_status map(sinew_mapping *out, int fd, const char *path, sinew_error *error)
{
    struct stat about;
    if (fstat(fd, &about) != 0)
        return fail_errno(error, path);
    if (!S_ISREG(about.st_mode))
        return sinew_fail(error, SINEW_ERR_IO, "%s: is no regular file, which can be mapped", path);
    if (about.st_size == 0) /* which mmap refuses */
        return SINEW_OK;
    if ((uintmax_t)about.st_size > SIZE_MAX)
        return sinew_fail(error, SINEW_ERR_IO, "%s: is larger than the address space", path);
    void *bytes = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return fail_errno(error, path);
    *out = (sinew_mapping){bytes, (size_t)about.st_size};
    return SINEW_OK;
}

sinew_status sinew_mapping_open(sinew_mapping *out, const char *path, sinew_error *error)
{
    *out = (sinew_mapping){0};
    /* a pipe: do not wait for its writer */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return fail_errno(error, path);
    sinew_status status = map(out, fd, path, error);
    close(fd);
    return status;
}

void sinew_mapping_close(sinew_mapping *mapping)
{
    if (mapping->bytes)
        munmap((void *)(uintptr_t)mapping->bytes, mapping->n_bytes);
    *mapping = (sinew_mapping){0};
}
