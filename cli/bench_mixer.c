/* bench mixer: one Mamba-1 mixer as a callback in real time runs it. */
#include "bench.h"
#include "bench_lm_model.h"

enum { POSITIONS = 64 }; /* calls that are told apart; the work of all is the same */

static sinew_status measure(const bench_asked *asked, const sinew_node *node, size_t order,
                            size_t block, sinew_error *error)
{
    bench_run run = {0};
    bench_times times;
    bench_calls calls;
    sinew_status status = bench_run_open(&run, node, block, error);
    if (!status) {
        bench_time(&times, &run);
        status = bench_time_calls(&calls, &run, POSITIONS, error);
    }
    if (!status) {
        bench_row rows[] = {{.name = "d_model", .value = node->channels_in},
                            {.name = "state", .value = (double)order},
                            {.name = "block", .value = (double)block},
                            {.name = "dtype", .text = "f32"},
                            {.name = "core_at_48k", .value = times.median * 48000e-9},
                            {.name = "mean_us", .value = calls.mean_us},
                            {.name = "worst_us", .value = calls.worst_us},
                            {0}};
        bench_print(asked, "mixer", &times, rows);
    }
    bench_run_close(&run);
    return status;
}

sinew_status bench_mixer(const bench_asked *asked, sinew_error *error)
{
    lm_shape shape = {.d_model = asked->d_model.given ? (size_t)asked->d_model.value : 16,
                      .order = asked->state.given ? (size_t)asked->state.value : 8};
    size_t block = asked->block.given ? (size_t)asked->block.value : 1;
    lm_made made = {0};
    sinew_node *node = NULL;
    sinew_status status = lm_made_mixer(&node, &made, &shape, error);
    if (!status)
        status = measure(asked, node, shape.order, block, error);
    sinew_node_free(node);
    lm_made_free(&made);
    return status;
}
