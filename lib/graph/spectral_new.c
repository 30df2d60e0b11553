#include <fftw3.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "graph/spectral.h"
#include "math/fft.h"
#include "simd/ops.h"

enum { LEAST_WINDOW = 4, MOST_WINDOW = 32768 };

/* Other factors would go by transforms that take memory when they run. */
static bool has_small_factors(uint32_t n)
{
    static const uint32_t factors[] = {2, 3, 5, 7};
    for (size_t i = 0; i < 4; i++)
        while (n % factors[i] == 0)
            n /= factors[i];
    return n == 1;
}

static sinew_status check_lengths(const sinew_spectral_opts *opts, sinew_error *error)
{
    uint32_t window = opts->window_frames, hop = opts->hop_frames;
    if (window < LEAST_WINDOW || window > MOST_WINDOW || window % 2 || !has_small_factors(window))
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a window of %u frames: it is even, made of the factors 2, 3, 5 and 7, "
                          "%d to %d",
                          window, LEAST_WINDOW, MOST_WINDOW);
    if (window % hop || window / hop < 2)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a hop of %u frames: it divides the window of %u at least twice", hop,
                          window);
    return SINEW_OK;
}

static sinew_status check_opts(const sinew_spectral_opts *opts, sinew_error *error)
{
    if ((unsigned)opts->window > SINEW_WINDOW_HANN ||
        (unsigned)opts->feature > SINEW_FEATURE_COMPLEX ||
        (unsigned)opts->output > SINEW_SPECTRAL_HOLD)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no such window, feature or output");
    if (!(opts->floor >= 0 && opts->floor <= 1e30) ||
        (opts->floor > 0 && !((float)opts->floor >= 1e-37f)))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a floor of %g: 1e-37 to 1e30 can be",
                          opts->floor);
    if (!(opts->step_s >= 0) || !isfinite(opts->step_s))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a step of %g s: it must be above 0",
                          opts->step_s);
    return check_lengths(opts, error);
}

static sinew_status check_inner(const sinew_node *inner, const sinew_spectral_opts *opts,
                                sinew_error *error)
{
    uint32_t features = sinew_spectral_features(opts), bins = opts->window_frames / 2 + 1;
    const char *kind = inner->ops->kind;
    bool mask = opts->output == SINEW_SPECTRAL_MASK;
    if (inner->sample_in != SINEW_SAMPLE_F32 || inner->sample_out != SINEW_SAMPLE_F32)
        return sinew_fail(error, SINEW_ERR_MISMATCH, "%s does not take and give float32", kind);
    if (inner->flags & SINEW_NODE_WHOLE)
        return sinew_fail(
            error, SINEW_ERR_UNSUPPORTED,
            "%s needs its whole input before its output begins: it cannot run spectrum "
            "by spectrum",
            kind);
    if (inner->channels_in != features)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "%s takes %u channels, but there are %u features", kind,
                          inner->channels_in, features);
    if (mask && inner->channels_out != bins &&
        (opts->bands == 0 || inner->channels_out != opts->bands))
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "%s gives %u gains, but the mask is of %u bins%s", kind,
                          inner->channels_out, bins, opts->bands > 0 ? " or as many bands" : "");
    if (mask && inner->latency_frames > 0)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "%s is late by %u hops: its mask would be another hop's", kind,
                          inner->latency_frames);
    return SINEW_OK;
}

/* w[n] = sin(pi n / W), or its square */
static double window_at(const sinew_spectral_opts *opts, size_t n)
{
    double sine = sin(M_PI * (double)n / opts->window_frames);
    return opts->window == SINEW_WINDOW_HANN ? sine * sine : sine;
}

/* v[n] = w[n] / (sum_k w[n + k P]^2) / W: FFTW's inverse is not normalised. */
static sinew_status place_windows(sinew_spectral *s, const sinew_spectral_opts *opts,
                                  sinew_error *error)
{
    size_t length = s->window_frames;
    s->analysis = sinew_alloc(length, sizeof *s->analysis);
    s->synthesis = sinew_alloc(length, sizeof *s->synthesis);
    if (!s->analysis || !s->synthesis)
        return sinew_fail_memory(error);
    for (size_t n = 0; n < length; n++) {
        double squares = 0, w = window_at(opts, n);
        for (size_t i = n % s->hop_frames; i < length; i += s->hop_frames)
            squares += window_at(opts, i) * window_at(opts, i);
        s->analysis[n] = (float)w;
        s->synthesis[n] = (float)(w / squares / (double)length);
    }
    return SINEW_OK;
}

/* For any memory as aligned as this. */
static sinew_status plan_transforms(sinew_spectral *s, sinew_error *error)
{
    int n = (int)s->window_frames;
    float *time = sinew_alloc(s->window_frames, sizeof *time);
    float *spectrum = sinew_alloc(2 * s->features.bins, sizeof *spectrum);
    if (time && spectrum && sinew_fft_has_room(s->window_frames)) {
        fftwf_complex *bins = (fftwf_complex *)(void *)spectrum;
        sinew_fft_lock();
        s->forward = fftwf_plan_dft_r2c_1d(n, time, bins, FFTW_ESTIMATE);
        s->inverse = fftwf_plan_dft_c2r_1d(n, bins, time, FFTW_ESTIMATE);
        sinew_fft_unlock();
    }
    sinew_free(time);
    sinew_free(spectrum);
    return s->forward && s->inverse ? SINEW_OK : sinew_fail_memory(error);
}

static uint64_t hash_of(const sinew_spectral *s, const sinew_spectral_opts *opts)
{
    const char *kind = sinew_spectral_ops.kind;
    double bands[] = {opts->low_hz, opts->high_hz, opts->step_s};
    uint64_t hash = sinew_hash(SINEW_HASH_START, kind, strlen(kind));
    uint64_t counts[] = {s->window_frames, s->hop_frames, opts->window,
                         opts->feature,    opts->bands,   opts->output};
    double floor = (double)s->features.floor;
    hash = sinew_hash(hash, counts, sizeof counts);
    hash = sinew_hash_numbers(hash, bands, opts->bands > 0 ? 3 : 0);
    hash = sinew_hash_numbers(hash, &floor, opts->feature == SINEW_FEATURE_LOG_POWER);
    return hash;
}

/* FFTW chooses its code by version and processor, and that rounds as it likes. */
static uint64_t identity_of(const sinew_spectral *s)
{
    const char *table = sinew_simd_best()->name;
    uint64_t hash = sinew_hash_count(s->node.model_hash, s->inner->identity);
    hash = sinew_hash(hash, fftwf_version, strlen(fftwf_version));
    return s->inner->identity ? sinew_hash(hash, table, strlen(table)) : 0;
}

static sinew_status build(sinew_spectral *s, const sinew_spectral_opts *opts, sinew_error *error)
{
    s->window_frames = opts->window_frames;
    s->hop_frames = opts->hop_frames;
    s->mask = opts->output == SINEW_SPECTRAL_MASK;
    s->node = (sinew_node){
        .ops = &sinew_spectral_ops,
        .sample_in = SINEW_SAMPLE_F32,
        .sample_out = SINEW_SAMPLE_F32,
        .channels_in = 1,
        .channels_out = s->mask ? 1 : s->inner->channels_out,
        .latency_frames =
            s->mask ? opts->window_frames - 1 : s->inner->latency_frames * opts->hop_frames,
        .step_s = opts->step_s,
    };
    sinew_status status = sinew_features_init(&s->features, opts, error);
    if (!status)
        status = place_windows(s, opts, error);
    if (!status)
        status = plan_transforms(s, error);
    s->node.model_hash = sinew_hash_count(hash_of(s, opts), s->inner->model_hash);
    s->node.identity = identity_of(s);
    return status;
}

sinew_status sinew_spectral_new(sinew_node **out, sinew_node *inner,
                                const sinew_spectral_opts *given, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!inner || !given)
        return sinew_fail_null(error);
    sinew_spectral_opts opts = *given;
    opts.hop_frames = opts.hop_frames > 0 ? opts.hop_frames : opts.window_frames / 2;
    sinew_status status = check_opts(&opts, error);
    if (!status)
        status = check_inner(inner, &opts, error);
    if (status)
        return status;
    sinew_spectral *s = sinew_alloc(1, sizeof *s);
    if (!s)
        return sinew_fail_memory(error);
    s->inner = inner;
    status = build(s, &opts, error);
    if (status) {
        s->inner = NULL; /* the caller's still */
        sinew_spectral_ops.free(&s->node);
        return status;
    }
    *out = &s->node;
    return SINEW_OK;
}
