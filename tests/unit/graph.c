/* Graphs against their members run one by one, and what they refuse. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "sinew/sinew.h"

enum { FRAMES = 700, CHANNELS_MOST = 8 };

static const float numbers[64] = {0.3f,  -0.7f,  0.2f,   0.9f,  -0.4f, 0.5f,  -0.1f, 0.8f,
                                  0.6f,  -0.25f, 0.15f,  0.7f,  -0.9f, 0.35f, 0.45f, -0.6f,
                                  0.05f, 0.55f,  -0.85f, 0.65f, 0.1f,  -0.3f, 0.4f,  0.75f};

static sinew_node *linear(uint64_t out, uint64_t in, size_t from)
{
    sinew_error error;
    sinew_node *node = NULL;
    sinew_tensor matrix = {.rank = 2, .shape = {out, in}, .data = numbers + from};
    sinew_linear_weights w = {.weight = &matrix};
    cr_assert_eq(sinew_linear_new(&node, &w, NULL, &error), SINEW_OK, "%s", error.text);
    return node;
}

static sinew_node *filter(sinew_sample sample, double step_s)
{
    static const char text[] =
        "system: {design: {family: butterworth, band: lowpass, order: 3, edges_hz: [0.05]}}";
    sinew_error error;
    sinew_model *model = NULL;
    sinew_node *node = NULL;
    sinew_build_opts opts = {.discretize.step_s = step_s,
                             .sample_given = true,
                             .filter = {.channels = 2, .sample = sample}};
    cr_assert_eq(sinew_model_read(&model, text, strlen(text), "text", &error), SINEW_OK);
    cr_assert_eq(sinew_model_build(&node, model, &opts, &error), SINEW_OK, "%s", error.text);
    sinew_model_free(model);
    return node;
}

static float *run(const sinew_node *node, const float *in, size_t n)
{
    sinew_error error;
    sinew_stream *stream = NULL;
    sinew_block from = {
        .samples = (void *)(uintptr_t)in, .n_frames = n, .channels = node->channels_in};
    sinew_block to = {.samples = sinew_alloc(n * node->channels_out, sizeof(float))};
    cr_assert_eq(sinew_stream_open(&stream, node, NULL, &error), SINEW_OK);
    sinew_stream_process(stream, &from, &to);
    sinew_stream_close(stream);
    return to.samples;
}

static float *signal_of(uint32_t channels)
{
    float *x = sinew_alloc((size_t)FRAMES * channels, sizeof *x);
    for (size_t i = 0; i < (size_t)FRAMES * channels; i++)
        x[i] = (float)sin(0.37 * (double)i + 0.001 * (double)(i * i));
    return x;
}

/* (FRAMES, channels) */
static void assert_equal(const float *a, const float *b, size_t channels)
{
    cr_assert_eq(memcmp(a, b, FRAMES * channels * sizeof *a), 0);
}

static sinew_node *sequence_of(sinew_node *a, sinew_node *b)
{
    sinew_error error;
    sinew_node *node = NULL, *const parts[] = {a, b};
    cr_assert_eq(sinew_graph_new_sequence(&node, parts, NULL, 2, &error), SINEW_OK, "%s",
                 error.text);
    return node;
}

Test(graph, a_sequence_is_its_members_one_after_another)
{
    sinew_node *a = linear(3, 2, 0), *b = linear(2, 3, 5), *c = filter(SINEW_SAMPLE_F32, 1);
    sinew_node *const parts[] = {a, c, b};
    sinew_node *graph = NULL, *wrong = a;
    sinew_error error;
    cr_assert_eq(sinew_graph_new_sequence(&wrong, parts, NULL, 3, &error), SINEW_ERR_MISMATCH);
    cr_assert_null(wrong);
    cr_assert(strstr(error.text, "gives 3 channels"), "%s", error.text);
    cr_assert(strstr(error.text, "takes 2"), "%s", error.text);

    float *x = signal_of(2), *u = run(a, x, FRAMES), *v = run(b, u, FRAMES);
    float *expected = run(c, v, FRAMES);
    sinew_node *const right[] = {a, b, c}; /* still the caller's */
    cr_assert_eq(sinew_graph_new_sequence(&graph, right, NULL, 3, &error), SINEW_OK);
    float *y = run(graph, x, FRAMES);
    assert_equal(y, expected, 2);
    cr_assert_eq(graph->channels_in, 2);
    cr_assert_eq(graph->flags, 0, "a filter takes no steps, a layer does not forget");
    sinew_free(x), sinew_free(u), sinew_free(v), sinew_free(expected), sinew_free(y);
    sinew_node_free(graph);
}

Test(graph, a_residual_adds_its_input)
{
    sinew_error error;
    sinew_node *a = linear(3, 3, 1), *graph = NULL;
    float *x = signal_of(3), *u = run(a, x, FRAMES);
    for (size_t i = 0; i < (size_t)FRAMES * 3; i++)
        u[i] += x[i];
    cr_assert_eq(sinew_graph_new_residual(&graph, a, &error), SINEW_OK);
    float *y = run(graph, x, FRAMES);
    assert_equal(y, u, 3);
    sinew_free(x), sinew_free(u), sinew_free(y);
    sinew_node_free(graph);
}

static double joined(sinew_graph_join join, const float *u, const float *v, size_t t, size_t c)
{
    switch (join) {
    case SINEW_GRAPH_SUM:
        return (double)(u[2 * t + c] + v[2 * t + c]);
    case SINEW_GRAPH_PRODUCT:
        return (double)(u[2 * t + c] * v[2 * t + c]);
    case SINEW_GRAPH_CONCAT:
        break;
    }
    return (double)(c < 2 ? u[2 * t + c] : v[2 * t + c - 2]);
}

Test(graph, branches_are_joined_also_in_place)
{
    static const sinew_graph_join joins[] = {SINEW_GRAPH_SUM, SINEW_GRAPH_PRODUCT,
                                             SINEW_GRAPH_CONCAT};
    for (size_t k = 0; k < 3; k++) {
        sinew_graph_join join = joins[k];
        sinew_error error;
        sinew_node *a = linear(2, 2, 0), *b = filter(SINEW_SAMPLE_F32, 1);
        sinew_node *const parts[] = {a, b};
        sinew_node *graph = NULL;
        float *x = signal_of(2), *u = run(a, x, FRAMES), *v = run(b, x, FRAMES);
        cr_assert_eq(sinew_graph_new_branches(&graph, join, parts, NULL, 2, &error), SINEW_OK);
        size_t channels = join == SINEW_GRAPH_CONCAT ? 4 : 2;
        cr_assert_eq(graph->channels_out, channels);
        float *y = run(graph, x, FRAMES);
        for (size_t t = 0; t < FRAMES; t++)
            for (size_t c = 0; c < channels; c++)
                cr_assert_eq((double)y[t * channels + c], joined(join, u, v, t, c));
        if (channels == 2) {
            sinew_stream *stream = NULL;
            sinew_block in = {.samples = x, .n_frames = FRAMES, .channels = 2},
                        out = {.samples = x};
            cr_assert_eq(sinew_stream_open(&stream, graph, NULL, &error), SINEW_OK);
            sinew_stream_process(stream, &in, &out);
            assert_equal(x, y, 2);
            sinew_stream_close(stream);
        }
        sinew_free(x), sinew_free(u), sinew_free(v), sinew_free(y);
        sinew_node_free(graph);
    }
}

Test(graph, scratch_does_not_grow_with_the_block)
{
    sinew_node *graph = sequence_of(linear(3, 2, 0), linear(2, 3, 5));
    sinew_footprint small, large;
    graph->ops->footprint(graph, 4096, &small);
    graph->ops->footprint(graph, 1 << 24, &large);
    cr_assert_eq(small.scratch_bytes, large.scratch_bytes);
    sinew_node_free(graph);
}

Test(graph, parts_bear_the_names_of_the_members)
{
    sinew_error error;
    sinew_node *inner = sequence_of(filter(SINEW_SAMPLE_F32, 1), filter(SINEW_SAMPLE_F32, 1));
    sinew_node *residual = NULL, *graph = NULL;
    cr_assert_eq(sinew_graph_new_residual(&residual, inner, &error), SINEW_OK);
    sinew_node *const parts[] = {linear(2, 2, 0), residual, filter(SINEW_SAMPLE_F32, 1)};
    const char *const names[] = {"mix", "layers", ""};
    cr_assert_eq(sinew_graph_new_sequence(&graph, parts, names, 3, &error), SINEW_OK);
    sinew_state_part list[4];
    sinew_footprint f;
    graph->ops->footprint(graph, 1, &f);
    cr_assert_eq(graph->ops->parts(graph, list, 4), 3);
    cr_assert_str_eq(list[0].name, "layers.0.state");
    cr_assert_str_eq(list[1].name, "layers.1.state");
    cr_assert_str_eq(list[2].name, "state");
    size_t at = 0;
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(list[i].offset, at, "without gaps");
        at += (size_t)list[i].shape[0];
    }
    cr_assert_eq(at, f.saved_bytes);
    cr_assert_eq(graph->ops->parts(graph, list, 1), 3, "as many as there are");
    sinew_node_free(graph);
}

/* The failure, and `said` is part of its message. The nodes are still the caller's. */
static void refuse(sinew_graph_join join, sinew_node *a, sinew_node *b, const char *name,
                   sinew_status status, const char *said)
{
    sinew_error error;
    sinew_node *node = NULL, *const parts[] = {a, b};
    const char *const names[] = {name, name};
    cr_assert_eq(sinew_graph_new_branches(&node, join, parts, name ? names : NULL, 2, &error),
                 status, "%s", said);
    cr_assert(strstr(error.text, said), "%s", error.text);
    cr_assert_null(node);
    if (b != a)
        sinew_node_free(b);
    sinew_node_free(a);
}

Test(graph, what_does_not_fit_is_refused_with_both_sides)
{
    sinew_node *once = linear(2, 2, 0);
    refuse(SINEW_GRAPH_SUM, linear(2, 2, 0), linear(3, 2, 0), NULL, SINEW_ERR_MISMATCH,
           "gives 3 channels");
    refuse(SINEW_GRAPH_CONCAT, linear(2, 2, 0), linear(2, 3, 0), NULL, SINEW_ERR_MISMATCH,
           "takes 3 channels");
    refuse(SINEW_GRAPH_SUM, once, once, NULL, SINEW_ERR_ARGUMENT, "one node");
    refuse(SINEW_GRAPH_SUM, filter(SINEW_SAMPLE_F32, 1), filter(SINEW_SAMPLE_F32, 0.5), NULL,
           SINEW_ERR_MISMATCH, "step of 0.5");
    refuse(SINEW_GRAPH_SUM, filter(SINEW_SAMPLE_F64, 1), filter(SINEW_SAMPLE_F64, 1), NULL,
           SINEW_ERR_MISMATCH, "float32");
    refuse(SINEW_GRAPH_SUM, filter(SINEW_SAMPLE_F32, 1), filter(SINEW_SAMPLE_F32, 1), "one",
           SINEW_ERR_ARGUMENT, "'one.state'");
    char name[SINEW_PART_NAME_BYTES];
    memset(name, 'n', sizeof name);
    name[sizeof name - 3] = 0;
    refuse(SINEW_GRAPH_SUM, filter(SINEW_SAMPLE_F32, 1), filter(SINEW_SAMPLE_F32, 1), name,
           SINEW_ERR_ARGUMENT, "127 bytes");
    refuse((sinew_graph_join)3, linear(2, 2, 0), linear(2, 2, 0), NULL, SINEW_ERR_ARGUMENT, "3");
}

/* A jump over a gap is silence that nobody heard: also what still rings from member to member. */
Test(graph, a_sequence_that_forgets_jumps)
{
    sinew_node *graph = sequence_of(filter(SINEW_SAMPLE_F32, 1), filter(SINEW_SAMPLE_F32, 1));
    cr_assert(graph->flags & SINEW_NODE_FORGETS);
    sinew_error error;
    for (int64_t gap = 1; gap < 3000; gap = gap * 3 + 5) {
        sinew_stream *jumps = NULL, *waits = NULL;
        cr_assert_eq(
            sinew_stream_open(&jumps, graph, &(sinew_stream_opts){.gap = SINEW_GAP_JUMP}, &error),
            SINEW_OK);
        cr_assert_eq(sinew_stream_open(&waits, graph, NULL, &error), SINEW_OK);
        float *x = signal_of(2), *y = signal_of(2), *z = signal_of(2);
        float *silence = sinew_alloc(2 * 3000, sizeof *silence);
        sinew_block in = {.samples = x, .n_frames = FRAMES, .channels = 2};
        sinew_block a = {.samples = y}, b = {.samples = z}, quiet = {.samples = silence};
        sinew_stream_process(jumps, &in, &a);
        sinew_stream_process(waits, &in, &b);
        in = (sinew_block){.samples = silence, .n_frames = (size_t)gap, .channels = 2};
        sinew_stream_process(waits, &in, &quiet);
        in = (sinew_block){.samples = x,
                           .n_frames = FRAMES,
                           .channels = 2,
                           .flags = SINEW_BLOCK_GAP,
                           .index = FRAMES + gap};
        sinew_stream_process(jumps, &in, &a);
        sinew_stream_process(waits, &in, &b);
        for (size_t i = 0; i < 2 * FRAMES; i++)
            cr_assert_float_eq(y[i], z[i], 1e-6f);
        sinew_free(x), sinew_free(y), sinew_free(z), sinew_free(silence);
        sinew_stream_close(jumps);
        sinew_stream_close(waits);
    }
    sinew_node_free(graph);
}
