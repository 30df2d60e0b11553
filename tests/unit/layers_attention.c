/* Attention against PyTorch's numbers (tests/vectors/layers.py) and, over contexts, groups and
 * positions that those do not have, against its equation in double. */
#include "layer_help.h"

#include "../vectors/layers_vectors.h"
#include "base/bytes.h"

static sinew_node *made(const sinew_attention_weights *weights)
{
    sinew_error error;
    sinew_node *node = NULL;
    cr_assert_eq(sinew_attention_new(&node, weights, NULL, &error), SINEW_OK, "%s", error.text);
    return node;
}

Test(attention, packed_heads_are_pytorchs)
{
    sinew_attention_weights w = {.qkv = TENSOR(attention_in_proj_weight, 18, 6),
                                 .qkv_bias = TENSOR(attention_in_proj_bias, 18),
                                 .out = TENSOR(attention_out_proj_weight, 6, 6),
                                 .out_bias = TENSOR(attention_out_proj_bias, 6),
                                 .heads = 3,
                                 .context_frames = 9};
    expect_output(made(&w), attention_x, attention_y, 9, NULL, 2e-6);
    w.context_frames = 4;
    expect_output(made(&w), attention_x, attention_y_window_4, 9, NULL, 2e-6);
}

static sinew_attention_weights grouped(sinew_tensor t[4])
{
    t[0] = *TENSOR(grouped_q_proj, 16, 6);
    t[1] = *TENSOR(grouped_k_proj, 8, 6);
    t[2] = *TENSOR(grouped_v_proj, 8, 6);
    t[3] = *TENSOR(grouped_o_proj, 6, 16);
    return (sinew_attention_weights){.q = &t[0],
                                     .k = &t[1],
                                     .v = &t[2],
                                     .out = &t[3],
                                     .heads = 4,
                                     .kv_heads = 2,
                                     .context_frames = 100,
                                     .rope_base = 1e4};
}

Test(attention, groups_are_turned)
{
    sinew_tensor t[4];
    sinew_attention_weights w = grouped(t);
    expect_output(made(&w), attention_x, grouped_y, 9, NULL, 2e-6);
    w.rope_interleaved = true;
    expect_output(made(&w), attention_x, grouped_y_interleaved, 9, NULL, 2e-6);
}

/* ---- longer ---- */

enum { INPUTS = 6, HEADS = 4, KV = 2, DIM = 4, LONG = 600 };

static void frames_of(float *x, size_t n)
{
    uint32_t state = 7;
    for (size_t i = 0; i < n; i++) {
        state = state * UINT32_C(1664525) + UINT32_C(1013904223);
        x[i] = (float)(state >> 8) / (1 << 23) - 1;
    }
}

static void multiply(const float *w, const float *x, double *y, size_t rows)
{
    for (size_t r = 0; r < rows; r++) {
        y[r] = 0;
        for (size_t c = 0; c < INPUTS; c++)
            y[r] += (double)w[r * INPUTS + c] * (double)x[c];
    }
}

static void turn(double *x, size_t heads, double position)
{
    for (size_t h = 0; h < heads; h++)
        for (size_t i = 0; i < DIM / 2; i++) {
            double angle = position * pow(1e4, -2.0 * (double)i / DIM), *a = x + h * DIM + i;
            double b = a[DIM / 2], was = *a;
            *a = was * cos(angle) - b * sin(angle);
            a[DIM / 2] = was * sin(angle) + b * cos(angle);
        }
}

/* One frame by the equation. */
static void attend(const double *q, double k[][KV * DIM], double v[][KV * DIM], size_t first,
                   size_t last, double *y)
{
    double mixed[HEADS * DIM] = {0};
    for (size_t h = 0; h < HEADS; h++) {
        double sum = 0;
        size_t of = h / (HEADS / KV) * DIM;
        for (size_t s = first; s <= last; s++) {
            double score = 0;
            for (size_t i = 0; i < DIM; i++)
                score += q[h * DIM + i] * k[s][of + i];
            double weight = exp(score / sqrt(DIM));
            sum += weight;
            for (size_t i = 0; i < DIM; i++)
                mixed[h * DIM + i] += weight * v[s][of + i];
        }
        for (size_t i = 0; i < DIM; i++)
            mixed[h * DIM + i] /= sum;
    }
    for (size_t r = 0; r < INPUTS; r++) {
        y[r] = 0;
        for (size_t i = 0; i < HEADS * DIM; i++)
            y[r] += (double)grouped_o_proj[r * HEADS * DIM + i] * mixed[i];
    }
}

static void reference(const float *x, double *y, size_t n, size_t context)
{
    static double k[LONG][KV * DIM], v[LONG][KV * DIM];
    double q[HEADS * DIM];
    for (size_t t = 0; t < n; t++) {
        multiply(grouped_q_proj, x + t * INPUTS, q, HEADS * DIM);
        multiply(grouped_k_proj, x + t * INPUTS, k[t], KV * DIM);
        multiply(grouped_v_proj, x + t * INPUTS, v[t], KV * DIM);
        turn(q, HEADS, (double)t);
        turn(k[t], KV, (double)t);
        attend(q, k, v, t + 1 > context ? t + 1 - context : 0, t, y + t * INPUTS);
    }
}

/* Contexts around tiles of 64, over several turns of the rings. */
Test(attention, every_context_is_the_equation)
{
    static const uint32_t contexts[] = {1, 2, 63, 64, 65, 130, 599, 600, 100000};
    static float x[LONG * INPUTS];
    static double y[LONG * INPUTS];
    sinew_tensor t[4];
    sinew_attention_weights w = grouped(t);
    frames_of(x, LONG * INPUTS);
    for (size_t i = 0; i < sizeof contexts / sizeof *contexts; i++) {
        w.context_frames = contexts[i];
        reference(x, y, LONG, contexts[i]);
        expect_output(made(&w), x, y, LONG, NULL, 3e-6);
    }
}

/* Cuts, to the bit. */
Test(attention, cuts_do_not_matter)
{
    static const size_t cuts[] = {1, 3, 7, 64, 100, 129};
    static float x[LONG * INPUTS], whole[LONG * INPUTS], y[LONG * INPUTS];
    sinew_tensor t[4];
    sinew_attention_weights w = grouped(t);
    frames_of(x, LONG * INPUTS);
    for (uint32_t context = 50; context < 300; context += 79) {
        w.context_frames = context;
        sinew_node *node = made(&w);
        run_node(node, x, whole, LONG, NULL);
        for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
            sinew_stream *stream = NULL;
            cr_assert_eq(sinew_stream_open(&stream, node, NULL, NULL), SINEW_OK);
            run_stream(stream, x, y, LONG, cuts[i], NULL);
            cr_assert_arr_eq(y, whole, sizeof y, "context %u, cut %zu", context, cuts[i]);
            sinew_stream_close(stream);
        }
        sinew_node_free(node);
    }
}

/* ---- position and what is not finite ---- */

static void *emptied(const sinew_node *node, uint64_t position, size_t *n_bytes)
{
    sinew_footprint footprint;
    node->ops->footprint(node, 1, &footprint);
    *n_bytes = footprint.saved_bytes;
    void *bytes = sinew_alloc(*n_bytes, 1);
    sinew_put_u64(bytes, position);
    return bytes;
}

/* From position 2^40 on it is heard as from 0, behind as many frames of zeros. */
Test(attention, only_distances_are_heard)
{
    enum { CONTEXT = 9 };
    sinew_tensor t[4];
    sinew_attention_weights w = grouped(t);
    w.context_frames = CONTEXT;
    sinew_node *node = made(&w);
    float y[2][9 * INPUTS];
    static const uint64_t starts[2] = {CONTEXT - 1, UINT64_C(1) << 40};
    for (int i = 0; i < 2; i++) {
        sinew_footprint footprint;
        size_t n_bytes;
        void *bytes = emptied(node, starts[i], &n_bytes);
        node->ops->footprint(node, 9, &footprint);
        void *state = sinew_alloc(footprint.state_bytes, 1);
        void *scratch = sinew_alloc(footprint.scratch_bytes, 1);
        sinew_block in = {.samples = (void *)(uintptr_t)attention_x, .n_frames = 9};
        sinew_block out = {.samples = y[i]};
        cr_assert_eq(node->ops->load_state(node, state, scratch, bytes, n_bytes, NULL), SINEW_OK);
        node->ops->process(node, state, scratch, &in, &out);
        node->ops->save_state(node, state, bytes);
        cr_assert_eq(sinew_get_u64(bytes), starts[i] + 9);
        sinew_free(bytes);
        sinew_free(state);
        sinew_free(scratch);
    }
    for (int i = 0; i < 9 * INPUTS; i++)
        cr_assert_float_eq(y[0][i], y[1][i], 1e-4, "%g %g", (double)y[0][i], (double)y[1][i]);
    sinew_node_free(node);
}

/* NaN is heard for as long as it is in the window, by no frame before, and then no more: also
 * where the state was saved and loaded meanwhile, and in whatever cuts. */
Test(attention, what_is_not_finite_leaves_with_its_window)
{
    enum { CONTEXT = 5, BAD = 70, N = 200 };
    static float x[N * INPUTS], clean[N * INPUTS], y[N * INPUTS];
    static unsigned char bytes[4096];
    sinew_tensor t[4];
    sinew_attention_weights w = grouped(t);
    w.context_frames = CONTEXT;
    sinew_node *node = made(&w);
    frames_of(x, N * INPUTS);
    run_node(node, x, clean, N, NULL);
    x[BAD * INPUTS] = NAN;
    x[(BAD + 2) * INPUTS + 1] = INFINITY;
    for (size_t cut = 1; cut < N; cut += 66) {
        sinew_stream *stream = NULL;
        cr_assert_eq(sinew_stream_open(&stream, node, NULL, NULL), SINEW_OK);
        run_stream(stream, x, y, BAD + 3, cut, NULL);
        size_t n = sinew_stream_saved_bytes(stream);
        cr_assert_leq(n, sizeof bytes);
        cr_assert_eq(sinew_stream_save(stream, bytes, n, NULL), SINEW_OK);
        sinew_stream_reset(stream, 0);
        cr_assert_eq(sinew_stream_load(stream, bytes, n, NULL), SINEW_OK);
        run_stream(stream, x + (BAD + 3) * INPUTS, y + (BAD + 3) * INPUTS, N - BAD - 3, cut, NULL);
        for (size_t i = 0; i < N * INPUTS; i++)
            if (i / INPUTS >= BAD && i / INPUTS < BAD + 2 + CONTEXT)
                cr_assert(isnan(y[i]), "frame %zu", i / INPUTS);
            else
                cr_assert_eq(y[i], clean[i], "frame %zu", i / INPUTS);
        sinew_stream_close(stream);
    }
    sinew_node_free(node);
}

Test(attention, the_state_is_named)
{
    sinew_state_part parts[3];
    sinew_tensor t[4];
    sinew_attention_weights w = grouped(t);
    w.context_frames = 10;
    sinew_node *node = made(&w);
    cr_assert_eq(node->ops->parts(node, parts, 3), 3);
    cr_assert_str_eq(parts[0].name, "position");
    cr_assert_eq(parts[0].dtype, SINEW_DTYPE_I64);
    cr_assert_eq(parts[0].rank, 0);
    cr_assert_str_eq(parts[1].name, "k");
    cr_assert_eq(parts[1].offset, 8);
    cr_assert_str_eq(parts[2].name, "v");
    cr_assert_eq(parts[2].shape[0], 9);
    cr_assert_eq(parts[2].shape[1], KV * DIM);
    cr_assert_eq(parts[2].offset, 8 + 9 * KV * DIM * 4);
    size_t n_bytes;
    void *bytes = emptied(node, UINT64_MAX, &n_bytes);
    sinew_footprint footprint;
    node->ops->footprint(node, 1, &footprint);
    void *state = sinew_alloc(footprint.state_bytes, 1);
    void *scratch = sinew_alloc(footprint.scratch_bytes, 1);
    cr_assert_eq(node->ops->load_state(node, state, scratch, bytes, n_bytes, NULL), SINEW_ERR_DATA);
    sinew_free(bytes);
    sinew_free(state);
    sinew_free(scratch);
    sinew_node_free(node);
}

static void expect_refused(const sinew_attention_weights *w, sinew_status want, const char *words)
{
    sinew_error e;
    sinew_node *node = NULL;
    cr_assert_eq(sinew_attention_new(&node, w, NULL, &e), want, "%s", words);
    cr_assert(strstr(e.text, words), "\"%s\" does not say \"%s\"", e.text, words);
    cr_assert_null(node);
}

Test(attention, what_does_not_fit_is_refused)
{
    sinew_tensor t[4];
    sinew_attention_weights w = grouped(t), good = w;
    w.kv_heads = 3;
    expect_refused(&w, SINEW_ERR_MISMATCH, "4 heads with keys and values of 3");
    w.kv_heads = 1;
    expect_refused(&w, SINEW_ERR_MISMATCH, "shape (8, 6), expected is (4, 6)");
    w = good;
    w.heads = w.kv_heads = 3;
    expect_refused(&w, SINEW_ERR_MISMATCH, "16 rows, which are not those of 3 heads");
    w = good;
    w.heads = w.kv_heads = 16;
    expect_refused(&w, SINEW_ERR_MISMATCH, "pairs, not heads of 1");
    w = good;
    w.context_frames = 0;
    expect_refused(&w, SINEW_ERR_ARGUMENT, "context of 0");
    w = good;
    w.rope_base = NAN;
    expect_refused(&w, SINEW_ERR_ARGUMENT, "rope_base");
    w = good;
    w.v = NULL;
    expect_refused(&w, SINEW_ERR_MISMATCH, "v.weight is missing");
    w.qkv = w.q;
    expect_refused(&w, SINEW_ERR_MISMATCH, "not of both");
    w = good;
    w.out = w.q;
    expect_refused(&w, SINEW_ERR_MISMATCH, "expected is (any, 16)");
}
