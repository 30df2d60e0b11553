#include "graph/features.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

/* The corners and middles of the triangles: band b is from edges[b] over edges[b + 1] to
 * edges[b + 2]. */
static double mel_of_hz(double hz)
{
    return 2595 * log10(1 + hz / 700);
}

static double edge_hz(const sinew_spectral_opts *opts, double high_hz, size_t i)
{
    double low = mel_of_hz(opts->low_hz), high = mel_of_hz(high_hz);
    double mel = low + (high - low) * (double)i / (double)(opts->bands + 1);
    return 700 * (pow(10, mel / 2595) - 1);
}

static double triangle_at(double hz, double low, double middle, double high)
{
    if (!(hz > low && hz < high))
        return 0;
    return hz < middle ? (hz - low) / (middle - low) : (high - hz) / (high - middle);
}

static sinew_status check_bands(const sinew_spectral_opts *opts, double high_hz, sinew_error *error)
{
    double half = opts->step_s > 0 ? 0.5 / opts->step_s : 0;
    if (opts->feature == SINEW_FEATURE_COMPLEX)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "bands are of power: complex has none");
    if (opts->bands > opts->window_frames / 2 + 1)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%u bands of %u bins", opts->bands,
                          opts->window_frames / 2 + 1);
    if (!(half > 0))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "bands need the time step of the samples");
    if (!(opts->low_hz >= 0 && opts->low_hz < high_hz && high_hz <= half * (1 + 1e-9)))
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "bands from %g Hz to %g Hz: they go up, from 0 to half of the rate "
                          "(%g Hz) at most",
                          opts->low_hz, high_hz, half);
    return SINEW_OK;
}

/* The weights of one triangle behind the `used` ones that there are; how many. */
static size_t place_triangle(sinew_features *f, size_t band, const double edges[3], double bin_hz,
                             size_t used)
{
    sinew_triangle *triangle = &f->triangles[band];
    *triangle = (sinew_triangle){.offset = used};
    for (size_t k = 0; k < f->bins; k++) {
        double weight = triangle_at((double)k * bin_hz, edges[0], edges[1], edges[2]);
        if (!(weight > 0))
            continue;
        if (triangle->count == 0)
            triangle->first = k;
        f->weights[used + triangle->count++] = (float)weight;
    }
    return triangle->count;
}

/* Where bin k lies between the middles of the bands. */
static void place_gains(sinew_features *f, const sinew_spectral_opts *opts, double high_hz,
                        double bin_hz)
{
    for (size_t k = 0; k < f->bins && f->bands > 1; k++) {
        size_t b = 0;
        while (b + 2 < f->bands && (double)k * bin_hz >= edge_hz(opts, high_hz, b + 2))
            b++;
        double low = edge_hz(opts, high_hz, b + 1), high = edge_hz(opts, high_hz, b + 2);
        double share = ((double)k * bin_hz - low) / (high - low);
        f->below[k] = (uint32_t)b;
        f->share[k] = (float)(share < 0 ? 0 : share > 1 ? 1 : share);
    }
}

static sinew_status init_bands(sinew_features *f, const sinew_spectral_opts *opts,
                               sinew_error *error)
{
    double high_hz = opts->high_hz > 0 || opts->high_hz < 0 ? opts->high_hz : 0.5 / opts->step_s;
    double bin_hz = 1 / (opts->step_s * opts->window_frames);
    sinew_status status = check_bands(opts, high_hz, error);
    if (status)
        return status;
    f->triangles = sinew_alloc(f->bands, sizeof *f->triangles);
    f->weights = sinew_alloc(2 * f->bins, sizeof *f->weights); /* a bin lies in two at most */
    f->below = sinew_alloc(f->bins, sizeof *f->below);
    f->share = sinew_alloc(f->bins, sizeof *f->share);
    if (!f->triangles || !f->weights || !f->below || !f->share)
        return sinew_fail_memory(error);
    for (size_t b = 0, used = 0; b < f->bands; b++) {
        double edges[3];
        for (size_t i = 0; i < 3; i++)
            edges[i] = edge_hz(opts, high_hz, b + i);
        size_t count = place_triangle(f, b, edges, bin_hz, used);
        if (count == 0)
            return sinew_fail(error, SINEW_ERR_ARGUMENT,
                              "band %zu of %u, from %.1f to %.1f Hz, has no bin: they are %.1f Hz "
                              "apart; take fewer bands or a longer window",
                              b, opts->bands, edges[0], edges[2], bin_hz);
        used += count;
    }
    place_gains(f, opts, high_hz, bin_hz);
    return SINEW_OK;
}

sinew_status sinew_features_init(sinew_features *f, const sinew_spectral_opts *opts,
                                 sinew_error *error)
{
    f->feature = opts->feature;
    f->floor = opts->floor > 0 ? (float)opts->floor : 1e-10f;
    f->bins = opts->window_frames / 2 + 1;
    f->bands = opts->bands;
    return f->bands > 0 ? init_bands(f, opts, error) : SINEW_OK;
}

void sinew_features_finish(sinew_features *f)
{
    sinew_free(f->triangles);
    sinew_free(f->weights);
    sinew_free(f->below);
    sinew_free(f->share);
}

uint32_t sinew_spectral_features(const sinew_spectral_opts *opts)
{
    if (!opts)
        return 0;
    uint32_t bins = opts->window_frames / 2 + 1;
    if (opts->bands > 0)
        return opts->bands;
    return opts->feature == SINEW_FEATURE_COMPLEX ? 2 * bins : bins;
}

static float feature_of_power(const sinew_features *f, float power)
{
    switch (f->feature) {
    case SINEW_FEATURE_LOG_POWER:
        return log10f(power + f->floor);
    case SINEW_FEATURE_POWER_0_3:
        return powf(power, 0.3f);
    case SINEW_FEATURE_MAGNITUDE:
    case SINEW_FEATURE_COMPLEX:
        break;
    }
    return sqrtf(power);
}

static float power_in(const sinew_features *f, size_t band, const float *power)
{
    const sinew_triangle *triangle = &f->triangles[band];
    const float *weights = f->weights + triangle->offset;
    float sum = 0;
    for (size_t i = 0; i < triangle->count; i++)
        sum += weights[i] * power[triangle->first + i];
    return sum;
}

void sinew_features_of(const sinew_features *f, const float *spectrum, float *power, float *out)
{
    if (f->feature == SINEW_FEATURE_COMPLEX) {
        memcpy(out, spectrum, 2 * f->bins * sizeof *out);
        return;
    }
    for (size_t k = 0; k < f->bins; k++)
        power[k] = spectrum[2 * k] * spectrum[2 * k] + spectrum[2 * k + 1] * spectrum[2 * k + 1];
    if (f->bands == 0)
        for (size_t k = 0; k < f->bins; k++)
            out[k] = feature_of_power(f, power[k]);
    for (size_t b = 0; b < f->bands; b++)
        out[b] = feature_of_power(f, power_in(f, b, power));
}

static float gain_of_bands(const sinew_features *f, const float *gains, size_t k)
{
    if (f->bands == 1)
        return gains[0];
    const float *g = gains + f->below[k];
    return g[0] + f->share[k] * (g[1] - g[0]);
}

void sinew_features_mask(const sinew_features *f, const float *gains, size_t n, float *spectrum)
{
    for (size_t k = 0; k < f->bins; k++) {
        float gain = n == f->bins ? gains[k] : gain_of_bands(f, gains, k);
        spectrum[2 * k] *= gain;
        spectrum[2 * k + 1] *= gain;
    }
}
