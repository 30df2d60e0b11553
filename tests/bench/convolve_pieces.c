/* What the pieces of a partitioned convolution take, each by itself, in nanoseconds: the least of
 * many rounds. What comes on top of a unit is what products cost more that are called one by one.
 */
#include "convolve_pieces.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "cli/bench_run.h"
#include "filter/partitioned_inside.h"
#include "math/transform.h"

enum {
    ROUNDS = 100,
    LENGTH = 4096, /* a transform in the second cache */
    QUADS = LENGTH / 64,
    TILES = LENGTH / SINEW_TRANSFORM_BINS,
    NEAR_BYTES = 1 << 18, /* in the second cache, and not in it */
    FAR_BYTES = 1 << 23
};
static const double round_s = 0.2e-3;

static double time_calls(void (*piece)(void *), void *subject, size_t calls)
{
    double started_s = bench_clock_s();
    for (size_t i = 0; i < calls; i++)
        piece(subject);
    return bench_clock_s() - started_s;
}

static double time_of(void (*piece)(void *), void *subject)
{
    double took_s, best_s = INFINITY;
    size_t calls = 1;
    while ((took_s = time_calls(piece, subject, calls)) < round_s)
        calls *= 2;
    for (int i = 0; i < ROUNDS; i++)
        best_s = fmin(best_s, time_calls(piece, subject, calls));
    return best_s * 1e9 / (double)calls;
}

#define REAL float
#define OP(name) name##_f32
#include "convolve_pieces_body.h"
#define REAL double
#define OP(name) name##_f64
#include "convolve_pieces_body.h"

void bench_pieces(void)
{
    printf("{\"%s\", ", sinew_simd_best()->name);
    measure_f32();
    printf(", ");
    measure_f64();
    puts("},");
}
