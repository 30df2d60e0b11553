/* bench selective: the scan of a selective layer, and what its exponentials alone take. */
#include "base/error.h"
#include "base/memory.h"
#include "bench.h"
#include "simd/ops.h"

enum { ROUNDS = 41, PIECE = 4096 }; /* PIECE: exponentials in the first cache */

typedef struct shape {
    size_t channels, order, frames, panels;
} shape;

/* What a layer computes from: u, delta, y (frames, channels), B and C (frames, 2 order). */
typedef struct scan {
    sinew_selective s;
    float *A, *D, *h, *u, *delta, *bc, *y;
} scan;

static sinew_status new_scan(scan *out, const shape *of, sinew_error *error)
{
    size_t states = of->panels * of->order * SINEW_LEARNED_LANES;
    *out = (scan){.A = sinew_alloc(states, sizeof(float)),
                  .h = sinew_alloc(states, sizeof(float)),
                  .D = sinew_alloc(of->panels * SINEW_LEARNED_LANES, sizeof(float)),
                  .u = sinew_alloc(of->frames * of->channels, sizeof(float)),
                  .delta = sinew_alloc(of->frames * of->channels, sizeof(float)),
                  .bc = sinew_alloc(of->frames * 2 * of->order, sizeof(float)),
                  .y = sinew_alloc(of->frames * of->channels, sizeof(float))};
    if (!out->A || !out->h || !out->D || !out->u || !out->delta || !out->bc || !out->y)
        return sinew_fail_memory(error);
    bench_noise(out->u, SINEW_SAMPLE_F32, of->frames * of->channels);
    bench_noise(out->delta, SINEW_SAMPLE_F32, of->frames * of->channels);
    bench_noise(out->bc, SINEW_SAMPLE_F32, of->frames * 2 * of->order);
    for (size_t i = 0; i < of->frames * of->channels; i++)
        out->delta[i] = 0.051F + 0.1F * out->delta[i]; /* 0.001 to 0.1 */
    for (size_t i = 0; i < states; i++) /* of trained weights: no longer -(1, 2, ...) */
        out->A[i] = -1.45F * (float)(i / SINEW_LEARNED_LANES % of->order + 1);
    out->s = (sinew_selective){.channels = of->channels,
                               .order = of->order,
                               .A = out->A,
                               .D = out->D,
                               .u_stride = of->channels,
                               .delta_stride = of->channels,
                               .bc_stride = 2 * of->order,
                               .y_stride = of->channels};
    return SINEW_OK;
}

static void free_scan(scan *s)
{
    sinew_free(s->A);
    sinew_free(s->h);
    sinew_free(s->D);
    sinew_free(s->u);
    sinew_free(s->delta);
    sinew_free(s->bc);
    sinew_free(s->y);
}

static double scan_s(const sinew_learned *ops, const shape *of, scan *c)
{
    double started_s = bench_clock_s();
    ops->selective(&c->s, 0, of->channels, c->h, c->u, c->delta, c->bc, c->bc + of->order, c->y,
                   of->frames);
    return bench_clock_s() - started_s;
}

/* As many exponentials as the scan has, of numbers that the first cache holds. */
static double exponentials_s(const sinew_learned *ops, size_t count)
{
    float x[PIECE], y[PIECE];
    for (size_t i = 0; i < PIECE; i++)
        x[i] = -(float)i / PIECE;
    double started_s = bench_clock_s();
    for (size_t at = 0; at < count; at += PIECE)
        ops->exp(x, y, count - at < PIECE ? count - at : PIECE);
    return bench_clock_s() - started_s;
}

static void measure(const bench_asked *asked, const shape *of, scan *c)
{
    const sinew_learned *ops = sinew_simd_best()->learned;
    double all[ROUNDS], alone[ROUNDS], frames = (double)of->frames;
    scan_s(ops, of, c);
    for (size_t i = 0; i < ROUNDS; i++) { /* by turns, so that both see the same machine */
        all[i] = 1e9 * scan_s(ops, of, c) / frames;
        alone[i] = 1e9 * exponentials_s(ops, of->channels * of->order * of->frames) / frames;
    }
    bench_times times = {.median = bench_median(all, ROUNDS), .rounds = ROUNDS, .calls = 1};
    times.min = all[0], times.max = all[ROUNDS - 1];
    bench_median(alone, ROUNDS);
    bench_row rows[] = {{.name = "channels", .value = (double)of->channels},
                        {.name = "state", .value = (double)of->order},
                        {.name = "frames", .value = frames},
                        {.name = "dtype", .text = "f32"},
                        {.name = "exp_ns_per_frame", .value = alone[0]},
                        {.name = "ratio", .value = times.min / alone[0]},
                        {0}};
    bench_print(asked, "selective", &times, rows);
}

sinew_status bench_selective(const bench_asked *asked, sinew_error *error)
{
    shape of = {.channels = asked->channels.given ? (size_t)asked->channels.value : 1536,
                .order = asked->state.given ? (size_t)asked->state.value : 16,
                .frames = asked->frames.given ? (size_t)asked->frames.value : 2048};
    scan c = {0};
    of.panels = (of.channels + SINEW_LEARNED_LANES - 1) / SINEW_LEARNED_LANES;
    sinew_status status = new_scan(&c, &of, error);
    if (!status)
        measure(asked, &of, &c);
    free_scan(&c);
    return status;
}
