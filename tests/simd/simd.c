/* Every table of operations that this machine can run computes the same bits as `scalar`, the
 * definition; over lengths 0..67 and all offsets below 8. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "simd/ops.h"

static double noise(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (double)*state / 2147483648.0 - 1;
}

static void fill(double *to, float *single, size_t n, unsigned seed)
{
    for (size_t i = 0; i < n; i++) {
        double value = noise(&seed);
        if (to)
            to[i] = value;
        if (single)
            single[i] = (float)value;
    }
}

#define EACH_TABLE(simd)                                                                           \
    size_t table_ = 0;                                                                             \
    for (const sinew_simd *simd; (simd = sinew_simd_table(table_)); table_++)

Test(simd, the_machine_runs_the_definition_and_the_best_is_one_of_the_tables)
{
    cr_assert_str_eq(sinew_simd_table(0)->name, "scalar");
    int found = 0;
    EACH_TABLE(simd)
    found |= simd == sinew_simd_best();
    cr_assert(found);
}

Test(simd, fir)
{
    double h[64], u[256], y[80], first[80];
    float hf[64], uf[256], yf[80], firstf[80];
    fill(h, hf, 64, 1);
    fill(u, uf, 256, 2);
    for (size_t taps = 16; taps <= 64; taps += 16)
        for (size_t offset = 0; offset < 8; offset++)
            for (size_t n = 0; n <= 67; n++) {
                EACH_TABLE(simd)
                {
                    memset(y, 0x55, sizeof y);
                    memset(yf, 0x55, sizeof yf);
                    simd->fir_f64(h, taps, u + offset, y, n);
                    simd->fir_f32(hf, taps, uf + offset, yf, n);
                    if (table_ == 0) {
                        memcpy(first, y, sizeof y);
                        memcpy(firstf, yf, sizeof yf);
                    }
                    cr_assert_eq(memcmp(y, first, sizeof y), 0, "%s", simd->name);
                    cr_assert_eq(memcmp(yf, firstf, sizeof yf), 0, "%s", simd->name);
                }
                for (size_t t = 0; t < n; t++) {
                    double sum = 0, sumf = 0;
                    for (size_t i = 0; i < taps; i++) {
                        sum += h[i] * u[offset + t + i];
                        sumf += (double)hf[i] * (double)uf[offset + t + i];
                    }
                    cr_assert_float_eq(first[t], sum, 1e-13);
                    cr_assert_float_eq((double)firstf[t], sumf, 1e-5);
                }
            }
}

Test(simd, complex_products)
{
    double a[5][96], r[2][96], first[2][96];
    float af[5][96], rf[2][96], firstf[2][96];
    for (unsigned i = 0; i < 5; i++)
        fill(a[i], af[i], 96, 3 + i);
    for (size_t offset = 0; offset < 8; offset++)
        for (size_t n = 0; n <= 67; n++) {
            EACH_TABLE(simd)
            {
                for (int i = 0; i < 2; i++) {
                    memcpy(r[i], a[4], sizeof r[i]);
                    memcpy(rf[i], af[4], sizeof rf[i]);
                }
                simd->cmac_f64(r[0], r[1], a[0] + offset, a[1] + offset, a[2], a[3], n);
                simd->cmac_f32(rf[0], rf[1], af[0] + offset, af[1] + offset, af[2], af[3], n);
                if (table_ == 0) {
                    memcpy(first, r, sizeof r);
                    memcpy(firstf, rf, sizeof rf);
                }
                cr_assert_eq(memcmp(r, first, sizeof r), 0, "%s", simd->name);
                cr_assert_eq(memcmp(rf, firstf, sizeof rf), 0, "%s", simd->name);
            }
            for (size_t k = 0; k < 96; k++) {
                double re = a[4][k], im = a[4][k];
                if (k < n) {
                    re += a[0][k + offset] * a[2][k] - a[1][k + offset] * a[3][k];
                    im += a[0][k + offset] * a[3][k] + a[1][k + offset] * a[2][k];
                }
                cr_assert_float_eq(first[0][k], re, 1e-15);
                cr_assert_float_eq(first[1][k], im, 1e-15);
                cr_assert_float_eq((double)firstf[0][k], re, 1e-6);
                cr_assert_float_eq((double)firstf[1][k], im, 1e-6);
            }
        }
}

Test(simd, panels)
{
    double a[19 * 67], x[67], y[24], first[24];
    fill(a, NULL, 19 * 67, 9);
    fill(x, NULL, 67, 10);
    for (size_t rows = 1; rows <= 19; rows++)
        for (size_t cols = 1; cols <= 67; cols += 3) {
            sinew_panels m;
            cr_assert(sinew_panels_init(&m, a, rows, cols));
            EACH_TABLE(simd)
            {
                for (size_t i = 0; i < 24; i++)
                    y[i] = 1;
                simd->multiply(&m, x, y);
                if (table_ == 0)
                    memcpy(first, y, sizeof y);
                cr_assert_eq(memcmp(y, first, sizeof y), 0, "%s", simd->name);
            }
            for (size_t r = 0; r < 24; r++) {
                double sum = 1;
                for (size_t c = 0; r < rows && c < cols; c++)
                    sum += a[r * cols + c] * x[c];
                cr_assert_float_eq(first[r], sum, 1e-13);
            }
            sinew_panels_finish(&m);
        }
}

Test(simd, sections)
{
    sinew_section_lanes s;
    double u[80], y[80], first[80], x[8], first_x[8];
    fill((double *)&s, NULL, sizeof s / sizeof(double), 11);
    fill(u, NULL, 80, 12);
    for (size_t n = 0; n <= 67; n++) {
        EACH_TABLE(simd)
        {
            for (size_t i = 0; i < 8; i++)
                x[i] = (double)i - 3;
            for (size_t i = 0; i < 80; i++)
                y[i] = 0.5;
            simd->sections(&s, x, x + 4, u, y, n);
            if (table_ == 0) {
                memcpy(first, y, sizeof y);
                memcpy(first_x, x, sizeof x);
            }
            cr_assert_eq(memcmp(y, first, sizeof y), 0, "%s", simd->name);
            cr_assert_eq(memcmp(x, first_x, sizeof x), 0, "%s", simd->name);
        }
        double p[4] = {-3, -2, -1, 0}, q[4] = {1, 2, 3, 4}, grown = 1;
        for (size_t t = 0; t < n; t++) {
            double sum = 0.5;
            for (int i = 0; i < 4; i++) {
                double next =
                    s.keep1[i] * p[i] + s.a11[i] * p[i] + s.a12[i] * q[i] + s.b1[i] * u[t];
                sum += s.c1[i] * p[i] + s.c2[i] * q[i];
                q[i] = s.keep2[i] * q[i] + s.a21[i] * p[i] + s.a22[i] * q[i] + s.b2[i] * u[t];
                p[i] = next;
                grown = fmax(grown, fmax(fabs(p[i]), fabs(q[i])));
            }
            cr_assert_float_eq(first[t], sum, 1e-12 * grown);
        }
        for (size_t t = n; t < 80; t++)
            cr_assert_eq(first[t], 0.5);
    }
}

/* A dense recurrence of random spans against its definition, row by row. */
Test(simd, dense)
{
    enum { ORDER = 19, INPUTS = 11, OUTPUTS = 3, FRAMES = 33 };
    double coefficients[2048], keep[24] = {0}, u[FRAMES * INPUTS];
    double y[FRAMES * OUTPUTS], first[FRAMES * OUTPUTS], x[2][32], first_x[32];
    sinew_dense_part panels[3] = {{{0, 11}, {0, 19}}, {{2, 5}, {8, 11}}, {{0, 0}, {16, 3}}};
    sinew_dense_part rows[OUTPUTS] = {{{0, 11}, {0, 19}}, {{3, 1}, {9, 7}}, {{0, 0}, {0, 0}}};
    fill(coefficients, NULL, 2048, 21);
    fill(u, NULL, FRAMES * INPUTS, 22);
    for (int i = 0; i < ORDER; i++)
        keep[i] = i % 3 == 0;
    for (int i = 0; i < 2048; i++)
        coefficients[i] *= 0.1;
    double *padding = coefficients + 8 * (30 + 16 + 3);
    for (int i = 11; i < 16; i++)
        padding[i] = 0; /* of 11 inputs */
    for (int i = 35; i < 40; i++)
        padding[i] = 0; /* of 19 states */
    for (int i = 41; i < 48; i++)
        padding[i] = 0; /* of 1 input */
    padding[55] = 0;    /* of 7 states */
    sinew_dense d = {ORDER, INPUTS, OUTPUTS, panels, rows, keep, coefficients};
    for (size_t n = 0; n <= FRAMES; n++) {
        EACH_TABLE(simd)
        {
            memset(x, 0, sizeof x);
            for (int i = 0; i < ORDER; i++)
                x[0][i] = 1;
            simd->dense(&d, x[0], x[1], u, y, n);
            if (table_ == 0) {
                memcpy(first, y, n * OUTPUTS * sizeof *y);
                memcpy(first_x, x[n % 2], sizeof first_x);
            }
            cr_assert_eq(memcmp(y, first, n * OUTPUTS * sizeof *y), 0, "%s", simd->name);
            cr_assert_eq(memcmp(x[n % 2], first_x, ORDER * sizeof *first_x), 0, "%s", simd->name);
        }
        double s[ORDER], grown = 1;
        for (int i = 0; i < ORDER; i++)
            s[i] = 1;
        for (size_t t = 0; t < n; t++) {
            double next[24] = {0}, *at = coefficients;
            for (int i = 0; i < ORDER; i++)
                next[i] = keep[i] * s[i];
            for (int p = 0; p < 3; p++) {
                for (size_t c = 0; c < panels[p].inputs.count; c++, at += 8)
                    for (int r = 0; r < 8; r++)
                        next[8 * p + r] += at[r] * u[t * INPUTS + panels[p].inputs.from + c];
                for (size_t c = 0; c < panels[p].states.count; c++, at += 8)
                    for (int r = 0; r < 8; r++)
                        next[8 * p + r] += at[r] * s[panels[p].states.from + c];
            }
            for (int o = 0; o < OUTPUTS; o++) {
                double sum = 0;
                for (size_t c = 0; c < rows[o].inputs.count; c++)
                    sum += at[c] * u[t * INPUTS + rows[o].inputs.from + c];
                at += (rows[o].inputs.count + 7) / 8 * 8;
                for (size_t c = 0; c < rows[o].states.count; c++)
                    sum += at[c] * s[rows[o].states.from + c];
                at += (rows[o].states.count + 7) / 8 * 8;
                cr_assert_float_eq(first[t * OUTPUTS + (size_t)o], sum, 1e-13 * grown);
            }
            for (int i = 0; i < ORDER; i++) {
                s[i] = next[i];
                grown = fmax(grown, fabs(s[i]));
            }
        }
        for (int i = 0; i < ORDER; i++)
            cr_assert_float_eq(first_x[i], s[i], 1e-13 * grown);
    }
}
