/* The transforms under partitioned convolution are what math/transform.h says, and every table of
 * operations agrees with `scalar`, the definition. */
#include <complex.h>
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "math/transform.h"
#include "simd/ops.h"

#define EACH_TABLE(f)                                                                              \
    size_t table_ = 0;                                                                             \
    for (const sinew_fused *f; sinew_simd_table(table_) && (f = sinew_simd_table(table_)->fused);  \
         table_++)

static const double turn = 6.28318530717958647692;

static double noise(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (double)*state / 2147483648.0 - 1;
}

/* The c of the ring x - c that bin `place` of a transform belongs to, from the definition. */
static double complex ring_of(size_t length, size_t place)
{
    static const double further[4] = {0, 2, 1, 3};
    size_t tile = place / SINEW_TRANSFORM_TILE,
           run = place % SINEW_TRANSFORM_TILE / SINEW_TRANSFORM_RUN;
    size_t node = (tile * 16 + place % 16) * 16 + run;
    double angle = 1;
    for (size_t n = length; n > 1; n /= 4)
        angle = angle / 4 + further[node / (n / 4) % 4];
    return cexp(I * turn / 4 * angle);
}

Test(transform, splits_are_the_values_at_the_roots_of_i)
{
    enum { LENGTH = 1024 };
    double *constants = sinew_alloc(sinew_transform_constants(LENGTH), sizeof *constants);
    double *data = sinew_alloc(2 * LENGTH, sizeof *data), work[SINEW_TRANSFORM_TILE];
    unsigned seed = 1;
    double complex a[LENGTH];
    sinew_transform_fill(constants, LENGTH);
    for (size_t t = 0; t < LENGTH; t++) {
        double *run = data + t / 16 * SINEW_TRANSFORM_RUN + t % 16;
        run[0] = noise(&seed);
        run[16] = noise(&seed);
        a[t] = run[0] + I * run[16];
    }
    sinew_transform_split(data, constants, LENGTH, work);
    for (size_t at = 0; at < 2 * LENGTH; at += at % 32 == 15 ? 17 : 1) {
        double complex x = ring_of(LENGTH, at), sum = 0;
        cr_assert_float_eq(cabs(cpow(x, LENGTH) - I), 0, 1e-10);
        for (size_t t = LENGTH; t-- > 0;)
            sum = sum * x + a[t];
        cr_assert_float_eq(cabs(sum - (data[at] + I * data[at + 16])), 0, 1e-10, "%zu", at);
    }
    sinew_free(constants);
    sinew_free(data);
}

/* Everything forth and back, in double and float; what came out stays in `data` and `y`. */
typedef struct round_trip {
    double x[1024], data[2048], tiles[2048], y[1024];
    float xf[1024], dataf[2048], tilesf[2048], yf[1024];
} round_trip;

static void forth_and_back(const sinew_fused *f, const double *c, const float *cf, round_trip *r)
{
    size_t n = 1024, of_tiles = sinew_transform_offset(n, 3), one = sinew_transform_offset(n, 1),
           two = sinew_transform_offset(n, 2);
    for (size_t from = 0; from < 16; from += 5) { /* in pieces */
        f->split_real_f64(r->data, r->x, c, 16, from, from + 5 < 16 ? from + 5 : 16);
        f->split_real_f32(r->dataf, r->xf, cf, 16, from, from + 5 < 16 ? from + 5 : 16);
    }
    f->split_f64(r->data, c + one, 4, 0, 7);
    f->split_f64(r->data, c + one, 4, 7, 16);
    f->split_f64(r->data, c + two, 1, 0, 16);
    f->split_f32(r->dataf, cf + one, 4, 0, 7);
    f->split_f32(r->dataf, cf + one, 4, 7, 16);
    f->split_f32(r->dataf, cf + two, 1, 0, 16);
    for (size_t t = 0; t < 4; t++) {
        size_t at = t * SINEW_TRANSFORM_TILE, k = of_tiles + t * SINEW_TRANSFORM_TILE_CONSTANTS;
        f->split_lanes_f64(r->data + at, c + k, r->tiles + at);
        f->split_lanes_f32(r->dataf + at, cf + k, r->tilesf + at);
        double work[SINEW_TRANSFORM_TILE];
        float workf[SINEW_TRANSFORM_TILE];
        memcpy(work, r->tiles + at, sizeof work);
        memcpy(workf, r->tilesf + at, sizeof workf);
        /* times i: what was real comes back as the imaginary part */
        for (size_t k2 = 0; k2 < SINEW_TRANSFORM_TILE; k2++) {
            size_t other = k2 % 32 < 16 ? k2 + 16 : k2 - 16;
            work[k2] = (k2 % 32 < 16 ? -1 : 1) * r->tiles[at + other];
            workf[k2] = (k2 % 32 < 16 ? -1.0f : 1.0f) * r->tilesf[at + other];
        }
        f->merge_lanes_f64(work, c + k, r->data + at);
        f->merge_lanes_f32(workf, cf + k, r->dataf + at);
    }
    f->merge_f64(r->data, c + two, 1, 0, 16);
    f->merge_f64(r->data, c + one, 4, 0, 16);
    f->merge_imag_f64(r->data, r->y, c, 16, 0, 16);
    f->merge_f32(r->dataf, cf + two, 1, 0, 16);
    f->merge_f32(r->dataf, cf + one, 4, 0, 16);
    f->merge_imag_f32(r->dataf, r->yf, cf, 16, 0, 16);
}

Test(transform, there_and_back_is_the_same_in_every_table)
{
    static double c[8192];
    static float cf[8192];
    static round_trip first, r;
    unsigned seed = 2;
    sinew_transform_fill(c, 1024);
    for (size_t k = 0; k < sinew_transform_constants(1024); k++)
        cf[k] = (float)c[k];
    EACH_TABLE(f)
    {
        memset(&r, 0, sizeof r);
        seed = 2;
        for (size_t t = 0; t < 1024; t++) {
            r.x[t] = noise(&seed);
            r.xf[t] = (float)r.x[t];
        }
        forth_and_back(f, c, cf, &r);
        if (table_ == 0)
            first = r;
        for (size_t k = 0; k < 2048; k++) {
            cr_assert_float_eq(r.tiles[k], first.tiles[k], 2e-13, "%s", f->name);
            cr_assert_float_eq((double)r.tilesf[k], first.tiles[k], 2e-4, "%s", f->name);
        }
        for (size_t t = 0; t < 1024; t++) {
            cr_assert_float_eq(r.y[t] / 1024, r.x[t], 1e-14, "%s", f->name);
            cr_assert_float_eq((double)r.yf[t] / 1024, r.x[t], 2e-6, "%s", f->name);
        }
    }
}

Test(transform, products_add_up_over_partitions)
{
    enum { N = 5 };
    static double x[N * SINEW_TRANSFORM_TILE], h[N * SINEW_TRANSFORM_TILE],
        sum[SINEW_TRANSFORM_TILE];
    static float xf[N * SINEW_TRANSFORM_TILE], hf[N * SINEW_TRANSFORM_TILE],
        sumf[SINEW_TRANSFORM_TILE];
    unsigned seed = 3;
    for (size_t k = 0; k < N * SINEW_TRANSFORM_TILE; k++) {
        xf[k] = (float)(x[k] = noise(&seed));
        hf[k] = (float)(h[k] = noise(&seed));
    }
    EACH_TABLE(f)
    {
        for (size_t k = 0; k < SINEW_TRANSFORM_TILE; k++)
            sumf[k] = (float)(sum[k] = (double)k);
        f->products_f64(sum, x, h, N);
        f->products_f32(sumf, xf, hf, N);
        for (size_t k = 0; k < SINEW_TRANSFORM_TILE; k += k % 32 == 15 ? 17 : 1) {
            double complex expected = (double)k + I * (double)(k + 16);
            for (size_t p = k; p < N * SINEW_TRANSFORM_TILE; p += SINEW_TRANSFORM_TILE)
                expected += (x[p] + I * x[p + 16]) * (h[p] + I * h[p + 16]);
            cr_assert_float_eq(cabs(sum[k] + I * sum[k + 16] - expected), 0, 1e-12, "%s", f->name);
            cr_assert_float_eq(cabs((double)sumf[k] + I * (double)sumf[k + 16] - expected), 0, 5e-4,
                               "%s", f->name);
        }
    }
}

/* The head is a direct sum, to the bit however it is cut, and a NaN reaches nothing before it. */
Test(transform, heads)
{
    enum { TAPS = 100, PAST = 128, N = 192 };
    static double h[64 + TAPS + 128], u[PAST + N], y[N], whole[N];
    static float hf[64 + TAPS + 128], uf[PAST + N], yf[N], wholef[N];
    unsigned seed = 4;
    for (size_t t = 0; t < TAPS; t++)
        hf[64 + t] = (float)(h[64 + t] = noise(&seed));
    for (size_t t = 0; t < PAST + N; t++)
        uf[t] = (float)(u[t] = noise(&seed));
    EACH_TABLE(f)
    {
        memset(whole, 0, sizeof whole);
        memset(wholef, 0, sizeof wholef);
        f->head_f64(h + 64, TAPS, u + PAST, -PAST, N, whole, 0, N);
        f->head_f32(hf + 64, TAPS, uf + PAST, -PAST, N, wholef, 0, N);
        for (size_t t = 0; t < N; t++) {
            double sum = 0;
            for (size_t i = 0; i < TAPS; i++)
                sum += h[64 + i] * u[PAST + t - i];
            cr_assert_float_eq(whole[t], sum, 1e-13, "%s", f->name);
            cr_assert_float_eq((double)wholef[t], sum, 1e-5, "%s", f->name);
        }
        memset(y, 0, sizeof y);
        memset(yf, 0, sizeof yf);
        for (size_t t = 0; t < N; t += 16) {
            /* a tile, its first seven inputs, the rest of them */
            f->head_f64(h + 64, TAPS, u + PAST, -PAST, (ptrdiff_t)t + 7, y, t, t + 16);
            f->head_f64(h + 64, TAPS, u + PAST, (ptrdiff_t)t + 7, (ptrdiff_t)t + 16, y, t, t + 16);
            f->head_f32(hf + 64, TAPS, uf + PAST, -PAST, (ptrdiff_t)t + 7, yf, t, t + 16);
            f->head_f32(hf + 64, TAPS, uf + PAST, (ptrdiff_t)t + 7, (ptrdiff_t)t + 16, yf, t,
                        t + 16);
        }
        cr_assert_eq(memcmp(y, whole, sizeof y), 0, "%s", f->name);
        cr_assert_eq(memcmp(yf, wholef, sizeof yf), 0, "%s", f->name);
        memset(y, 0, sizeof y);
        u[PAST + 37] = NAN;
        f->head_f64(h + 64, TAPS, u + PAST, -PAST, N, y, 0, N);
        cr_assert_eq(memcmp(y, whole, 37 * sizeof *y), 0, "%s", f->name);
        u[PAST + 37] = (double)uf[PAST + 37];
        seed = 4;
        for (size_t t = 0; t < TAPS; t++)
            h[64 + t] = noise(&seed);
        for (size_t t = 0; t < PAST + N; t++)
            u[t] = noise(&seed);
    }
}
