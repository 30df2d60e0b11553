/* A file as a source: at the pace of its rate, as a device would deliver it, or as fast as it
 * goes; once, or for ever. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "fifo.h"
#include "sinew/io.h"
#include "source.h"

typedef struct file_source {
    sinewd_source base;
    const sinewd_file_config *config;
    sinew_source *file;
    bool is_fifo;
    sinewd_fifo *fifo; /* from start on, where the path is one */
    void *samples;     /* (max_frames, channels) */
    sinewd_pace pace;
    bool loop;
    int64_t index; /* of the next frame; goes on where the file begins again */
    sinewd_stamp start;
} file_source;

/* What went wrong with a FIFO after a stop is the stop's doing. */
static sinew_status settle(const file_source *f, sinew_status status, sinew_error *error)
{
    if (!status || !f->fifo)
        return status;
    sinewd_fifo_name_error(f->fifo, error);
    return sinewd_stop_wanted(f->base.stop) ? SINEW_OK : status;
}

/* The next frames of the file; its beginning follows its end where it loops. */
static sinew_status next_frames(file_source *f, sinew_block *block, sinew_error *error)
{
    *block = (sinew_block){.samples = f->samples};
    sinew_status status =
        sinew_source_read(f->file, f->base.sample, f->base.max_frames, block, error);
    if (status || block->n_frames > 0 || !f->loop)
        return status;
    status = sinew_source_rewind(f->file, error);
    *block = (sinew_block){.samples = f->samples};
    if (!status)
        status = sinew_source_read(f->file, f->base.sample, f->base.max_frames, block, error);
    return status;
}

static sinew_status file_read(sinewd_source *source, sinewd_chunk *out, sinew_error *error)
{
    file_source *f = (file_source *)source;
    *out = (sinewd_chunk){.block = {.samples = f->samples, .channels = source->channels}};
    if (!f->fifo && sinewd_stop_wanted(source->stop))
        return SINEW_OK; /* a FIFO ends behind what had come before the stop */
    sinew_status status = next_frames(f, &out->block, error);
    if (status) {
        out->block.n_frames = 0;
        return settle(f, status, error);
    }
    out->block.index = f->index;
    out->block.flags = 0;
    out->block.step_s = NULL;
    out->at = sinewd_stamp_add(f->start, sinewd_frames_ns(f->index, source->rate_hz));
    f->index += (int64_t)out->block.n_frames;
    if (f->pace == SINEWD_PACE_FAST) {
        out->at = sinewd_stamp_now();
        return SINEW_OK;
    }
    /* A block of a device is there when its last frame has happened. */
    struct timespec due =
        sinewd_time_add(f->start.mono, sinewd_frames_ns(f->index, source->rate_hz));
    if (sinewd_stop_wait(source->stop, sinewd_time_between(sinewd_stamp_now().mono, due)) &&
        !f->fifo)
        out->block.n_frames = 0; /* its time has not come */
    return SINEW_OK;
}

static void file_close(sinewd_source *source)
{
    file_source *f = (file_source *)source;
    sinew_source_close(f->file);
    sinewd_fifo_close(f->fifo);
    sinew_free(f->samples);
    sinew_free(f);
}

/* The rate: the file's, or the configuration's where the file does not say one. */
static sinew_status settle_rate(double *rate_hz, const sinewd_file_config *config,
                                const sinew_signal *signal, sinew_error *error)
{
    if (signal->rate_hz == 0 && config->rate_hz == 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%s: it does not say its rate: 'rate' must",
                          config->path);
    if (signal->rate_hz > 0 && config->rate_hz > 0 && signal->rate_hz != config->rate_hz)
        return sinew_fail(error, SINEW_ERR_MISMATCH, "%s: its rate is %.17g Hz, not %.17g Hz",
                          config->path, signal->rate_hz, config->rate_hz);
    *rate_hz = signal->rate_hz > 0 ? signal->rate_hz : config->rate_hz;
    return SINEW_OK;
}

/* Open the path, which is the file's or leads to the FIFO. */
static sinew_status open_path(file_source *f, const char *path, sinew_error *error)
{
    const sinewd_file_config *config = f->config;
    sinew_source_opts opts = {.format = config->format, .channels = (uint32_t)config->channels};
    if (!opts.format)
        opts.format = sinew_format_of_path(config->path);
    sinew_status status = sinew_source_open(&f->file, path, &opts, error);
    if (status)
        return status;
    const sinew_signal *signal = sinew_source_signal(f->file);
    if ((status = settle_rate(&f->base.rate_hz, config, signal, error)))
        return status;
    f->base.channels = signal->channels;
    f->base.frames = config->loop ? -1 : signal->frames;
    f->base.encoding = signal->encoding;
    f->samples = sinew_alloc(f->base.max_frames * signal->channels, sizeof(double));
    return f->samples ? SINEW_OK : sinew_fail_memory(error);
}

static sinew_status file_start(sinewd_source *source, sinew_error *error)
{
    file_source *f = (file_source *)source;
    sinew_status status = SINEW_OK;
    if (f->is_fifo)
        status = sinewd_fifo_open(&f->fifo, f->config->path, SINEWD_FIFO_READ, source->stop, error);
    if (!status && f->fifo) {
        status = open_path(f, sinewd_fifo_end(f->fifo), error);
        sinewd_fifo_handed(f->fifo);
    }
    f->start = sinewd_stamp_now();
    if (!status)
        return SINEW_OK;
    f->base.rate_hz = 0;
    return settle(f, status, error);
}

static const sinewd_source_ops file_ops = {file_start, file_read, file_close};

/* What a FIFO delivers is known once something comes: `start` waits for it. Opened now, it would
 * lose what is only looked at by a check. */
static sinew_status prepare_fifo(file_source *f, sinew_error *error)
{
    const sinewd_file_config *config = f->config;
    if (config->loop)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED, "%s: a FIFO has no beginning to loop to",
                          config->path);
    if (!config->format && !sinew_format_of_path(config->path))
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED, "%s: its extension names no format",
                          config->path);
    f->base.live = f->is_fifo = true;
    return access(config->path, R_OK) == 0
               ? SINEW_OK
               : sinew_fail(error, SINEW_ERR_IO, "%s: %s", config->path, strerror(errno));
}

sinew_status sinewd_source_file(sinewd_source **out, const sinewd_file_config *config,
                                const sinewd_source *like, sinew_error *error)
{
    *out = NULL;
    file_source *f = sinew_alloc(1, sizeof *f);
    if (!f)
        return sinew_fail_memory(error);
    f->base = *like;
    f->base.ops = &file_ops;
    f->base.max_frames = (size_t)config->block;
    f->base.waits = config->pace == SINEWD_PACE_FAST;
    f->config = config;
    f->pace = config->pace;
    f->loop = config->loop;
    sinew_status status =
        sinewd_fifo_at(config->path) ? prepare_fifo(f, error) : open_path(f, config->path, error);
    if (status) {
        file_close(&f->base);
        return status;
    }
    *out = &f->base;
    return SINEW_OK;
}
