/* bench convolve: a long kernel, as measured in a room, on one channel of floats. */
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "bench.h"
#include "sinew/sinew.h"

enum {
    CALLS_ROUNDS = 51,     /* times that each call of a period is timed */
    POSITIONS_MOST = 65536 /* for blocks that fit the period badly */
};

/* Noise that dies away by 60 dB. */
static sinew_status new_node(sinew_node **out, size_t taps, sinew_error *error)
{
    double *h = sinew_alloc(taps, sizeof *h);
    if (!h)
        return sinew_fail_memory(error);
    bench_noise(h, SINEW_SAMPLE_F64, taps);
    for (size_t t = 0; t < taps; t++)
        h[t] *= pow(0.001, (double)t / (double)taps) / 20;
    sinew_kernel *kernel = NULL;
    sinew_kernel_opts opts = {.filter = {.sample = SINEW_SAMPLE_F32, .channels = 1}};
    sinew_status status = sinew_kernel_new(&kernel, 1, 1, taps, h, 48000, error);
    if (!status)
        status = sinew_filter_new_kernel(out, kernel, NULL, &opts, error);
    sinew_kernel_free(kernel);
    sinew_free(h);
    return status;
}

/* Calls after which the schedule is where it was, or a multiple: it repeats with the longest block
 * of a level, and these are 256 times 4^k, none longer than the kernel. */
static size_t period_calls(size_t taps, size_t block)
{
    size_t longest = 256;
    while (4 * longest <= taps && longest < (1 << 18))
        longest *= 4;
    size_t power = block & -block; /* of two, in block: what it shares with `longest` */
    size_t exact = longest > power ? longest / power : 1, about = (longest + block - 1) / block;
    return exact <= POSITIONS_MOST || exact <= about ? exact : about;
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

/* The mean of all calls, and the largest of the medians at each position in the period. */
static sinew_status time_calls(double *mean_us, double *worst_us, bench_run *run, size_t positions,
                               sinew_error *error)
{
    float *took = sinew_alloc(positions * CALLS_ROUNDS, sizeof *took);
    if (!took)
        return sinew_fail_memory(error);
    double clock_s = clock_cost_s(), sum = 0, worst = 0, at_one[CALLS_ROUNDS];
    for (size_t i = 0; i < positions * CALLS_ROUNDS; i++) {
        double started_s = bench_clock_s();
        bench_run_call(run);
        took[i] = (float)fmax(bench_clock_s() - started_s - clock_s, 0);
        sum += (double)took[i];
    }
    for (size_t p = 0; p < positions; p++) {
        for (size_t r = 0; r < CALLS_ROUNDS; r++)
            at_one[r] = (double)took[r * positions + p];
        worst = fmax(worst, bench_median(at_one, CALLS_ROUNDS));
    }
    *mean_us = 1e6 * sum / (double)(positions * CALLS_ROUNDS);
    *worst_us = 1e6 * worst;
    sinew_free(took);
    return SINEW_OK;
}

static sinew_status measure(const bench_asked *asked, const sinew_node *node, size_t taps,
                            size_t block, sinew_error *error)
{
    bench_run run = {0};
    bench_times times;
    double mean_us = 0, worst_us = 0;
    size_t positions = period_calls(taps, block);
    sinew_status status = bench_run_open(&run, node, block, error);
    if (!status) {
        bench_time(&times, &run);
        status = time_calls(&mean_us, &worst_us, &run, positions, error);
    }
    if (!status) {
        bench_row rows[] = {{.name = "taps", .value = (double)taps},
                            {.name = "block", .value = (double)block},
                            {.name = "dtype", .text = "f32"},
                            {.name = "mean_us", .value = mean_us},
                            {.name = "worst_us", .value = worst_us},
                            {.name = "positions", .value = (double)positions},
                            {0}};
        bench_print(asked, "convolve", &times, rows);
    }
    bench_run_close(&run);
    return status;
}

sinew_status bench_convolve(const bench_asked *asked, sinew_error *error)
{
    size_t taps = asked->taps.given ? (size_t)asked->taps.value : 65536;
    size_t block = asked->block.given ? (size_t)asked->block.value : 256;
    sinew_node *node = NULL;
    sinew_status status = new_node(&node, taps, error);
    if (!status)
        status = measure(asked, node, taps, block, error);
    sinew_node_free(node);
    return status;
}
