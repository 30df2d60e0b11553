/* A file as a source: at the pace of its rate, as a device would deliver it, or as fast as it
 * goes; once, or for ever. */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "sinew/io.h"
#include "source.h"

typedef struct file_source {
    sinewd_source base;
    sinew_source *file;
    void *samples; /* (max_frames, channels) */
    sinewd_pace pace;
    bool loop;
    int64_t index; /* of the next frame; goes on where the file begins again */
    sinewd_stamp start;
} file_source;

static sinew_status file_start(sinewd_source *source, sinew_error *error)
{
    (void)error;
    ((file_source *)source)->start = sinewd_stamp_now();
    return SINEW_OK;
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
    if (sinewd_stop_wanted(source->stop))
        return SINEW_OK;
    sinew_status status = next_frames(f, &out->block, error);
    if (status)
        return status;
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
    if (sinewd_stop_wait(source->stop, sinewd_time_between(sinewd_stamp_now().mono, due)))
        out->block.n_frames = 0; /* its time has not come */
    return SINEW_OK;
}

static void file_close(sinewd_source *source)
{
    file_source *f = (file_source *)source;
    sinew_source_close(f->file);
    sinew_free(f->samples);
    sinew_free(f);
}

static const sinewd_source_ops file_ops = {file_start, file_read, file_close};

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
    f->pace = config->pace;
    f->loop = config->loop;
    sinew_source_opts opts = {.format = config->format, .channels = (uint32_t)config->channels};
    sinew_status status = sinew_source_open(&f->file, config->path, &opts, error);
    if (status)
        goto fail;
    const sinew_signal *signal = sinew_source_signal(f->file);
    if ((status = settle_rate(&f->base.rate_hz, config, signal, error)))
        goto fail;
    f->base.channels = signal->channels;
    f->base.frames = config->loop ? -1 : signal->frames;
    f->base.encoding = signal->encoding;
    f->samples = sinew_alloc(f->base.max_frames * signal->channels, sizeof(double));
    if (!f->samples) {
        status = sinew_fail_memory(error);
        goto fail;
    }
    *out = &f->base;
    return SINEW_OK;
fail:
    file_close(&f->base);
    return status;
}
