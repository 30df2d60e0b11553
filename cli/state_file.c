#include "state_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "model/scalar.h"
#include "stream/state.h"
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

static const char time_magic[8] = {'s', 'i', 'n', 'e', 'w', 't', 'm', '1'};

enum { TIME_BYTES = 24 }; /* magic, time, hash */

static bool has_time(const unsigned char *bytes, size_t n)
{
    return n >= TIME_BYTES && memcmp(bytes + n - TIME_BYTES, time_magic, sizeof time_magic) == 0;
}

/* Take the time off the end. */
static sinew_status take_time(double *last_time_s, const unsigned char *bytes, size_t *n,
                              sinew_error *error)
{
    bool there = has_time(bytes, *n);
    if (there != (last_time_s != NULL))
        return sinew_fail(error, SINEW_ERR_MISMATCH, "the state is of a run %s --time",
                          there ? "with" : "without");
    if (!there)
        return SINEW_OK;
    *n -= TIME_BYTES;
    const unsigned char *at = bytes + *n;
    if (sinew_get_u64(at + 16) != sinew_hash(SINEW_HASH_START, at, 16))
        return sinew_fail(error, SINEW_ERR_DATA, "the time in the state is damaged");
    *last_time_s = sinew_get_f64(at + 8);
    return SINEW_OK;
}

/* ---- tensors ---- */

static bool is_of_tensors(const sinew_stream *stream)
{
    return sinew_stream_node(stream)->ops->parts != NULL;
}

/* A state that others have written says nothing of a time: NAN. */
static sinew_status take_time_of(double *last_time_s, const sinew_tensors *tensors,
                                 sinew_error *error)
{
    const char *text = sinew_tensors_metadata(tensors, "time");
    bool ours = sinew_tensors_metadata(tensors, "identity") != NULL;
    if (ours && (text != NULL) != (last_time_s != NULL))
        return sinew_fail(error, SINEW_ERR_MISMATCH, "the state is of a run %s --time",
                          text ? "with" : "without");
    if (last_time_s)
        *last_time_s = NAN;
    return last_time_s && text && sinew_number_parse(last_time_s, text, SINEW_UNIT_NONE)
               ? sinew_fail(error, SINEW_ERR_DATA, "the time in the state is no number")
               : SINEW_OK;
}

/* What says nothing of its identity, as others write it, is no state that could go on exactly. */
static sinew_status load_tensors(sinew_stream *stream, bool *exactly, double *last_time_s,
                                 const char *path, sinew_error *error)
{
    sinew_tensors *tensors = NULL;
    sinew_error detail;
    sinew_status status = sinew_tensors_open(&tensors, path, error);
    if (status)
        return status;
    status = take_time_of(last_time_s, tensors, &detail);
    if (!status)
        status = sinew_stream_load_tensors(stream, tensors, exactly, &detail);
    *exactly |= !sinew_tensors_metadata(tensors, "identity");
    sinew_tensors_free(tensors);
    return status ? sinew_fail(error, status, "%s: %s", path, detail.text) : SINEW_OK;
}

static sinew_status write_tensors(sinew_atomic_file *file, const sinew_stream *stream,
                                  const double *last_time_s, const char *path, sinew_error *error)
{
    char text[32];
    snprintf(text, sizeof text, "%.17g", last_time_s ? *last_time_s : 0);
    sinew_metadata time = {"time", text};
    return sinew_stream_write_tensors(stream, file, path, &time, last_time_s ? 1 : 0, error);
}

/* ---- either ---- */

sinew_status state_file_load(sinew_stream *stream, bool *exactly, double *last_time_s,
                             const char *path, sinew_error *error)
{
    unsigned char *bytes;
    size_t n;
    sinew_error detail;
    if (is_of_tensors(stream))
        return load_tensors(stream, exactly, last_time_s, path, error);
    sinew_status status = read_all(&bytes, &n, path, error);
    *exactly = false;
    if (status)
        return status;
    status = take_time(last_time_s, bytes, &n, &detail);
    if (!status) {
        *exactly = sinew_stream_continues_exactly(stream, bytes, n);
        status = sinew_stream_load(stream, bytes, n, &detail);
    }
    if (status)
        sinew_fail(error, status, "%s: %s", path, detail.text);
    free(bytes);
    return status;
}

static void put_time(unsigned char *at, double last_time_s)
{
    memcpy(at, time_magic, sizeof time_magic);
    sinew_put_f64(at + 8, last_time_s);
    sinew_put_u64(at + 16, sinew_hash(SINEW_HASH_START, at, 16));
}

sinew_status state_file_write(sinew_atomic_file *file, const sinew_stream *stream,
                              const double *last_time_s, const char *path, sinew_error *error)
{
    if (is_of_tensors(stream))
        return write_tensors(file, stream, last_time_s, path, error);
    size_t n = sinew_stream_saved_bytes(stream);
    unsigned char *bytes = sinew_alloc(n + TIME_BYTES, 1);
    if (!bytes)
        return sinew_fail_memory(error);
    sinew_status status = sinew_stream_save(stream, bytes, n, error);
    if (last_time_s)
        put_time(bytes + n, *last_time_s);
    if (!status)
        status = write_and_close(file, bytes, n + (last_time_s ? TIME_BYTES : 0), path, error);
    sinew_free(bytes);
    return status;
}

/* Only what may be removed: a device or a pipe has been written to, and stays. */
static void remove_output(const char *path)
{
    struct stat about;
    char *target = sinew_atomic_file_target(path);
    if (target && lstat(target, &about) == 0 && S_ISREG(about.st_mode))
        unlink(target);
    sinew_free(target);
}

sinew_status state_file_commit(sinew_sink *sink, const char *output, sinew_atomic_file *state,
                               const char *state_path, sinew_error *error)
{
    sinew_status status = sinew_sink_commit(sink, error);
    if (status || !state_path)
        return status;
    status = sinew_atomic_file_commit(state, state_path, error);
    if (status)
        remove_output(output);
    return status;
}
