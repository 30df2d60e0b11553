/* A stream by several threads is that by one, for every kind of node: within the rounding of its
 * engine, whatever the cuts, in place and not, and its state goes on as one. A plain program that
 * speaks TAP, for the thread sanitizer. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "far.h"
#include "law/nodes.h"
#include "sinew/parallel.h"

#ifdef __SANITIZE_THREAD__
enum { FRAMES = 30000 };
#else
enum { FRAMES = 100000 };
#endif
enum { THREADS = 3 };

static const size_t cut_lists[][4] = {{FRAMES, 0}, {FRAMES * 3 / 5 + 1, 13, 0}, {9000, 0}};

static size_t numbers, failures;

static void check(int holds, const char *name, const char *what)
{
    printf("%s %zu - %s: %s\n", holds ? "ok" : "not ok", ++numbers, name, what);
    failures += !holds;
}

/* Frames [from, to), the output where the input is if it can be. */
static void run(sinew_parallel *p, const law_node *law, const void *in, void *out, size_t from,
                size_t to, const size_t *cuts)
{
    size_t in_frame = law->channels_in * sinew_sample_bytes(law->sample_in);
    size_t out_frame = law->channels_out * sinew_sample_bytes(law->sample_out);
    double *steps = law->steps ? law_steps(to) : NULL;
    for (size_t c = 0; from < to; c = cuts[c + 1] ? c + 1 : 0) {
        size_t n = cuts[c] < to - from ? cuts[c] : to - from;
        unsigned char *at = (unsigned char *)out + from * out_frame;
        const unsigned char *u = (const unsigned char *)in + from * in_frame;
        if (in_frame == out_frame && law->sample_in == law->sample_out)
            u = memcpy(at, u, n * in_frame);
        sinew_block block = {.samples = (void *)(uintptr_t)u,
                             .n_frames = n,
                             .channels = law->channels_in,
                             .step_s = steps ? steps + from : NULL};
        sinew_block result = {.samples = at};
        sinew_parallel_process(p, &block, &result);
        if (result.n_frames != n || result.index != (int64_t)from ||
            result.channels != law->channels_out)
            check(0, law->name, "the block that comes out");
        from += n;
    }
    if (steps)
        sinew_free(steps);
}

static sinew_parallel *open_parallel(const sinew_node *node, size_t threads)
{
    sinew_parallel *p;
    sinew_stream_opts opts = {.max_frames = 5000,
                              .steps = (node->flags & SINEW_NODE_TAKES_STEPS) != 0};
    if (sinew_parallel_open(&p, node, &opts, threads, NULL))
        abort();
    return p;
}

static double apart(const law_node *law, const void *a, const void *b)
{
    double most = 0, top = 0;
    for (size_t i = 0; i < (size_t)FRAMES * law->channels_out; i++) {
        double x = law_value(law->sample_out, a, i), y = law_value(law->sample_out, b, i);
        top = fmax(top, fabs(y));
        most = farther(most, x, y);
    }
    return most / top;
}

static void compare(const law_node *law, const sinew_node *node)
{
    double f32 = law->sample_out == SINEW_SAMPLE_F64 ? 1e-13 : 2e-7;
    double tolerance = law->tolerance > f32 ? law->tolerance : f32;
    size_t bytes = FRAMES * law->channels_out * sinew_sample_bytes(law->sample_out);
    void *in = law_input(law->sample_in, law->channels_in, FRAMES, 5);
    void *expected = sinew_alloc(bytes, 1), *out = sinew_alloc(bytes, 1);
    sinew_parallel *one = open_parallel(node, 1);
    run(one, law, in, expected, 0, FRAMES, cut_lists[0]);
    for (size_t c = 0; c < sizeof cut_lists / sizeof *cut_lists; c++) {
        sinew_parallel *p = open_parallel(node, THREADS);
        run(p, law, in, out, 0, FRAMES, cut_lists[c]);
        check(apart(law, out, expected) <= tolerance, law->name, "several threads are as one");
        check(sinew_stream_index(sinew_parallel_stream(p)) == FRAMES, law->name, "its index");
        sinew_parallel_close(p);
    }
    sinew_parallel_close(one);
    sinew_free(in);
    sinew_free(expected);
    sinew_free(out);
}

/* Saved after a block that threads shared, loaded by one. */
static void go_on(const law_node *law, const sinew_node *node)
{
    enum { HALF = FRAMES / 2 };
    double f32 = law->sample_out == SINEW_SAMPLE_F64 ? 1e-13 : 2e-7;
    double tolerance = law->tolerance > f32 ? law->tolerance : f32;
    size_t bytes = FRAMES * law->channels_out * sinew_sample_bytes(law->sample_out);
    void *in = law_input(law->sample_in, law->channels_in, FRAMES, 6);
    void *expected = sinew_alloc(bytes, 1), *out = sinew_alloc(bytes, 1);
    sinew_parallel *one = open_parallel(node, 1), *many = open_parallel(node, THREADS);
    run(one, law, in, expected, 0, FRAMES, cut_lists[0]);
    run(many, law, in, out, 0, HALF, cut_lists[0]);
    size_t n = sinew_stream_saved_bytes(sinew_parallel_stream(many));
    void *saved = sinew_alloc(n, 1);
    if (sinew_stream_save(sinew_parallel_stream(many), saved, n, NULL))
        check(0, law->name, "it is saved");
    sinew_parallel *next = open_parallel(node, 1);
    if (sinew_stream_load(sinew_parallel_stream(next), saved, n, NULL))
        check(0, law->name, "it is loaded");
    run(next, law, in, out, HALF, FRAMES, cut_lists[0]);
    check(apart(law, out, expected) <= tolerance, law->name, "the state goes on");
    sinew_parallel_close(one);
    sinew_parallel_close(many);
    sinew_parallel_close(next);
    sinew_free(saved);
    sinew_free(in);
    sinew_free(expected);
    sinew_free(out);
}

/* One that forgets is run by several, which begin where their segments do. */
static void share(void)
{
    const law_node *law = law_named("scan lowpass f64");
    sinew_node *node = law_make(law);
    sinew_parallel *one = open_parallel(node, 1), *many = open_parallel(node, THREADS);
    check(sinew_parallel_frames(many) > sinew_parallel_frames(one), law->name, "there are several");
    const sinew_stream *first = sinew_parallel_stream(many);
    void *in = law_input(law->sample_in, law->channels_in, FRAMES, 7);
    void *out = sinew_alloc((size_t)FRAMES * law->channels_out, sizeof(double));
    run(many, law, in, out, 0, FRAMES, cut_lists[0]);
    check(first != sinew_parallel_stream(many), law->name, "another stream has the state");
    check(sinew_stream_index(first) > 0 && sinew_stream_index(first) < FRAMES, law->name,
          "the first ran its segment only");
    sinew_parallel_close(one);
    sinew_parallel_close(many);
    sinew_node_free(node);
    sinew_free(in);
    sinew_free(out);
}

static void refuse(const sinew_node *node)
{
    sinew_parallel *p;
    sinew_error error;
    static const size_t wrong[] = {0, SINEW_MAX_THREADS + 1};
    for (size_t i = 0; i < 2; i++)
        check(sinew_parallel_open(&p, node, NULL, wrong[i], &error) == SINEW_ERR_ARGUMENT && !p,
              "threads", error.text);
}

int main(void)
{
    share();
    for (const law_node *law = law_nodes; law < law_nodes + n_law_nodes; law++) {
        sinew_node *node = law_make(law);
        if (law == law_nodes)
            refuse(node);
        compare(law, node);
        go_on(law, node);
        sinew_node_free(node);
    }
    printf("1..%zu\n", numbers);
    return failures > 0;
}
