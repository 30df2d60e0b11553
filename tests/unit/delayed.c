/* lib/ssm, lib/filter: exact delays against textbook rings, combs against scipy. */
#include <complex.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../vectors/delay_vectors.h"
#include "math/complex.h"
#include "math/eigen.h"
#include "sinew/delay.h"
#include "sinew/design.h"
#include "sinew/stream.h"
#include "ssm/delayed.h"
#include "ssm/thiran.h"

static sinew_error error;

static void refused(sinew_status status, sinew_status expected, const char *words)
{
    cr_assert_eq(status, expected, "%s", error.text);
    cr_assert(strstr(error.text, words), "\"%s\" does not say \"%s\"", error.text, words);
}

static sinew_system *plant(size_t order, size_t q, size_t p, const double *A, const double *B,
                           const double *C, const double *D)
{
    sinew_system *system;
    sinew_matrices m = {order, q, p, A, B, C, D};
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK, "%s", error.text);
    return system;
}

static sinew_system *lowpass(uint32_t order, double hz)
{
    sinew_system *system;
    sinew_design design = {.band = SINEW_BAND_LOWPASS, .order = order, .edges_hz = {hz}};
    cr_assert_eq(sinew_system_new_design(&system, &design, &error), SINEW_OK);
    return system;
}

static sinew_delayed_discretization *discretize(sinew_delayed *delayed, double rate_hz,
                                                sinew_method method)
{
    sinew_delayed_discretization *d;
    sinew_discretize_opts opts = {.rate_hz = rate_hz, .method = method};
    cr_assert_eq(sinew_delayed_discretize(&d, delayed, &opts, 0, &error), SINEW_OK, "%s",
                 error.text);
    return d;
}

/* The node's output for a block, one channel in, one out. */
static void run(const sinew_delayed_discretization *d, const double *u, double *y, size_t n)
{
    sinew_node *node;
    sinew_stream *stream;
    cr_assert_eq(sinew_filter_new_delayed(&node, d, NULL, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_stream_open(&stream, node, NULL, &error), SINEW_OK);
    sinew_block in = {.samples = (double *)(uintptr_t)u, .n_frames = n, .channels = 1};
    sinew_block out = {.samples = y};
    sinew_stream_process(stream, &in, &out);
    sinew_stream_close(stream);
    sinew_node_free(node);
}

/* ---- Thiran ---- */

Test(thiran, has_the_delay_it_is_asked_for)
{
    for (size_t order = 1; order <= 8; order++)
        for (double off = -0.5; off <= 0.5; off += 0.125) {
            double frames = (double)order + off;
            sinew_section s[SINEW_THIRAN_ORDER_MAX];
            size_t count;
            if (off == 0)
                continue;
            cr_assert_eq(sinew_thiran(s, &count, frames, order, &error), SINEW_OK);
            for (double w = 0; w < 3.1; w += 0.1) {
                double complex z = cexp(sinew_cmplx(0, w)), h = 1;
                for (size_t i = 0; i < count; i++) {
                    double complex p = z - s[i].A[0][0], q = z - s[i].A[1][1];
                    if (s[i].states == 1)
                        h *= s[i].c[0] * s[i].b[0] / p + s[i].d;
                    else
                        h *= (s[i].c[0] * q + s[i].c[1] * s[i].A[1][0]) /
                                 (p * q - s[i].A[0][1] * s[i].A[1][0]) +
                             s[i].d;
                }
                cr_assert_float_eq(cabs(h), 1, 1e-13, "order %zu, %g frames at %g", order, frames,
                                   w);
                /* the phase is off by a multiple of w^(2 order + 1) */
                if (w < 0.35)
                    cr_assert_lt(cabs(h - cexp(sinew_cmplx(0, -w * frames))),
                                 pow(w, 2 * (double)order + 1) + 1e-13, "order %zu, %g at %g",
                                 order, frames, w);
            }
        }
}

/* ---- at the input ---- */

/* Whole frames: what comes out is the filter's output, later, to the bit. */
Test(delayed, whole_frames_at_the_input_are_a_shift)
{
    enum { FRAMES = 3000, LATE = 480 };
    static double u[FRAMES], y[FRAMES], later[FRAMES];
    for (size_t t = 0; t < FRAMES; t++)
        u[t] = sin((double)(t * t));
    sinew_discretization *plain;
    sinew_system *system = lowpass(8, 1000);
    sinew_discretize_opts opts = {.rate_hz = 48000};
    cr_assert_eq(sinew_discretize(&plain, system, &opts, &error), SINEW_OK);
    sinew_node *node;
    sinew_stream *stream;
    cr_assert_eq(sinew_filter_new(&node, plain, NULL, &error), SINEW_OK);
    cr_assert_eq(sinew_stream_open(&stream, node, NULL, &error), SINEW_OK);
    sinew_block in = {.samples = u, .n_frames = FRAMES, .channels = 1}, out = {.samples = y};
    sinew_stream_process(stream, &in, &out);
    sinew_delayed *delayed;
    cr_assert_eq(sinew_delayed_new_input(&delayed, system, 0.01, &error), SINEW_OK);
    sinew_delayed_discretization *d = discretize(delayed, 48000, SINEW_METHOD_ZOH);
    size_t n;
    cr_assert_eq(*sinew_delayed_discretization_frames(d, &n), LATE);
    cr_assert_eq(sinew_delayed_discretization_settle_frames(d),
                 sinew_discretization_settle_frames(plain) + LATE);
    run(d, u, later, FRAMES);
    for (size_t t = 0; t < FRAMES; t++)
        cr_assert_eq(later[t], t < LATE ? 0 : y[t - LATE], "frame %zu", t);
    sinew_stream_close(stream);
    sinew_node_free(node);
    sinew_discretization_free(plain);
    sinew_delayed_discretization_free(d);
    sinew_delayed_free(delayed);
}

/* A fraction, in each form of the plant: the response is the plant's times e^(-jwT) where Thiran's
 * phase is right, and in size everywhere. */
Test(delayed, fractions_keep_the_plant_and_the_phase)
{
    const double A[] = {-300, 900, 20, -900, -300, 7, 5, 1, -2000}, B[] = {1, 2, 3};
    const double C[] = {50, -20, 900}, D[] = {0.25};
    const struct {
        sinew_system *system;
        sinew_method method;
    } cases[] = {{lowpass(6, 2000), SINEW_METHOD_BILINEAR}, /* chain */
                 {lowpass(6, 2000), SINEW_METHOD_ZOH},      /* side by side */
                 {plant(3, 1, 1, A, B, C, D), SINEW_METHOD_FOH}};
    const double delay_s = 123.3 / 48000;
    for (size_t i = 0; i < 3; i++) {
        sinew_discretization *plain;
        sinew_discretize_opts opts = {.rate_hz = 48000, .method = cases[i].method};
        cr_assert_eq(sinew_discretize(&plain, cases[i].system, &opts, &error), SINEW_OK);
        sinew_delayed *delayed;
        cr_assert_eq(sinew_delayed_new_input(&delayed, cases[i].system, delay_s, &error), SINEW_OK);
        sinew_delayed_discretization *d = discretize(delayed, 48000, cases[i].method);
        cr_assert_eq(sinew_discretization_matrices(sinew_delayed_discretization_plant(d)).order,
                     sinew_discretization_matrices(plain).order + 4);
        double peak = 0;
        for (double hz = 0; hz < 24000; hz += 499) {
            double rad = 2 * M_PI * hz;
            sinew_complex h, g;
            cr_assert_eq(sinew_discretization_response(plain, &rad, 1, &h, &error), SINEW_OK);
            cr_assert_eq(sinew_delayed_discretization_response(d, &rad, 1, &g, &error), SINEW_OK);
            double size = hypot(h.re, h.im);
            peak = fmax(peak, size);
            cr_assert_float_eq(hypot(g.re, g.im), size, 1e-13 * peak, "case %zu at %g: %g", i, hz,
                               hypot(g.re, g.im) - size);
            double complex must = sinew_cmplx(h.re, h.im) * cexp(sinew_cmplx(0, -rad * delay_s));
            if (hz < 4000)
                cr_assert_lt(cabs(sinew_cmplx(g.re, g.im) - must), 1e-5 * peak, "at %g Hz", hz);
        }
        sinew_discretization_free(plain);
        sinew_delayed_discretization_free(d);
        sinew_delayed_free(delayed);
    }
}

/* ---- combs ---- */

Test(comb, is_scipys)
{
    const struct {
        sinew_comb comb;
        const double *taps; /* b[0], b[N], a[N] */
    } cases[] = {{{false, false, 100, 7}, comb_notch_zero},
                 {{false, true, 100, 7}, comb_notch_half},
                 {{true, false, 100, 7}, comb_peak_zero},
                 {{true, true, 100, 7}, comb_peak_half}};
    for (size_t c = 0; c < 4; c++) {
        enum { FRAMES = 2000 };
        static double u[FRAMES], y[FRAMES], must[FRAMES];
        sinew_delayed *delayed;
        cr_assert_eq(sinew_delayed_new_comb(&delayed, &cases[c].comb, &error), SINEW_OK);
        sinew_delayed_discretization *d = discretize(delayed, 8000, SINEW_METHOD_ZOH);
        for (size_t t = 0; t < FRAMES; t++) {
            u[t] = sin((double)(t * t));
            must[t] = cases[c].taps[0] * u[t];
            if (t >= 80)
                must[t] += cases[c].taps[1] * u[t - 80] - cases[c].taps[2] * must[t - 80];
        }
        run(d, u, y, FRAMES);
        for (size_t t = 0; t < FRAMES; t++)
            cr_assert_float_eq(y[t], must[t], 1e-14, "comb %zu frame %zu", c, t);
        /* a[N] is -+c: every pole has |z|^80 = c */
        double radius = pow(fabs(cases[c].taps[2]), 1.0 / 80);
        double is = sinew_delayed_discretization_radius(d);
        cr_assert(is >= radius && 1 - is > 0.85 * (1 - radius), "radius %.17g for %.17g", is,
                  radius);
        sinew_delayed_discretization_free(d);
        sinew_delayed_free(delayed);
    }
}

/* At every tooth, continuous and at any rate: a notch is 0 and a peak is 1. */
Test(comb, teeth_are_where_they_are_asked_for)
{
    for (int peak = 0; peak < 2; peak++)
        for (int halfway = 0; halfway < 2; halfway++) {
            sinew_comb comb = {peak, halfway, 50, 30};
            sinew_delayed *delayed;
            sinew_complex h;
            cr_assert_eq(sinew_delayed_new_comb(&delayed, &comb, &error), SINEW_OK);
            sinew_delayed_discretization *d = discretize(delayed, 44100, SINEW_METHOD_ZOH);
            sinew_delayed_discretization *odd = discretize(delayed, 44111, SINEW_METHOD_ZOH);
            for (int tooth = 0; tooth < 40; tooth++) {
                double rad = 2 * M_PI * 50 * (tooth + 0.5 * halfway);
                cr_assert_eq(sinew_delayed_response(delayed, &rad, 1, &h, &error), SINEW_OK);
                cr_assert_float_eq(hypot(h.re, h.im), peak, 1e-10);
                cr_assert_eq(sinew_delayed_discretization_response(d, &rad, 1, &h, &error),
                             SINEW_OK);
                cr_assert_float_eq(hypot(h.re, h.im), peak, 1e-10);
                cr_assert_eq(sinew_delayed_discretization_response(odd, &rad, 1, &h, &error),
                             SINEW_OK);
                cr_assert_float_eq(hypot(h.re, h.im), peak, 1e-4, "tooth %d: %g", tooth,
                                   hypot(h.re, h.im));
            }
            double edge = 2 * M_PI * (50 * (7 + 0.5 * halfway) + 50.0 / 30 / 2); /* -3 dB */
            cr_assert_eq(sinew_delayed_response(delayed, &edge, 1, &h, &error), SINEW_OK);
            cr_assert_float_eq(hypot(h.re, h.im), M_SQRT1_2, 1e-12);
            sinew_delayed_discretization_free(d);
            sinew_delayed_discretization_free(odd);
            sinew_delayed_free(delayed);
        }
}

/* ---- loops ---- */

/* An oscillator under feedback through two delays. */
static sinew_delayed *two_loops(double gain)
{
    static const double A[] = {-20, 90, -90, -20}, B[] = {1, 30, 0, 0, 0, 50};
    const double C[] = {1, 2, gain, 0, 0, -gain};
    const double D[] = {0.5, 0, 0, 1, 0.25, 0, 0.5, 0, 0.125};
    const double delays_s[] = {0.005, 0.0113};
    sinew_delayed *delayed;
    cr_assert_eq(sinew_delayed_new(&delayed, plant(2, 3, 3, A, B, C, D), 2, delays_s, &error),
                 SINEW_OK, "%s", error.text);
    return delayed;
}

/* The plant's recurrence and plain shift registers, in long double. */
static void textbook(const sinew_delayed_discretization *d, const double *u, double *y, size_t n)
{
    sinew_matrices m = sinew_discretization_matrices(sinew_delayed_discretization_plant(d));
    size_t rings;
    const size_t *frames = sinew_delayed_discretization_frames(d, &rings);
    static long double z[2][4000];
    long double x[16] = {0}, next[16], v[3], out[3];
    cr_assert(m.order <= 16 && m.inputs == 3 && m.outputs == 3 && n <= 4000 && rings == 2);
    for (size_t t = 0; t < n; t++) {
        v[0] = u[t];
        for (size_t r = 0; r < 2; r++)
            v[1 + r] = t >= frames[r] ? z[r][t - frames[r]] : 0;
        for (size_t o = 0; o < 3; o++) {
            out[o] = 0;
            for (size_t j = 0; j < 3; j++)
                out[o] += m.D[o * 3 + j] * v[j];
            for (size_t i = 0; i < m.order; i++)
                out[o] += m.C[o * m.order + i] * x[i];
        }
        for (size_t i = 0; i < m.order; i++) {
            next[i] = 0;
            for (size_t j = 0; j < 3; j++)
                next[i] += m.B[i * 3 + j] * v[j];
            for (size_t k = 0; k < m.order; k++)
                next[i] += m.A[i * m.order + k] * x[k];
        }
        memcpy(x, next, sizeof x);
        y[t] = (double)out[0];
        z[0][t] = out[1];
        z[1][t] = out[2];
    }
}

Test(loops, are_the_textbook_rings)
{
    enum { FRAMES = 4000 };
    static double u[FRAMES], y[FRAMES], must[FRAMES];
    sinew_delayed *delayed = two_loops(0.5);
    sinew_delayed_discretization *d = discretize(delayed, 1000, SINEW_METHOD_FOH);
    double peak = 0;
    for (size_t t = 0; t < FRAMES; t++)
        u[t] = sin((double)(t * t));
    run(d, u, y, FRAMES);
    textbook(d, u, must, FRAMES);
    for (size_t t = 0; t < FRAMES; t++) {
        peak = fmax(peak, fabs(must[t]));
        cr_assert_float_eq(y[t], must[t], 1e-13 * peak, "frame %zu", t);
    }
    sinew_delayed_discretization_free(d);
    sinew_delayed_free(delayed);
}

/* The sum of an impulse response that has settled is the response. */
Test(loops, respond_as_their_impulse_response)
{
    sinew_delayed *delayed = two_loops(0.5);
    sinew_delayed_discretization *d = discretize(delayed, 1000, SINEW_METHOD_ZOH);
    size_t n = sinew_delayed_discretization_settle_frames(d);
    cr_assert_lt(n, 100000);
    double *u = calloc(n, sizeof *u), *h = calloc(n, sizeof *h);
    u[0] = 1;
    run(d, u, h, n);
    for (double rad = 0; rad < 3141; rad += 97) {
        sinew_complex g;
        double complex sum = 0;
        for (size_t t = 0; t < n; t++)
            sum += h[t] * cexp(sinew_cmplx(0, -rad * 1e-3 * (double)t));
        cr_assert_eq(sinew_delayed_discretization_response(d, &rad, 1, &g, &error), SINEW_OK);
        cr_assert_lt(cabs(sum - sinew_cmplx(g.re, g.im)), 1e-12, "at %g", rad);
    }
    free(u);
    free(h);
    sinew_delayed_discretization_free(d);
    sinew_delayed_free(delayed);
}

/* The rings as states: the eigenvalues of it all. */
static double true_radius(const sinew_delayed_discretization *d)
{
    const sinew_discretization *p = d->plant;
    size_t states = p->order, order = states, at = states;
    for (size_t r = 0; r < d->n; r++)
        order += d->frames[r];
    double *A = calloc(order * order, sizeof *A), largest = 0;
    double complex *values = calloc(order, sizeof *values);
    size_t ends[4];
    for (size_t r = 0; r < d->n; r++) { /* z enters at `at`, w leaves at the ring's end */
        for (size_t i = 1; i < d->frames[r]; i++)
            A[(at + i) * order + at + i - 1] = 1;
        ends[r] = at + d->frames[r] - 1;
        at += d->frames[r];
    }
    for (size_t i = 0; i < states; i++) {
        memcpy(A + i * order, p->A + i * states, states * sizeof *A);
        for (size_t r = 0; r < d->n; r++)
            A[i * order + ends[r]] = p->B[i * p->inputs + d->inputs + r];
    }
    for (size_t k = 0; k < d->n; k++) {
        double *row = A + (ends[k] + 1 - d->frames[k]) * order;
        memcpy(row, p->C + (d->outputs + k) * states, states * sizeof *A);
        for (size_t r = 0; r < d->n; r++)
            row[ends[r]] += p->D[(d->outputs + k) * p->inputs + d->inputs + r];
    }
    cr_assert_eq(sinew_eigenvalues(values, A, order, &error), SINEW_OK);
    for (size_t i = 0; i < order; i++)
        largest = fmax(largest, cabs(values[i]));
    free(A);
    free(values);
    return largest;
}

/* x' = x + 4 w, z = -x: unstable by itself, held by what comes back. */
static sinew_delayed *held(double gain)
{
    const double A[] = {1}, B[] = {1, gain}, C[] = {1, -1}, D[] = {0, 0, 0, 0};
    const double delay_s = 0.1;
    sinew_delayed *delayed;
    cr_assert_eq(sinew_delayed_new(&delayed, plant(1, 2, 2, A, B, C, D), 1, &delay_s, &error),
                 SINEW_OK);
    return delayed;
}

Test(loops, radius_is_that_of_the_whole)
{
    sinew_delayed *cases[] = {two_loops(0.1), two_loops(0.5), two_loops(1), two_loops(2),
                              two_loops(3),   two_loops(8),   held(0.5),    held(4),
                              held(9),        held(20)};
    size_t stable = 0, unstable = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (double rate = 200; rate < 2100; rate *= 3) {
            sinew_delayed_discretization *d = discretize(cases[i], rate, SINEW_METHOD_ZOH);
            double must = true_radius(d), is = sinew_delayed_discretization_radius(d);
            double room = 0.2 * fabs(1 - must);
            cr_assert(is >= must - 1e-9 && is <= must + room, "case %zu at %g: %.12g for %.12g", i,
                      rate, is, must);
            cr_assert_eq(sinew_delayed_discretization_grows(d), must > 1);
            cr_assert_eq(sinew_delayed_discretization_settle_frames(d) == SIZE_MAX, must > 1);
            *(must > 1 ? &unstable : &stable) += 1;
            sinew_delayed_discretization_free(d);
        }
    cr_assert(stable > 5 && unstable > 5, "%zu stable, %zu unstable", stable, unstable);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        sinew_delayed_free(cases[i]);
}

Test(loops, a_long_ring_is_counted_not_solved)
{
    const double delay_s = 0.5, gains[] = {0.99, 1, 1.01};
    for (size_t i = 0; i < 3; i++) {
        /* a pole at -1 that nothing reaches: else the answer is known without counting */
        const double A[] = {-1}, none[] = {0, 0}, D[] = {0, 1, 1, gains[i]};
        sinew_delayed *delayed;
        cr_assert_eq(
            sinew_delayed_new(&delayed, plant(1, 2, 2, A, none, none, D), 1, &delay_s, &error),
            SINEW_OK);
        sinew_delayed_discretization *d = discretize(delayed, 48000, SINEW_METHOD_ZOH);
        double must = log(gains[i]) / 24000;
        double is = log(sinew_delayed_discretization_radius(d));
        cr_assert(is >= must - 1e-12 && is - must <= 0.2 * fabs(must) + 1e-12, "%g for %g", is,
                  must);
        cr_assert_eq(sinew_delayed_discretization_grows(d), i == 2);
        cr_assert_eq(sinew_delayed_discretization_settle_frames(d) < SIZE_MAX, i == 0);
        sinew_delayed_discretization_free(d);
        sinew_delayed_free(delayed);
    }
}

/* ---- what is no delayed system ---- */

Test(delayed, refusals)
{
    const double D[] = {0, 1, 1, 0.5};
    double delay_s = 0.001;
    sinew_delayed *delayed;
    sinew_delayed_discretization *d;
    sinew_node *node;
    refused(sinew_delayed_new(&delayed, NULL, 1, &delay_s, &error), SINEW_ERR_ARGUMENT, "no plant");
    refused(sinew_delayed_new(&delayed, plant(0, 1, 1, NULL, NULL, NULL, D), 1, &delay_s, &error),
            SINEW_ERR_DATA, "none are left");
    cr_assert_null(delayed);
    delay_s = -1;
    refused(sinew_delayed_new_input(&delayed, lowpass(2, 100), delay_s, &error), SINEW_ERR_DATA,
            "delay 0 is -1 s");
    refused(sinew_delayed_new_comb(&delayed, &(sinew_comb){.hz = 50, .q = 1}, &error),
            SINEW_ERR_DATA, "q above 1");
    delay_s = 0.001;
    cr_assert_eq(
        sinew_delayed_new(&delayed, plant(0, 2, 2, NULL, NULL, NULL, D), 1, &delay_s, &error),
        SINEW_OK);
    sinew_discretize_opts opts = {.rate_hz = 900};
    refused(sinew_delayed_discretize(&d, delayed, &opts, 0, &error), SINEW_ERR_NUMERIC,
            "at least one is needed");
    cr_assert_null(d);
    opts.rate_hz = 2e9;
    refused(sinew_delayed_discretize(&d, delayed, &opts, 0, &error), SINEW_ERR_DATA,
            "at most 1048576");
    opts.rate_hz = 1200; /* a frame and a fifth */
    cr_assert_eq(sinew_delayed_discretize(&d, delayed, &opts, 0, &error), SINEW_OK, "%s",
                 error.text);
    double x0[2] = {1, 1};
    refused(sinew_filter_new_delayed(&node, d, &(sinew_filter_opts){.x0 = x0}, &error),
            SINEW_ERR_UNSUPPORTED, "x0");
    cr_assert_null(node);
    sinew_delayed_discretization_free(d);
    refused(sinew_delayed_discretize(&d, delayed, &opts, 17, &error), SINEW_ERR_ARGUMENT, "16");
    sinew_delayed_free(delayed);
    sinew_delayed_free(NULL);
    sinew_delayed_discretization_free(NULL);
}
