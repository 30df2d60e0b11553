#include "state_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "write.h"

enum { STATE_BYTES_MOST = 1 << 30 };

static sinew_status read_all(unsigned char **out, size_t *n, const char *path, sinew_error *error)
{
    size_t room = 1 << 16;
    FILE *file = fopen(path, "rb");
    *out = NULL;
    *n = 0;
    if (!file)
        return sinew_fail(error, SINEW_ERR_IO, "%s: %s", path, strerror(errno));
    unsigned char *bytes = malloc(room);
    while (bytes && (*n += fread(bytes + *n, 1, room - *n, file)) == room &&
           room < STATE_BYTES_MOST) {
        unsigned char *more = realloc(bytes, room *= 2);
        if (!more)
            free(bytes);
        bytes = more;
    }
    bool failed = ferror(file);
    fclose(file);
    *out = bytes;
    if (!bytes)
        return sinew_fail_memory(error);
    if (failed)
        return sinew_fail(error, SINEW_ERR_IO, "%s: cannot be read", path);
    return SINEW_OK;
}

sinew_status state_file_load(sinew_stream *stream, bool *exactly, const char *path,
                             sinew_error *error)
{
    unsigned char *bytes;
    size_t n;
    sinew_error detail;
    sinew_status status = read_all(&bytes, &n, path, error);
    *exactly = !status && sinew_stream_continues_exactly(stream, bytes, n);
    if (!status && (status = sinew_stream_load(stream, bytes, n, &detail)))
        sinew_fail(error, status, "%s: %s", path, detail.text);
    free(bytes);
    return status;
}

sinew_status state_file_write(sinew_atomic_file *file, const sinew_stream *stream, const char *path,
                              sinew_error *error)
{
    size_t n = sinew_stream_saved_bytes(stream);
    unsigned char *bytes = sinew_alloc(n, 1);
    if (!bytes)
        return sinew_fail_memory(error);
    sinew_status status = sinew_stream_save(stream, bytes, n, error);
    if (!status)
        status = write_and_close(file, bytes, n, path, error);
    sinew_free(bytes);
    return status;
}
