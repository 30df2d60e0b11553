/* The laws of nodes that need whole signals (sinew/node.h), and of streams of such (stream.h). */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "sinew/parallel.h"
#include "wholes.h"

enum { FRAMES = 5000 };

static const size_t lengths[] = {1, 2, 0, 3, 127, 128, 129, 4097, 5, FRAMES, 1000};
enum { LENGTHS = sizeof lengths / sizeof *lengths };

static sinew_stream *open_stream(const sinew_node *node, size_t max_frames, bool whole)
{
    sinew_error error;
    sinew_stream *stream = NULL;
    sinew_stream_opts opts = {.max_frames = max_frames,
                              .whole = whole,
                              .steps = (node->flags & SINEW_NODE_TAKES_STEPS) != 0};
    cr_assert_eq(sinew_stream_open(&stream, node, &opts, &error), SINEW_OK, "%s", error.text);
    return stream;
}

static size_t out_bytes(const law_node *law, size_t frames)
{
    return frames * law->channels_out * sinew_sample_bytes(law->sample_out);
}

/* One signal, of the first n frames of `in`, in one call. */
static void run(sinew_stream *stream, const law_node *law, const void *in, void *out, size_t n)
{
    law_run(stream, law, in, out, 0, n, (const size_t[]){FRAMES, 0});
}

/* What a new stream with room for n frames, and no more, makes of the first n frames. */
static void *run_new(const law_node *law, const sinew_node *node, const void *in, size_t n)
{
    void *out = sinew_alloc(out_bytes(law, n) + 1, 1);
    sinew_stream *stream = open_stream(node, n, true);
    run(stream, law, in, out, n);
    sinew_stream_close(stream);
    return out;
}

#define EACH_OF(table, n_table, law, node)                                                         \
    for (const law_node *law = (table); law < (table) + (n_table); law++)                          \
        for (sinew_node *node = law_make(law); node; sinew_node_free(node), node = NULL)
#define EACH_WHOLE(law, node) EACH_OF(law_wholes, n_law_wholes, law, node)

/* All is silent but the last frame. */
Test(whole, earlier_frames_hear_the_last)
{
    EACH_WHOLE(law, node)
    {
        void *in = sinew_alloc(40 * law->channels_in, sinew_sample_bytes(law->sample_in));
        float *one = run_new(law, node, in, 40);
        law_set(law->sample_in, in, 39 * law->channels_in, 0.77);
        float *other = run_new(law, node, in, 40);
        cr_assert(node->flags & SINEW_NODE_WHOLE);
        cr_assert_not(node->flags & SINEW_NODE_FORGETS);
        bool stateless = strcmp(law->name, "bidirectional sum") == 0 ||
                         strcmp(law->name, "bidirectional product of words") == 0;
        cr_assert_eq(memcmp(one, other, out_bytes(law, 39)) == 0, stateless, "%s", law->name);
        sinew_free(in), sinew_free(one), sinew_free(other);
    }
}

Test(whole, every_signal_begins_anew)
{
    EACH_WHOLE(law, node)
    {
        void *in = law_input(law->sample_in, law->channels_in, FRAMES, 2);
        void *out = sinew_alloc(out_bytes(law, FRAMES), 1);
        sinew_stream *stream = open_stream(node, FRAMES, true);
        int64_t index = 0;
        for (size_t i = 0; i < LENGTHS; i++) {
            void *expected = run_new(law, node, in, lengths[i]);
            run(stream, law, in, out, lengths[i]);
            cr_assert_eq(memcmp(out, expected, out_bytes(law, lengths[i])), 0, "%s, %zu frames",
                         law->name, lengths[i]);
            cr_assert_eq(sinew_stream_index(stream), index += (int64_t)lengths[i]);
            sinew_free(expected);
        }
        sinew_stream_reset(stream, 42);
        cr_assert_eq(sinew_stream_index(stream), 42);
        sinew_stream_close(stream);
        sinew_free(in), sinew_free(out);
    }
}

Test(whole, streams_of_one_node_never_see_each_other)
{
    EACH_WHOLE(law, node)
    {
        void *in = law_input(law->sample_in, law->channels_in, FRAMES, 3);
        void *other = law_input(law->sample_in, law->channels_in, FRAMES, 4);
        void *expected = run_new(law, node, in, 700), *out = sinew_alloc(out_bytes(law, 700), 1);
        sinew_stream *a = open_stream(node, 700, true), *b = open_stream(node, 900, true), *c;
        cr_assert_eq(sinew_stream_clone(&c, b, NULL), SINEW_OK);
        sinew_stream *const streams[] = {a, b, c};
        for (size_t i = 0; i < 3; i++) {
            run(streams[(i + 1) % 3], law, other, out, 690);
            run(streams[i], law, in, out, 700);
            cr_assert_eq(memcmp(out, expected, out_bytes(law, 700)), 0, "%s, %zu", law->name, i);
        }
        for (size_t i = 0; i < 3; i++)
            sinew_stream_close(streams[i]);
        sinew_free(in), sinew_free(other), sinew_free(expected), sinew_free(out);
    }
}

Test(whole, in_place_equals_apart)
{
    EACH_WHOLE(law, node)
    {
        if (law->channels_in != law->channels_out || law->sample_in != law->sample_out)
            continue;
        void *in = law_input(law->sample_in, law->channels_in, FRAMES, 5);
        void *expected = run_new(law, node, in, FRAMES);
        sinew_stream *stream = open_stream(node, FRAMES, true);
        run(stream, law, in, in, FRAMES);
        cr_assert_eq(memcmp(in, expected, out_bytes(law, FRAMES)), 0, "%s", law->name);
        sinew_stream_close(stream);
        sinew_free(in), sinew_free(expected);
    }
}

Test(whole, a_bad_frame_reaches_nothing_of_the_next_signal)
{
    EACH_WHOLE(law, node)
    {
        void *in = law_input(law->sample_in, law->channels_in, FRAMES, 6);
        void *bad = law_input(law->sample_in, law->channels_in, FRAMES, 6);
        void *expected = run_new(law, node, in, 800), *out = sinew_alloc(out_bytes(law, 800), 1);
        sinew_stream *stream = open_stream(node, 800, true);
        law_set(law->sample_in, bad, 400 * law->channels_in, NAN);
        run(stream, law, bad, out, 800);
        cr_assert_neq(memcmp(out, expected, out_bytes(law, 800)), 0, "%s", law->name);
        run(stream, law, in, out, 800);
        cr_assert_eq(memcmp(out, expected, out_bytes(law, 800)), 0, "%s", law->name);
        sinew_stream_close(stream);
        sinew_free(in), sinew_free(bad), sinew_free(expected), sinew_free(out);
    }
}

/* It is not run, its output is no number, and nothing is written behind it. */
Test(whole, a_signal_that_there_is_no_room_for_is_not_run)
{
    EACH_WHOLE(law, node)
    {
        void *in = law_input(law->sample_in, law->channels_in, FRAMES, 7);
        void *expected = run_new(law, node, in, 300);
        float *out = sinew_alloc(out_bytes(law, FRAMES), 1);
        sinew_stream *stream = open_stream(node, 300, true);
        run(stream, law, in, out, 301);
        for (size_t i = 0; i < 301 * law->channels_out; i++)
            cr_assert(isnan(out[i]), "%s", law->name);
        for (size_t i = 301 * law->channels_out; i < FRAMES * law->channels_out; i++)
            cr_assert_eq(out[i], 0, "%s", law->name);
        cr_assert_eq(sinew_stream_index(stream), 301);
        run(stream, law, in, out, 300);
        cr_assert_eq(memcmp(out, expected, out_bytes(law, 300)), 0, "%s", law->name);
        sinew_stream_close(stream);
        sinew_free(in), sinew_free(expected), sinew_free(out);
    }
}

/* Steps that are all the node's own change nothing. */
Test(whole, steps_are_taken_or_refused)
{
    EACH_WHOLE(law, node)
    {
        sinew_stream *stream = NULL, *without = NULL;
        sinew_stream_opts opts = {.whole = true, .steps = true, .max_frames = FRAMES};
        sinew_status status = sinew_stream_open(&stream, node, &opts, NULL);
        cr_assert_eq(status, law->steps ? SINEW_OK : SINEW_ERR_UNSUPPORTED, "%s", law->name);
        if (status)
            continue;
        void *in = law_input(law->sample_in, law->channels_in, FRAMES, 8);
        void *out = sinew_alloc(out_bytes(law, FRAMES), 1);
        void *regular = sinew_alloc(out_bytes(law, FRAMES), 1);
        double *own = sinew_alloc(FRAMES, sizeof *own);
        for (size_t i = 0; i < FRAMES; i++)
            own[i] = node->step_s;
        sinew_block block = {.samples = in, .n_frames = FRAMES, .step_s = own};
        sinew_block result = {.samples = out};
        sinew_stream_process(stream, &block, &result);
        opts.steps = false;
        cr_assert_eq(sinew_stream_open(&without, node, &opts, NULL), SINEW_OK);
        run(without, law, in, regular, FRAMES);
        cr_assert_eq(memcmp(out, regular, out_bytes(law, FRAMES)), 0, "%s", law->name);
        sinew_stream_close(stream), sinew_stream_close(without);
        sinew_free(in), sinew_free(out), sinew_free(regular), sinew_free(own);
    }
}

static void expect_unsupported(sinew_status status, const sinew_error *error, const char *words)
{
    cr_assert_eq(status, SINEW_ERR_UNSUPPORTED);
    cr_assert(strstr(error->text, words), "%s", error->text);
}

Test(whole, what_goes_on_is_refused)
{
    EACH_WHOLE(law, node)
    {
        sinew_error error;
        sinew_stream *refused = NULL, *stream = open_stream(node, 100, true);
        sinew_parallel *parallel = NULL;
        sinew_swap *swap = NULL;
        bool steps = law->steps;
        sinew_stream_opts blocks = {.steps = steps};
        sinew_stream_opts jump = {.steps = steps, .whole = true, .gap = SINEW_GAP_JUMP};
        sinew_stream_opts whole = {.steps = steps, .whole = true, .max_frames = 100};
        size_t n_bytes = sinew_stream_saved_bytes(stream);
        void *bytes = sinew_alloc(n_bytes, 1);
        expect_unsupported(sinew_stream_open(&refused, node, &blocks, &error), &error,
                           "needs its whole input");
        expect_unsupported(sinew_parallel_open(&parallel, node, &blocks, 2, &error), &error,
                           "needs its whole input");
        expect_unsupported(sinew_swap_new(&swap, node, &blocks, &error), &error,
                           "needs its whole input");
        expect_unsupported(sinew_stream_open(&refused, node, &jump, &error), &error, "gap");
        expect_unsupported(sinew_stream_save(stream, bytes, n_bytes, &error), &error,
                           "begins anew");
        expect_unsupported(sinew_stream_load(stream, bytes, n_bytes, &error), &error,
                           "begins anew");
        cr_assert_eq(sinew_swap_new(&swap, node, &whole, &error), SINEW_OK);
        expect_unsupported(sinew_stream_swap(stream, swap, 0, 0, &error), &error, "begins anew");
        sinew_swap_free(swap);
        sinew_stream_close(stream);
        sinew_free(bytes);
    }
}

/* More than any memory is told as that. */
Test(whole, a_signal_of_any_length_is_opened_or_refused)
{
    EACH_WHOLE(law, node)
    {
        for (int bits = 50; bits <= 64; bits += 2) {
            sinew_error error;
            sinew_stream *stream = NULL;
            sinew_stream_opts opts = {.max_frames = bits < 64 ? (size_t)1 << bits : SIZE_MAX,
                                      .whole = true,
                                      .steps = law->steps};
            cr_assert_eq(sinew_stream_open(&stream, node, &opts, &error), SINEW_ERR_MEMORY, "%s",
                         law->name);
            cr_assert_null(stream);
        }
    }
}

/* Other nodes run in such a stream too; by several threads as by one. */
Test(whole, every_node_runs_in_a_stream_of_whole_signals)
{
    EACH_OF(law_nodes, n_law_nodes, law, node)
    {
        sinew_error error;
        void *in = law_input(law->sample_in, law->channels_in, 700, 9);
        void *expected = sinew_alloc(out_bytes(law, 700), 1);
        void *out = sinew_alloc(out_bytes(law, 700), 1);
        sinew_stream *once = open_stream(node, 700, false);
        sinew_stream_opts opts = {.max_frames = 700, .whole = true, .steps = law->steps};
        sinew_parallel *parallel = NULL;
        run(once, law, in, expected, 700);
        cr_assert_eq(sinew_parallel_open(&parallel, node, &opts, 2, &error), SINEW_OK);
        sinew_stream *stream = sinew_parallel_stream(parallel);
        for (int again = 0; again < 2; again++) {
            run(stream, law, in, out, 700);
            cr_assert_eq(memcmp(out, expected, out_bytes(law, 700)), 0, "%s", law->name);
        }
        sinew_stream_close(once);
        sinew_parallel_close(parallel);
        sinew_free(in), sinew_free(expected), sinew_free(out);
    }
}
