/* A file as an output. It has its name once it is complete: at the end of the stream or at a
 * stop, never after a failure. */
#include "base/error.h"
#include "base/memory.h"
#include "fifo.h"
#include "log.h"
#include "output.h"
#include "sinew/io.h"

typedef struct file_output {
    sinewd_output base;
    sinew_sink *sink;
    sinewd_fifo *fifo; /* the path is one; else NULL */
    sinew_sample sample;
    const char *path;
} file_output;

static sinew_status name_error(const file_output *f, sinew_status status, sinew_error *error)
{
    if (status && f->fifo)
        sinewd_fifo_name_error(f->fifo, error);
    return status;
}

static sinew_status file_write(sinewd_output *output, const sinewd_chunk *chunk, sinew_error *error)
{
    file_output *f = (file_output *)output;
    return name_error(f, sinew_sink_write(f->sink, f->sample, &chunk->block, NULL, error), error);
}

static void release(file_output *f)
{
    sinew_sink_close(f->sink);
    sinewd_fifo_close(f->fifo);
    f->sink = NULL;
    f->fifo = NULL;
}

/* The reader of a FIFO is waited for here, in the worker, while the daemon listens for a stop. */
static sinew_status file_finish(sinewd_output *output, bool keep, sinew_error *error)
{
    file_output *f = (file_output *)output;
    sinew_status status = SINEW_OK;
    uint64_t clipped = sinew_sink_clipped(f->sink);
    if (keep && clipped > 0)
        sinewd_log("%s: %llu samples were beyond full scale and are clipped", f->path,
                   (unsigned long long)clipped);
    if (keep)
        status = name_error(f, sinew_sink_commit(f->sink, error), error);
    release(f);
    return status;
}

static void file_close(sinewd_output *output)
{
    release((file_output *)output);
    sinew_free(output);
}

static const sinewd_output_ops file_ops = {NULL, file_write, file_finish, file_close};

sinew_status sinewd_output_file(sinewd_output **out, const char *path,
                                const sinewd_output_stream *stream, sinew_error *error)
{
    *out = NULL;
    file_output *f = sinew_alloc(1, sizeof *f);
    if (!f)
        return sinew_fail_memory(error);
    f->base.ops = &file_ops;
    f->sample = stream->sample;
    f->path = path;
    sinew_sink_opts opts = {.format = sinew_format_of_path(path),
                            .signal = {.rate_hz = stream->rate_hz,
                                       .channels = stream->channels,
                                       .frames = stream->frames,
                                       .sample = stream->sample,
                                       .encoding = stream->encoding}};
    sinew_status status = SINEW_OK;
    if (sinewd_fifo_at(path))
        status = sinewd_fifo_open(&f->fifo, path, SINEWD_FIFO_WRITE, stream->stop, error);
    if (!status)
        status = name_error(
            f, sinew_sink_open(&f->sink, f->fifo ? sinewd_fifo_end(f->fifo) : path, &opts, error),
            error);
    if (status) {
        file_close(&f->base);
        return status;
    }
    if (f->fifo)
        sinewd_fifo_handed(f->fifo);
    *out = &f->base;
    return SINEW_OK;
}
