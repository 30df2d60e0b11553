/* A sound device as a source.
 *
 * The callback copies what PortAudio brings into slots of a ring, with the time of the first
 * frame, and does nothing else: it cannot even wake the worker, which would be a system call.
 * The worker looks a few times a block. A full ring loses whole blocks; they are counted, and the
 * next one tells of them. */
#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/samples.h"
#include "device.h"
#include "ring.h"
#include "source.h"

enum {
    SLOTS = 64,
    LOOKS = 4,     /* a block */
    SILENCE_S = 5, /* a device that brings nothing for so long is gone */
    OLDEST_S = 2   /* a driver's time stamp that is older is wrong */
};

typedef struct slot {
    sinewd_stamp at;
    int64_t index, gap;
    size_t n_frames;
    uint32_t flags;
    alignas(SINEW_ALIGN) float samples[];
} slot;

typedef struct device_source {
    sinewd_source base;
    const char *name;
    PaDeviceIndex device;
    PaStream *stream;
    bool begun; /* PortAudio is initialized */
    bool gone;  /* the device stopped calling */
    sinewd_ring *ring;
    void *samples; /* (max_frames, channels): what read hands out */

    /* the callback's */
    int64_t index, gap;
    uint32_t flags;
} device_source;

/* ---- the callback ---- */

/* When the first frame was at the converter, by our clocks. PortAudio's clock has another zero
 * with every driver, so only the age of the frame is taken from it. */
static sinewd_stamp stamp_of(const device_source *d, const PaStreamCallbackTimeInfo *time,
                             size_t n_frames)
{
    double age_s = time->currentTime - time->inputBufferAdcTime;
    if (time->inputBufferAdcTime <= 0 || !(age_s > 0 && age_s < OLDEST_S))
        age_s = (double)n_frames / d->base.rate_hz;
    return sinewd_stamp_add(sinewd_stamp_now(), -(int64_t)(age_s * SINEWD_SECOND_NS));
}

/* Up to a slot of frames; PortAudio may bring more than were asked for. */
static void keep_frames(device_source *d, const float *samples, size_t n, sinewd_stamp at)
{
    slot *to = sinewd_ring_write(d->ring);
    if (to) {
        to->at = at;
        to->index = d->index;
        to->gap = d->gap;
        to->flags = d->flags | (d->gap > 0 ? SINEWD_FLAG_GAP : 0u);
        to->n_frames = n;
        memcpy(to->samples, samples, n * d->base.channels * sizeof *samples);
        sinewd_ring_wrote(d->ring);
        d->gap = 0;
        d->flags = 0;
    } else {
        d->gap += (int64_t)n;
        d->flags |= SINEWD_FLAG_XRUN;
    }
    d->index += (int64_t)n;
}

static int arrived(const void *input, void *output, unsigned long n_frames,
                   const PaStreamCallbackTimeInfo *time, PaStreamCallbackFlags status, void *source)
{
    device_source *d = source;
    const float *samples = input;
    (void)output;
    if (!samples)
        return paContinue;
    /* The driver lost frames and does not say how many. */
    if (status & paInputOverflow)
        d->flags |= SINEWD_FLAG_XRUN | SINEWD_FLAG_DISCONT;
    sinewd_stamp at = stamp_of(d, time, n_frames);
    for (size_t done = 0; done < n_frames;) {
        size_t n = n_frames - done < d->base.max_frames ? n_frames - done : d->base.max_frames;
        keep_frames(d, samples + done * d->base.channels, n,
                    sinewd_stamp_add(at, sinewd_frames_ns((int64_t)done, d->base.rate_hz)));
        done += n;
    }
    return paContinue;
}

/* ---- the worker ---- */

static sinew_status device_start(sinewd_source *source, sinew_error *error)
{
    device_source *d = (device_source *)source;
    PaError code = Pa_StartStream(d->stream);
    return code == paNoError ? SINEW_OK : sinewd_device_fail(error, d->name, code);
}

static const slot *wait_for_slot(device_source *d, sinew_error *error, sinew_status *status)
{
    int64_t look_ns = sinewd_frames_ns((int64_t)d->base.max_frames, d->base.rate_hz) / LOOKS + 1;
    struct timespec since = sinewd_stamp_now().mono;
    const slot *from;
    *status = SINEW_OK;
    while (!(from = sinewd_ring_read(d->ring))) {
        if (sinewd_stop_wait(d->base.stop, look_ns))
            return NULL;
        if (sinewd_time_between(since, sinewd_stamp_now().mono) >
            (int64_t)SILENCE_S * SINEWD_SECOND_NS) {
            d->gone = true;
            *status =
                sinew_fail(error, SINEW_ERR_IO, "device '%s' delivers nothing any more", d->name);
            return NULL;
        }
    }
    return from;
}

static sinew_status device_read(sinewd_source *source, sinewd_chunk *out, sinew_error *error)
{
    device_source *d = (device_source *)source;
    sinew_status status;
    *out = (sinewd_chunk){.block = {.samples = d->samples, .channels = source->channels}};
    if (sinewd_stop_wanted(source->stop))
        return SINEW_OK;
    const slot *from = wait_for_slot(d, error, &status);
    if (!from)
        return status;
    for (size_t i = 0; i < from->n_frames * source->channels; i++)
        sinew_sample_put(d->samples, source->sample, i, (double)from->samples[i]);
    out->block.n_frames = from->n_frames;
    out->block.index = from->index;
    out->at = from->at;
    out->gap = from->gap;
    out->flags = from->flags;
    sinewd_ring_have_read(d->ring);
    return SINEW_OK;
}

static void device_close(sinewd_source *source)
{
    device_source *d = (device_source *)source;
    /* PortAudio may wait for ever for a device that is gone (JACK's server, say), or still call
     * us: all that the callback touches stays. */
    if (d->gone)
        return;
    if (d->stream)
        Pa_CloseStream(d->stream); /* the callback has returned for the last time */
    if (d->begun)
        sinewd_device_end();
    sinewd_ring_free(d->ring);
    sinew_free(d->samples);
    sinew_free(d);
}

static const sinewd_source_ops device_ops = {device_start, device_read, device_close};

static sinew_status open_stream(device_source *d, sinew_error *error)
{
    sinew_status status = sinewd_device_find(&d->device, d->name, true, error);
    if (status)
        return status;
    PaStreamParameters from = {.device = d->device,
                               .channelCount = (int)d->base.channels,
                               .sampleFormat = paFloat32,
                               .suggestedLatency =
                                   Pa_GetDeviceInfo(d->device)->defaultLowInputLatency};
    PaError code = Pa_OpenStream(&d->stream, &from, NULL, d->base.rate_hz,
                                 (unsigned long)d->base.max_frames, paNoFlag, arrived, d);
    if (code != paNoError)
        d->stream = NULL;
    return code == paNoError ? SINEW_OK : sinewd_device_fail(error, d->name, code);
}

sinew_status sinewd_source_device(sinewd_source **out, const sinewd_device_config *config,
                                  const sinewd_source *like, sinew_error *error)
{
    *out = NULL;
    device_source *d = sinew_alloc(1, sizeof *d);
    if (!d)
        return sinew_fail_memory(error);
    d->base = *like;
    d->base.ops = &device_ops;
    d->base.rate_hz = config->rate_hz;
    d->base.channels = (uint32_t)config->channels;
    d->base.max_frames = (size_t)config->block;
    d->base.live = d->base.device = true;
    d->name = config->name;
    size_t samples = d->base.max_frames * d->base.channels;
    d->samples = sinew_alloc(samples, sizeof(double));
    sinew_status status = d->samples ? SINEW_OK : sinew_fail_memory(error);
    if (!status)
        status = sinewd_ring_new(&d->ring, SLOTS, sizeof(slot) + samples * sizeof(float), error);
    if (!status && !(status = sinewd_device_begin(error)))
        d->begun = true;
    if (!status)
        status = open_stream(d, error);
    if (status) {
        device_close(&d->base);
        return status;
    }
    *out = &d->base;
    return SINEW_OK;
}
