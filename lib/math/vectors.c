#include "math/vectors.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

typedef double pair __attribute__((vector_size(16), aligned(8), may_alias));

enum {
    TALL = 4,    /* a tile of products is TALL x WIDE sums of two lanes: all the registers */
    WIDE = 3,    /* that every x86-64 has */
    CHUNK = 512, /* of a vector, so that a row of tiles stays in the first cache */
    SLICE = 64,  /* of a combination, so that all vectors' slices stay in the second */
    PANEL = 16   /* vectors that are made orthogonal to the others together */
};

/* Of a vector's length: where more is left, nothing was lost (Daniel, Gragg, Kaufman, Stewart
 * 1976); any less, and errors grow from vector to vector. */
static const double enough = 0.7;

static double product(const double *a, const double *b, size_t n)
{
    pair sum[2] = {0};
    size_t t = 0;
    double rest = 0;
    for (; t + 4 <= n; t += 4) {
        sum[0] += *(const pair *)(a + t) * *(const pair *)(b + t);
        sum[1] += *(const pair *)(a + t + 2) * *(const pair *)(b + t + 2);
    }
    for (; t < n; t++)
        rest += a[t] * b[t];
    return (sum[0][0] + sum[1][0]) + (sum[0][1] + sum[1][1]) + rest;
}

static void full_tile(double *out, size_t columns, const double *a, const double *b, size_t n,
                      size_t stride)
{
    pair sum[TALL][WIDE] = {{{0}}};
    for (size_t t = 0; t + 2 <= n; t += 2)
        for (size_t i = 0; i < TALL; i++) {
            pair left = *(const pair *)(a + i * stride + t);
            for (size_t j = 0; j < WIDE; j++)
                sum[i][j] += left * *(const pair *)(b + j * stride + t);
        }
    for (size_t i = 0; i < TALL; i++)
        for (size_t j = 0; j < WIDE; j++) {
            double odd = n % 2 ? a[i * stride + n - 1] * b[j * stride + n - 1] : 0;
            out[i * columns + j] += sum[i][j][0] + sum[i][j][1] + odd;
        }
}

static void tile(double *out, size_t columns, const double *a, size_t n_a, const double *b,
                 size_t n_b, size_t n, size_t stride)
{
    if (n_a == TALL && n_b == WIDE) {
        full_tile(out, columns, a, b, n, stride);
        return;
    }
    for (size_t i = 0; i < n_a; i++)
        for (size_t j = 0; j < n_b; j++)
            out[i * columns + j] += product(a + i * stride, b + j * stride, n);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

void sinew_vectors_products(double *out, const double *a, size_t n_a, const double *b, size_t n_b,
                            size_t length, size_t stride)
{
    memset(out, 0, n_a * n_b * sizeof *out);
    for (size_t t = 0; t < length; t += CHUNK)
        for (size_t i = 0; i < n_a; i += TALL)
            for (size_t j = 0; j < n_b; j += WIDE)
                tile(out + i * n_b + j, n_b, a + i * stride + t, least(TALL, n_a - i),
                     b + j * stride + t, least(WIDE, n_b - j), least(CHUNK, length - t), stride);
}

/* Four combinations, four samples of each, in registers over all vectors. */
static void full_patch(double *out, const double *by, const double *x, size_t n_x, size_t length)
{
    pair sum[4][2] = {{{0}}};
    for (size_t j = 0; j < n_x; j++) {
        pair low = *(const pair *)(x + j * length), high = *(const pair *)(x + j * length + 2);
        for (size_t i = 0; i < 4; i++) {
            pair factor = {by[i * n_x + j], by[i * n_x + j]};
            sum[i][0] += factor * low;
            sum[i][1] += factor * high;
        }
    }
    for (size_t i = 0; i < 4; i++)
        memcpy(out + i * length, sum[i], sizeof sum[i]);
}

static void patch(double *out, const double *by, size_t n_out, const double *x, size_t n_x,
                  size_t samples, size_t length)
{
    if (n_out == 4 && samples == 4) {
        full_patch(out, by, x, n_x, length);
        return;
    }
    for (size_t i = 0; i < n_out; i++)
        for (size_t t = 0; t < samples; t++) {
            double sum = 0;
            for (size_t j = 0; j < n_x; j++)
                sum += by[i * n_x + j] * x[j * length + t];
            out[i * length + t] = sum;
        }
}

void sinew_vectors_combine(double *out, const double *by, size_t n_out, const double *x, size_t n_x,
                           size_t length)
{
    for (size_t slice = 0; slice < length; slice += SLICE)
        for (size_t i = 0; i < n_out; i += 4)
            for (size_t t = slice; t < least(slice + SLICE, length); t += 4)
                patch(out + i * length + t, by + i * n_x, least(4, n_out - i), x + t, n_x,
                      least(4, length - t), length);
}

typedef struct work {
    double *products; /* (PANEL, n) */
    double *taken;    /* (PANEL, length) */
} work;

/* panel -= its part in `count` vectors from `from` on; what was taken is added to R, whose columns
 * are the panel's from `column` on. */
static void subtract(double *panel, size_t width, const double *x, size_t from, size_t count,
                     size_t length, double *R, size_t n, size_t column, const work *w)
{
    sinew_vectors_products(w->products, panel, width, x + from * length, count, length, length);
    sinew_vectors_combine(w->taken, w->products, width, x + from * length, count, length);
    for (size_t t = 0; t < width * length; t++)
        panel[t] -= w->taken[t];
    for (size_t i = 0; R && i < width; i++)
        for (size_t j = 0; j < count; j++)
            R[(from + j) * n + column + i] += w->products[i * count + j];
}

/* Vector `at` against those of its panel, which starts at `first`. */
static void subtract_one_by_one(double *x, size_t first, size_t at, size_t length, double *R,
                                size_t n)
{
    double *v = x + at * length;
    for (size_t j = first; j < at; j++) {
        const double *u = x + j * length;
        double part = product(u, v, length);
        for (size_t t = 0; t < length; t++)
            v[t] -= part * u[t];
        if (R)
            R[j * n + at] += part;
    }
}

/* Vector `at` of the panel to length 1; `was` is its length before anything was taken from it, of
 * which what is left at last is no more than rounding. What falls within its panel is no longer
 * orthogonal to the vectors before the panel, and is taken from them again. */
static void settle(double *x, size_t first, size_t at, size_t length, double was, double *R,
                   size_t n, const work *w)
{
    double *v = x + at * length, before = sqrt(product(v, v, length));
    subtract_one_by_one(x, first, at, length, R, n);
    double left = sqrt(product(v, v, length));
    if (left < enough * before && first > 0)
        subtract(v, 1, x, 0, first, length, R, n, at, w);
    if (left < enough * before)
        subtract_one_by_one(x, first, at, length, R, n);
    left = sqrt(product(v, v, length));
    bool nothing = !(left > 0x1p-47 * was);
    for (size_t t = 0; t < length; t++)
        v[t] = nothing ? 0 : v[t] / left;
    if (R)
        R[at * n + at] = nothing ? 0 : left;
}

static void lengths(double *out, const double *panel, size_t width, size_t length)
{
    for (size_t i = 0; i < width; i++)
        out[i] = sqrt(product(panel + i * length, panel + i * length, length));
}

/* Of the vectors before: the near ones, which hold most of the panel, then all; and again if that
 * was not little, since what they lack in being orthogonal then counts. */
static void settle_panel(double *x, size_t first, size_t width, size_t length, size_t near,
                         double *R, size_t n, const work *w)
{
    double *panel = x + first * length, was[PANEL], before[PANEL], left[PANEL];
    bool again = first > 0;
    lengths(was, panel, width, length);
    if (near > first)
        near = first;
    if (near > 0)
        subtract(panel, width, x, first - near, near, length, R, n, first, w);
    for (int pass = 0; again && pass < 2; pass++) {
        again = false;
        lengths(before, panel, width, length);
        subtract(panel, width, x, 0, first, length, R, n, first, w);
        lengths(left, panel, width, length);
        for (size_t i = 0; i < width; i++)
            again = again || !(left[i] > enough * before[i]);
    }
    for (size_t i = 0; i < width; i++)
        settle(x, first, first + i, length, was[i], R, n, w);
}

sinew_status sinew_vectors_orthonormalise(double *x, size_t done, size_t n, size_t length,
                                          size_t near, double *R, sinew_error *error)
{
    work w = {sinew_alloc(PANEL * n, sizeof(double)), sinew_alloc(PANEL * length, sizeof(double))};
    sinew_status status = w.products && w.taken ? SINEW_OK : sinew_fail_memory(error);
    if (R)
        memset(R, 0, n * n * sizeof *R);
    for (size_t first = done; !status && first < n; first += PANEL)
        settle_panel(x, first, least(PANEL, n - first), length, near, R, n, &w);
    sinew_free(w.products);
    sinew_free(w.taken);
    return status;
}
