/* A sound device as an output.
 *
 * The callback copies from a ring into PortAudio's buffer and does nothing else. It plays silence
 * until `latency` is waiting in the ring, and again after the ring ran empty: one pause instead
 * of many. A file waits for room in the ring, so the device sets its pace; a live source does
 * not wait, and loses whole blocks where its clock is the faster one. */
#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/samples.h"
#include "device.h"
#include "log.h"
#include "output.h"
#include "ring.h"

enum {
    ROOM_NS = 1000000, /* how often a waiting worker looks for room */
    STALL_S = 5,       /* a device that takes nothing for so long is gone */
    SLOTS_LEAST = 4
};

typedef struct slot {
    size_t n_frames;
    alignas(SINEW_ALIGN) float samples[];
} slot;

typedef struct device_output {
    sinewd_output base;
    const char *name;
    const sinewd_stop *stop;
    double rate_hz;
    uint32_t channels;
    sinew_sample sample;
    size_t cushion; /* cushion: slots to wait for before the first is played */
    bool live, begun;
    bool gone; /* the device stopped calling */
    PaStream *stream;
    sinewd_ring *ring;
    uint64_t lost; /* frames that found no room */

    atomic_bool draining;    /* no more will come: play what there is */
    atomic_ullong underruns; /* how often the ring ran empty */

    /* the callback's */
    bool playing;
    size_t played; /* frames of the slot at hand */
} device_output;

/* ---- the callback ---- */

static bool may_play(device_output *d)
{
    if (!d->playing)
        d->playing = sinewd_ring_filled(d->ring) >= d->cushion || atomic_load(&d->draining);
    return d->playing;
}

/* Up to n frames from the slot at hand; 0: the ring is empty. */
static size_t play(device_output *d, float *to, size_t n)
{
    const slot *from = sinewd_ring_read(d->ring);
    if (!from)
        return 0;
    size_t left = from->n_frames - d->played;
    if (n > left)
        n = left;
    memcpy(to, from->samples + d->played * d->channels, n * d->channels * sizeof *to);
    d->played += n;
    if (d->played == from->n_frames) {
        d->played = 0;
        sinewd_ring_have_read(d->ring);
    }
    return n;
}

static int wanted(const void *input, void *output, unsigned long n_frames,
                  const PaStreamCallbackTimeInfo *time, PaStreamCallbackFlags status, void *sink)
{
    device_output *d = sink;
    float *to = output;
    size_t done = 0, n = 1;
    (void)input;
    (void)time;
    (void)status;
    while (may_play(d) && done < n_frames && n > 0) {
        n = play(d, to + done * d->channels, n_frames - done);
        done += n;
    }
    if (done < n_frames) {
        memset(to + done * d->channels, 0, (n_frames - done) * d->channels * sizeof *to);
        if (d->playing && !atomic_load(&d->draining))
            atomic_fetch_add(&d->underruns, 1);
        d->playing = false;
    }
    return paContinue;
}

/* ---- the worker ---- */

static sinew_status device_start(sinewd_output *output, sinew_error *error)
{
    device_output *d = (device_output *)output;
    PaError code = Pa_StartStream(d->stream);
    return code == paNoError ? SINEW_OK : sinewd_device_fail(error, d->name, code);
}

/* A free slot; NULL: none, and there is no waiting, or a stop is wanted, or (an error) the
 * device takes nothing any more. */
static slot *take_slot(device_output *d, sinew_error *error, sinew_status *status)
{
    struct timespec since = sinewd_stamp_now().mono;
    slot *to;
    *status = SINEW_OK;
    while (!(to = sinewd_ring_write(d->ring)) && !d->live) {
        if (sinewd_stop_wait(d->stop, ROOM_NS))
            return NULL;
        if (sinewd_time_between(since, sinewd_stamp_now().mono) >
            (int64_t)STALL_S * SINEWD_SECOND_NS) {
            d->gone = true;
            *status =
                sinew_fail(error, SINEW_ERR_IO, "device '%s' takes nothing any more", d->name);
            return NULL;
        }
    }
    return to;
}

static sinew_status device_write(sinewd_output *output, const sinewd_chunk *chunk,
                                 sinew_error *error)
{
    device_output *d = (device_output *)output;
    sinew_status status;
    slot *to = take_slot(d, error, &status);
    if (!to) {
        d->lost += chunk->block.n_frames;
        return status;
    }
    to->n_frames = chunk->block.n_frames;
    for (size_t i = 0; i < to->n_frames * d->channels; i++)
        to->samples[i] = (float)sinew_sample_get(chunk->block.samples, d->sample, i);
    sinewd_ring_wrote(d->ring);
    return SINEW_OK;
}

/* Let the device play what is left, unless a stop is wanted. */
static sinew_status device_finish(sinewd_output *output, bool keep, sinew_error *error)
{
    device_output *d = (device_output *)output;
    struct timespec since = sinewd_stamp_now().mono;
    if (d->gone)
        return SINEW_OK;
    atomic_store(&d->draining, true);
    while (keep && sinewd_ring_filled(d->ring) > 0 && !sinewd_stop_wait(d->stop, ROOM_NS))
        if (sinewd_time_between(since, sinewd_stamp_now().mono) >
            (int64_t)STALL_S * SINEWD_SECOND_NS) {
            d->gone = true;
            return sinew_fail(error, SINEW_ERR_IO, "device '%s' takes nothing any more", d->name);
        }
    if (sinewd_stop_wanted(d->stop))
        Pa_AbortStream(d->stream);
    else
        Pa_StopStream(d->stream);
    unsigned long long underruns = atomic_load(&d->underruns);
    if (d->lost > 0 || underruns > 0)
        sinewd_log("device '%s': ran empty %llu times, %llu frames found no room", d->name,
                   underruns, (unsigned long long)d->lost);
    return SINEW_OK;
}

static void device_close(sinewd_output *output)
{
    device_output *d = (device_output *)output;
    /* PortAudio may wait for ever for a device that is gone (JACK's server, say), or still call
     * us: all that the callback touches stays. */
    if (d->gone)
        return;
    if (d->stream)
        Pa_CloseStream(d->stream);
    if (d->begun)
        sinewd_device_end();
    sinewd_ring_free(d->ring);
    sinew_free(d);
}

static const sinewd_output_ops device_ops = {device_start, device_write, device_finish,
                                             device_close};

static sinew_status open_stream(device_output *d, double latency_s, sinew_error *error)
{
    PaDeviceIndex device;
    sinew_status status = sinewd_device_find(&device, d->name, false, error);
    if (status)
        return status;
    double least = Pa_GetDeviceInfo(device)->defaultLowOutputLatency;
    PaStreamParameters to = {.device = device,
                             .channelCount = (int)d->channels,
                             .sampleFormat = paFloat32,
                             .suggestedLatency = latency_s > least ? latency_s : least};
    PaError code = Pa_OpenStream(&d->stream, NULL, &to, d->rate_hz, paFramesPerBufferUnspecified,
                                 paNoFlag, wanted, d);
    if (code != paNoError)
        d->stream = NULL;
    return code == paNoError ? SINEW_OK : sinewd_device_fail(error, d->name, code);
}

sinew_status sinewd_output_device(sinewd_output **out, const sinewd_device_config *config,
                                  const sinewd_output_stream *stream, sinew_error *error)
{
    *out = NULL;
    device_output *d = sinew_alloc(1, sizeof *d);
    if (!d)
        return sinew_fail_memory(error);
    d->base.ops = &device_ops;
    d->name = config->name;
    d->stop = stream->stop;
    d->rate_hz = stream->rate_hz;
    d->channels = stream->channels;
    d->sample = stream->sample;
    d->live = stream->live;
    /* Half of the ring is the cushion: it may drift by as much in both directions. */
    d->cushion = (size_t)(config->latency_s * d->rate_hz / (double)stream->max_frames) + 1;
    size_t slots = 2 * d->cushion > SLOTS_LEAST ? 2 * d->cushion : SLOTS_LEAST;
    size_t bytes = sizeof(slot) + stream->max_frames * d->channels * sizeof(float);
    sinew_status status = sinewd_ring_new(&d->ring, slots, bytes, error);
    if (!status && !(status = sinewd_device_begin(error)))
        d->begun = true;
    if (!status)
        status = open_stream(d, config->latency_s, error);
    if (status) {
        device_close(&d->base);
        return status;
    }
    *out = &d->base;
    return SINEW_OK;
}
