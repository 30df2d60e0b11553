/* What the engines cost beside a plain C cascade of biquads of the same order, in one run:
 *
 *     build/tests/bench_scan [BLOCK]
 *
 * Butterworth low-passes at 1 kHz on 48 kHz, one channel; nanoseconds a sample, the least of many
 * rounds of CPU time. The cascade is direct form II transposed, sample by sample, as one writes
 * it by hand.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/bench_run.h"
#include "sinew/sinew.h"

enum { FRAMES = 8192, ROUNDS = 60, MOST_SECTIONS = 16 };

__attribute__((noinline)) static void cascade(size_t n_sections, const double *b, double *state,
                                              const double *u, double *y, size_t n)
{
    for (size_t t = 0; t < n; t++) {
        double v = u[t];
        for (size_t s = 0; s < n_sections; s++) {
            const double *c = b + 5 * s;
            double *w = state + 2 * s, out = c[0] * v + w[0];
            w[0] = c[1] * v - c[3] * out + w[1];
            w[1] = c[2] * v - c[4] * out;
            v = out;
        }
        y[t] = v;
    }
}

static double time_cascade(size_t order, const double *u, double *y)
{
    double b[5 * MOST_SECTIONS], state[2 * MOST_SECTIONS] = {0}, best = 1e9;
    size_t n_sections = (order + 1) / 2;
    for (size_t s = 0; s < n_sections; s++) {
        double biquad[5] = {0.004, 0.008, 0.004, -1.8, 0.82};
        for (int i = 0; i < 5; i++)
            b[5 * s + (size_t)i] = biquad[i];
    }
    for (int round = 0; round < ROUNDS; round++) {
        double start = bench_clock_s();
        cascade(n_sections, b, state, u, y, FRAMES);
        double took = bench_clock_s() - start;
        best = took < best ? took : best;
    }
    return best * 1e9 / FRAMES;
}

static double time_filter(uint32_t order, sinew_method method, sinew_engine engine,
                          sinew_sample sample, void *u, void *y, size_t block)
{
    sinew_design design = {.order = order, .edges_hz = {1000}};
    sinew_discretize_opts how = {.rate_hz = 48000, .method = method};
    sinew_filter_opts opts = {.engine = engine, .sample = sample, .channels = 1};
    sinew_system *system;
    sinew_discretization *d;
    sinew_node *node;
    sinew_stream *stream;
    if (sinew_system_new_design(&system, &design, NULL) ||
        sinew_discretize(&d, system, &how, NULL) || sinew_filter_new(&node, d, &opts, NULL) ||
        sinew_stream_open(&stream, node, NULL, NULL))
        exit(1);
    double best = 1e9;
    size_t bytes = sinew_sample_bytes(sample);
    for (int round = 0; round < ROUNDS; round++) {
        double start = bench_clock_s();
        for (size_t at = 0; at < FRAMES; at += block) {
            sinew_block in = {.samples = (char *)u + at * bytes,
                              .n_frames = FRAMES - at < block ? FRAMES - at : block,
                              .channels = 1};
            sinew_block out = {.samples = (char *)y + at * bytes};
            sinew_stream_process(stream, &in, &out);
        }
        double took = bench_clock_s() - start;
        best = took < best ? took : best;
    }
    sinew_stream_close(stream);
    sinew_node_free(node);
    sinew_discretization_free(d);
    sinew_system_free(system);
    return best * 1e9 / FRAMES;
}

int main(int argc, char **argv)
{
    static double u[FRAMES], y[FRAMES];
    static float u32[FRAMES], y32[FRAMES];
    size_t block = argc > 1 ? strtoul(argv[1], NULL, 10) : 256;
    if (block == 0)
        block = 256;
    bench_noise(u, SINEW_SAMPLE_F64, FRAMES);
    bench_noise(u32, SINEW_SAMPLE_F32, FRAMES);
    printf("ns/sample, blocks of %zu; in brackets: times the plain cascade\n", block);
    printf("%5s %9s %18s %18s %18s %18s\n", "order", "cascade", "scan bilinear", "scan zoh",
           "scan zoh f32", "convolve zoh");
    for (uint32_t order = 2; order <= 32; order *= 2) {
        double plain = time_cascade(order, u, y);
        double times[] = {
            time_filter(order, SINEW_METHOD_BILINEAR, SINEW_ENGINE_SCAN, SINEW_SAMPLE_F64, u, y,
                        block),
            time_filter(order, SINEW_METHOD_ZOH, SINEW_ENGINE_SCAN, SINEW_SAMPLE_F64, u, y, block),
            time_filter(order, SINEW_METHOD_ZOH, SINEW_ENGINE_SCAN, SINEW_SAMPLE_F32, u32, y32,
                        block),
            time_filter(order, SINEW_METHOD_ZOH, SINEW_ENGINE_CONVOLVE, SINEW_SAMPLE_F64, u, y,
                        block)};
        printf("%5u %9.2f", order, plain);
        for (size_t i = 0; i < 4; i++)
            printf("   %7.2f (%5.2f)", times[i], times[i] / plain);
        printf("\n");
    }
    return 0;
}
