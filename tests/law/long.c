/* Engines and instruction sets side by side over streams of 10^7 frames, each with cuts of its own:
 * nothing drifts apart. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "far.h"
#include "nodes.h"
#include "simd/ops.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { PIECES = 20 };
#else
enum { PIECES = 200 };
#endif
enum { PIECE = 50000, MOST = 64 };

static const size_t cut_lists[][4] = {{PIECE, 0}, {4096, 0}, {64, 0}, {1000, 7, 480, 0}, {333, 0}};

typedef struct runner {
    const law_node *law;
    const char *simd;
    sinew_node *node;
    sinew_stream *stream;
    const size_t *cuts;
} runner;

static void add(runner *to, const law_node *law, const char *simd, size_t i)
{
    setenv("SINEW_SIMD", simd, 1);
    *to = (runner){.law = law, .simd = simd, .node = law_make(law)};
    unsetenv("SINEW_SIMD");
    to->cuts = cut_lists[i % (sizeof cut_lists / sizeof *cut_lists)];
    cr_assert_eq(sinew_stream_open(&to->stream, to->node, NULL, NULL), SINEW_OK);
}

/* Each law of the group by the widest table, those that may fuse products by the others too. */
static size_t add_group(runner *all, const char *group)
{
    const sinew_simd *table, *best = sinew_simd_best();
    size_t n = 0;
    for (size_t i = 0; i < n_law_nodes; i++) {
        const law_node *law = &law_nodes[i];
        if (strcmp(law->group, group) != 0)
            continue;
        add(&all[n], law, best->name, n);
        n++;
        for (size_t k = 0; strstr(law->name, "block") && (table = sinew_simd_table(k)); k++)
            if (table != best) {
                add(&all[n], law, table->name, n);
                n++;
            }
        cr_assert_leq(n, MOST - 8);
    }
    return n;
}

/* Noise that floats hold. */
static void fill(const law_node *law, void *samples, uint32_t *seed)
{
    for (size_t i = 0; i < (size_t)PIECE * law->channels_in; i++) {
        *seed = *seed * 1664525u + 1013904223u;
        law_set(law->sample_in, samples, i, (double)(*seed >> 8) / (1 << 23) - 1);
    }
}

/* How far the outputs of a piece are apart, the largest of the first. */
static double apart(const runner *first, const double *expected, const runner *r, const void *out,
                    double *top)
{
    double most = 0;
    for (size_t i = 0; i < (size_t)PIECE * first->law->channels_out; i++) {
        *top = fmax(*top, fabs(expected[i]));
        most = farther(most, law_value(r->law->sample_out, out, i), expected[i]);
    }
    return most;
}

static void compare_group(const char *group)
{
    static runner all[MOST];
    size_t n = add_group(all, group), width = 8 * sizeof(double);
    cr_assert_gt(n, 1);
    void *in = sinew_alloc(PIECE, width), *out = sinew_alloc(PIECE, width);
    double *expected = sinew_alloc(PIECE, width), top = 0;
    cr_assert(all[0].law->sample_out == SINEW_SAMPLE_F64 && in && out && expected);
    uint32_t seed = 1;
    for (size_t p = 0; p < PIECES; p++) {
        uint32_t begin = seed;
        for (size_t i = 0; i < n; i++) {
            seed = begin;
            fill(all[i].law, in, &seed);
            law_run(all[i].stream, all[i].law, in, i ? out : expected, 0, PIECE, all[i].cuts);
            double off = i ? apart(&all[0], expected, &all[i], out, &top) : 0;
            cr_assert_leq(off, all[i].law->tolerance * top, "%s by %s, piece %zu: %g of %g",
                          all[i].law->name, all[i].simd, p, off, top);
        }
    }
    for (size_t i = 0; i < n; i++) {
        sinew_stream_close(all[i].stream);
        sinew_node_free(all[i].node);
    }
    sinew_free(in);
    sinew_free(out);
    sinew_free(expected);
}

Test(long_streams, lowpass)
{
    compare_group("lowpass");
}

Test(long_streams, highpass)
{
    compare_group("highpass");
}

Test(long_streams, bandpass)
{
    compare_group("bandpass");
}

Test(long_streams, slow)
{
    compare_group("slow");
}

Test(long_streams, mimo)
{
    compare_group("mimo");
}
