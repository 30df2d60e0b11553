/* A file as an output. It has its name once it is complete: at the end of the stream or at a
 * stop, never after a failure. */
#include "base/error.h"
#include "base/memory.h"
#include "log.h"
#include "output.h"
#include "sinew/io.h"

typedef struct file_output {
    sinewd_output base;
    sinew_sink *sink;
    sinew_sample sample;
    const char *path;
} file_output;

static sinew_status file_write(sinewd_output *output, const sinewd_chunk *chunk, sinew_error *error)
{
    file_output *f = (file_output *)output;
    return sinew_sink_write(f->sink, f->sample, &chunk->block, NULL, error);
}

static sinew_status file_finish(sinewd_output *output, bool keep, sinew_error *error)
{
    file_output *f = (file_output *)output;
    if (!keep)
        return SINEW_OK;
    uint64_t clipped = sinew_sink_clipped(f->sink);
    if (clipped > 0)
        sinewd_log("%s: %llu samples were beyond full scale and are clipped", f->path,
                   (unsigned long long)clipped);
    return sinew_sink_commit(f->sink, error);
}

static void file_close(sinewd_output *output)
{
    file_output *f = (file_output *)output;
    sinew_sink_close(f->sink);
    sinew_free(f);
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
    sinew_sink_opts opts = {.signal = {.rate_hz = stream->rate_hz,
                                       .channels = stream->channels,
                                       .frames = stream->frames,
                                       .sample = stream->sample,
                                       .encoding = stream->encoding}};
    sinew_status status = sinew_sink_open(&f->sink, path, &opts, error);
    if (status) {
        sinew_free(f);
        return status;
    }
    *out = &f->base;
    return SINEW_OK;
}
