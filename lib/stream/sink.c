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
    *out = NULL;
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

sinew_status sinew_sink_commit(sinew_sink *sink, sinew_error *error)
{
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
    sinew_free(sink->name);
    sinew_free(sink);
}

FILE *sinew_sink_file(sinew_sink *sink)
{
    FILE *file = fdopen(sink->file.fd, "wb");
    if (file) {
        sink->file.fd = -1;
        setvbuf(file, NULL, _IOFBF, 1 << 16);
    }
    return file;
}

sinew_status sinew_sink_fail_errno(const sinew_sink *sink, sinew_error *error)
{
    return sinew_fail(error, SINEW_ERR_IO, "%s: %s", sink->name, strerror(errno));
}

sinew_status sinew_sink_put_samples(sinew_sink *sink, FILE *file, sinew_sample as,
                                    sinew_sample sample, const sinew_block *block,
                                    sinew_error *error)
{
    enum { PIECE = 512 };
    uint8_t bytes[PIECE * 8];
    size_t n = block->n_frames * block->channels;
    for (size_t from = 0; from < n; from += PIECE) {
        size_t to = n - from < PIECE ? n : from + PIECE;
        uint8_t *at = bytes;
        for (size_t i = from; i < to; i++) {
            double value = sinew_sample_get(block->samples, sample, i);
            at =
                as == SINEW_SAMPLE_F64 ? sinew_put_f64(at, value) : sinew_put_f32(at, (float)value);
        }
        size_t n_bytes = (size_t)(at - bytes);
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
