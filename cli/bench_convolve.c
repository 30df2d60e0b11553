/* bench convolve: a long kernel, as measured in a room, on one channel of floats. */
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "bench.h"
#include "filter/kernel_node.h"
#include "sinew/sinew.h"

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

static sinew_status measure(const bench_asked *asked, const sinew_node *node, size_t taps,
                            size_t block, sinew_error *error)
{
    bench_run run = {0};
    bench_times times;
    bench_calls calls;
    size_t positions = bench_positions(sinew_kernel_node_period(node), block);
    sinew_status status = bench_run_open(&run, node, block, error);
    if (!status) {
        bench_time(&times, &run);
        status = bench_time_calls(&calls, &run, positions, error);
    }
    if (!status) {
        bench_row rows[] = {{.name = "taps", .value = (double)taps},
                            {.name = "block", .value = (double)block},
                            {.name = "dtype", .text = "f32"},
                            {.name = "mean_us", .value = calls.mean_us},
                            {.name = "worst_us", .value = calls.worst_us},
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
