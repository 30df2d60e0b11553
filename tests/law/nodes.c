#include "nodes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"
#include "graphs.h"
#include "layers.h"
#include "mixers.h"

static void must(sinew_status status, const sinew_error *error)
{
    if (status) {
        fprintf(stderr, "law: %s\n", error->text);
        abort();
    }
}

static sinew_discretization *discretize(sinew_system *system, double rate_hz, sinew_method method)
{
    sinew_error error;
    sinew_discretization *d = NULL;
    sinew_discretize_opts opts = {.rate_hz = rate_hz, .method = method};
    must(sinew_discretize(&d, system, &opts, &error), &error);
    sinew_system_free(system);
    return d;
}

static sinew_system *design(sinew_band band, uint32_t order, double low, double high)
{
    sinew_error error;
    sinew_system *system = NULL;
    sinew_design d = {.band = band, .order = order, .edges_hz = {low, high}};
    must(sinew_system_new_design(&system, &d, &error), &error);
    return system;
}

static sinew_system *matrices(size_t order, size_t inputs, size_t outputs, const double *A,
                              const double *B, const double *C, const double *D)
{
    sinew_error error;
    sinew_system *system = NULL;
    sinew_matrices m = {order, inputs, outputs, A, B, C, D};
    must(sinew_system_new_ss(&system, &m, &error), &error);
    return system;
}

/* Order 8, sections side by side. */
static sinew_discretization *lowpass_zoh(void)
{
    return discretize(design(SINEW_BAND_LOWPASS, 8, 1000, 0), 48000, SINEW_METHOD_ZOH);
}

/* Order 7, a chain of sections with one of a single state. */
static sinew_discretization *highpass_bilinear(void)
{
    return discretize(design(SINEW_BAND_HIGHPASS, 7, 300, 0), 48000, SINEW_METHOD_BILINEAR);
}

/* Order 24, whose expanded polynomial does not survive double. */
static sinew_discretization *bandpass_24(void)
{
    return discretize(design(SINEW_BAND_PASS, 12, 1000, 2000), 48000, SINEW_METHOD_ZOH);
}

/* A slow one: the response is far longer than any partition. */
static sinew_discretization *lowpass_20(void)
{
    return discretize(design(SINEW_BAND_LOWPASS, 4, 20, 0), 48000, SINEW_METHOD_BILINEAR);
}

/* Two inputs, three outputs, coupled. */
static sinew_discretization *mimo(void)
{
    static const double A[] = {-200, 900, 0, -900, -200, 50, 0, 0, -3000};
    static const double B[] = {1, 0, 0.5, -1, 0, 700};
    static const double C[] = {100, 0, 0, 0, 50, 1, 1, 1, 1};
    static const double D[] = {0, 0.1, 0, 0, 0.5, 0};
    return discretize(matrices(3, 2, 3, A, B, C, D), 8000, SINEW_METHOD_FOH);
}

/* Dense, and one in one out: runs on each channel. */
static sinew_discretization *dense(void)
{
    double A[81], B[9], C[9], D[1] = {0.25};
    for (int i = 0; i < 9; i++) {
        for (int j = 0; j < 9; j++)
            A[9 * i + j] = (i == j ? -800 : 0) + 90 * sin(1 + 3 * i + 5 * j);
        B[i] = cos(2.0 * i);
        C[i] = 60 * sin(1.0 + i);
    }
    return discretize(matrices(9, 1, 1, A, B, C, D), 16000, SINEW_METHOD_ZOH);
}

/* x' = u: on the edge of stability. */
static sinew_discretization *integrator(void)
{
    static const double A[] = {0}, B[] = {1}, C[] = {1}, D[] = {0};
    return discretize(matrices(1, 1, 1, A, B, C, D), 100, SINEW_METHOD_ZOH);
}

/* No state at all, two inputs swapped. */
static sinew_discretization *gain(void)
{
    static const double D[] = {0, 2, -0.5, 0};
    return discretize(matrices(0, 2, 2, NULL, NULL, NULL, D), 1000, SINEW_METHOD_ZOH);
}

/* Order 5 over irregular time: a cascade that stays whole. */
static sinew_system *lowpass_5(void)
{
    return design(SINEW_BAND_LOWPASS, 5, 20, 0);
}

/* A pair in coupled form, a pair that is not, a single pole: block by block. */
static sinew_system *bank(void)
{
    static const double A[] = {-3, 80, 0, 0, 0,    -80, -3, 0, 0, 0, 0, 0,  0,
                               1,  0,  0, 0, -900, -5,  0,  0, 0, 0, 0, -40};
    static const double B[] = {1, 2, 0, 30, 1}, C[] = {5, 1, 20, 0, 30}, D[] = {0.5};
    return matrices(5, 1, 1, A, B, C, D);
}

static sinew_system *slow_mimo(void)
{
    static const double A[] = {-2, 9, 0, -9, -2, 0.5, 0, 0, -30};
    static const double B[] = {1, 0, 0.5, -1, 0, 7};
    static const double C[] = {1, 0, 0, 0, 0.5, 1, 1, 1, 1};
    static const double D[] = {0, 0.1, 0, 0, 0.5, 0};
    return matrices(3, 2, 3, A, B, C, D);
}

static sinew_system *pure_integrator(void)
{
    static const double A[] = {0}, B[] = {1}, C[] = {1}, D[] = {0};
    return matrices(1, 1, 1, A, B, C, D);
}

static sinew_system *swapped_gain(void)
{
    static const double D[] = {0, 2, -0.5, 0};
    return matrices(0, 2, 2, NULL, NULL, NULL, D);
}

static const double bank_x0[10] = {1, -2, 3, 0, 5, 0, 0, 0.1};

static sinew_node *make_irregular(const law_node *law)
{
    sinew_error error;
    sinew_node *node = NULL;
    sinew_system *system = law->system();
    must(sinew_filter_new_irregular(&node, system, &law->irregular, &error), &error);
    sinew_system_free(system);
    return node;
}

static sinew_kalman *kalman_of(sinew_system *system, const sinew_kalman_opts *opts)
{
    sinew_error error;
    sinew_kalman *kalman = NULL;
    must(sinew_kalman_new(&kalman, system, opts, &error), &error);
    sinew_system_free(system);
    return kalman;
}

/* A place and a speed, of which the place is measured. */
static sinew_kalman *place(void)
{
    static const double A[] = {0, 1, 0, 0}, B[] = {0, 0}, C[] = {1, 0}, D[] = {0}, G[] = {0, 1};
    static const double Q[] = {2}, R[] = {0.25}, P[] = {100, 0, 0, 25};
    return kalman_of(matrices(2, 1, 1, A, B, C, D), &(sinew_kalman_opts){.noises = 1,
                                                                         .noise_input = G,
                                                                         .process_noise = Q,
                                                                         .measurement_noise = R,
                                                                         .covariance = P});
}

/* Three measured, two known inputs, on lines; at rest at the start. */
static sinew_kalman *driven(void)
{
    static const double Q[] = {1, 0, 0, 0, 2, 0, 0, 0, 3}, R[] = {1, 0.5, 0, 0.5, 2, 0, 0, 0, 0.1};
    return kalman_of(slow_mimo(), &(sinew_kalman_opts){.process_noise = Q,
                                                       .measurement_noise = R,
                                                       .known_inputs = true,
                                                       .method = SINEW_METHOD_FOH});
}

static sinew_node *make_kalman(const law_node *law)
{
    sinew_error error;
    sinew_node *node = NULL;
    sinew_kalman *kalman = law->kalman();
    must(sinew_kalman_node(&node, kalman, &law->kalman_opts, &error), &error);
    sinew_kalman_free(kalman);
    return node;
}

static const double dense_x0[18] = {1, -2, 3, 0, 0, 0, 0, 0, 5, 0, 0, 0, 7};

static sinew_node *make_filter(const law_node *law)
{
    sinew_error error;
    sinew_node *node = NULL;
    sinew_discretization *d = law->discretization();
    must(sinew_filter_new(&node, d, &law->opts, &error), &error);
    sinew_discretization_free(d);
    return node;
}

/* ---- delays: filters around filters ---- */

static sinew_node *make_delayed(const law_node *law, sinew_delayed *delayed, double rate_hz,
                                sinew_method method)
{
    sinew_error error;
    sinew_node *node = NULL;
    sinew_delayed_discretization *d = NULL;
    sinew_discretize_opts opts = {.rate_hz = rate_hz, .method = method};
    must(sinew_delayed_discretize(&d, delayed, &opts, 0, &error), &error);
    must(sinew_filter_new_delayed(&node, d, &law->opts, &error), &error);
    sinew_delayed_discretization_free(d);
    sinew_delayed_free(delayed);
    return node;
}

/* 590.4 frames at the input of sections side by side, which a fraction makes dense. */
static sinew_node *make_late(const law_node *law)
{
    sinew_error error;
    sinew_delayed *delayed = NULL;
    must(sinew_delayed_new_input(&delayed, design(SINEW_BAND_LOWPASS, 6, 1000, 0), 0.0123, &error),
         &error);
    return make_delayed(law, delayed, 48000, SINEW_METHOD_ZOH);
}

/* 7 frames, fewer than a chunk, at the input of two inputs and three outputs. */
static sinew_node *make_late_mimo(const law_node *law)
{
    static const double A[] = {-200, 900, -900, -200}, B[] = {1, 0, 0.5, -1};
    static const double C[] = {100, 0, 0, 50, 1, 1}, D[] = {0, 0.1, 0, 0, 0.5, 0};
    sinew_error error;
    sinew_delayed *delayed = NULL;
    must(sinew_delayed_new_input(&delayed, matrices(2, 2, 3, A, B, C, D), 7.0 / 8000, &error),
         &error);
    return make_delayed(law, delayed, 8000, SINEW_METHOD_FOH);
}

/* Loops of 100 and a half frames, on each channel. */
static sinew_node *make_comb(const law_node *law)
{
    sinew_error error;
    sinew_delayed *delayed = NULL;
    sinew_comb comb = {.hz = 8000 / 100.5, .q = 5};
    must(sinew_delayed_new_comb(&delayed, &comb, &error), &error);
    return make_delayed(law, delayed, 8000, SINEW_METHOD_ZOH);
}

/* Two loops of 3 and 20.3 frames round two inputs, two outputs and states. */
static sinew_node *make_loops(const law_node *law)
{
    static const double A[] = {-200, 900, -900, -200};
    static const double B[] = {100, 0, 30, 50, 0, -100, 60, 10};
    static const double C[] = {1, 0, 0, 2, 1, 1, -1, 0};
    static const double D[] = {0, 0.1, 0, 0.2, 1, 0, 0.5, 0, 0, 0, 0.3, 0.1, 0.2, 0, 0.4, 0.3};
    static const double delays_s[] = {3.0 / 8000, 20.3 / 8000};
    sinew_error error;
    sinew_delayed *delayed = NULL;
    must(sinew_delayed_new(&delayed, matrices(2, 4, 4, A, B, C, D), 2, delays_s, &error), &error);
    return make_delayed(law, delayed, 8000, SINEW_METHOD_BILINEAR);
}

/* ---- kernels ---- */

/* Noise that decays, another one for each pair. */
static sinew_kernel *noise_kernel(size_t outputs, size_t inputs, size_t taps)
{
    sinew_error error;
    sinew_kernel *kernel = NULL;
    size_t n = outputs * inputs * taps;
    float *noise = law_input(SINEW_SAMPLE_F32, 1, n, 77);
    double *h = sinew_alloc(n, sizeof *h);
    for (size_t i = 0; i < n; i++)
        h[i] = (double)noise[i] * exp(-4.0 * (double)(i % taps) / (double)taps) / 8;
    must(sinew_kernel_new(&kernel, outputs, inputs, taps, h, 8000, &error), &error);
    sinew_free(noise);
    sinew_free(h);
    return kernel;
}

static sinew_node *kernel_node(sinew_kernel *kernel, const sinew_discretization *plus,
                               const law_node *law)
{
    sinew_error error;
    sinew_node *node = NULL;
    must(sinew_filter_new_kernel(&node, kernel, plus, &law->kernel, &error), &error);
    sinew_kernel_free(kernel);
    return node;
}

/* Two blocks of 1024 and a bit, on each channel. */
static sinew_node *make_room(const law_node *law)
{
    return kernel_node(noise_kernel(1, 1, 2500), NULL, law);
}

/* No more taps than a direct sum holds. */
static sinew_node *make_cabinet(const law_node *law)
{
    return kernel_node(noise_kernel(1, 1, 200), NULL, law);
}

static sinew_node *make_one_tap(const law_node *law)
{
    return kernel_node(noise_kernel(2, 2, 1), NULL, law);
}

/* Two inputs, three outputs, longer than a block of 4096. */
static sinew_node *make_true_stereo(const law_node *law)
{
    return kernel_node(noise_kernel(3, 2, 4700), NULL, law);
}

/* A kernel and the system of "mimo" beside it. */
static sinew_node *make_sum(const law_node *law)
{
    sinew_discretization *plus = mimo();
    sinew_node *node = kernel_node(noise_kernel(3, 2, 600), plus, law);
    sinew_discretization_free(plus);
    return node;
}

/* Two nodes that are no filters hold the interface to what layers will ask of it. */

/* test.clock: y = t u, where t is the time from the steps: irregular time. State: t. */
static void clock_footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    (void)node;
    (void)max_frames;
    *out = (sinew_footprint){.state_bytes = sizeof(double), .saved_bytes = sizeof(double)};
}

static void clock_reset(const sinew_node *node, void *state)
{
    (void)node;
    *(double *)state = 0;
}

static void clock_process(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                          sinew_block *out)
{
    (void)scratch;
    double *t = state;
    for (size_t i = 0; i < in->n_frames; i++) {
        *t += in->step_s ? in->step_s[i] : node->step_s;
        ((double *)out->samples)[i] = *t * ((const double *)in->samples)[i];
    }
}

static void clock_save(const sinew_node *node, const void *state, void *bytes)
{
    (void)node;
    sinew_put_f64(bytes, *(const double *)state);
}

static sinew_status clock_load(const sinew_node *node, void *state, void *scratch,
                               const void *bytes, size_t n_bytes, sinew_error *error)
{
    (void)node;
    (void)scratch;
    if (n_bytes != 8)
        return sinew_fail(error, SINEW_ERR_DATA, "a clock has 8 bytes");
    *(double *)state = sinew_get_f64(bytes);
    return SINEW_OK;
}

/* test.lookup: each id gives three floats, as an embedding does: other channels and another type
 * come out. No state. */
static void lookup_footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    (void)node;
    (void)max_frames;
    *out = (sinew_footprint){0};
}

static void lookup_reset(const sinew_node *node, void *state)
{
    (void)node;
    (void)state;
}

static void lookup_process(const sinew_node *node, void *state, void *scratch,
                           const sinew_block *in, sinew_block *out)
{
    (void)node;
    (void)state;
    (void)scratch;
    for (size_t i = 0; i < in->n_frames; i++)
        for (size_t c = 0; c < 3; c++)
            ((float *)out->samples)[3 * i + c] =
                (float)(((const int32_t *)in->samples)[i] % 17) * (float)(c + 1);
}

static void lookup_save(const sinew_node *node, const void *state, void *bytes)
{
    (void)node;
    (void)state;
    (void)bytes;
}

static sinew_status lookup_load(const sinew_node *node, void *state, void *scratch,
                                const void *bytes, size_t n_bytes, sinew_error *error)
{
    (void)node;
    (void)state;
    (void)scratch;
    (void)bytes;
    (void)n_bytes;
    (void)error;
    return SINEW_OK;
}

static void plain_free(sinew_node *node)
{
    sinew_free(node);
}

static const sinew_node_ops clock_ops = {.kind = "test.clock",
                                         .footprint = clock_footprint,
                                         .reset = clock_reset,
                                         .process = clock_process,
                                         .save_state = clock_save,
                                         .load_state = clock_load,
                                         .free = plain_free};

static const sinew_node_ops lookup_ops = {.kind = "test.lookup",
                                          .footprint = lookup_footprint,
                                          .reset = lookup_reset,
                                          .process = lookup_process,
                                          .save_state = lookup_save,
                                          .load_state = lookup_load,
                                          .free = plain_free};

static sinew_node *make_plain(const law_node *law, const sinew_node_ops *ops, uint64_t hash)
{
    sinew_node *node = sinew_alloc(1, sizeof *node);
    *node = (sinew_node){.ops = ops,
                         .sample_in = law->sample_in,
                         .sample_out = law->sample_out,
                         .channels_in = law->channels_in,
                         .channels_out = law->channels_out,
                         .flags = law->steps ? SINEW_NODE_TAKES_STEPS : 0,
                         .step_s = 0.5,
                         .model_hash = hash,
                         .identity = hash};
    return node;
}

static sinew_node *make_clock(const law_node *law)
{
    return make_plain(law, &clock_ops, 1001);
}

static sinew_node *make_lookup(const law_node *law)
{
    return make_plain(law, &lookup_ops, 1002);
}
#define F64 SINEW_SAMPLE_F64
#define F32 SINEW_SAMPLE_F32
#define I32 SINEW_SAMPLE_I32

/* NAME, GROUP, TOLERANCE, sample type, channels in and out, the discretization, its options */
#define FILTER(name_, group_, tolerance_, sample_, in_, out_, discretization_, ...)                \
    {                                                                                              \
        .name = name_, .group = group_, .tolerance = tolerance_, .sample_in = sample_,             \
        .sample_out = sample_, .channels_in = in_, .channels_out = out_, .make = make_filter,      \
        .discretization = discretization_, .opts = {                                               \
            .sample = sample_,                                                                     \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
/* The same with a maker in place of a discretization. */
#define DELAYED(name_, group_, tolerance_, sample_, in_, out_, make_, ...)                         \
    {                                                                                              \
        .name = name_, .group = group_, .tolerance = tolerance_, .sample_in = sample_,             \
        .sample_out = sample_, .channels_in = in_, .channels_out = out_, .make = make_, .opts = {  \
            .sample = sample_,                                                                     \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define SCAN(channels_) .engine = SINEW_ENGINE_SCAN, .channels = channels_
#define BLOCK(channels_) .engine = SINEW_ENGINE_BLOCK, .channels = channels_
#define CONVOLVE(channels_, frames_, partitions_)                                                  \
    .engine = SINEW_ENGINE_CONVOLVE, .channels = channels_, .partition_frames = frames_,           \
    .partitions = partitions_

/* NAME, GROUP, TOLERANCE, sample type, channels in and out, the system, its options */
#define IRREGULAR(name_, group_, tolerance_, sample_, in_, out_, system_, ...)                     \
    {                                                                                              \
        .name = name_, .group = group_, .tolerance = tolerance_, .sample_in = sample_,             \
        .sample_out = sample_, .channels_in = in_, .channels_out = out_, .steps = true,            \
        .make = make_irregular, .system = system_, .irregular = {                                  \
            .sample = sample_,                                                                     \
            .channels = in_,                                                                       \
            .step_s = 0.004,                                                                       \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
/* NAME, GROUP, TOLERANCE, sample type, channels in and out, the filter, its options */
#define KALMAN(name_, group_, tolerance_, sample_, in_, out_, kalman_, ...)                        \
    {                                                                                              \
        .name = name_, .group = group_, .tolerance = tolerance_, .sample_in = sample_,             \
        .sample_out = sample_, .channels_in = in_, .channels_out = out_, .steps = true,            \
        .make = make_kalman, .kalman = kalman_, .kalman_opts = {                                   \
            .sample = sample_,                                                                     \
            .step_s = 0.004,                                                                       \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
/* NAME, GROUP, TOLERANCE, sample type, channels in and out, maker, options */
#define KERNEL(name_, group_, tolerance_, sample_, in_, out_, make_, ...)                          \
    {                                                                                              \
        .name = name_, .group = group_, .tolerance = tolerance_, .sample_in = sample_,             \
        .sample_out = sample_, .channels_in = in_, .channels_out = out_, .make = make_,            \
        .kernel = {                                                                                \
            .filter = {.sample = sample_, .channels = in_},                                        \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
/* The same for calls of so many frames: its bits depend on the cuts. */
#define WHOLE(name_, group_, tolerance_, sample_, in_, out_, make_, call_frames_)                  \
    {                                                                                              \
        .name = name_, .group = group_, .tolerance = tolerance_, .cuts_tolerance = tolerance_,     \
        .sample_in = sample_, .sample_out = sample_, .channels_in = in_, .channels_out = out_,     \
        .make = make_, .kernel = {                                                                 \
            .filter = {.sample = sample_, .channels = in_},                                        \
            .call_frames = call_frames_                                                            \
        }                                                                                          \
    }
/* NAME, sample type, channels in and out, maker, whether it takes steps; float32 comes out. */
#define GRAPH(name_, sample_, in_, out_, make_, steps_)                                            \
    {                                                                                              \
        .name = name_, .group = name_, .tolerance = 1e-6, .sample_in = sample_, .sample_out = F32, \
        .channels_in = in_, .channels_out = out_, .steps = steps_, .make = make_                   \
    }
#define PLANNED .n_levels = 0
#define LEVELS(n_, ...) .n_levels = n_, .lengths = {__VA_ARGS__}
#define ZOH .method = SINEW_METHOD_ZOH
#define FOH .method = SINEW_METHOD_FOH

const law_node law_nodes[] = {
    FILTER("scan lowpass f64", "lowpass", 0, F64, 2, 2, lowpass_zoh, SCAN(2)),
    FILTER("scan lowpass f32", "lowpass", 2e-7, F32, 2, 2, lowpass_zoh, SCAN(2)),
    FILTER("block lowpass f64", "lowpass", 1e-13, F64, 2, 2, lowpass_zoh, BLOCK(2)),
    FILTER("block lowpass f32", "lowpass", 1e-6, F32, 2, 2, lowpass_zoh, BLOCK(2)),
    FILTER("convolve lowpass f64", "lowpass", 1e-13, F64, 2, 2, lowpass_zoh, CONVOLVE(2, 0, 0)),
    FILTER("convolve lowpass f64 16x1", "lowpass", 1e-13, F64, 2, 2, lowpass_zoh,
           CONVOLVE(2, 16, 1)),
    FILTER("convolve lowpass f64 256x3", "lowpass", 1e-13, F64, 2, 2, lowpass_zoh,
           CONVOLVE(2, 256, 3)),
    FILTER("convolve lowpass f32", "lowpass", 1e-6, F32, 2, 2, lowpass_zoh, CONVOLVE(2, 0, 0)),
    FILTER("scan highpass f64", "highpass", 0, F64, 1, 1, highpass_bilinear, SCAN(1)),
    FILTER("block highpass f64", "highpass", 1e-13, F64, 1, 1, highpass_bilinear, BLOCK(1)),
    FILTER("block highpass f32", "highpass", 1e-6, F32, 1, 1, highpass_bilinear, BLOCK(1)),
    FILTER("convolve highpass f64", "highpass", 1e-13, F64, 1, 1, highpass_bilinear,
           CONVOLVE(1, 32, 5)),
    FILTER("scan bandpass 24 f64", "bandpass", 0, F64, 1, 1, bandpass_24, SCAN(1)),
    FILTER("block bandpass 24 f64", "bandpass", 1e-12, F64, 1, 1, bandpass_24, BLOCK(1)),
    FILTER("block bandpass 24 f32", "bandpass", 1e-5, F32, 1, 1, bandpass_24, BLOCK(1)),
    FILTER("convolve bandpass 24 f64", "bandpass", 1e-12, F64, 1, 1, bandpass_24,
           CONVOLVE(1, 0, 0)),
    FILTER("scan lowpass 20 f64", "slow", 0, F64, 3, 3, lowpass_20, SCAN(3)),
    FILTER("block lowpass 20 f64", "slow", 1e-12, F64, 3, 3, lowpass_20, BLOCK(3)),
    FILTER("block lowpass 20 f32", "slow", 1e-5, F32, 3, 3, lowpass_20, BLOCK(3)),
    FILTER("convolve lowpass 20 f64", "slow", 1e-12, F64, 3, 3, lowpass_20, CONVOLVE(3, 0, 0)),
    FILTER("convolve lowpass 20 f32", "slow", 1e-5, F32, 3, 3, lowpass_20, CONVOLVE(3, 0, 0)),
    FILTER("scan mimo f64", "mimo", 0, F64, 2, 3, mimo, SCAN(0)),
    FILTER("block mimo f64", "mimo", 1e-13, F64, 2, 3, mimo, BLOCK(0)),
    FILTER("block mimo f32", "mimo", 1e-6, F32, 2, 3, mimo, BLOCK(0)),
    FILTER("scan mimo f32", "mimo", 2e-7, F32, 2, 3, mimo, SCAN(0)),
    FILTER("convolve mimo f64", "mimo", 1e-13, F64, 2, 3, mimo, CONVOLVE(0, 64, 2)),
    FILTER("convolve mimo f32", "mimo", 1e-6, F32, 2, 3, mimo, CONVOLVE(0, 16, 4)),
    FILTER("scan dense f64", "dense", 0, F64, 2, 2, dense, SCAN(2)),
    FILTER("block dense f64", "dense", 1e-13, F64, 2, 2, dense, BLOCK(2)),
    FILTER("convolve dense f64", "dense", 1e-13, F64, 2, 2, dense, CONVOLVE(2, 128, 2)),
    FILTER("scan dense x0 f64", "dense from x0", 0, F64, 2, 2, dense, SCAN(2), .x0 = dense_x0),
    FILTER("block dense x0 f64", "dense from x0", 1e-13, F64, 2, 2, dense, BLOCK(2),
           .x0 = dense_x0),
    FILTER("convolve dense x0 f64", "dense from x0", 1e-13, F64, 2, 2, dense, CONVOLVE(2, 32, 2),
           .x0 = dense_x0),
    FILTER("scan integrator f64", "integrator", 0, F64, 1, 1, integrator, SCAN(1)),
    FILTER("block integrator f64", "integrator", 1e-12, F64, 1, 1, integrator, BLOCK(1)),
    FILTER("convolve integrator f64", "integrator", 1e-12, F64, 1, 1, integrator,
           CONVOLVE(1, 64, 4)),
    FILTER("scan gain f64", "gain", 0, F64, 2, 2, gain, SCAN(0)),
    FILTER("block gain f64", "gain", 0, F64, 2, 2, gain, BLOCK(0)),
    FILTER("convolve gain f32", "gain", 1e-6, F32, 2, 2, gain, CONVOLVE(0, 16, 1)),
    DELAYED("scan late f64", "late", 0, F64, 2, 2, make_late, SCAN(2)),
    DELAYED("block late f64", "late", 1e-13, F64, 2, 2, make_late, BLOCK(2)),
    DELAYED("convolve late f64", "late", 1e-13, F64, 2, 2, make_late, CONVOLVE(2, 32, 3)),
    DELAYED("scan late f32", "late", 2e-7, F32, 2, 2, make_late, SCAN(2)),
    DELAYED("scan late mimo f64", "late mimo", 0, F64, 2, 3, make_late_mimo, SCAN(0)),
    DELAYED("convolve late mimo f32", "late mimo", 2e-7, F32, 2, 3, make_late_mimo,
            CONVOLVE(0, 16, 2)),
    DELAYED("scan comb f64", "comb", 0, F64, 2, 2, make_comb, SCAN(2)),
    DELAYED("scan comb f32", "comb", 2e-7, F32, 2, 2, make_comb, SCAN(2)),
    DELAYED("convolve comb f64", "comb", 1e-13, F64, 2, 2, make_comb, CONVOLVE(2, 16, 1)),
    DELAYED("scan loops f64", "loops", 0, F64, 2, 2, make_loops, SCAN(0)),
    DELAYED("convolve loops f64", "loops", 1e-12, F64, 2, 2, make_loops, CONVOLVE(0, 64, 2)),
    IRREGULAR("irregular lowpass zoh f64", "irregular lowpass", 0, F64, 2, 2, lowpass_5, ZOH),
    IRREGULAR("irregular lowpass zoh f32", "irregular lowpass", 2e-7, F32, 2, 2, lowpass_5, ZOH),
    IRREGULAR("irregular lowpass foh f64", "irregular lines", 0, F64, 1, 1, lowpass_5, FOH),
    IRREGULAR("irregular bank foh f64", "irregular bank", 0, F64, 2, 2, bank, FOH, .x0 = bank_x0),
    IRREGULAR("irregular mimo zoh f64", "mimo irregular", 0, F64, 2, 3, slow_mimo, ZOH),
    IRREGULAR("irregular mimo zoh f32", "mimo irregular", 2e-7, F32, 2, 3, slow_mimo, ZOH),
    IRREGULAR("irregular mimo foh f64", "mimo lines", 0, F64, 2, 3, slow_mimo, FOH),
    IRREGULAR("irregular integrator f64", "irregular integrator", 0, F64, 1, 1, pure_integrator,
              FOH),
    IRREGULAR("irregular gain f64", "mimo gain", 0, F64, 2, 2, swapped_gain, ZOH),
    KALMAN("kalman place f64", "kalman place", 0, F64, 1, 1, place,
           .output = SINEW_KALMAN_FILTERED),
    KALMAN("kalman place f32", "kalman place", 2e-7, F32, 1, 1, place,
           .output = SINEW_KALMAN_FILTERED),
    KALMAN("kalman states f64", "kalman states", 0, F64, 1, 4, place, .deviations = true),
    KALMAN("kalman innovations f64", "kalman innovations", 0, F64, 5, 3, driven,
           .output = SINEW_KALMAN_INNOVATIONS),
    KERNEL("kernel room f64", "room", 0, F64, 2, 2, make_room, PLANNED),
    KERNEL("kernel room f64 256", "room", 1e-14, F64, 2, 2, make_room, LEVELS(1, 256)),
    KERNEL("kernel room f64 256 1024", "room", 1e-14, F64, 2, 2, make_room, LEVELS(2, 256, 1024)),
    WHOLE("kernel room f64 whole", "room", 1e-14, F64, 2, 2, make_room, 1024),
    KERNEL("kernel room f32", "room", 1e-6, F32, 2, 2, make_room, PLANNED),
    KERNEL("kernel room f32 256 1024", "room", 1e-6, F32, 2, 2, make_room, LEVELS(2, 256, 1024)),
    WHOLE("kernel room f32 whole", "room", 1e-6, F32, 2, 2, make_room, 1024),
    KERNEL("kernel cabinet f64", "cabinet", 0, F64, 1, 1, make_cabinet, PLANNED),
    KERNEL("kernel cabinet f32", "cabinet", 1e-6, F32, 1, 1, make_cabinet, PLANNED),
    KERNEL("kernel one tap f32", "one tap", 1e-6, F32, 2, 2, make_one_tap, PLANNED),
    KERNEL("kernel true stereo f64", "true stereo", 0, F64, 2, 3, make_true_stereo, PLANNED),
    KERNEL("kernel true stereo f64 256 1024 4096", "true stereo", 1e-14, F64, 2, 3,
           make_true_stereo, LEVELS(3, 256, 1024, 4096)),
    KERNEL("kernel true stereo f32", "true stereo", 1e-6, F32, 2, 3, make_true_stereo, PLANNED),
    KERNEL("kernel and scan f64", "sum", 0, F64, 2, 3, make_sum,
           .filter.engine = SINEW_ENGINE_SCAN),
    KERNEL("kernel and convolve f64", "sum", 1e-13, F64, 2, 3, make_sum,
           .filter.engine = SINEW_ENGINE_CONVOLVE),
    KERNEL("kernel and scan f32", "sum", 1e-6, F32, 2, 3, make_sum,
           .filter.engine = SINEW_ENGINE_SCAN),
    LAW_LAYERS,
    LAW_MIXERS,
    {.name = "test.clock",
     .group = "clock",
     .sample_in = F64,
     .sample_out = F64,
     .channels_in = 1,
     .channels_out = 1,
     .steps = true,
     .make = make_clock},
    {.name = "test.lookup",
     .group = "lookup",
     .sample_in = I32,
     .sample_out = F32,
     .channels_in = 1,
     .channels_out = 3,
     .make = make_lookup},
    GRAPH("graph of filters", F32, 2, 2, law_make_filters, false),
    GRAPH("graph of layers", F32, 3, 4, law_make_layers, true),
    GRAPH("graph of words", I32, 1, 4, law_make_words, true),
    GRAPH("graph of a gate", F32, 2, 2, law_make_gate, false),
    GRAPH("graph of filters side by side", F32, 2, 4, law_make_beside, false),
    GRAPH("graph of a residual", F32, 2, 2, law_make_leftover, false),
    GRAPH("graph of each channel", F32, 3, 3, law_make_each, false),
    GRAPH("spectral mask", F32, 1, 1, law_make_mask, false),
    GRAPH("spectral mask of bands", F32, 1, 1, law_make_mask_bands, false),
    GRAPH("spectral held", F32, 1, 3, law_make_held, false),
};

const size_t n_law_nodes = sizeof law_nodes / sizeof *law_nodes;

sinew_node *law_make(const law_node *law)
{
    sinew_node *node = law->make(law);
    if (node->channels_in != law->channels_in || node->channels_out != law->channels_out ||
        node->sample_in != law->sample_in || node->sample_out != law->sample_out)
        abort();
    return node;
}

const law_node *law_named(const char *name)
{
    for (size_t i = 0; i < n_law_nodes; i++)
        if (strcmp(law_nodes[i].name, name) == 0)
            return &law_nodes[i];
    abort();
}

bool law_alike(const law_node *a, const law_node *b)
{
    return a->make == b->make && a->discretization == b->discretization && a->system == b->system &&
           a->irregular.method == b->irregular.method && a->kalman == b->kalman &&
           a->kalman_opts.output == b->kalman_opts.output && a->channels_in == b->channels_in;
}

double law_value(sinew_sample sample, const void *samples, size_t i)
{
    switch (sample) {
    case F32:
        return (double)((const float *)samples)[i];
    case I32:
        return ((const int32_t *)samples)[i];
    case F64:
        break;
    }
    return ((const double *)samples)[i];
}

void law_set(sinew_sample sample, void *samples, size_t i, double value)
{
    if (sample == F32)
        ((float *)samples)[i] = (float)value;
    else if (sample == I32)
        ((int32_t *)samples)[i] = isfinite(value) ? (int32_t)(fabs(value) * 1000) : 0;
    else
        ((double *)samples)[i] = value;
}

double *law_steps(size_t n)
{
    double *steps = sinew_alloc(n, sizeof *steps);
    for (size_t t = 0; t < n; t++)
        steps[t] = 0.001 * (double)(1 + t * 7 % 13) + 1e-5 * (double)(t * 37 % 101);
    return steps;
}

void *law_input(sinew_sample sample, uint32_t channels, size_t n, unsigned seed)
{
    void *samples = sinew_alloc(n * channels, sinew_sample_bytes(sample));
    uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    for (size_t i = 0; i < n * channels; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        /* 24 bits, so that float and double streams hear the same */
        double value = (double)(int32_t)(state >> 40) / (1 << 23) - 1;
        law_set(sample, samples, i, i / 1000 % 7 == 5 ? 0 : value);
    }
    return samples;
}

void law_run(sinew_stream *stream, const law_node *law, const void *in, void *out, size_t from,
             size_t n, const size_t *cuts)
{
    size_t in_bytes = law->channels_in * sinew_sample_bytes(law->sample_in);
    size_t out_bytes = law->channels_out * sinew_sample_bytes(law->sample_out);
    double *steps = law->steps ? law_steps(from + n) : NULL;
    for (size_t at = 0, c = 0; at < n; c = cuts[c + 1] ? c + 1 : 0) {
        size_t now = cuts[c] < n - at ? cuts[c] : n - at;
        sinew_block block = {.samples = (unsigned char *)(uintptr_t)in + (from + at) * in_bytes,
                             .n_frames = now,
                             .channels = law->channels_in,
                             .step_s = steps ? steps + from + at : NULL};
        sinew_block result = {.samples = (unsigned char *)out + (from + at) * out_bytes};
        sinew_stream_process(stream, &block, &result);
        at += now;
    }
    if (steps)
        sinew_free(steps); /* not even free(NULL): the trap counts it */
}
