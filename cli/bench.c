/* sinew bench: how long frames take. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/samples.h"
#include "command.h"
#include "json.h"
#include "simd/ops.h"
#include "sinew/kernel.h"

enum {
    NOISE_FRAMES = 8192, /* at least: no filter is to find itself in a loop */
    ROUNDS_LEAST = 5,
    ROUNDS_MOST = 100
};
static const double round_s = 0.01, all_s = 1;

static const char *const dtypes[] = {"f32", "f64", NULL};
static const char *const engines[] = {"auto", "scan", "block", "convolve", NULL};

/* clang-format off */
static const option options[] = {
    COUNT_OPTION(bench_asked, order, "order", "N", "filter: states, 8", 1, 4096),
    COUNT_OPTION(bench_asked, taps, "taps", "K", "convolve: 65536", 1, SINEW_KERNEL_TAPS_MAX),
    COUNT_OPTION(bench_asked, channels, "channels", "C", "filter: how many, 1", 1, 65536),
    COUNT_OPTION(bench_asked, block, "block", "B", "frames a call, 256", 1, 1 << 20),
    WORD_OPTION(bench_asked, engine, "engine", "E", "filter:", engines),
    WORD_OPTION(bench_asked, dtype, "dtype", "D", "filter: compute in", dtypes),
    FLAG_OPTION(bench_asked, json, "json", "print JSON"),
    {0}};
/* clang-format on */

static const struct bench {
    const char *name;
    bool takes_filter_options, takes_taps;
    sinew_status (*run)(const bench_asked *asked, sinew_error *error);
} benches[] = {{"filter", true, false, bench_filter}, {"convolve", false, true, bench_convolve}};
enum { N_BENCHES = sizeof benches / sizeof *benches };

double bench_clock_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, compare);
    return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

void bench_noise(void *samples, sinew_sample sample, size_t n)
{
    uint64_t random = 88172645463325252u; /* xorshift64, Marsaglia 2003 */
    for (size_t i = 0; i < n; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        sinew_sample_put(samples, sample, i, (double)(int64_t)random * 0x1p-64);
    }
}

sinew_status bench_run_open(bench_run *run, const sinew_node *node, size_t block_frames,
                            sinew_error *error)
{
    size_t in_bytes = node->channels_in * sinew_sample_bytes(node->sample_in);
    size_t out_bytes = node->channels_out * sinew_sample_bytes(node->sample_out);
    *run = (bench_run){.block_frames = block_frames};
    run->n_calls = (NOISE_FRAMES + block_frames - 1) / block_frames;
    run->in = sinew_alloc(run->n_calls * block_frames, in_bytes);
    run->out = sinew_alloc(block_frames, out_bytes);
    if (!run->in || !run->out)
        return sinew_fail_memory(error);
    bench_noise(run->in, node->sample_in, run->n_calls * block_frames * node->channels_in);
    sinew_stream_opts opts = {.max_frames = block_frames};
    return sinew_stream_open(&run->stream, node, &opts, error);
}

void bench_run_close(bench_run *run)
{
    sinew_stream_close(run->stream);
    sinew_free(run->in);
    sinew_free(run->out);
}

void bench_run_call(bench_run *run)
{
    const sinew_node *node = sinew_stream_node(run->stream);
    size_t bytes = run->block_frames * node->channels_in * sinew_sample_bytes(node->sample_in);
    sinew_block in = {.samples = run->in + run->next * bytes,
                      .n_frames = run->block_frames,
                      .channels = node->channels_in};
    sinew_block out = {.samples = run->out};
    sinew_stream_process(run->stream, &in, &out);
    run->next = (run->next + 1) % run->n_calls;
}

static double time_calls(bench_run *run, size_t calls)
{
    double started_s = bench_clock_s();
    for (size_t i = 0; i < calls; i++)
        bench_run_call(run);
    return bench_clock_s() - started_s;
}

/* How many calls take a round, by doubling: the caches and the clock of the processor warm up. */
static size_t calls_in_a_round(bench_run *run, double *call_s)
{
    size_t calls = 1;
    double took_s;
    while ((took_s = time_calls(run, calls)) < round_s)
        calls *= 2;
    *call_s = took_s / (double)calls;
    double wanted = round_s / *call_s;
    return wanted > 1 ? (size_t)wanted : 1;
}

void bench_time(bench_times *out, bench_run *run)
{
    double call_s, rounds[ROUNDS_MOST];
    out->calls = calls_in_a_round(run, &call_s);
    double wanted = all_s / (call_s * (double)out->calls);
    out->rounds = wanted < ROUNDS_LEAST ? ROUNDS_LEAST
                                        : (wanted > ROUNDS_MOST ? ROUNDS_MOST : (size_t)wanted);
    double frames = (double)out->calls * (double)run->block_frames;
    for (size_t i = 0; i < out->rounds; i++)
        rounds[i] = time_calls(run, out->calls) * 1e9 / frames;
    out->median = bench_median(rounds, out->rounds);
    out->min = rounds[0];
    out->max = rounds[out->rounds - 1];
}

static void print_json(const char *name, const bench_times *times, const bench_row *rows)
{
    fputs("{\"name\":", stdout);
    json_string(name);
    fputs(",\"ns_per_frame\":{\"min\":", stdout);
    json_number(times->min);
    fputs(",\"median\":", stdout);
    json_number(times->median);
    fputs(",\"max\":", stdout);
    json_number(times->max);
    fputs("}", stdout);
    for (const bench_row *row = rows; row->name; row++) {
        printf(",\"%s\":", row->name);
        if (row->text)
            json_string(row->text);
        else
            json_number(row->value);
    }
    printf(",\"simd\":");
    json_string(sinew_simd_best()->name);
    printf(",\"rounds\":%zu,\"calls\":%zu}\n", times->rounds, times->calls);
}

void bench_print(const bench_asked *asked, const char *name, const bench_times *times,
                 const bench_row *rows)
{
    if (asked->json) {
        print_json(name, times, rows);
        return;
    }
    printf("%-13s %.4g (%.4g to %.4g in %zu rounds)\n", "ns per frame", times->median, times->min,
           times->max, times->rounds);
    for (const bench_row *row = rows; row->name; row++)
        if (row->text)
            printf("%-13s %s\n", row->name, row->text);
        else
            printf("%-13s %.6g\n", row->name, row->value);
    printf("%-13s %s\n", "simd", sinew_simd_best()->name);
}

static const char *what_is_wrong(const struct bench *b, const bench_asked *asked)
{
    bool of_filter = asked->order.given || asked->channels.given || asked->engine || asked->dtype;
    if (of_filter && !b->takes_filter_options)
        return "--order, --channels, --engine and --dtype are for filter";
    if (asked->taps.given && !b->takes_taps)
        return "--taps is for convolve";
    return NULL;
}

static int run(const command *self, const void *settings, const char **args, size_t n_args)
{
    const struct bench *b = benches;
    sinew_error error;
    (void)n_args;
    while (b < benches + N_BENCHES && strcmp(b->name, args[0]) != 0)
        b++;
    if (b == benches + N_BENCHES)
        return report_misuse(self, "no bench '%s'; there are filter and convolve", args[0]);
    const char *wrong = what_is_wrong(b, settings);
    if (wrong)
        return report_misuse(self, "%s", wrong);
    return b->run(settings, &error) ? report_failure(self, &error) : EXIT_DONE;
}

const command command_bench = {
    .name = "bench",
    .summary = "measure how fast filters run here",
    .usage = "filter | convolve [options]",
    .about =
        "filter: a Butterworth low-pass of up to 16 states, or as many modes as give the order,\n"
        "over noise, in calls of some frames. Prints the nanoseconds that a frame of all channels\n"
        "takes, in CPU time, and which engine ran; about a second.\n\n"
        "convolve: a kernel of many taps on one channel of floats. Also prints the mean of a call\n"
        "and the worst, which is the largest, over the positions in the period of the schedule,\n"
        "of the median time at that position.",
    .options = options,
    .settings_bytes = sizeof(bench_asked),
    .least = 1,
    .most = 1,
    .run = run};
