#include "nodes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

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

static const double dense_x0[18] = {1, -2, 3, 0, 0, 0, 0, 0, 5, 0, 0, 0, 7};

#define SCAN(sample_, channels_)                                                                   \
    {                                                                                              \
        .sample = sample_, .engine = SINEW_ENGINE_SCAN, .channels = channels_                      \
    }
#define CONVOLVE(sample_, channels_, frames_, partitions_)                                         \
    {                                                                                              \
        .sample = sample_, .engine = SINEW_ENGINE_CONVOLVE, .channels = channels_,                 \
        .partition_frames = frames_, .partitions = partitions_                                     \
    }
#define F64 SINEW_SAMPLE_F64
#define F32 SINEW_SAMPLE_F32

const law_node law_nodes[] = {
    {"scan lowpass f64", "lowpass", 0, F64, 2, 2, lowpass_zoh, SCAN(F64, 2)},
    {"scan lowpass f32", "lowpass", 2e-7, F32, 2, 2, lowpass_zoh, SCAN(F32, 2)},
    {"convolve lowpass f64", "lowpass", 1e-13, F64, 2, 2, lowpass_zoh, CONVOLVE(F64, 2, 0, 0)},
    {"convolve lowpass f64 16x1", "lowpass", 1e-13, F64, 2, 2, lowpass_zoh,
     CONVOLVE(F64, 2, 16, 1)},
    {"convolve lowpass f64 256x3", "lowpass", 1e-13, F64, 2, 2, lowpass_zoh,
     CONVOLVE(F64, 2, 256, 3)},
    {"convolve lowpass f32", "lowpass", 1e-6, F32, 2, 2, lowpass_zoh, CONVOLVE(F32, 2, 0, 0)},
    {"scan highpass f64", "highpass", 0, F64, 1, 1, highpass_bilinear, SCAN(F64, 1)},
    {"convolve highpass f64", "highpass", 1e-13, F64, 1, 1, highpass_bilinear,
     CONVOLVE(F64, 1, 32, 5)},
    {"scan bandpass 24 f64", "bandpass", 0, F64, 1, 1, bandpass_24, SCAN(F64, 1)},
    {"convolve bandpass 24 f64", "bandpass", 1e-12, F64, 1, 1, bandpass_24, CONVOLVE(F64, 1, 0, 0)},
    {"scan lowpass 20 f64", "slow", 0, F64, 3, 3, lowpass_20, SCAN(F64, 3)},
    {"convolve lowpass 20 f64", "slow", 1e-12, F64, 3, 3, lowpass_20, CONVOLVE(F64, 3, 0, 0)},
    {"convolve lowpass 20 f32", "slow", 1e-5, F32, 3, 3, lowpass_20, CONVOLVE(F32, 3, 0, 0)},
    {"scan mimo f64", "mimo", 0, F64, 2, 3, mimo, SCAN(F64, 0)},
    {"scan mimo f32", "mimo", 2e-7, F32, 2, 3, mimo, SCAN(F32, 0)},
    {"convolve mimo f64", "mimo", 1e-13, F64, 2, 3, mimo, CONVOLVE(F64, 0, 64, 2)},
    {"convolve mimo f32", "mimo", 1e-6, F32, 2, 3, mimo, CONVOLVE(F32, 0, 16, 4)},
    {"scan dense f64", "dense", 0, F64, 2, 2, dense, SCAN(F64, 2)},
    {"convolve dense f64", "dense", 1e-13, F64, 2, 2, dense, CONVOLVE(F64, 2, 128, 2)},
    {"scan dense x0 f64",
     "dense from x0",
     0,
     F64,
     2,
     2,
     dense,
     {.engine = SINEW_ENGINE_SCAN, .channels = 2, .x0 = dense_x0}},
    {"convolve dense x0 f64",
     "dense from x0",
     1e-13,
     F64,
     2,
     2,
     dense,
     {.engine = SINEW_ENGINE_CONVOLVE,
      .channels = 2,
      .partition_frames = 32,
      .partitions = 2,
      .x0 = dense_x0}},
    {"scan integrator f64", "integrator", 0, F64, 1, 1, integrator, SCAN(F64, 1)},
    {"convolve integrator f64", "integrator", 1e-12, F64, 1, 1, integrator,
     CONVOLVE(F64, 1, 64, 4)},
    {"scan gain f64", "gain", 0, F64, 2, 2, gain, SCAN(F64, 0)},
    {"convolve gain f32", "gain", 1e-6, F32, 2, 2, gain, CONVOLVE(F32, 0, 16, 1)},
};

const size_t n_law_nodes = sizeof law_nodes / sizeof *law_nodes;

sinew_node *law_make(const law_node *law)
{
    sinew_error error;
    sinew_node *node = NULL;
    sinew_discretization *d = law->discretization();
    must(sinew_filter_new(&node, d, &law->opts, &error), &error);
    sinew_discretization_free(d);
    if (node->channels_in != law->channels_in || node->channels_out != law->channels_out)
        abort();
    return node;
}

double law_value(sinew_sample sample, const void *samples, size_t i)
{
    return sample == F32 ? (double)((const float *)samples)[i] : ((const double *)samples)[i];
}

void law_set(sinew_sample sample, void *samples, size_t i, double value)
{
    if (sample == F32)
        ((float *)samples)[i] = (float)value;
    else
        ((double *)samples)[i] = value;
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
    size_t in_bytes = law->channels_in * sinew_sample_bytes(law->sample);
    size_t out_bytes = law->channels_out * sinew_sample_bytes(law->sample);
    for (size_t at = 0, c = 0; at < n; c = cuts[c + 1] ? c + 1 : 0) {
        size_t now = cuts[c] < n - at ? cuts[c] : n - at;
        sinew_block block = {.samples = (unsigned char *)(uintptr_t)in + (from + at) * in_bytes,
                             .n_frames = now,
                             .channels = law->channels_in};
        sinew_block result = {.samples = (unsigned char *)out + (from + at) * out_bytes};
        sinew_stream_process(stream, &block, &result);
        at += now;
    }
}
