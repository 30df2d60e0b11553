/* graph.spectral: hops of samples as spectra, an inner node over their features, and back.
 *
 *     X_m[k] = sum_n w[n] x[(m + 1) P - W + n] e^(-2 pi i k n / W)     at the last sample of hop m
 *     g_m    = inner(features(X_m))
 *     y      = sum over m of v[n] (inverse of g_m X_m)[n], at (m + 1) P - W + n
 *
 * with W = window_frames, P = hop_frames and v w summed over the hops 1. A hop is computed alike
 * whatever block its samples came in; in a long block the spectra of many hops are made first, then
 * the inner node runs over all of them, then what they give is added up. */
#include "graph/spectral.h"

#include <fftw3.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"
#include "graph/parts.h"
#include "layer/state_arrays.h"
#include "math/fft.h"

enum { HOPS_AT_A_TIME = 32 };

/* The state: a header, then what came, then what is to go out, then the inner node's. */
typedef struct header {
    uint64_t phase; /* samples of the hop that has begun */
} header;

typedef struct place {
    header *header;
    float *past;  /* (W): the last W - P before the hop, then those of the hop */
    float *later; /* mask: (W), sums of which the first P are complete; hold: (channels_out) */
    void *inner;
} place;

/* Numbers of `later`. */
static size_t later_count(const sinew_spectral *s)
{
    return s->mask ? s->window_frames : s->node.channels_out;
}

static size_t past_bytes(const sinew_spectral *s)
{
    return sinew_aligned(s->window_frames * sizeof(float));
}

static size_t own_bytes(const sinew_spectral *s)
{
    return SINEW_ALIGN + past_bytes(s) + sinew_aligned(later_count(s) * sizeof(float));
}

static place place_at(const sinew_spectral *s, const void *state)
{
    unsigned char *at = (unsigned char *)(uintptr_t)state;
    return (place){.header = (void *)at,
                   .past = (void *)(at + SINEW_ALIGN),
                   .later = (void *)(at + SINEW_ALIGN + past_bytes(s)),
                   .inner = at + own_bytes(s)};
}

/* Scratch memory for so many hops at a time. */
typedef struct work {
    size_t spectrum; /* numbers of a row of spectra */
    float *spectra;  /* (hops, spectrum): re, im of each bin */
    float *features; /* (hops, inner->channels_in) */
    float *given;    /* (hops, inner->channels_out) */
    float *time;     /* (W) */
    float *power;    /* (bins) */
    void *inner;
    size_t bytes; /* up to `inner` */
} work;

/* scratch NULL: only `bytes` counts. */
static work work_at(const sinew_spectral *s, size_t hops, void *scratch)
{
    work w = {.spectrum = (2 * s->features.bins + 15) / 16 * 16};
    w.spectra = sinew_take_floats(scratch, &w.bytes, hops * w.spectrum);
    w.features = sinew_take_floats(scratch, &w.bytes, hops * s->inner->channels_in);
    w.given = sinew_take_floats(scratch, &w.bytes, hops * s->inner->channels_out);
    w.time = sinew_take_floats(scratch, &w.bytes, s->window_frames);
    w.power = sinew_take_floats(scratch, &w.bytes, s->features.bins);
    w.inner = sinew_take_floats(scratch, &w.bytes, 0);
    return w;
}

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    const sinew_spectral *s = (const sinew_spectral *)node;
    size_t hops = max_frames / s->hop_frames + 1;
    hops = hops < HOPS_AT_A_TIME ? hops : HOPS_AT_A_TIME;
    sinew_footprint inner;
    s->inner->ops->footprint(s->inner, hops, &inner);
    size_t own = 8 + (s->window_frames + later_count(s)) * sizeof(float);
    *out = (sinew_footprint){.state_bytes = own_bytes(s) + inner.state_bytes,
                             .saved_bytes = own + inner.saved_bytes,
                             .scratch_bytes = work_at(s, hops, NULL).bytes + inner.scratch_bytes};
}

static void reset(const sinew_node *node, void *state)
{
    const sinew_spectral *s = (const sinew_spectral *)node;
    memset(state, 0, own_bytes(s));
    s->inner->ops->reset(s->inner, place_at(s, state).inner);
}

/* The spectrum of the hop that is complete, and its features. */
static void analyse(const sinew_spectral *s, const place *p, size_t hop, const work *w)
{
    float *spectrum = w->spectra + hop * w->spectrum;
    for (size_t n = 0; n < s->window_frames; n++)
        w->time[n] = s->analysis[n] * p->past[n];
    fftwf_execute_dft_r2c(s->forward, w->time, (fftwf_complex *)(void *)spectrum);
    sinew_features_of(&s->features, spectrum, w->power, w->features + hop * s->inner->channels_in);
    memmove(p->past, p->past + s->hop_frames, (s->window_frames - s->hop_frames) * sizeof *p->past);
}

/* Take n samples; how many hops they completed. */
static size_t take_samples(const sinew_spectral *s, const place *p, const float *x, size_t n,
                           const work *w)
{
    size_t hops = 0, phase = (size_t)p->header->phase, before = s->window_frames - s->hop_frames;
    for (size_t at = 0, now; at < n; at += now) {
        now = n - at < s->hop_frames - phase ? n - at : s->hop_frames - phase;
        memcpy(p->past + before + phase, x + at, now * sizeof *x);
        phase += now;
        if (phase == s->hop_frames) {
            analyse(s, p, hops++, w);
            phase = 0;
        }
    }
    return hops;
}

static void run_inner(const sinew_spectral *s, const place *p, size_t hops, const work *w)
{
    sinew_block in = {.samples = w->features, .n_frames = hops, .channels = s->inner->channels_in};
    sinew_block out = {.samples = w->given, .n_frames = hops, .channels = s->inner->channels_out};
    if (hops > 0)
        s->inner->ops->process(s->inner, p->inner, w->inner, &in, &out);
}

/* What hop `hop` gives, into what is to go out. */
static void synthesize(const sinew_spectral *s, const place *p, size_t hop, const work *w)
{
    float *spectrum = w->spectra + hop * w->spectrum, *sums = p->later;
    const float *given = w->given + hop * s->inner->channels_out;
    size_t kept = s->window_frames - s->hop_frames;
    if (!s->mask) {
        memcpy(p->later, given, s->node.channels_out * sizeof *given);
        return;
    }
    sinew_features_mask(&s->features, given, s->inner->channels_out, spectrum);
    fftwf_execute_dft_c2r(s->inverse, (fftwf_complex *)(void *)spectrum, w->time);
    memmove(sums, sums + s->hop_frames, kept * sizeof *sums);
    memset(sums + kept, 0, s->hop_frames * sizeof *sums);
    for (size_t n = 0; n < s->window_frames; n++)
        sums[n] += s->synthesis[n] * w->time[n];
}

/* y[t], t < n, from `phase` samples after a hop on: the sample that completes a hop carries the
 * first of the sums that it completes. */
static void give(const sinew_spectral *s, const place *p, size_t phase, float *y, size_t n)
{
    size_t channels = s->node.channels_out;
    if (s->mask)
        memcpy(y, p->later + phase, n * sizeof *y);
    for (size_t t = 0; !s->mask && t < n; t++)
        memcpy(y + t * channels, p->later, channels * sizeof *y);
}

static void give_samples(const sinew_spectral *s, const place *p, float *y, size_t n, const work *w)
{
    size_t phase = (size_t)p->header->phase, hop = 0;
    for (size_t at = 0, now; at < n; at += now) {
        if (phase + 1 == s->hop_frames) {
            synthesize(s, p, hop++, w);
            give(s, p, 0, y + at * s->node.channels_out, now = 1);
            phase = 0;
            continue;
        }
        now = s->hop_frames - 1 - phase;
        now = now < n - at ? now : n - at;
        give(s, p, phase + 1, y + at * s->node.channels_out, now);
        phase += now;
    }
    p->header->phase = phase;
}

static void process(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                    sinew_block *out)
{
    const sinew_spectral *s = (const sinew_spectral *)node;
    place p = place_at(s, state);
    size_t most = in->n_frames / s->hop_frames + 1;
    most = most < HOPS_AT_A_TIME ? most : HOPS_AT_A_TIME;
    work w = work_at(s, most, scratch);
    for (size_t at = 0, n; at < in->n_frames; at += n) {
        n = in->n_frames - at < most * s->hop_frames ? in->n_frames - at : most * s->hop_frames;
        size_t hops = take_samples(s, &p, (const float *)in->samples + at, n, &w);
        run_inner(s, &p, hops, &w);
        give_samples(s, &p, (float *)out->samples + at * node->channels_out, n, &w);
    }
}

static void save_state(const sinew_node *node, const void *state, void *bytes)
{
    const sinew_spectral *s = (const sinew_spectral *)node;
    place p = place_at(s, state);
    uint8_t *at = sinew_put_u64(bytes, p.header->phase);
    at = sinew_state_put(at, p.past, s->window_frames);
    at = sinew_state_put(at, p.later, later_count(s));
    s->inner->ops->save_state(s->inner, p.inner, at);
}

static sinew_status load_state(const sinew_node *node, void *state, void *scratch,
                               const void *bytes, size_t n_bytes, sinew_error *error)
{
    const sinew_spectral *s = (const sinew_spectral *)node;
    place p = place_at(s, state);
    size_t n = s->window_frames, later = later_count(s), own = 8 + 4 * (n + later);
    const uint8_t *at = bytes;
    uint64_t phase = n_bytes >= own ? sinew_get_u64(at) : 0;
    if (n_bytes < own || phase >= s->hop_frames)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "%zu bytes, %llu samples into a hop of %zu: no state of windows of %zu",
                          n_bytes, (unsigned long long)phase, s->hop_frames, n);
    memset(state, 0, own_bytes(s));
    p.header->phase = phase;
    at = sinew_state_get(at + 8, p.past, n);
    at = sinew_state_get(at, p.later, later);
    return s->inner->ops->load_state(s->inner, p.inner, scratch, at, n_bytes - own, error);
}

/* Its own, then those of the inner node. */
static size_t parts(const sinew_node *node, sinew_state_part *out, size_t room)
{
    const sinew_spectral *s = (const sinew_spectral *)node;
    size_t past = s->window_frames, later = later_count(s), left = room > 3 ? room - 3 : 0;
    sinew_state_part own[] = {
        {.name = "stft.phase", .dtype = SINEW_DTYPE_I64, .rank = 1, .shape = {1}},
        {.name = "stft.past", .rank = 1, .shape = {past}, .offset = 8},
        {.name = "stft.overlap", .rank = 1, .shape = {later}, .offset = 8 + 4 * past},
    };
    if (!s->mask)
        memcpy(own[2].name, "stft.held", sizeof "stft.held");
    for (size_t i = 0; i < 3 && i < room; i++)
        out[i] = own[i];
    size_t more = sinew_parts(s->inner, left > 0 ? out + 3 : NULL, left);
    for (size_t i = 0; i < more && i < left; i++)
        out[3 + i].offset += 8 + 4 * (past + later);
    return 3 + more;
}

static void free_node(sinew_node *node)
{
    sinew_spectral *s = (sinew_spectral *)node;
    sinew_fft_lock();
    if (s->forward)
        fftwf_destroy_plan(s->forward);
    if (s->inverse)
        fftwf_destroy_plan(s->inverse);
    sinew_fft_unlock();
    sinew_features_finish(&s->features);
    sinew_node_free(s->inner);
    sinew_free(s->analysis);
    sinew_free(s->synthesis);
    sinew_free(s);
}

const sinew_node_ops sinew_spectral_ops = {.kind = "graph.spectral",
                                           .footprint = footprint,
                                           .reset = reset,
                                           .process = process,
                                           .save_state = save_state,
                                           .load_state = load_state,
                                           .free = free_node,
                                           .parts = parts};
