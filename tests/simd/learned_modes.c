/* The modes of learned.h: what they are, within rounding, in every table that this machine can
 * run; and, within a table, to the bit the same however frames are cut. */
#include "tables.h"

enum { PANEL = SINEW_LEARNED_LANES, MOST = 9, FRAMES = 50, CHANNELS = 40, WIDE = 48 };
enum { NUMBERS = WIDE * MOST * 2, STRIDE = WIDE + 3 };

/* Of the recurrence in double; y: (FRAMES, CHANNELS). */
static void reference(const sinew_modes *m, const float *x, double *y)
{
    for (size_t c = 0; c < CHANNELS; c++) {
        double h[MOST][2] = {{0}};
        for (size_t t = 0; t < FRAMES; t++) {
            double in = (double)x[t * STRIDE + c], sum = (double)m->D[c] * in;
            for (size_t i = 0; i < m->order; i++) {
                size_t re = (c / PANEL * m->order + i) * m->parts * PANEL + c % PANEL;
                size_t im = re + PANEL;
                bool both = m->parts == 2;
                double a_im = both ? (double)m->a[im] : 0, b_im = both ? (double)m->b[im] : 0;
                double was = h[i][0];
                h[i][0] = (double)m->a[re] * was - a_im * h[i][1] + (double)m->b[re] * in;
                h[i][1] = (double)m->a[re] * h[i][1] + a_im * was + b_im * in;
                sum += (double)m->c[re] * h[i][0] + (both ? (double)m->c[im] * h[i][1] : 0);
            }
            y[t * CHANNELS + c] = sum;
        }
    }
}

static void run(const sinew_learned *ops, const sinew_modes *m, const float *x, float *y,
                size_t block)
{
    float h[NUMBERS] = {0};
    for (size_t at = 0, n; at < FRAMES; at += n) {
        n = FRAMES - at < block ? FRAMES - at : block;
        ops->modes(m, h, x + at * STRIDE, y + at * STRIDE, n);
    }
}

static void check(const sinew_learned *ops, const sinew_modes *m, const float *x)
{
    static float whole[FRAMES * STRIDE], y[FRAMES * STRIDE];
    static double expected[FRAMES * CHANNELS];
    reference(m, x, expected);
    run(ops, m, x, whole, FRAMES);
    for (size_t i = 0; i < FRAMES * CHANNELS; i++)
        cr_assert_float_eq((double)whole[i / CHANNELS * STRIDE + i % CHANNELS], expected[i], 2e-5,
                           "%s, %zu modes of %zu", ops->name, m->order, m->parts);
    EACH(size_t, block, counts)
    {
        run(ops, m, x, y, *block);
        for (size_t t = 0; t < FRAMES; t++)
            cr_assert_arr_eq(y + t * STRIDE, whole + t * STRIDE, CHANNELS * sizeof *y, "%s",
                             ops->name);
    }
}

Test(learned, modes_are_their_recurrence)
{
    float *numbers[3], *D = frames_of_noise(1, WIDE, WIDE);
    float *x = frames_of_noise(FRAMES, WIDE, STRIDE);
    for (int i = 0; i < 3; i++)
        numbers[i] = frames_of_noise(1, NUMBERS, NUMBERS);
    for (size_t i = 0; i < NUMBERS; i++)
        numbers[0][i] *= 0.6F; /* |a| < 1 */
    EACH_TABLE(ops)
    {
        for (size_t order = 1; order <= MOST; order++)
            for (size_t parts = 1; parts <= 2; parts++) {
                sinew_modes m = {CHANNELS,   order, parts,  numbers[0], numbers[1],
                                 numbers[2], D,     STRIDE, STRIDE};
                check(ops, &m, x);
            }
    }
    for (int i = 0; i < 3; i++)
        free(numbers[i]);
    free(D);
    free(x);
}
