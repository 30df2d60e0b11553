/* The products of learned.h: what they are, within rounding, in every table that this machine can
 * run; and, within a table, to the bit the same however rows and frames are cut. */
#include "tables.h"

enum { F32, BF16, F16, KINDS };
enum { ROWS = 37, FRAMES = 64, Y_STRIDE = ROWS + 2 };

static void multiply(const sinew_learned *ops, int kind, const sinew_rows *W, size_t first,
                     size_t last, const float *x, size_t x_stride, float *y, size_t n)
{
    if (kind == F32)
        ops->rows_f32(W, first, last, x, x_stride, y, Y_STRIDE, n);
    else if (kind == BF16)
        ops->rows_bf16(W, first, last, x, x_stride, y, Y_STRIDE, n);
    else
        ops->rows_f16(W, first, last, x, x_stride, y, Y_STRIDE, n);
}

/* W (rows, columns), at an address that is aligned for its type only, and behind it NaN */
static void *weights(int kind, size_t columns, float *exact)
{
    size_t n = ROWS * columns;
    float *w = room(n + PAD, NAN);
    uint16_t *half = (uint16_t *)w;
    for (size_t i = 0; i < n; i++) {
        float value = i % 11 == 3 ? ldexpf(noise(), -15) : noise(); /* subnormal in binary16 */
        uint16_t bits = kind == BF16 ? sinew_float_bf16(value) : sinew_float_f16(value);
        exact[i] = kind == F32    ? value
                   : kind == BF16 ? sinew_bf16_float(bits)
                                  : sinew_f16_float(bits);
        if (kind == F32)
            w[i + 1] = value;
        else
            half[i + 1] = bits;
    }
    return kind == F32 ? (void *)(w + 1) : (void *)(half + 1);
}

static void free_weights(int kind, void *w)
{
    free((char *)w - (kind == F32 ? sizeof(float) : sizeof(uint16_t)));
}

static void check_rows(const float *w, size_t columns, const float *x, size_t x_stride,
                       const float *y)
{
    for (size_t t = 0; t < FRAMES; t++)
        for (size_t r = 0; r < ROWS; r++) {
            double sum = 0, size = 0;
            for (size_t c = 0; c < columns; c++) {
                sum += (double)w[r * columns + c] * (double)x[t * x_stride + c];
                size += fabs((double)w[r * columns + c] * (double)x[t * x_stride + c]);
            }
            cr_assert_float_eq((double)y[t * Y_STRIDE + r], sum,
                               (double)FLT_EPSILON * size * (4 + (double)columns / 4),
                               "%zu columns, row %zu", columns, r);
        }
}

/* In ranges of rows and blocks of frames, each into a place of its own */
static void check_cuts(const sinew_learned *ops, int kind, const sinew_rows *W, const float *x,
                       size_t x_stride, const float *whole)
{
    static const size_t ends[] = {0, 1, 9, 16, 32, ROWS};
    EACH(size_t, n, counts)
    {
        float *y = room(FRAMES * Y_STRIDE, 9);
        for (size_t t = 0; t < FRAMES; t += *n)
            for (size_t i = 0; ends[i] < ROWS; i++)
                multiply(ops, kind, W, ends[i], ends[i + 1], x + t * x_stride, x_stride,
                         y + t * Y_STRIDE, FRAMES - t < *n ? FRAMES - t : *n);
        cr_assert(same(y, whole, FRAMES * Y_STRIDE), "%s: %zu columns by %zu frames", ops->name,
                  W->columns, *n);
        free(y);
    }
}

static void check_kind(const sinew_learned *ops, int kind, size_t columns)
{
    size_t x_stride = columns + PAD;
    float *exact = room(ROWS * columns, 0), *y = room(FRAMES * Y_STRIDE, 9);
    float *x = frames_of_noise(FRAMES, columns, x_stride);
    void *w = weights(kind, columns, exact);
    sinew_rows W = {ROWS, columns, w};
    multiply(ops, kind, &W, 0, ROWS, x, x_stride, y, FRAMES);
    check_rows(exact, columns, x, x_stride, y);
    for (size_t t = 0; t < FRAMES; t++)
        cr_assert(y[t * Y_STRIDE + ROWS] == 9, "behind the rows");
    check_cuts(ops, kind, &W, x, x_stride, y);
    free_weights(kind, w);
    free(exact);
    free(x);
    free(y);
}

Test(learned, rows)
{
    EACH_TABLE(ops)
    for (int kind = 0; kind < KINDS; kind++)
        for (size_t columns = 1; columns <= 67; columns += columns < 36 ? 1 : 31)
            check_kind(ops, kind, columns);
}

/* Larger than what a table computes between its cuts of the caches */
Test(learned, many_columns)
{
    enum { COLUMNS = 9001 };
    EACH_TABLE(ops)
    for (int kind = 0; kind < KINDS; kind++)
        check_kind(ops, kind, COLUMNS);
}

/* All numbers of binary16 that are any. */
Test(learned, every_half)
{
    static uint16_t w[65536];
    static float y[65536];
    for (size_t i = 0; i < 65536; i++)
        w[i] = (uint16_t)i;
    EACH_TABLE(ops)
    {
        sinew_rows W = {65536, 1, w};
        ops->rows_f16(&W, 0, 65536, &(float){1}, 1, y, 65536, 1);
        for (size_t i = 0; i < 65536; i++)
            cr_assert(ulps(y[i], (long double)sinew_f16_float((uint16_t)i)) == 0, "%s: %zu is %g",
                      ops->name, i, (double)y[i]);
    }
}

enum { GROUP = SINEW_INT8_GROUP, GROUP_BYTES = 16 * (GROUP + 2), GROUPS = 3, PANELS = 3 };

/* Panels of rows with the largest magnitudes too, their values (PANELS 16, GROUPS 32) and scales
 * (PANELS 16, GROUPS) */
static uint8_t *panels(int8_t *values, float *scales)
{
    uint8_t *bytes = malloc(PANELS * GROUPS * GROUP_BYTES);
    for (size_t r = 0; r < PANELS * 16; r++)
        for (size_t g = 0; g < GROUPS; g++) {
            uint8_t *group = bytes + (r / 16 * GROUPS + g) * GROUP_BYTES;
            uint16_t half = sinew_float_f16(noise());
            scales[r * GROUPS + g] = sinew_f16_float(half);
            memcpy(group + 16 * GROUP + 2 * (r % 16), &half, sizeof half);
            for (size_t c = 0; c < GROUP; c++) {
                int value = r == 1 ? 127 : r == 2 ? -127 : (int)lrintf(noise() * 127);
                values[(r * GROUPS + g) * GROUP + c] = (int8_t)value;
                group[(c / 4 * 16 + r % 16) * 4 + c % 4] = (uint8_t)(value + 128);
            }
        }
    return bytes;
}

static sinew_frames_int8 rounded(const sinew_learned *ops, size_t columns, const float *x)
{
    sinew_frames_int8 f = {.groups = GROUPS,
                           .values = malloc(FRAMES * GROUPS * 2 * GROUP),
                           .scales = room(FRAMES * GROUPS, 0),
                           .sums = malloc(FRAMES * GROUPS * sizeof(int32_t))};
    ops->round_int8(x, columns + PAD, columns, &f, FRAMES);
    return f;
}

static void free_frames(sinew_frames_int8 *f)
{
    free(f->values);
    free(f->scales);
    free(f->sums);
}

/* Column c of a group of frames. */
static int32_t integer(const sinew_frames_int8 *f, size_t group, size_t c)
{
    const int8_t *values = f->values + group * 2 * GROUP;
    return 254 * values[c] + values[GROUP + c];
}

static void check_int8(const int8_t *values, const float *scales, const sinew_frames_int8 *f,
                       const float *y)
{
    for (size_t t = 0; t < FRAMES; t++)
        for (size_t r = 0; r < ROWS; r++) {
            double sum = 0, size = 0;
            for (size_t g = 0; g < GROUPS; g++) {
                int64_t exact = 0;
                for (size_t c = 0; c < GROUP; c++)
                    exact += values[(r * GROUPS + g) * GROUP + c] * integer(f, t * GROUPS + g, c);
                double product = (double)exact * (double)scales[r * GROUPS + g] *
                                 (double)f->scales[t * GROUPS + g];
                sum += product;
                size += fabs(product);
            }
            cr_assert_float_eq((double)y[t * Y_STRIDE + r], sum, 4 * (double)FLT_EPSILON * size);
        }
}

static void check_int8_cuts(const sinew_learned *ops, const sinew_rows_int8 *W,
                            const sinew_frames_int8 *f, const float *whole)
{
    static const size_t ends[] = {0, 16, 32, ROWS};
    EACH(size_t, n, counts)
    {
        float *y = room(FRAMES * Y_STRIDE, 9);
        for (size_t t = 0; t < FRAMES; t += *n)
            for (size_t i = 0; ends[i] < ROWS; i++) {
                sinew_frames_int8 from = {GROUPS, f->values + t * GROUPS * 2 * GROUP,
                                          f->scales + t * GROUPS, f->sums + t * GROUPS};
                ops->rows_int8(W, ends[i], ends[i + 1], &from, y + t * Y_STRIDE, Y_STRIDE,
                               FRAMES - t < *n ? FRAMES - t : *n);
            }
        cr_assert(same(y, whole, FRAMES * Y_STRIDE), "%s: by %zu frames", ops->name, *n);
        free(y);
    }
}

Test(learned, int8)
{
    enum { COLUMNS = 2 * GROUP + 7 };
    static int8_t values[PANELS * 16 * GROUPS * GROUP];
    static float scales[PANELS * 16 * GROUPS];
    EACH_TABLE(ops)
    {
        uint8_t *bytes = panels(values, scales);
        float *x = frames_of_noise(FRAMES, COLUMNS, COLUMNS + PAD), *y = room(FRAMES * Y_STRIDE, 9);
        sinew_frames_int8 f = rounded(ops, COLUMNS, x);
        sinew_rows_int8 W = {ROWS, COLUMNS, GROUPS, bytes};
        ops->rows_int8(&W, 0, ROWS, &f, y, Y_STRIDE, FRAMES);
        check_int8(values, scales, &f, y);
        cr_assert(y[ROWS] == 9 && y[Y_STRIDE + ROWS] == 9, "behind the rows");
        check_int8_cuts(ops, &W, &f, y);
        free_frames(&f);
        free(bytes);
        free(x);
        free(y);
    }
}

/* Within half a step of what they were, and what the scale, its inverse and a product round at
 * 32384 steps; zeros behind the columns. */
Test(learned, rounding)
{
    const double half_a_step = 0.5 + 3 * 32384 * 0x1p-24;
    for (size_t columns = 2 * GROUP + 1; columns <= 3 * GROUP; columns++)
        EACH_TABLE(ops)
        {
            float *x = frames_of_noise(FRAMES, columns, columns + PAD);
            memset(x, 0, GROUP * sizeof *x);
            sinew_frames_int8 f = rounded(ops, columns, x);
            cr_assert(f.scales[0] == 0 && f.sums[0] == 0);
            for (size_t at = 0; at < FRAMES * GROUPS; at++) {
                int32_t sum = 0, most = 0;
                for (size_t i = 0; i < GROUP; i++) {
                    size_t c = at % GROUPS * GROUP + i;
                    float scale = f.scales[at];
                    float value = c < columns ? x[at / GROUPS * (columns + PAD) + c] : 0;
                    int32_t q = integer(&f, at, i);
                    double off = fabs((double)q * (double)scale - (double)value);
                    cr_assert(c < columns ? off <= half_a_step * (double)scale : q == 0);
                    sum += q;
                    most = abs(q) > most ? abs(q) : most;
                }
                cr_assert(sum == f.sums[at] && most == (f.scales[at] > 0 ? 32384 : 0));
            }
            free_frames(&f);
            free(x);
        }
}

/* A NaN or an infinity is heard in all that is multiplied with its group. */
Test(learned, rounding_keeps_nan)
{
    static const float bad[] = {NAN, -NAN, INFINITY, -INFINITY};
    EACH_TABLE(ops)
    EACH(float, value, bad)
    for (size_t c = 0; c < 40; c++) {
        float x[40 + PAD] = {0}, scales[2];
        int8_t values[128];
        int32_t sums[2];
        sinew_frames_int8 f = {2, values, scales, sums};
        x[c] = *value;
        ops->round_int8(x, 0, 40, &f, 1);
        cr_assert(!isfinite(scales[c / 32]) && scales[1 - c / 32] == 0, "%s", ops->name);
    }
}
