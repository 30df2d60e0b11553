/* sinew/spectral.h against transforms summed up in long double. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "sinew/sinew.h"

enum { FRAMES = 3000 };

enum { MOST = 513 };

/* y = scale x + bias, where channels go on: an identity, or constant gains. A node reads its
 * weights where they stand, so one of them is alive at a time. */
static sinew_node *affine(uint32_t out, uint32_t in, float scale, float bias)
{
    static float W[MOST * MOST];
    sinew_error error;
    sinew_node *node = NULL;
    float *b = sinew_alloc(out, sizeof *b);
    cr_assert(out <= MOST && in <= MOST);
    memset(W, 0, sizeof W);
    for (uint32_t i = 0; i < out && i < in; i++)
        W[i * in + i] = scale;
    for (uint32_t i = 0; i < out; i++)
        b[i] = bias;
    sinew_tensor weight = {.rank = 2, .shape = {out, in}, .data = W};
    sinew_tensor shift = {.rank = 1, .shape = {out}, .data = b};
    cr_assert_eq(sinew_linear_new(&node, &(sinew_linear_weights){&weight, &shift}, NULL, &error),
                 SINEW_OK, "%s", error.text);
    sinew_free(b);
    return node;
}

static sinew_node *spectral(sinew_node *inner, const sinew_spectral_opts *opts)
{
    sinew_error error;
    sinew_node *node = NULL;
    cr_assert_eq(sinew_spectral_new(&node, inner, opts, &error), SINEW_OK, "%s", error.text);
    return node;
}

static float *noise(size_t n)
{
    float *x = sinew_alloc(n, sizeof *x);
    uint32_t random = 12345;
    for (size_t i = 0; i < n; i++) {
        random = random * 1664525u + 1013904223u;
        x[i] = (float)((double)random / 4294967296.0 - 0.5);
    }
    return x;
}

static float *run(const sinew_node *node, const float *x, size_t n, size_t cut)
{
    sinew_stream *stream = NULL;
    float *y = sinew_alloc(n * node->channels_out, sizeof *y);
    cr_assert_eq(sinew_stream_open(&stream, node, NULL, NULL), SINEW_OK);
    for (size_t at = 0; at < n; at += cut) {
        sinew_block in = {.samples = (void *)(uintptr_t)(x + at),
                          .n_frames = n - at < cut ? n - at : cut,
                          .channels = 1};
        sinew_block out = {.samples = y + at * node->channels_out};
        sinew_stream_process(stream, &in, &out);
    }
    sinew_stream_close(stream);
    return y;
}

Test(spectral, gains_of_one_give_back_what_came)
{
    static const uint32_t lengths[][2] = {{4, 2},     {16, 8},    {512, 128}, {400, 100},
                                          {480, 240}, {960, 120}, {512, 256}, {630, 90}};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        for (int window = 0; window < 2; window++) {
            sinew_spectral_opts opts = {.window_frames = lengths[i][0],
                                        .hop_frames = lengths[i][1],
                                        .window = (sinew_window)window};
            uint32_t bins = sinew_spectral_features(&opts), late = lengths[i][0] - 1;
            cr_assert_eq(bins, lengths[i][0] / 2 + 1);
            sinew_node *node = spectral(affine(bins, bins, 0, 1), &opts);
            float *x = noise(FRAMES), *y = run(node, x, FRAMES, 777);
            cr_assert_eq(node->latency_frames, late);
            for (size_t t = 0; t < late; t++)
                cr_assert_float_eq(y[t], 0, 1e-6);
            for (size_t t = late; t < FRAMES; t++)
                cr_assert_float_eq(y[t], x[t - late], 1e-6, "window %u: %g for %g at %zu",
                                   lengths[i][0], (double)y[t], (double)x[t - late], t);
            sinew_node_free(node);
            sinew_free(x);
            sinew_free(y);
        }
}

/* X_k of the hop that ends behind sample `end`, by its definition. */
static void transform(const float *x, size_t end, const sinew_spectral_opts *opts, size_t k,
                      long double *re, long double *im)
{
    *re = *im = 0;
    for (uint32_t n = 0; n < opts->window_frames; n++) {
        long double turn = (long double)M_PIl * n / opts->window_frames, w = sinl(turn);
        size_t at = end + n;
        if (at < opts->window_frames)
            continue; /* before the first sample */
        w = opts->window == SINEW_WINDOW_HANN ? w * w : w;
        *re += w * x[at - opts->window_frames] * cosl(2 * turn * k);
        *im -= w * x[at - opts->window_frames] * sinl(2 * turn * k);
    }
}

static long double expected_feature(const sinew_spectral_opts *opts, long double power)
{
    if (opts->feature == SINEW_FEATURE_LOG_POWER)
        return log10l(power + (opts->floor > 0 ? opts->floor : 1e-10));
    return opts->feature == SINEW_FEATURE_MAGNITUDE ? sqrtl(power) : powl(power, 0.3L);
}

Test(spectral, features_are_of_a_direct_transform)
{
    enum { W = 48, P = 12, BINS = W / 2 + 1, N = 200 };
    for (int feature = 0; feature < 4; feature++) {
        sinew_spectral_opts opts = {.window_frames = W,
                                    .hop_frames = P,
                                    .window =
                                        feature % 2 ? SINEW_WINDOW_HANN : SINEW_WINDOW_SQRT_HANN,
                                    .feature = (sinew_feature)feature,
                                    .floor = 1e-3,
                                    .output = SINEW_SPECTRAL_HOLD};
        uint32_t n = sinew_spectral_features(&opts);
        cr_assert_eq(n, feature == SINEW_FEATURE_COMPLEX ? 2 * BINS : BINS);
        sinew_node *node = spectral(affine(n, n, 1, 0), &opts);
        float *x = noise(N), *y = run(node, x, N, 7);
        cr_assert_eq(node->latency_frames, 0);
        for (size_t t = 0; t < N; t++)
            for (size_t k = 0; k < BINS; k++) {
                size_t end = (t + 1) / P * P; /* what the last complete hop has seen */
                const float *row = y + t * n;
                long double re, im;
                transform(x, end, &opts, k, &re, &im);
                if (end == 0) {
                    cr_assert_eq(row[k], 0);
                } else if (feature == SINEW_FEATURE_COMPLEX) {
                    cr_assert_float_eq(row[2 * k], (double)re, 2e-6);
                    cr_assert_float_eq(row[2 * k + 1], (double)im, 2e-6);
                } else {
                    long double expected = expected_feature(&opts, re * re + im * im);
                    cr_assert_float_eq(row[k], (double)expected, 1e-5, "feature %d at %zu, %zu",
                                       feature, t, k);
                }
            }
        sinew_node_free(node);
        sinew_free(x);
        sinew_free(y);
    }
}

/* The middle of band b of n from 0 to `high` Hz. */
static double middle_hz(int b, int n, double high)
{
    double mel = log10(1 + high / 700) * (b + 1) / (n + 1);
    return 700 * (pow(10, mel) - 1);
}

Test(spectral, bands_are_triangles_over_power)
{
    enum { W = 512, BANDS = 20 };
    const double rate = 16000;
    sinew_spectral_opts opts = {.window_frames = W,
                                .feature = SINEW_FEATURE_MAGNITUDE,
                                .bands = BANDS,
                                .step_s = 1 / rate,
                                .output = SINEW_SPECTRAL_HOLD};
    cr_assert_eq(sinew_spectral_features(&opts), BANDS);
    sinew_node *node = spectral(affine(BANDS, BANDS, 1, 0), &opts);
    float *x = noise(W), *y = run(node, x, W, W);
    for (int b = 0; b < BANDS; b++) {
        double low = b > 0 ? middle_hz(b - 1, BANDS, rate / 2) : 0;
        double middle = middle_hz(b, BANDS, rate / 2), high = middle_hz(b + 1, BANDS, rate / 2);
        double sum = 0;
        for (size_t k = 0; k <= W / 2; k++) {
            long double re, im;
            double hz = (double)k * rate / W, up = (hz - low) / (middle - low),
                   down = (high - hz) / (high - middle);
            transform(x, W, &opts, k, &re, &im);
            sum += fmax(0, fmin(up, down)) * (double)(re * re + im * im);
        }
        cr_assert_float_eq(y[(W - 1) * BANDS + b], sqrt(sum), 1e-5 * (1 + sqrt(sum)));
    }
    sinew_node_free(node);
    sinew_free(x);
    sinew_free(y);
}

/* Gains of bands: a half in the lower, one in the upper bands of a sine of either. */
Test(spectral, gains_of_bands_fall_to_their_bins)
{
    enum { W = 512, BANDS = 16, N = 8000 };
    sinew_error error;
    sinew_node *inner = NULL;
    float *W0 = sinew_alloc(BANDS * BANDS, sizeof *W0), b[BANDS];
    for (int i = 0; i < BANDS; i++)
        b[i] = i < BANDS / 2 ? 0.5f : 1;
    sinew_tensor weight = {.rank = 2, .shape = {BANDS, BANDS}, .data = W0};
    sinew_tensor bias = {.rank = 1, .shape = {BANDS}, .data = b};
    cr_assert_eq(sinew_linear_new(&inner, &(sinew_linear_weights){&weight, &bias}, NULL, &error),
                 SINEW_OK);
    sinew_spectral_opts opts = {.window_frames = W, .bands = BANDS, .step_s = 1.0 / 16000};
    sinew_node *node = spectral(inner, &opts);
    static const double hz[] = {100, 400, 4000, 7990}, gains[] = {0.5, 0.5, 1, 1};
    for (int i = 0; i < 4; i++) {
        float *x = sinew_alloc(N, sizeof *x);
        for (int t = 0; t < N; t++)
            x[t] = (float)cos(2 * M_PI * hz[i] * t / 16000);
        float *y = run(node, x, N, 100);
        for (int t = 2 * W; t < N; t++)
            cr_assert_float_eq(y[t], gains[i] * (double)x[t - W + 1], 2e-3, "%g Hz: %g for %g",
                               hz[i], (double)y[t], gains[i] * (double)x[t - W + 1]);
        sinew_free(x);
        sinew_free(y);
    }
    sinew_node_free(node);
    sinew_free(W0);
}

/* Many hops at a time, one hop in many blocks: the same bits. */
Test(spectral, long_blocks_are_short_ones)
{
    sinew_spectral_opts opts = {.window_frames = 30, .hop_frames = 5, .window = SINEW_WINDOW_HANN};
    sinew_node *node = spectral(affine(16, 16, 0.3f, 2), &opts);
    float *x = noise(FRAMES), *whole = run(node, x, FRAMES, FRAMES);
    for (size_t cut = 1; cut < 400; cut = cut * 2 + 1) {
        float *y = run(node, x, FRAMES, cut);
        cr_assert_eq(memcmp(y, whole, FRAMES * sizeof *y), 0, "cut %zu", cut);
        sinew_free(y);
    }
    sinew_node_free(node);
    sinew_free(x);
    sinew_free(whole);
}

static void refused(const sinew_spectral_opts *opts, uint32_t in, uint32_t out,
                    sinew_status expected, const char *word)
{
    sinew_error error;
    sinew_node *inner = affine(out, in, 1, 0), *node = inner;
    cr_assert_eq(sinew_spectral_new(&node, inner, opts, &error), expected, "%s", error.text);
    cr_assert_null(node);
    cr_assert_not_null(strstr(error.text, word), "%s", error.text);
    sinew_node_free(inner); /* still ours */
}

Test(spectral, what_does_not_fit_is_refused)
{
    sinew_spectral_opts good = {.window_frames = 16, .hop_frames = 4, .step_s = 1.0 / 8000}, o;
    const sinew_status wrong = SINEW_ERR_ARGUMENT, misfit = SINEW_ERR_MISMATCH;
    refused(&good, 9, 8, misfit, "gives 8 gains, but the mask is of 9 bins");
    refused(&good, 8, 9, misfit, "takes 8 channels, but there are 9 features");
    static const uint32_t lengths[][2] = {{0, 0},  {15, 5},  {2, 1},   {22, 11}, {65536, 16},
                                          {16, 5}, {16, 16}, {16, 32}, {34, 17}};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        o = good;
        o.window_frames = lengths[i][0], o.hop_frames = lengths[i][1];
        refused(&o, 9, 9, wrong, "frames");
    }
    o = good, o.bands = 8;
    refused(&o, 8, 8, wrong, "has no bin");
    o.bands = 100;
    refused(&o, 100, 100, wrong, "100 bands of 9 bins");
    o.bands = 2, o.low_hz = 5000;
    refused(&o, 2, 2, wrong, "half of the rate (4000 Hz)");
    o.low_hz = 0, o.step_s = 0;
    refused(&o, 2, 2, wrong, "time step");
    o.step_s = 1e-4, o.feature = SINEW_FEATURE_COMPLEX;
    refused(&o, 2, 2, wrong, "complex");
    o = good, o.floor = NAN;
    refused(&o, 9, 9, wrong, "floor");
    o = good, o.step_s = -1;
    refused(&o, 9, 9, wrong, "step");
}

Test(spectral, a_hop_knows_no_steps_of_frames)
{
    sinew_error error;
    sinew_stream *stream = NULL;
    sinew_spectral_opts opts = {.window_frames = 16, .step_s = 1e-3};
    sinew_node *node = spectral(affine(9, 9, 1, 0), &opts);
    sinew_stream_opts steps = {.steps = true};
    cr_assert_eq(sinew_stream_open(&stream, node, &steps, &error), SINEW_ERR_UNSUPPORTED);
    sinew_node_free(node);
}
