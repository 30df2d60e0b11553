/* lib/filter: kernels of taps against direct sums; their schedule; files of kernels. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "far.h"
#include "filter/partitioned.h"
#include "io_help.h"
#include "sinew/sinew.h"

static sinew_error error;

static void refused(sinew_status status, sinew_status expected, const char *words)
{
    cr_assert_eq(status, expected, "%s", error.text);
    cr_assert(strstr(error.text, words), "\"%s\" does not say \"%s\"", error.text, words);
}

static double noise(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (double)*state / 2147483648.0 - 1;
}

/* In floats, so that both sample types hear the same. */
static double *random_numbers(size_t n, unsigned seed)
{
    double *h = sinew_alloc(n, sizeof *h);
    for (size_t t = 0; t < n; t++)
        h[t] = (double)(float)noise(&seed);
    return h;
}

static sinew_stream *stream_with(const sinew_kernel *kernel, const sinew_discretization *plus,
                                 const sinew_kernel_opts *opts)
{
    sinew_node *node; /* freed by close_stream */
    sinew_stream *stream;
    cr_assert_eq(sinew_filter_new_kernel(&node, kernel, plus, opts, &error), SINEW_OK, "%s",
                 error.text);
    cr_assert_eq(sinew_stream_open(&stream, node, NULL, &error), SINEW_OK);
    return stream;
}

static sinew_stream *stream_of(const sinew_kernel *kernel, const sinew_kernel_opts *opts)
{
    return stream_with(kernel, NULL, opts);
}

static void close_stream(sinew_stream *stream)
{
    const sinew_node *node = sinew_stream_node(stream);
    sinew_stream_close(stream);
    sinew_node_free((sinew_node *)(uintptr_t)node);
}

static void run(sinew_stream *stream, const double *u, double *y, size_t n, sinew_sample sample)
{
    float *uf = sinew_alloc(n, sizeof *uf), *yf = sinew_alloc(n, sizeof *yf);
    for (size_t t = 0; t < n; t++)
        uf[t] = (float)u[t];
    bool single = sample == SINEW_SAMPLE_F32;
    sinew_block in = {
        .samples = single ? (void *)uf : (void *)(uintptr_t)u, .n_frames = n, .channels = 1};
    sinew_block out = {.samples = single ? (void *)yf : (void *)y};
    sinew_stream_process(stream, &in, &out);
    for (size_t t = 0; single && t < n; t++)
        y[t] = (double)yf[t];
    sinew_free(uf);
    sinew_free(yf);
}

/* The largest difference to a direct sum, of its peak; all frames up to 2000, then every 997th. */
static double distance(const double *h, size_t taps, const double *u, const double *y, size_t n)
{
    double worst = 0, peak = 0;
    for (size_t t = 0; t < n; t += t < 2000 ? 1 : 997) {
        long double sum = 0;
        for (size_t k = 0; k < taps && k <= t; k++)
            sum += (long double)h[k] * u[t - k];
        worst = farther(worst, y[t], (double)sum);
        peak = fmax(peak, fabs((double)sum));
    }
    return worst / peak;
}

Test(kernel, is_a_direct_sum)
{
    static const size_t lengths[] = {1, 2, 255, 256, 257, 258, 511, 513, 1025, 2100, 9000, 70000};
    enum { N = 150000 };
    double *u = random_numbers(N, 2), *y = sinew_alloc(N, sizeof *y);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        double *h = random_numbers(lengths[i], 1);
        sinew_kernel *kernel;
        cr_assert_eq(sinew_kernel_new(&kernel, 1, 1, lengths[i], h, 48000, &error), SINEW_OK);
        for (int s = 0; s < 2; s++) {
            sinew_kernel_opts opts = {.filter.sample = s ? SINEW_SAMPLE_F32 : SINEW_SAMPLE_F64};
            sinew_stream *stream = stream_of(kernel, &opts);
            run(stream, u, y, N, opts.filter.sample);
            double off = distance(h, lengths[i], u, y, N);
            cr_assert_leq(off, s ? 1e-6 : 1e-14, "%zu taps: %g", lengths[i], off);
            close_stream(stream);
        }
        sinew_kernel_free(kernel);
        sinew_free(h);
    }
    sinew_free(u);
    sinew_free(y);
}

/* Every choice of levels is the same filter. */
Test(kernel, levels_agree)
{
    static const sinew_kernel_opts choices[] = {
        {.n_levels = 1, .lengths = {256}},
        {.n_levels = 2, .lengths = {256, 1024}},
        {.n_levels = 2, .lengths = {256, 16384}},
        {.n_levels = 3, .lengths = {256, 1024, 4096}},
        {.n_levels = 4, .lengths = {256, 1024, 4096, 65536}}, /* too long: left out */
    };
    enum { TAPS = 40000, N = 90000 };
    double *h = random_numbers(TAPS, 1), *u = random_numbers(N, 2), *y = sinew_alloc(N, sizeof *y);
    sinew_kernel *kernel;
    cr_assert_eq(sinew_kernel_new(&kernel, 1, 1, TAPS, h, 48000, &error), SINEW_OK);
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        sinew_stream *stream = stream_of(kernel, &choices[i]);
        run(stream, u, y, N, SINEW_SAMPLE_F64);
        cr_assert_leq(distance(h, TAPS, u, y, N), 1e-14, "choice %zu", i);
        close_stream(stream);
    }
    sinew_kernel_free(kernel);
    sinew_free(h);
    sinew_free(u);
    sinew_free(y);
}

/* All units of a block are done within it; by its own estimates no slot carries much more than
 * another. */
Test(kernel, work_is_spread)
{
    static const size_t lengths[] = {3000, 20000, 65536, 480000};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        double *h = random_numbers(lengths[i], 1), sum = 0, worst = 0;
        sinew_partitioned c;
        sinew_partitioned_opts opts = {0};
        cr_assert_eq(
            sinew_partitioned_init(&c, 1, 1, lengths[i], h, SINEW_SAMPLE_F32, &opts, &error),
            SINEW_OK);
        for (size_t k = 0; k < c.n_levels; k++)
            for (size_t s = 1; s <= c.slots; s++)
                if (s % (c.levels[k].length / SINEW_PARTITIONED_SLOT) == 0)
                    cr_assert_eq(c.levels[k].done[s - 1], c.levels[k].n_units);
                else
                    cr_assert_leq(c.levels[k].done[s - 1], c.levels[k].done[s]);
        for (size_t s = 0; s < c.slots; s++) {
            double cost = sinew_partitioned_slot_cost(&c, s);
            sum += cost;
            worst = fmax(worst, cost);
        }
        cr_assert_leq(worst * (double)c.slots / sum, 2, "%zu taps: %g of the mean", lengths[i],
                      worst * (double)c.slots / sum);
        sinew_partitioned_finish(&c);
        sinew_free(h);
    }
}

/* Calls of whole blocks, others between them, a state that is saved from one and goes on in a node
 * that knows of no blocks: one filter. */
Test(kernel, whole_blocks_agree)
{
    enum { N = 150000 };
    static const size_t lengths[] = {1, 300, 5000, 40000};
    double *u = random_numbers(N, 2), *y = sinew_alloc(N, sizeof *y);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        for (int s = 0; s < 2; s++) {
            double *h = random_numbers(lengths[i], 1);
            sinew_kernel *kernel;
            cr_assert_eq(sinew_kernel_new(&kernel, 1, 1, lengths[i], h, 48000, &error), SINEW_OK);
            sinew_kernel_opts opts = {.filter.sample = s ? SINEW_SAMPLE_F32 : SINEW_SAMPLE_F64};
            sinew_stream *any = stream_of(kernel, &opts);
            opts.call_frames = 8192;
            sinew_stream *stream = stream_of(kernel, &opts);
            size_t at = 0;
            static const size_t calls[] = {8192, 8192, 100, 8092, 20000, 4576, 8192, 16384, 1000};
            for (size_t k = 0; k < sizeof calls / sizeof *calls; at += calls[k++])
                run(stream, u + at, y + at, calls[k], opts.filter.sample);
            size_t bytes = sinew_stream_saved_bytes(stream);
            void *saved = sinew_alloc(bytes, 1);
            cr_assert_eq(sinew_stream_save(stream, saved, bytes, &error), SINEW_OK);
            cr_assert_eq(sinew_stream_load(any, saved, bytes, &error), SINEW_OK, "%s", error.text);
            run(any, u + at, y + at, N - at, opts.filter.sample);
            double off = distance(h, lengths[i], u, y, N);
            cr_assert_leq(off, s ? 1e-6 : 1e-14, "%zu taps: %g", lengths[i], off);
            close_stream(any);
            close_stream(stream);
            sinew_kernel_free(kernel);
            sinew_free(saved);
            sinew_free(h);
        }
    sinew_free(u);
    sinew_free(y);
}

/* A kernel takes over from another one in mid-stream: it knows the past as far as the other did,
 * first hears what it lacks, and fades in. */
static void exchange(size_t old_taps, size_t new_taps, double rate_hz,
                     const sinew_discretization *plus)
{
    enum { N = 20000, AT = 9000, FADE = 500 };
    double *h = random_numbers(12000, 1), *u = random_numbers(N, 2), out[3][N];
    size_t taps[2] = {old_taps, new_taps};
    size_t begin = AT + (new_taps > old_taps ? new_taps - old_taps : 0);
    sinew_kernel *kernels[2], *faster;
    sinew_kernel_opts opts = {.filter.channels = 1};
    sinew_node *next;
    sinew_swap *swap;
    for (size_t i = 0; i < 2; i++) {
        cr_assert_eq(sinew_kernel_new(&kernels[i], 1, 1, taps[i], h + 5000 * i, 48000, &error),
                     SINEW_OK);
        sinew_stream *alone = stream_with(kernels[i], plus, &opts);
        run(alone, u, out[i], N, SINEW_SAMPLE_F64);
        close_stream(alone);
    }
    sinew_stream *stream = stream_with(kernels[0], plus, &opts);
    const sinew_node *first = sinew_stream_node(stream);
    run(stream, u, out[2], AT, SINEW_SAMPLE_F64);
    cr_assert_eq(sinew_kernel_new(&faster, 1, 1, new_taps, h + 5000, rate_hz, &error), SINEW_OK);
    cr_assert_eq(sinew_filter_new_kernel(&next, faster, plus, &opts, &error), SINEW_OK);
    cr_assert_eq(sinew_swap_new(&swap, next, NULL, &error), SINEW_OK);
    sinew_status status = sinew_stream_swap(stream, swap, 100000, FADE, &error);
    cr_assert_eq(status, rate_hz > 48000 ? SINEW_ERR_MISMATCH : SINEW_OK);
    run(stream, u + AT, out[2] + AT, N - AT, SINEW_SAMPLE_F64);
    for (size_t t = 0; t < N; t++) {
        double weight = t < begin || status ? 0 : fmin(1, (double)(t - begin + 1) / FADE);
        double expected = out[0][t] + (out[1][t] - out[0][t]) * weight;
        cr_assert_float_eq(out[2][t], expected, 1e-12, "frame %zu", t);
    }
    sinew_stream_close(stream);
    sinew_swap_free(swap);
    sinew_node_free((sinew_node *)(uintptr_t)first);
    sinew_node_free(next);
    sinew_kernel_free(kernels[0]);
    sinew_kernel_free(kernels[1]);
    sinew_kernel_free(faster);
    sinew_free(h);
    sinew_free(u);
}

Test(kernel, is_exchanged_over_one_past)
{
    exchange(7000, 3000, 48000, NULL);
    exchange(3000, 3000, 48000, NULL);
}

Test(kernel, is_exchanged_for_a_longer_one)
{
    exchange(3000, 7000, 48000, NULL);
    exchange(1, 6000, 48000, NULL);
}

/* Whose state is carried over, however long it rings. */
Test(kernel, is_exchanged_beside_a_system)
{
    double A[] = {0}, one[] = {1}, zero[] = {0};
    sinew_matrices m = {1, 1, 1, A, one, one, zero};
    sinew_discretize_opts how = {.rate_hz = 48000, .method = SINEW_METHOD_ZOH};
    static const double poles[] = {-50, -480, -40000};
    for (size_t i = 0; i < 3; i++) {
        sinew_system *system;
        sinew_discretization *plus;
        A[0] = poles[i];
        cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK);
        cr_assert_eq(sinew_discretize(&plus, system, &how, &error), SINEW_OK);
        exchange(3000, 7000, 48000, plus);
        exchange(7000, 3000, 48000, plus);
        sinew_discretization_free(plus);
        sinew_system_free(system);
    }
}

Test(kernel, is_not_exchanged_for_one_of_another_rate)
{
    exchange(3000, 3000, 96000, NULL);
}

/* At zero and at half the rate the angles are known to the bit, with any number of taps. */
Test(kernel, responds_exactly_where_it_is_known)
{
    enum { TAPS = 20001 };
    double *h = random_numbers(TAPS, 5), rad[2] = {0, M_PI * 48000}, sums[2] = {0, 0};
    sinew_complex response[2];
    sinew_kernel *kernel;
    for (size_t t = 0; t < TAPS; t++) {
        sums[0] += h[t];
        sums[1] += t % 2 ? -h[t] : h[t];
    }
    cr_assert_eq(sinew_kernel_new(&kernel, 1, 1, TAPS, h, 48000, &error), SINEW_OK);
    cr_assert_eq(sinew_kernel_response(kernel, rad, 2, response, &error), SINEW_OK);
    for (size_t i = 0; i < 2; i++)
        cr_assert_float_eq(response[i].re, sums[i], 1e-11);
    rad[1] = INFINITY;
    refused(sinew_kernel_response(kernel, rad, 2, response, &error), SINEW_ERR_ARGUMENT,
            "frequency 1");
    sinew_kernel_free(kernel);
    sinew_free(h);
}

/* What is not a number leaves with the kernel: nothing of it stays. */
Test(kernel, nan_is_forgotten)
{
    enum { TAPS = 3000, N = 20000 };
    double *h = random_numbers(TAPS, 1), *u = random_numbers(N, 2), *y = sinew_alloc(N, sizeof *y);
    sinew_kernel *kernel;
    cr_assert_eq(sinew_kernel_new(&kernel, 1, 1, TAPS, h, 48000, &error), SINEW_OK);
    sinew_stream *stream = stream_of(kernel, NULL);
    u[777] = NAN;
    run(stream, u, y, N, SINEW_SAMPLE_F64);
    for (size_t t = 0; t < 777; t++)
        cr_assert(isfinite(y[t]));
    cr_assert(isnan(y[777]));
    for (size_t t = 777 + 4 * 4096; t < N; t++)
        cr_assert(isfinite(y[t]), "frame %zu", t);
    close_stream(stream);
    sinew_kernel_free(kernel);
    sinew_free(h);
    sinew_free(u);
    sinew_free(y);
}

Test(kernel, what_cannot_be)
{
    const double h[] = {1, NAN}, one[] = {1, 0.5};
    sinew_kernel *kernel;
    sinew_node *node;
    refused(sinew_kernel_new(&kernel, 1, 1, 2, h, 48000, &error), SINEW_ERR_DATA, "tap 1");
    refused(sinew_kernel_new(&kernel, 1, 1, 2, one, 0, &error), SINEW_ERR_DATA, "rate");
    refused(sinew_kernel_new(&kernel, 1, 1, 0, one, 1, &error), SINEW_ERR_ARGUMENT, "0 taps");
    refused(sinew_kernel_new(&kernel, SIZE_MAX / 2, 3, 2, one, 1, &error), SINEW_ERR_ARGUMENT,
            "too large");
    refused(sinew_kernel_new(&kernel, 4096, 4096, 10, one, 1, &error), SINEW_ERR_ARGUMENT,
            "too large");
    cr_assert_eq(sinew_kernel_new(&kernel, 1, 2, 1, one, 48000, &error), SINEW_OK);
    sinew_kernel_opts opts = {.filter.channels = 3};
    refused(sinew_filter_new_kernel(&node, kernel, NULL, &opts, &error), SINEW_ERR_ARGUMENT,
            "3 channels");
    opts = (sinew_kernel_opts){.filter.engine = SINEW_ENGINE_SCAN};
    refused(sinew_filter_new_kernel(&node, kernel, NULL, &opts, &error), SINEW_ERR_UNSUPPORTED,
            "no state space");
    opts = (sinew_kernel_opts){.filter.x0 = one};
    refused(sinew_filter_new_kernel(&node, kernel, NULL, &opts, &error), SINEW_ERR_ARGUMENT,
            "no x0");
    opts = (sinew_kernel_opts){.filter.engine = (sinew_engine)17};
    refused(sinew_filter_new_kernel(&node, kernel, NULL, &opts, &error), SINEW_ERR_ARGUMENT,
            "no engine has the number 17");
    opts = (sinew_kernel_opts){.n_levels = 2, .lengths = {256, 2048}};
    refused(sinew_filter_new_kernel(&node, kernel, NULL, &opts, &error), SINEW_ERR_ARGUMENT,
            "2048");
    opts = (sinew_kernel_opts){.n_levels = 7};
    refused(sinew_filter_new_kernel(&node, kernel, NULL, &opts, &error), SINEW_ERR_ARGUMENT,
            "7 levels");
    sinew_kernel_free(kernel);
}

Test(kernel, is_added_to_a_system_of_its_rate_and_size)
{
    const double one[] = {1, 0.5}, D[] = {2};
    sinew_kernel *kernel;
    sinew_system *gain;
    sinew_discretization *d;
    sinew_node *node;
    sinew_matrices m = {0, 1, 1, NULL, NULL, NULL, D};
    sinew_discretize_opts how = {.rate_hz = 48000};
    cr_assert_eq(sinew_system_new_ss(&gain, &m, &error), SINEW_OK);
    cr_assert_eq(sinew_discretize(&d, gain, &how, &error), SINEW_OK);
    cr_assert_eq(sinew_kernel_new(&kernel, 1, 1, 2, one, 44100, &error), SINEW_OK);
    refused(sinew_filter_new_kernel(&node, kernel, d, NULL, &error), SINEW_ERR_MISMATCH,
            "44100 Hz");
    sinew_kernel_free(kernel);
    cr_assert_eq(sinew_kernel_new(&kernel, 1, 2, 1, one, 48000, &error), SINEW_OK);
    refused(sinew_filter_new_kernel(&node, kernel, d, NULL, &error), SINEW_ERR_MISMATCH,
            "2 inputs");
    sinew_kernel_free(kernel);
    cr_assert_eq(sinew_kernel_new(&kernel, 1, 1, 2, one, 48000, &error), SINEW_OK);
    cr_assert_eq(sinew_filter_new_kernel(&node, kernel, d, NULL, &error), SINEW_OK);
    sinew_stream *stream;
    double u[] = {1, 0, 4}, y[3];
    cr_assert_eq(sinew_stream_open(&stream, node, NULL, &error), SINEW_OK);
    run(stream, u, y, 3, SINEW_SAMPLE_F64);
    cr_assert(y[0] == 3 && y[1] == 0.5 && y[2] == 12, "%g %g %g", y[0], y[1], y[2]);
    sinew_stream_close(stream);
    sinew_node_free(node);
    sinew_kernel_free(kernel);
    sinew_discretization_free(d);
    sinew_system_free(gain);
}

static const char *sound(const char *name, double rate_hz, uint32_t channels, size_t frames)
{
    sinew_sink *sink;
    sinew_sink_opts opts = {
        .signal = {
            .rate_hz = rate_hz, .channels = channels, .frames = -1, .sample = SINEW_SAMPLE_F64}};
    double *samples = random_numbers(frames * channels + 1, 9);
    sinew_block block = {.samples = samples, .n_frames = frames, .channels = channels};
    cr_assert_eq(sinew_sink_open(&sink, io_path(name), &opts, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_sink_write(sink, SINEW_SAMPLE_F64, &block, NULL, &error), SINEW_OK);
    cr_assert_eq(sinew_sink_commit(sink, &error), SINEW_OK, "%s", error.text);
    sinew_sink_close(sink);
    sinew_free(samples);
    return io_path(name);
}

static void refused_file(const char *path, sinew_status expected, const char *words)
{
    sinew_kernel *kernel;
    size_t blamed = 7;
    const sinew_kernel_file file = {.path = path};
    refused(sinew_kernel_open(&kernel, &file, 1, 1, &blamed, &error), expected, words);
    cr_assert_eq(blamed, 0);
}

Test(kernel, files, .init = io_make_folder, .fini = io_remove_folder)
{
    const sinew_kernel_file two[2] = {{.path = sound("a.wav", 48000, 1, 5000)},
                                      {.path = sound("b.wav", 48000, 1, 10)}};
    sinew_kernel *kernel;
    double *h = random_numbers(5000, 9);
    cr_assert_eq(sinew_kernel_open(&kernel, two, 2, 1, NULL, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_kernel_taps(kernel), 5000);
    cr_assert_eq(sinew_kernel_outputs(kernel), 2);
    cr_assert_eq(sinew_kernel_inputs(kernel), 1);
    cr_assert_eq(sinew_kernel_rate_hz(kernel), 48000);
    const double *values = sinew_kernel_values(kernel);
    cr_assert_eq(memcmp(values, h, 5000 * sizeof *h), 0);
    cr_assert_eq(memcmp(values + 5000, h, 10 * sizeof *h), 0);
    for (size_t t = 10; t < 5000; t++)
        cr_assert_eq(values[5000 + t], 0);
    sinew_kernel_free(kernel);
    sinew_free(h);

    refused_file(sound("stereo.wav", 48000, 2, 10), SINEW_ERR_MISMATCH, "2 channels");
    refused_file(sound("empty.wav", 48000, 1, 0), SINEW_ERR_DATA, "empty.wav");
    refused_file(sound("column.csv", 48000, 1, 10), SINEW_ERR_DATA, "rate");
    refused_file("nowhere.wav", SINEW_ERR_IO, "nowhere.wav");
    const sinew_kernel_file rates[2] = {{.path = sound("a.wav", 48000, 1, 10)},
                                        {.path = sound("c.wav", 44100, 1, 10)}};
    size_t blamed;
    refused(sinew_kernel_open(&kernel, rates, 1, 2, &blamed, &error), SINEW_ERR_MISMATCH,
            "44100 Hz");
    cr_assert_eq(blamed, 1);
}

Test(kernel, channels_of_files, .init = io_make_folder, .fini = io_remove_folder)
{
    sinew_kernel *kernel;
    size_t blamed = 7;
    double *h = random_numbers(3 * 6000, 9);
    const char *path = sound("three.wav", 48000, 3, 6000);
    sinew_kernel_file files[4] = {
        {path, 3}, {NULL, 0}, {sound("one.wav", 48000, 1, 20), 0}, {path, 1}};
    cr_assert_eq(sinew_kernel_open(&kernel, files, 2, 2, &blamed, &error), SINEW_OK, "%s",
                 error.text);
    cr_assert_eq(blamed, 4);
    cr_assert_eq(sinew_kernel_taps(kernel), 6000);
    const double *values = sinew_kernel_values(kernel);
    for (size_t t = 0; t < 6000; t++) {
        cr_assert_eq(values[t], h[3 * t + 2]);
        cr_assert_eq(values[6000 + t], 0);
        cr_assert_eq(values[12000 + t], t < 20 ? h[t] : 0);
        cr_assert_eq(values[18000 + t], h[3 * t]);
    }
    sinew_kernel_free(kernel);
    sinew_free(h);
    files[3].channel = 4;
    refused(sinew_kernel_open(&kernel, files, 2, 2, &blamed, &error), SINEW_ERR_MISMATCH,
            "no channel 4");
    cr_assert_eq(blamed, 3);
    files[0] = files[2] = files[3] = files[1];
    refused(sinew_kernel_open(&kernel, files, 2, 2, &blamed, &error), SINEW_ERR_ARGUMENT,
            "without a single path");
}

/* Beyond float there is no f32: NaN would be all that comes out. */
Test(kernel, is_within_its_type)
{
    static const double h[] = {1, 0, 1e300};
    sinew_kernel *kernel;
    sinew_node *node;
    cr_assert_eq(sinew_kernel_new(&kernel, 1, 1, 3, h, 48000, &error), SINEW_OK);
    sinew_kernel_opts opts = {.filter = {.sample = SINEW_SAMPLE_F32}};
    cr_assert_eq(sinew_filter_new_kernel(&node, kernel, NULL, &opts, &error), SINEW_ERR_NUMERIC);
    cr_assert(strstr(error.text, "tap 2"), "%s", error.text);
    opts.filter.sample = SINEW_SAMPLE_F64;
    cr_assert_eq(sinew_filter_new_kernel(&node, kernel, NULL, &opts, &error), SINEW_OK);
    sinew_node_free(node);
    sinew_kernel_free(kernel);
}

/* One tap is a product, whatever the calls are. */
Test(kernel, of_few_taps_is_summed)
{
    enum { N = 4096 };
    static const double half[] = {0.5};
    double *u = random_numbers(N, 2), y[N];
    sinew_kernel *kernel;
    sinew_kernel_opts opts = {.call_frames = N};
    cr_assert_eq(sinew_kernel_new(&kernel, 1, 1, 1, half, 48000, &error), SINEW_OK);
    sinew_stream *stream = stream_of(kernel, &opts);
    run(stream, u, y, N, SINEW_SAMPLE_F64);
    for (size_t t = 0; t < N; t++)
        cr_assert_eq(y[t], u[t] / 2);
    close_stream(stream);
    sinew_kernel_free(kernel);
    sinew_free(u);
}
