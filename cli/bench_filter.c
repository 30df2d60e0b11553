/* bench filter: a system of a given order, run by an engine. */
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "bench.h"
#include "costs.h"
#include "sinew/sinew.h"

enum { BUTTERWORTH_MOST = 16 };
static const double rate_hz = 48000, pi = 3.14159265358979323846;

/* Mode i of n: from 40 Hz to 16 kHz, of a Q of about 10. */
static void set_mode(double *A, double *B, double *C, size_t order, size_t i)
{
    size_t n = (order + 1) / 2, at = 2 * i;
    double w = 2 * pi * 40 * pow(400, (double)i / (double)n), decay = -0.05 * w;
    A[at * order + at] = decay;
    B[at] = w;
    C[at] = 1;
    if (at + 1 == order) /* the order is odd: a real pole is the last */
        return;
    A[at * order + at + 1] = w;
    A[(at + 1) * order + at] = -w;
    A[(at + 1) * order + at + 1] = decay;
    C[at + 1] = 1;
}

static sinew_status new_modes(sinew_system **out, size_t order, sinew_error *error)
{
    double *values = sinew_alloc(order * (order + 2) + 1, sizeof *values);
    if (!values)
        return sinew_fail_memory(error);
    double *A = values, *B = A + order * order, *C = B + order, *D = C + order;
    for (size_t i = 0; 2 * i < order; i++)
        set_mode(A, B, C, order, i);
    sinew_matrices m = {order, 1, 1, A, B, C, D};
    sinew_status status = sinew_system_new_ss(out, &m, error);
    sinew_free(values);
    return status;
}

static sinew_status new_discretization(sinew_discretization **out, size_t order, bool modes,
                                       sinew_error *error)
{
    sinew_design design = {.order = (uint32_t)order, .edges_hz = {1000}};
    sinew_discretize_opts opts = {.rate_hz = rate_hz,
                                  .method = modes ? SINEW_METHOD_ZOH : SINEW_METHOD_BILINEAR};
    sinew_system *system = NULL;
    sinew_status status =
        modes ? new_modes(&system, order, error) : sinew_system_new_design(&system, &design, error);
    if (!status)
        status = sinew_discretize(out, system, &opts, error);
    sinew_system_free(system);
    return status;
}

static size_t block_of(const bench_asked *asked)
{
    return asked->block.given ? (size_t)asked->block.value : 256;
}

/* What the daemon would build for blocks of this length; `sinew run` plans for long calls. */
static sinew_filter_opts filter_opts(const bench_asked *asked)
{
    return (sinew_filter_opts){.sample = options_sample(asked->dtype),
                               .engine = options_engine(asked->engine),
                               .channels =
                                   (uint32_t)(asked->channels.given ? asked->channels.value : 1),
                               .block_frames = block_of(asked)};
}

static sinew_status measure(const bench_asked *asked, const sinew_node *node, size_t order,
                            bool modes, sinew_error *error)
{
    bench_run run = {0};
    bench_times times;
    size_t block = block_of(asked);
    sinew_status status = bench_run_open(&run, node, block, error);
    if (!status)
        bench_time(&times, &run);
    bench_row rows[] = {{.name = "system", .text = modes ? "modes" : "butterworth"},
                        {.name = "order", .value = (double)order},
                        {.name = "channels", .value = node->channels_in},
                        {.name = "block", .value = (double)block},
                        {.name = "engine", .text = sinew_engine_name(sinew_filter_engine(node))},
                        {.name = "dtype", .text = options_dtype(node->sample_in)},
                        {0}};
    if (!status)
        bench_print(asked, "filter", &times, rows);
    bench_run_close(&run);
    return status;
}

sinew_status bench_filter(const bench_asked *asked, sinew_error *error)
{
    size_t order = asked->order.given ? (size_t)asked->order.value : 8;
    bool modes = order > BUTTERWORTH_MOST;
    sinew_costs *costs = NULL;
    sinew_filter_opts opts = filter_opts(asked);
    sinew_discretization *d = NULL;
    sinew_node *node = NULL;
    sinew_status status = new_discretization(&d, order, modes, error);
    if (!status && opts.engine == SINEW_ENGINE_AUTO) {
        opts.costs = costs = costs_choose();
    }
    if (!status)
        status = sinew_filter_new(&node, d, &opts, error);
    sinew_discretization_free(d);
    sinew_costs_free(costs);
    if (!status)
        status = measure(asked, node, order, modes, error);
    sinew_node_free(node);
    return status;
}
