/* The laws that every node keeps (sinew/node.h), over every kind of node there is (nodes.c). */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "far.h"
#include "nodes.h"

enum { FRAMES = 5000 };

static const size_t whole[] = {FRAMES, 0};
static const size_t cut_lists[][8] = {
    {1, 0},     {7, 0}, {64, 0}, {3, 0}, {1, 7, 64, 3, 250, 0}, {4097, 0}, {63, 65, 128, 1, 0},
    {FRAMES, 0}};

static sinew_stream *open_stream(const sinew_node *node, size_t max_frames)
{
    sinew_error error;
    sinew_stream *stream = NULL;
    sinew_stream_opts opts = {.max_frames = max_frames,
                              .steps = (node->flags & SINEW_NODE_TAKES_STEPS) != 0};
    cr_assert_eq(sinew_stream_open(&stream, node, &opts, &error), SINEW_OK);
    return stream;
}

static size_t out_bytes(const law_node *law, size_t frames)
{
    return frames * law->channels_out * sinew_sample_bytes(law->sample_out);
}

/* The output of a new stream over the input, in one piece. */
static void *run_new(const law_node *law, const sinew_node *node, const void *in, size_t frames,
                     const size_t *cuts)
{
    void *out = sinew_alloc(out_bytes(law, frames) + 1, 1);
    sinew_stream *stream = open_stream(node, 0);
    law_run(stream, law, in, out, 0, frames, cuts);
    sinew_stream_close(stream);
    return out;
}

static double peak(const law_node *law, const void *samples, size_t frames)
{
    double top = 0;
    for (size_t i = 0; i < frames * law->channels_out; i++)
        top = fmax(top, fabs(law_value(law->sample_out, samples, i)));
    return top;
}

/* The largest difference of frames [from, to). */
static double worst(const law_node *law, const void *a, const void *b, size_t from, size_t to)
{
    double most = 0;
    for (size_t i = from * law->channels_out; i < to * law->channels_out; i++)
        most = farther(most, law_value(law->sample_out, a, i), law_value(law->sample_out, b, i));
    return most;
}

/* Whether frames [from, to) of outputs of one input in different cuts are what they are to be. */
static bool alike(const law_node *law, const void *out, const void *expected, size_t from,
                  size_t to)
{
    size_t skip = out_bytes(law, from), n = out_bytes(law, to) - skip;
    if (law->cuts_tolerance > 0)
        return worst(law, out, expected, from, to) <= law->cuts_tolerance * peak(law, expected, to);
    return memcmp((const char *)out + skip, (const char *)expected + skip, n) == 0;
}

#define EACH_NODE(law, node)                                                                       \
    for (const law_node *law = law_nodes; law < law_nodes + n_law_nodes; law++)                    \
        for (sinew_node *node = law_make(law); node; sinew_node_free(node), node = NULL)

Test(law, cuts_do_not_matter)
{
    EACH_NODE(law, node)
    {
        void *in = law_input(law->sample_in, law->channels_in, FRAMES, 1);
        void *expected = run_new(law, node, in, FRAMES, whole);
        cr_assert_gt(peak(law, expected, FRAMES), 0, "%s is silent", law->name);
        for (size_t c = 0; c < sizeof cut_lists / sizeof *cut_lists; c++) {
            void *out = run_new(law, node, in, FRAMES, cut_lists[c]);
            cr_assert(alike(law, out, expected, 0, FRAMES), "%s, cuts %zu", law->name, c);
            sinew_free(out);
        }
        sinew_free(in);
        sinew_free(expected);
    }
}

Test(law, engines_agree)
{
    enum { LONG = 60000 };
    static const size_t cuts[] = {1000, 0};
    const law_node *first = NULL;
    void *expected = NULL;
    EACH_NODE(law, node)
    {
        void *in = law_input(law->sample_in, law->channels_in, LONG, 2);
        void *out = run_new(law, node, in, LONG, cuts);
        if (!first || strcmp(first->group, law->group) != 0) {
            sinew_free(expected);
            first = law;
            expected = out;
        } else {
            double top = peak(first, expected, LONG), off = 0;
            for (size_t i = 0; i < LONG * law->channels_out; i++)
                off = farther(off, law_value(law->sample_out, out, i),
                              law_value(first->sample_out, expected, i));
            cr_assert_leq(off / top, law->tolerance, "%s is %g from %s", law->name, off / top,
                          first->name);
            sinew_free(out);
        }
        sinew_free(in);
    }
    sinew_free(expected);
}

/* The textbook recurrence in long double, from the public matrices. */
static void reference(const law_node *law, const void *in, long double *out, size_t frames)
{
    sinew_discretization *d = law->discretization();
    sinew_matrices m = sinew_discretization_matrices(d);
    size_t n = m.order, copies = law->channels_in / m.inputs;
    long double x[64] = {0}, next[64];
    for (size_t c = 0; c < copies; c++) {
        for (size_t s = 0; s < n; s++)
            x[s] = law->opts.x0 ? law->opts.x0[c * n + s] : 0;
        for (size_t t = 0; t < frames; t++) {
            size_t u = t * law->channels_in + c * m.inputs;
            size_t y = t * law->channels_out + c * m.outputs;
            for (size_t o = 0; o < m.outputs; o++) {
                out[y + o] = 0;
                for (size_t i = 0; i < m.inputs; i++)
                    out[y + o] += m.D[o * m.inputs + i] * law_value(law->sample_in, in, u + i);
                for (size_t s = 0; s < n; s++)
                    out[y + o] += m.C[o * n + s] * x[s];
            }
            for (size_t s = 0; s < n; s++) {
                next[s] = 0;
                for (size_t i = 0; i < m.inputs; i++)
                    next[s] += m.B[s * m.inputs + i] * law_value(law->sample_in, in, u + i);
                for (size_t j = 0; j < n; j++)
                    next[s] += m.A[s * n + j] * x[j];
            }
            memcpy(x, next, sizeof x);
        }
    }
    sinew_discretization_free(d);
}

Test(law, every_engine_is_the_textbook_recurrence)
{
    EACH_NODE(law, node)
    {
        if (!law->discretization)
            continue;
        void *in = law_input(law->sample_in, law->channels_in, FRAMES, 3);
        void *out = run_new(law, node, in, FRAMES, whole);
        long double *expected = sinew_alloc(FRAMES * law->channels_out, sizeof *expected);
        reference(law, in, expected, FRAMES);
        double top = peak(law, out, FRAMES), off = 0;
        for (size_t i = 0; i < FRAMES * law->channels_out; i++)
            off = farther(off, law_value(law->sample_out, out, i), (double)expected[i]);
        double tolerance = law->tolerance > 2e-13 ? law->tolerance : 2e-13;
        cr_assert_leq(off / top, tolerance, "%s is %g off", law->name, off / top);
        sinew_free(in);
        sinew_free(out);
        sinew_free(expected);
    }
}

Test(law, reset_equals_new)
{
    EACH_NODE(law, node)
    {
        void *in = law_input(law->sample_in, law->channels_in, FRAMES, 4);
        void *expected = run_new(law, node, in, FRAMES, whole);
        void *out = sinew_alloc(out_bytes(law, FRAMES), 1);
        sinew_stream *stream = open_stream(node, 100);
        law_run(stream, law, in, out, 0, 777, whole);
        sinew_stream_reset(stream, 42);
        cr_assert_eq(sinew_stream_index(stream), 42);
        law_run(stream, law, in, out, 0, FRAMES, cut_lists[1]);
        cr_assert(alike(law, out, expected, 0, FRAMES), "%s", law->name);
        sinew_stream_close(stream);
        sinew_free(in);
        sinew_free(out);
        sinew_free(expected);
    }
}

static void *save(const sinew_stream *stream, size_t *n_bytes)
{
    sinew_error error;
    *n_bytes = sinew_stream_saved_bytes(stream);
    void *bytes = sinew_alloc(*n_bytes, 1);
    cr_assert_eq(sinew_stream_save(stream, bytes, *n_bytes, &error), SINEW_OK);
    return bytes;
}

Test(law, saved_is_restored_to_the_bit)
{
    static const size_t moments[] = {0, 1, 63, 64, 65, 1000, 1024, 1025};
    EACH_NODE(law, node)
    {
        void *in = law_input(law->sample_in, law->channels_in, FRAMES, 5);
        void *expected = run_new(law, node, in, FRAMES, whole);
        sinew_node *twin = law_make(law);
        for (size_t m = 0; m < sizeof moments / sizeof *moments; m++) {
            void *out = sinew_alloc(out_bytes(law, FRAMES), 1);
            sinew_stream *before = open_stream(node, 0), *after = open_stream(twin, 0);
            law_run(before, law, in, out, 0, moments[m], cut_lists[4]);
            law_run(after, law, in, out, 0, 333, whole); /* what load must wipe out */
            size_t n_bytes;
            void *bytes = save(before, &n_bytes);
            sinew_stream_close(before);
            sinew_error error;
            cr_assert_eq(sinew_stream_load(after, bytes, n_bytes, &error), SINEW_OK, "%s: %s",
                         law->name, error.text);
            cr_assert_eq(sinew_stream_index(after), (int64_t)moments[m]);
            size_t again;
            void *resaved = save(after, &again);
            cr_assert_eq(memcmp(bytes, resaved, n_bytes), 0, "%s saves otherwise", law->name);
            law_run(after, law, in, out, moments[m], FRAMES - moments[m], cut_lists[1]);
            cr_assert(alike(law, out, expected, moments[m], FRAMES), "%s, saved at %zu", law->name,
                      moments[m]);
            sinew_stream_close(after);
            sinew_free(resaved);
            sinew_free(bytes);
            sinew_free(out);
        }
        sinew_node_free(twin);
        sinew_free(in);
        sinew_free(expected);
    }
}

Test(law, a_damaged_state_is_refused_and_changes_nothing)
{
    EACH_NODE(law, node)
    {
        void *in = law_input(law->sample_in, law->channels_in, FRAMES, 6);
        void *expected = run_new(law, node, in, FRAMES, whole);
        void *out = sinew_alloc(out_bytes(law, FRAMES), 1);
        sinew_stream *stream = open_stream(node, 0);
        law_run(stream, law, in, out, 0, 1000, whole);
        size_t n_bytes;
        unsigned char *bytes = save(stream, &n_bytes);
        sinew_error error;
        for (size_t at = 0; at < n_bytes; at += 1 + n_bytes / 97) {
            bytes[at] ^= 0x10;
            cr_assert_neq(sinew_stream_load(stream, bytes, n_bytes, &error), SINEW_OK, "%s at %zu",
                          law->name, at);
            bytes[at] ^= 0x10;
            cr_assert_neq(sinew_stream_load(stream, bytes, at, &error), SINEW_OK);
        }
        law_run(stream, law, in, out, 1000, FRAMES - 1000, whole);
        cr_assert(alike(law, out, expected, 0, FRAMES), "%s", law->name);
        sinew_stream_close(stream);
        sinew_free(bytes);
        sinew_free(in);
        sinew_free(out);
        sinew_free(expected);
    }
}

/* All nodes, each with a new stream and its saved state, for laws over pairs. */
typedef struct crowd {
    sinew_node *node;
    sinew_stream *stream;
    void *bytes;
    size_t n_bytes;
} crowd;

static crowd *crowd_new(void)
{
    crowd *all = sinew_alloc(n_law_nodes, sizeof *all);
    for (size_t i = 0; i < n_law_nodes; i++) {
        all[i].node = law_make(&law_nodes[i]);
        all[i].stream = open_stream(all[i].node, 0);
        all[i].bytes = save(all[i].stream, &all[i].n_bytes);
    }
    return all;
}

static void crowd_free(crowd *all)
{
    for (size_t i = 0; i < n_law_nodes; i++) {
        sinew_stream_close(all[i].stream);
        sinew_node_free(all[i].node);
        sinew_free(all[i].bytes);
    }
    sinew_free(all);
}

Test(law, a_state_of_another_model_is_refused)
{
    crowd *all = crowd_new();
    for (size_t i = 0; i < n_law_nodes; i++)
        for (size_t k = 0; k < n_law_nodes; k++)
            cr_assert_eq(sinew_stream_load(all[i].stream, all[k].bytes, all[k].n_bytes, NULL),
                         law_alike(&law_nodes[i], &law_nodes[k]) ? SINEW_OK : SINEW_ERR_MISMATCH,
                         "%s into %s", law_nodes[k].name, law_nodes[i].name);
    crowd_free(all);
}

static void swap_to(sinew_stream *stream, const sinew_node *next, size_t warm, size_t fade)
{
    sinew_error error;
    sinew_swap *swap = NULL;
    sinew_stream_opts opts = {.steps = (next->flags & SINEW_NODE_TAKES_STEPS) != 0};
    cr_assert_eq(sinew_swap_new(&swap, next, &opts, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_stream_swap(stream, swap, warm, fade, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_stream_changing(stream), warm + fade > 0);
    cr_assert_eq(sinew_stream_swap(stream, swap, 0, 0, NULL), SINEW_ERR_UNSUPPORTED);
    sinew_swap_free(swap);
}

/* From engine to engine, by the saved state and by a swap in mid-stream, again and again. */
Test(law, engines_change_in_mid_stream)
{
    EACH_NODE(law, node)
    {
        void *in = law_input(law->sample_in, law->channels_in, FRAMES, 7);
        void *expected = run_new(law, node, in, FRAMES, whole);
        for (const law_node *other = law_nodes; other < law_nodes + n_law_nodes; other++) {
            if (strcmp(other->group, law->group) != 0 || other->sample_out != law->sample_out)
                continue;
            sinew_node *engine = law_make(other);
            void *out = sinew_alloc(out_bytes(law, FRAMES), 1);
            sinew_stream *stream = open_stream(node, 0);
            law_run(stream, law, in, out, 0, 500, whole);
            for (size_t at = 500; at < FRAMES; at += 900) {
                const sinew_node *next = at / 900 % 2 ? node : engine;
                size_t fade = at == 500 ? 0 : 100;
                swap_to(stream, next, 0, fade);
                law_run(stream, law, in, out, at, 900, cut_lists[1]);
            }
            double top = peak(law, expected, FRAMES);
            double off = worst(law, out, expected, 0, FRAMES);
            double tolerance = fmax(law->tolerance, other->tolerance);
            cr_assert_leq(off / top, 2 * tolerance + 1e-15, "%s to %s: %g", law->name, other->name,
                          off / top);
            sinew_stream_close(stream);
            sinew_node_free(engine);
            sinew_free(out);
        }
        sinew_free(in);
        sinew_free(expected);
    }
}

Test(law, streams_of_one_node_never_see_each_other)
{
    EACH_NODE(law, node)
    {
        void *in = law_input(law->sample_in, law->channels_in, FRAMES, 8);
        void *other = law_input(law->sample_in, law->channels_in, FRAMES, 9);
        void *expected = run_new(law, node, in, FRAMES, whole);
        void *out = sinew_alloc(out_bytes(law, FRAMES), 1);
        void *noise = sinew_alloc(out_bytes(law, FRAMES), 1);
        sinew_stream *a = open_stream(node, 0), *b = open_stream(node, 0), *c = NULL;
        for (size_t at = 0; at < FRAMES; at += 250) {
            law_run(a, law, in, out, at, 250, cut_lists[1]);
            law_run(b, law, other, noise, at, 250, cut_lists[3]);
            if (at == 1000)
                cr_assert_eq(sinew_stream_clone(&c, a, NULL), SINEW_OK);
        }
        cr_assert(alike(law, out, expected, 0, FRAMES), "%s", law->name);
        cr_assert_eq(sinew_stream_index(c), 1250);
        law_run(c, law, in, noise, 1250, FRAMES - 1250, whole);
        cr_assert(alike(law, noise, expected, 1250, FRAMES), "%s: the clone differs", law->name);
        sinew_stream_close(a);
        sinew_stream_close(b);
        sinew_stream_close(c);
        sinew_free(in);
        sinew_free(other);
        sinew_free(out);
        sinew_free(noise);
        sinew_free(expected);
    }
}

Test(law, in_place_equals_apart)
{
    EACH_NODE(law, node)
    {
        if (law->channels_in != law->channels_out || law->sample_in != law->sample_out)
            continue;
        void *in = law_input(law->sample_in, law->channels_in, FRAMES, 10);
        void *expected = run_new(law, node, in, FRAMES, whole);
        sinew_stream *stream = open_stream(node, 0);
        law_run(stream, law, in, in, 0, FRAMES, cut_lists[4]);
        cr_assert(alike(law, in, expected, 0, FRAMES), "%s", law->name);
        sinew_stream_close(stream);
        sinew_free(in);
        sinew_free(expected);
    }
}

Test(law, a_bad_frame_stays_where_it_is)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY};
    EACH_NODE(law, node)
    {
        void *clean = law_input(law->sample_in, law->channels_in, FRAMES, 11);
        void *expected = run_new(law, node, clean, FRAMES, whole);
        for (size_t b = 0; b < 3; b++) {
            void *in = law_input(law->sample_in, law->channels_in, FRAMES, 11);
            void *out = sinew_alloc(out_bytes(law, FRAMES), 1);
            size_t when = 1030;
            law_set(law->sample_in, in, when * law->channels_in, bad[b]);
            sinew_stream *stream = open_stream(node, 0);
            law_run(stream, law, in, out, 0, FRAMES, whole);
            cr_assert(alike(law, out, expected, 0, when), "%s: earlier frames", law->name);
            bool each_by_itself = strncmp(law->group, "mimo", 4) != 0 &&
                                  strcmp(law->group, "gain") != 0 &&
                                  (law->discretization || law->system);
            for (size_t t = when; each_by_itself && t < FRAMES; t++)
                for (size_t c = 1; c < law->channels_out; c++) {
                    size_t i = t * law->channels_out + c;
                    cr_assert_eq(law_value(law->sample_out, out, i),
                                 law_value(law->sample_out, expected, i), "%s: another channel",
                                 law->name);
                }
            sinew_stream_reset(stream, 0);
            law_run(stream, law, clean, out, 0, FRAMES, whole);
            cr_assert(alike(law, out, expected, 0, FRAMES), "%s: reset cures", law->name);
            sinew_stream_close(stream);
            sinew_free(in);
            sinew_free(out);
        }
        sinew_free(clean);
        sinew_free(expected);
    }
}

/* Jumping a gap equals hearing as much silence. */
Test(law, a_jumped_gap_equals_silence)
{
    static const size_t gaps[] = {1, 300, 2000, 3000};
    EACH_NODE(law, node)
    {
        sinew_stream_opts opts = {.gap = SINEW_GAP_JUMP};
        sinew_stream *jumper = NULL;
        sinew_status status = sinew_stream_open(&jumper, node, &opts, NULL);
        if (!(node->flags & SINEW_NODE_FORGETS)) {
            cr_assert_eq(status, SINEW_ERR_UNSUPPORTED, "%s", law->name);
            continue;
        }
        cr_assert_eq(status, SINEW_OK);
        for (size_t g = 0; g < sizeof gaps / sizeof *gaps; g++) {
            size_t gap = gaps[g], from = 1000 + gap;
            void *in = law_input(law->sample_in, law->channels_in, FRAMES, 12);
            for (size_t i = 1000 * law->channels_in; i < from * law->channels_in; i++)
                law_set(law->sample_in, in, i, 0);
            void *expected = sinew_alloc(out_bytes(law, FRAMES), 1);
            void *out = sinew_alloc(out_bytes(law, FRAMES), 1);
            sinew_stream_reset(jumper, 0); /* without steps, as silence is: at the node's own */
            law_run(jumper, law, in, expected, 0, FRAMES, whole);
            sinew_stream_reset(jumper, 0);
            law_run(jumper, law, in, out, 0, 1000, whole);
            size_t frame_in = law->channels_in * sinew_sample_bytes(law->sample_in);
            sinew_block block = {.samples = (char *)in + from * frame_in,
                                 .n_frames = FRAMES - from,
                                 .channels = law->channels_in,
                                 .flags = SINEW_BLOCK_GAP,
                                 .index = (int64_t)from};
            sinew_block result = {.samples = (char *)out + out_bytes(law, from)};
            sinew_stream_process(jumper, &block, &result);
            cr_assert_eq(sinew_stream_index(jumper), FRAMES);
            cr_assert_eq(result.index, (int64_t)from);
            double top = peak(law, expected, FRAMES);
            double off = worst(law, out, expected, from, FRAMES);
            cr_assert_leq(off / top, fmax(law->tolerance, 1e-13), "%s over %zu: %g", law->name, gap,
                          off / top);
            sinew_free(in);
            sinew_free(out);
            sinew_free(expected);
        }
        sinew_stream_close(jumper);
    }
}

/* Between two different filters: silent warming, then each sample is the stated mixture. */
Test(law, a_swap_warms_and_fades_from_one_model_to_the_other)
{
    enum { FADE = 200 };
    static const size_t warms[] = {0, 1, 333};
    const law_node *before = law_named("scan highpass f64");
    const law_node *after = law_named("scan bandpass 24 f64");
    for (size_t w = 0; w < 3; w++) {
        size_t warm = warms[w], start = 1000 + warm;
        sinew_node *a = law_make(before), *b = law_make(after);
        double *in = law_input(SINEW_SAMPLE_F64, 1, FRAMES, 13);
        double *from = run_new(before, a, in, FRAMES, whole), out[FRAMES], to[FRAMES] = {0};
        sinew_stream *stream = open_stream(a, 0), *fresh = open_stream(b, 0);
        law_run(stream, before, in, out, 0, 1000, whole);
        swap_to(stream, b, warm, FADE);
        cr_assert_eq(sinew_stream_save(stream, out, sizeof out, NULL), SINEW_ERR_UNSUPPORTED);
        cr_assert_eq(sinew_stream_load(stream, out, sizeof out, NULL), SINEW_ERR_UNSUPPORTED);
        law_run(stream, after, in, out, 1000, FRAMES - 1000, cut_lists[w]);
        cr_assert_not(sinew_stream_changing(stream));
        cr_assert_eq(sinew_stream_node(stream), b);
        law_run(fresh, after, in, to, 1000, FRAMES - 1000, whole);
        for (size_t t = 0; t < FRAMES; t++) {
            double weight = t < start ? 0 : fmin(1, (double)(t + 1 - start) / FADE);
            double expected = weight < 1 ? from[t] + (to[t] - from[t]) * weight : to[t];
            cr_assert_float_eq(out[t], expected, 1e-14, "frame %zu", t);
        }
        sinew_stream_close(stream);
        sinew_stream_close(fresh);
        sinew_node_free(a);
        sinew_node_free(b);
        sinew_free(in);
        sinew_free(from);
    }
}

/* A warmed change of a slow filter keeps a steady signal steady: no hole in the sound. */
Test(law, a_warmed_swap_leaves_no_hole)
{
    sinew_node *nodes[2];
    for (int i = 0; i < 2; i++) {
        sinew_system *system;
        sinew_discretization *d;
        sinew_design design = {.order = 4, .edges_hz = {20 + i}};
        sinew_discretize_opts how = {.rate_hz = 48000, .method = SINEW_METHOD_BILINEAR};
        cr_assert_eq(sinew_system_new_design(&system, &design, NULL), SINEW_OK);
        cr_assert_eq(sinew_discretize(&d, system, &how, NULL), SINEW_OK);
        cr_assert_eq(sinew_filter_new(&nodes[i], d, NULL, NULL), SINEW_OK);
        sinew_discretization_free(d);
        sinew_system_free(system);
    }
    enum { LONG = 200000, BLOCK = 1000 };
    sinew_stream *stream = open_stream(nodes[0], 0);
    double samples[BLOCK];
    for (size_t at = 0; at < LONG; at += BLOCK) {
        if (at == LONG / 2)
            swap_to(stream, nodes[1], 48000, 480);
        for (size_t t = 0; t < BLOCK; t++)
            samples[t] = 1;
        sinew_block block = {.samples = samples, .n_frames = BLOCK, .channels = 1}, out = block;
        sinew_stream_process(stream, &block, &out);
        for (size_t t = 0; at >= LONG / 2 && t < BLOCK; t++)
            cr_assert_float_eq(samples[t], 1, 1e-6, "%g at %zu", samples[t], at + t);
    }
    sinew_stream_close(stream);
    sinew_node_free(nodes[0]);
    sinew_node_free(nodes[1]);
}

/* Steps reach a node that takes them, whatever the pieces; others refuse them at the door, and a
 * stream that was opened without them does not look at them: it runs as with the node's own. */
Test(law, steps_are_taken_or_refused)
{
    EACH_NODE(law, node)
    {
        sinew_stream *stream = NULL, *without = NULL;
        sinew_stream_opts opts = {.steps = true, .max_frames = 100};
        sinew_status status = sinew_stream_open(&stream, node, &opts, NULL);
        cr_assert_eq(status, law->steps ? SINEW_OK : SINEW_ERR_UNSUPPORTED, "%s", law->name);
        if (status)
            continue;
        void *in = law_input(law->sample_in, law->channels_in, FRAMES, 15);
        void *out = sinew_alloc(out_bytes(law, FRAMES), 1);
        void *regular = sinew_alloc(out_bytes(law, FRAMES), 1);
        double *own = sinew_alloc(FRAMES, sizeof *own);
        for (size_t i = 0; i < FRAMES; i++)
            own[i] = node->step_s;
        sinew_block block = {.samples = in, .n_frames = FRAMES, .step_s = own},
                    result = {.samples = out};
        sinew_stream_process(stream, &block, &result);
        cr_assert_eq(result.step_s, own);
        cr_assert_eq(sinew_stream_open(&without, node, NULL, NULL), SINEW_OK);
        law_run(without, law, in, regular, 0, FRAMES, whole);
        cr_assert_eq(memcmp(out, regular, out_bytes(law, FRAMES)), 0, "%s", law->name);
        sinew_stream_close(stream);
        sinew_stream_close(without);
        sinew_free(in);
        sinew_free(out);
        sinew_free(regular);
        sinew_free(own);
    }
}

Test(law, each_step_counts)
{
    EACH_NODE(law, node)
    {
        if (strcmp(law->name, "test.clock") != 0)
            continue;
        double *in = law_input(law->sample_in, 1, FRAMES, 15), *steps = law_steps(FRAMES), t = 0;
        double *out = run_new(law, node, in, FRAMES, cut_lists[4]);
        for (size_t i = 0; i < FRAMES; i++)
            cr_assert_eq(out[i], (t += steps[i]) * in[i], "%s at %zu", law->name, i);
        sinew_free(in);
        sinew_free(out);
        sinew_free(steps);
    }
}

/* A saved state says whether it continues to the bit. */
Test(law, exact_continuation_is_told)
{
    crowd *all = crowd_new();
    for (size_t i = 0; i < n_law_nodes; i++)
        for (size_t k = 0; k < n_law_nodes; k++) {
            const law_node *law = &law_nodes[i], *other = &law_nodes[k];
            const void *bytes = all[k].bytes;
            size_t n_bytes = all[k].n_bytes;
            bool exact = sinew_stream_continues_exactly(all[i].stream, bytes, n_bytes);
            cr_assert_eq(exact, all[i].node->identity == all[k].node->identity &&
                                    all[i].node->identity != 0);
            if (law == other)
                cr_assert_eq(exact, law->cuts_tolerance == 0, "%s", law->name);
            else if (law->sample_out != other->sample_out || law->make != other->make)
                cr_assert_not(exact, "%s and %s", law->name, other->name);
            cr_assert_not(sinew_stream_continues_exactly(all[i].stream, bytes, n_bytes - 1));
        }
    crowd_free(all);
}

/* Denormals: after a second of silence the state is zero, not 1e-310. */
Test(law, silence_ends_in_zero_or_normal_numbers)
{
    EACH_NODE(law, node)
    {
        static const size_t cuts[] = {512, 0};
        size_t frames = 120000;
        void *in = law_input(law->sample_in, law->channels_in, frames, 14);
        for (size_t i = 100 * law->channels_in; i < frames * law->channels_in; i++)
            law_set(law->sample_in, in, i, 0);
        void *out = run_new(law, node, in, frames, cuts);
        double least =
            law->sample_out == SINEW_SAMPLE_F32 ? 1.17549435e-38 : 2.2250738585072014e-308;
        for (size_t i = 0; i < frames * law->channels_out; i++) {
            double y = fabs(law_value(law->sample_out, out, i));
            cr_assert(y == 0 || y >= least, "%s: %g at %zu", law->name, y, i);
        }
        sinew_free(in);
        sinew_free(out);
    }
}
