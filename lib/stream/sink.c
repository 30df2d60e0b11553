#include "stream/sink.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/samples.h"

static sinew_status check_options(const sinew_format *format, const sinew_sink_opts *opts,
                                  sinew_error *error)
{
    const sinew_signal *signal = &opts->signal;
    if (signal->channels == 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a sink needs a channel count");
    if (signal->sample != SINEW_SAMPLE_F64 && signal->sample != SINEW_SAMPLE_F32)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a sink takes F64 or F32 samples");
    if (opts->time_column && !format->has_times)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%s has no time column", format->name);
    return SINEW_OK;
}

sinew_status sinew_sink_open(sinew_sink **out, const char *path, const sinew_sink_opts *opts,
                             sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!path || !opts)
        return sinew_fail_null(error);
    const sinew_format *format = NULL;
    sinew_status status = sinew_format_choose(&format, opts->format, path, error);
    if (!status)
        status = check_options(format, opts, error);
    if (status)
        return status;

    const char *name = sinew_path_is_standard(path) ? "standard output" : path;
    sinew_sink *sink = sinew_alloc(1, sizeof *sink);
    if (!sink)
        return sinew_fail_memory(error);
    sink->file.fd = -1;
    sink->format = format;
    sink->signal = opts->signal;
    sink->time_column = opts->time_column;
    sink->name = sinew_copy(name, strlen(name) + 1, 1);
    status = sink->name ? sinew_atomic_file_open(&sink->file, path, name, error)
                        : sinew_fail_memory(error);
    if (!status)
        status = format->sink->open(sink, error);
    if (status) {
        sinew_sink_close(sink);
        return status;
    }
    *out = sink;
    return SINEW_OK;
}

static sinew_status check_block(const sinew_sink *sink, sinew_sample sample,
                                const sinew_block *block, const double *times, sinew_error *error)
{
    if (sink->failed || sink->finished)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%s: %s", sink->name,
                          sink->failed ? "an earlier write failed" : "is committed already");
    if (sample != SINEW_SAMPLE_F64 && sample != SINEW_SAMPLE_F32)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a sink takes F64 or F32 samples");
    if (block->channels != sink->signal.channels)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%s: a block of %u channels for a sink of %u",
                          sink->name, block->channels, sink->signal.channels);
    if (sink->time_column != (times != NULL))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%s: %s", sink->name,
                          times ? "times without a time column" : "a time column without times");
    return SINEW_OK;
}

sinew_status sinew_sink_write(sinew_sink *sink, sinew_sample sample, const sinew_block *block,
                              const double *times, sinew_error *error)
{
    if (!sink || !block)
        return sinew_fail_null(error);
    sinew_status status = check_block(sink, sample, block, times, error);
    if (status || block->n_frames == 0)
        return status;
    status = sink->format->sink->write(sink, sample, block, times, error);
    if (status)
        sink->failed = true;
    else
        sink->frames += (int64_t)block->n_frames;
    return status;
}

uint64_t sinew_sink_clipped(const sinew_sink *sink)
{
    return sink->clipped;
}

bool sinew_sink_saturates(const sinew_sink *sink)
{
    return sink->saturates;
}

sinew_status sinew_sink_commit(sinew_sink *sink, sinew_error *error)
{
    if (!sink)
        return sinew_fail_null(error);
    if (sink->failed || sink->finished)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%s: %s", sink->name,
                          sink->failed ? "an earlier write failed" : "is committed already");
    sinew_status status = sink->format->sink->finish(sink, error);
    if (!status)
        status = sinew_atomic_file_commit(&sink->file, sink->name, error);
    sink->failed = status != SINEW_OK;
    sink->finished = true;
    return status;
}

void sinew_sink_close(sinew_sink *sink)
{
    if (!sink)
        return;
    sink->format->sink->close(sink);
    sinew_atomic_file_close(&sink->file);
    sinew_free(sink->file_room);
    sinew_free(sink->name);
    sinew_free(sink);
}

FILE *sinew_sink_file(sinew_sink *sink)
{
    sink->file_room = sinew_alloc(SINEW_FILE_ROOM_BYTES, 1);
    FILE *file = sink->file_room ? fdopen(sink->file.fd, "wb") : NULL;
    if (file) {
        sink->file.fd = -1;
        setvbuf(file, sink->file_room, _IOFBF, SINEW_FILE_ROOM_BYTES);
    }
    return file;
}

sinew_status sinew_sink_fail_errno(const sinew_sink *sink, sinew_error *error)
{
    return sinew_fail(error, SINEW_ERR_IO, "%s: %s", sink->name, strerror(errno));
}

/* n samples from the i-th on, as bytes. The types are constants where it is called. */
static inline __attribute__((always_inline)) void
encode_as(uint8_t *restrict bytes, sinew_sample as, const void *restrict samples,
          sinew_sample sample, size_t from, size_t n)
{
    size_t width = as == SINEW_SAMPLE_F64 ? 8 : 4;
    for (size_t i = 0; i < n; i++) {
        double value = sinew_sample_get(samples, sample, from + i);
        if (as == SINEW_SAMPLE_F64)
            sinew_put_f64(bytes + i * width, value);
        else
            sinew_put_f32(bytes + i * width, (float)value);
    }
}

static void encode(uint8_t *bytes, sinew_sample as, const void *samples, sinew_sample sample,
                   size_t from, size_t n)
{
    if (as == SINEW_SAMPLE_F64 && sample == SINEW_SAMPLE_F64)
        encode_as(bytes, SINEW_SAMPLE_F64, samples, SINEW_SAMPLE_F64, from, n);
    else if (as == SINEW_SAMPLE_F64)
        encode_as(bytes, SINEW_SAMPLE_F64, samples, SINEW_SAMPLE_F32, from, n);
    else if (sample == SINEW_SAMPLE_F64)
        encode_as(bytes, SINEW_SAMPLE_F32, samples, SINEW_SAMPLE_F64, from, n);
    else
        encode_as(bytes, SINEW_SAMPLE_F32, samples, SINEW_SAMPLE_F32, from, n);
}

sinew_status sinew_sink_put_samples(sinew_sink *sink, FILE *file, sinew_sample as,
                                    sinew_sample sample, const sinew_block *block,
                                    sinew_error *error)
{
    enum { PIECE = 512 };
    uint8_t bytes[PIECE * 8];
    size_t n = block->n_frames * block->channels;
    for (size_t from = 0; from < n; from += PIECE) {
        size_t piece = n - from < PIECE ? n - from : PIECE;
        size_t n_bytes = piece * sinew_sample_bytes(as);
        encode(bytes, as, block->samples, sample, from, piece);
        if (fwrite(bytes, 1, n_bytes, file) != n_bytes)
            return sinew_sink_fail_errno(sink, error);
    }
    return SINEW_OK;
}

sinew_status sinew_sink_flush_live(sinew_sink *sink, FILE *file, sinew_error *error)
{
    if (!sink->file.temporary && fflush(file) != 0)
        return sinew_sink_fail_errno(sink, error);
    return SINEW_OK;
}

sinew_status sinew_sink_close_file(sinew_sink *sink, FILE **file, sinew_error *error)
{
    FILE *closing = *file;
    *file = NULL;
    return fclose(closing) == 0 ? SINEW_OK : sinew_sink_fail_errno(sink, error);
}

sinew_status sinew_sink_finish_file(sinew_sink *sink, sinew_error *error)
{
    FILE *file = sink->writer;
    sink->writer = NULL;
    return sinew_sink_close_file(sink, &file, error);
}

void sinew_sink_drop_file(sinew_sink *sink)
{
    if (sink->writer)
        fclose(sink->writer);
    sink->writer = NULL;
}
