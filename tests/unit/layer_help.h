/* What the tests of layers share: tensors over arrays, a run of a node, a distance. */
#ifndef TESTS_UNIT_LAYER_HELP_H
#define TESTS_UNIT_LAYER_HELP_H

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "sinew/sinew.h"

/* shape: ends with 0; the data lives as long as the node. */
static inline sinew_tensor tensor_of(const char *name, const float *data, const uint64_t *shape)
{
    sinew_tensor t = {.name = name, .dtype = SINEW_DTYPE_F32, .data = data};
    for (; shape[t.rank]; t.rank++)
        t.shape[t.rank] = shape[t.rank];
    return t;
}

/* The array by its own name. */
#define TENSOR(data, ...)                                                                          \
    &(sinew_tensor[]){tensor_of(#data, data, (const uint64_t[]){__VA_ARGS__, 0})}[0]

/* A stream over n frames in pieces of `cut`; steps (n) or NULL. */
static inline void run_stream(sinew_stream *stream, const void *x, float *y, size_t n, size_t cut,
                              const double *steps)
{
    const sinew_node *node = sinew_stream_node(stream);
    for (size_t at = 0, now; at < n; at += now) {
        now = cut < n - at ? cut : n - at;
        sinew_block in = {.samples = (char *)(uintptr_t)x +
                                     at * node->channels_in * sinew_sample_bytes(node->sample_in),
                          .n_frames = now,
                          .step_s = steps ? steps + at : NULL};
        sinew_block out = {.samples = y + at * node->channels_out};
        sinew_stream_process(stream, &in, &out);
    }
}

static inline void run_node(const sinew_node *node, const void *x, float *y, size_t n,
                            const double *steps)
{
    sinew_stream *stream = NULL;
    sinew_stream_opts opts = {.steps = steps != NULL};
    cr_assert_eq(sinew_stream_open(&stream, node, &opts, NULL), SINEW_OK);
    run_stream(stream, x, y, n, n, steps);
    sinew_stream_close(stream);
}

/* n frames by the node's own functions, from a saved state and to one, whose numbers are floats, in
 * the order of its parts: how a test starts a layer at a state. state: (n_state), in and out. */
static inline void run_from(const sinew_node *node, float *state, size_t n_state, const void *x,
                            float *y, size_t n)
{
    sinew_footprint footprint;
    node->ops->footprint(node, n, &footprint);
    cr_assert_eq(footprint.saved_bytes, n_state * sizeof *state);
    void *memory = sinew_alloc(footprint.state_bytes, 1);
    void *scratch = sinew_alloc(footprint.scratch_bytes, 1);
    sinew_block in = {.samples = (void *)(uintptr_t)x, .n_frames = n}, out = {.samples = y};
    cr_assert_eq(node->ops->load_state(node, memory, scratch, state, footprint.saved_bytes, NULL),
                 SINEW_OK);
    node->ops->process(node, memory, scratch, &in, &out);
    node->ops->save_state(node, memory, state);
    sinew_free(memory);
    sinew_free(scratch);
}

/* sqrt(sum of squared errors / sum of squares) */
static inline double nrmse(const float *y, const double *expected, size_t n)
{
    double error = 0, all = 0;
    for (size_t i = 0; i < n; i++) {
        error += ((double)y[i] - expected[i]) * ((double)y[i] - expected[i]);
        all += expected[i] * expected[i];
    }
    return sqrt(error / all);
}

/* The node, whose outputs are as expected; frees it. */
static inline void expect_output(sinew_node *node, const void *x, const double *expected, size_t n,
                                 const double *steps, double tolerance)
{
    float y[4096];
    cr_assert_leq(n * node->channels_out, sizeof y / sizeof *y);
    run_node(node, x, y, n, steps);
    double off = nrmse(y, expected, n * node->channels_out);
    cr_assert(off <= tolerance, "%s is %g off", node->ops->kind, off);
    sinew_node_free(node);
}

#endif
