/* What each engine costs over a grid of systems, channels, blocks and types, beside what the
 * planner estimates: a line of csv for each, for planner.py.
 *
 *     build/tests/bench_planner [quick]
 *
 * Nanoseconds a frame of all channels, the least of some rounds of CPU time.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/bench_run.h"
#include "filter/filter.h"
#include "sinew/sinew.h"

enum { ROUNDS = 3, PLACES = 3, MOST_FRAMES = 8192, MOST_CHANNELS = 32 };
static const double round_s = 0.3e-3;
static const double rate_hz = 48000, pi = 3.14159265358979323846;

/* ---- systems ---- */

typedef struct subject {
    const char *name;
    sinew_status (*make)(sinew_discretization **out, size_t order, size_t width);
    size_t width; /* inputs and outputs */
    size_t orders[12];
} subject;

static sinew_status discretize(sinew_discretization **out, sinew_system *system,
                               sinew_method method)
{
    sinew_discretize_opts how = {.rate_hz = rate_hz, .method = method};
    sinew_status status = sinew_discretize(out, system, &how, NULL);
    sinew_system_free(system);
    return status;
}

static sinew_status make_cascade(sinew_discretization **out, size_t order, size_t width)
{
    (void)width;
    sinew_design design = {.order = (uint32_t)order, .edges_hz = {1000}};
    sinew_system *system = NULL;
    sinew_status status = sinew_system_new_design(&system, &design, NULL);
    return status ? status : discretize(out, system, SINEW_METHOD_BILINEAR);
}

/* Resonances from 40 Hz to 16 kHz; `couple` joins each with the next. */
static sinew_status make_modes(sinew_discretization **out, size_t order, size_t width,
                               double couple)
{
    double *values = calloc(order * (order + 2 * width) + width * width, sizeof *values);
    if (!values)
        return SINEW_ERR_MEMORY;
    double *A = values, *B = A + order * order, *C = B + order * width, *D = C + order * width;
    for (size_t i = 0; i < order; i++) {
        double w = 2 * pi * 40 * pow(400, (double)(i / 2) / ((double)order / 2));
        A[i * order + i] = -0.05 * w;
        if (i % 2 == 0 && i + 1 < order)
            A[i * order + i + 1] = w;
        if (i % 2 == 1)
            A[i * order + i - 1] = -w;
        for (size_t j = 0; j < i && couple != 0; j++)
            A[i * order + j] += couple * w / (double)order;
        for (size_t c = 0; c < width; c++) {
            B[i * width + c] = i % 2 ? 0 : w * (double)(1 + c);
            C[c * order + i] = 1.0 / (double)(1 + c);
        }
    }
    sinew_system *system = NULL;
    sinew_matrices m = {order, width, width, A, B, C, D};
    sinew_status status = sinew_system_new_ss(&system, &m, NULL);
    free(values);
    return status ? status : discretize(out, system, SINEW_METHOD_ZOH);
}

static sinew_status make_parallel(sinew_discretization **out, size_t order, size_t width)
{
    return make_modes(out, order, width, 0);
}

static sinew_status make_dense(sinew_discretization **out, size_t order, size_t width)
{
    return make_modes(out, order, width, 0.1);
}

static const subject subjects[] = {
    {"cascade", make_cascade, 1, {1, 2, 3, 4, 6, 8, 10, 12, 16, 24, 32}},
    {"parallel", make_parallel, 1, {1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 128, 512}},
    {"dense", make_dense, 1, {4, 8, 16, 24, 32, 64}},
    {"dense2", make_dense, 2, {2, 4, 8, 16, 32, 64}},
    {"modes2", make_parallel, 2, {4, 16, 64}},
    {"dense8", make_dense, 8, {8, 32}}};

/* ---- timing ---- */

static char in_samples[MOST_FRAMES * MOST_CHANNELS * 8], out_samples[sizeof in_samples];

static double time_calls(sinew_stream *stream, size_t block, size_t calls)
{
    const sinew_node *node = sinew_stream_node(stream);
    size_t bytes = block * node->channels_in * sinew_sample_bytes(node->sample_in);
    size_t places = sizeof in_samples / bytes;
    size_t few =
        MOST_FRAMES / 4 / block + 1; /* what fits into the second cache, as in a callback */
    places = places < few ? places : few;
    double started_s = bench_clock_s();
    for (size_t i = 0; i < calls; i++) {
        size_t at = i % places * bytes;
        sinew_block in = {.samples = in_samples + at, .n_frames = block};
        in.channels = node->channels_in;
        sinew_block out = {.samples = out_samples + at};
        sinew_stream_process(stream, &in, &out);
    }
    return bench_clock_s() - started_s;
}

/* Nanoseconds a frame, the least of some rounds. */
static double measure_stream(const sinew_node *node, size_t block)
{
    sinew_stream *stream;
    sinew_stream_opts opts = {.max_frames = block};
    if (sinew_stream_open(&stream, node, &opts, NULL))
        return NAN;
    size_t calls = 1, least = 1024 / block;
    double took_s, best_s = INFINITY;
    while ((took_s = time_calls(stream, block, calls)) < round_s || calls < least)
        calls *= 2;
    for (int i = 0; i < ROUNDS; i++)
        best_s = fmin(best_s, time_calls(stream, block, calls));
    sinew_stream_close(stream);
    return best_s * 1e9 / (double)calls / (double)block;
}

/* Of several streams at several places in memory: by where things happen to lie, a call of few
 * frames has been seen to take twice its time. */
static double measure(const sinew_node *node, size_t block)
{
    void *pads[PLACES];
    double ns = INFINITY;
    for (int i = 0; i < PLACES; i++) {
        ns = fmin(ns, measure_stream(node, block));
        pads[i] = malloc(1000 + 1216 * (size_t)i);
    }
    for (int i = 0; i < PLACES; i++)
        free(pads[i]);
    return ns;
}

/* ---- the grid ---- */

static const size_t all_channels[] = {1, 2, 4, 8, 32}, all_blocks[] = {1, 8, 24, 64, 256, 4096};

/* What was counted, for a fit. */
static void print_work(const sinew_discretization *d, const sinew_filter_opts *opts,
                       sinew_engine engine)
{
    sinew_work work;
    sinew_engine_work(&work, d, opts, engine);
    for (size_t i = 0; i < SINEW_COSTS; i++)
        printf(",%.9g", work.of[i]);
    puts("");
}

static void measure_engine(const subject *s, size_t order, const sinew_discretization *d,
                           sinew_filter_opts opts, sinew_engine engine)
{
    static const char *const types[] = {[SINEW_SAMPLE_F64] = "f64", [SINEW_SAMPLE_F32] = "f32"};
    sinew_node *node = NULL;
    opts.engine = engine;
    if (!isfinite(sinew_filter_cost(d, &opts, engine)) || sinew_filter_new(&node, d, &opts, NULL))
        return;
    for (size_t b = 0; b < sizeof all_blocks / sizeof *all_blocks; b++) {
        opts.block_frames = all_blocks[b];
        printf("%s,%zu,%zu,%u,%zu,%s,%s,%s,%.5g,%.5g", s->name, order, s->width, opts.channels,
               all_blocks[b], types[opts.sample], sinew_engine_name(engine),
               sinew_engine_name(sinew_filter_engine(node)), measure(node, all_blocks[b]),
               sinew_filter_cost(d, &opts, engine));
        print_work(d, &opts, engine);
    }
    sinew_node_free(node);
}

static void measure_subject(const subject *s, size_t order, sinew_sample sample)
{
    sinew_discretization *d = NULL;
    if (s->make(&d, order, s->width))
        return;
    for (size_t c = 0; c < sizeof all_channels / sizeof *all_channels; c++) {
        sinew_filter_opts opts = {.sample = sample, .channels = (uint32_t)all_channels[c]};
        if (s->width > 1)
            opts.channels = (uint32_t)s->width;
        for (int e = SINEW_ENGINE_SCAN; e < SINEW_ENGINES; e++)
            measure_engine(s, order, d, opts, (sinew_engine)e);
        if (s->width > 1)
            break;
    }
    fflush(stdout);
    sinew_discretization_free(d);
}

int main(int argc, char **argv)
{
    (void)argv;
    bool quick = argc > 1;
    fputs("system,order,width,channels,block,dtype,engine,ran,ns,cost", stdout);
    for (size_t i = 0; i < SINEW_COSTS; i++)
        printf(",%s", sinew_cost_name(i));
    puts("");
    for (int t = 0; t < 2; t++) {
        sinew_sample sample = t ? SINEW_SAMPLE_F32 : SINEW_SAMPLE_F64;
        bench_noise(in_samples, sample, MOST_FRAMES * MOST_CHANNELS);
        for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
            for (size_t o = 0; o < 12 && subjects[i].orders[o]; o += quick ? 3 : 1)
                measure_subject(&subjects[i], subjects[i].orders[o], sample);
    }
    return 0;
}
