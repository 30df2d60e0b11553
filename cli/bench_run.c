#include "bench_run.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/samples.h"

enum {
    NOISE_FRAMES = 8192, /* at least: no filter is to find itself in a loop */
    ROUNDS_LEAST = 5,
    ROUNDS_MOST = 100,
    CALLS_ROUNDS = 51,      /* times that each call of a period is timed */
    POSITIONS_MOST = 65536, /* for blocks that fit the period badly */
    FRAMES_MOST = 1 << 28   /* of all calls: seconds */
};
static const double round_s = 0.01, all_s = 1;

static double clock_s(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double bench_clock_s(void)
{
    return clock_s(CLOCK_THREAD_CPUTIME_ID);
}

double bench_all_threads_s(void)
{
    return clock_s(CLOCK_PROCESS_CPUTIME_ID);
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, rising);
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

/* What reading the clock adds to a difference of two of its times. */
static double clock_cost_s(void)
{
    double least = 1;
    for (int i = 0; i < 1000; i++) {
        double started_s = bench_clock_s();
        least = fmin(least, bench_clock_s() - started_s);
    }
    return least;
}

size_t bench_positions(size_t period_frames, size_t block_frames)
{
    size_t power = block_frames & -block_frames; /* of two: what it shares with the period */
    size_t exact = period_frames > power ? period_frames / power : 1;
    size_t about = (period_frames + block_frames - 1) / block_frames;
    size_t wanted = exact <= POSITIONS_MOST || exact <= about ? exact : about;
    size_t most = FRAMES_MOST / (CALLS_ROUNDS * block_frames);
    return wanted <= most ? wanted : most > 0 ? most : 1;
}

sinew_status bench_time_calls(bench_calls *out, bench_run *run, size_t positions,
                              sinew_error *error)
{
    float *took = sinew_alloc(positions * CALLS_ROUNDS, sizeof *took);
    if (!took)
        return sinew_fail_memory(error);
    double reading_s = clock_cost_s(), sum = 0, worst = 0, at_one[CALLS_ROUNDS];
    for (size_t i = 0; i < positions * CALLS_ROUNDS; i++) {
        double started_s = bench_clock_s();
        bench_run_call(run);
        took[i] = (float)fmax(bench_clock_s() - started_s - reading_s, 0);
        sum += (double)took[i];
    }
    for (size_t p = 0; p < positions; p++) {
        for (size_t r = 0; r < CALLS_ROUNDS; r++)
            at_one[r] = (double)took[r * positions + p];
        worst = fmax(worst, bench_median(at_one, CALLS_ROUNDS));
    }
    *out = (bench_calls){.mean_us = 1e6 * sum / (double)(positions * CALLS_ROUNDS),
                         .worst_us = 1e6 * worst};
    sinew_free(took);
    return SINEW_OK;
}
