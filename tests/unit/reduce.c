/* Reduction: the bound is met, what must stay stays, and modal coordinates cost nothing. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/complex.h"
#include "sinew/design.h"
#include "sinew/gramian.h"
#include "sinew/reduce.h"
#include "ssm/parts.h"
#include "ssm/system.h"

static sinew_error error;

/* ---- random systems ---- */

static uint64_t seed = 11;

static double uniform(void) /* splitmix64 (Steele, Lea, Flood 2014) */
{
    uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static double normal(void) /* about: a sum of 12 uniform numbers */
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += uniform();
    return sum;
}

static void fill(double *to, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = normal();
}

/* Reflections of both sides of A, of B and C: the same system, and no entry of A is 0. */
static void scramble(sinew_parts *s, int times)
{
    double v[256];
    size_t n = s->n;
    for (int round = 0; round < times; round++) {
        double size = 0;
        fill(v, n);
        for (size_t i = 0; i < n; i++)
            size = hypot(size, v[i]);
        for (size_t j = 0; j < n; j++) { /* (I - 2 v v'/size^2) A */
            double sum = 0;
            for (size_t i = 0; i < n; i++)
                sum += v[i] * s->A[i * n + j];
            for (size_t i = 0; i < n; i++)
                s->A[i * n + j] -= 2 * v[i] * sum / (size * size);
        }
        for (size_t j = 0; j < s->q; j++) {
            double sum = 0;
            for (size_t i = 0; i < n; i++)
                sum += v[i] * s->B[i * s->q + j];
            for (size_t i = 0; i < n; i++)
                s->B[i * s->q + j] -= 2 * v[i] * sum / (size * size);
        }
        for (size_t i = 0; i < n + s->p; i++) {
            double *row = i < n ? s->A + i * n : s->C + (i - n) * n, sum = 0;
            for (size_t j = 0; j < n; j++)
                sum += v[j] * row[j];
            for (size_t j = 0; j < n; j++)
                row[j] -= 2 * v[j] * sum / (size * size);
        }
    }
}

static sinew_system *of_parts(const sinew_parts *s)
{
    sinew_system *system;
    sinew_matrices m = sinew_parts_matrices(s);
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK, "%s", error.text);
    return system;
}

static sinew_parts room(size_t n, size_t q, size_t p)
{
    sinew_parts s;
    cr_assert_eq(sinew_parts_alloc(&s, n, q, p, &error), SINEW_OK);
    return s;
}

/* Modes from 1 to 1000 rad/s, damped by `damping` of their frequency, and real poles for the odd
 * state. */
static sinew_parts modes(size_t n, size_t q, size_t p, double damping)
{
    sinew_parts s = room(n, q, p);
    for (size_t i = 0; i < n; i += 2) {
        double w = pow(10, 3 * uniform()), sigma = damping * w * (0.5 + uniform());
        s.A[i * n + i] = -sigma;
        if (i + 1 == n)
            break;
        s.A[(i + 1) * n + i + 1] = -sigma;
        s.A[i * n + i + 1] = w;
        s.A[(i + 1) * n + i] = -w;
    }
    fill(s.B, n * q);
    fill(s.C, n * p);
    return s;
}

static sinew_system *random_system(size_t n, size_t q, size_t p, double damping)
{
    sinew_parts s = modes(n, q, p, damping);
    scramble(&s, 3);
    sinew_system *system = of_parts(&s);
    sinew_parts_finish(&s);
    return system;
}

/* ---- errors on a grid ---- */

enum { GRID = 600 };

static double *grid(void)
{
    static double rad[GRID];
    for (int k = 0; k < GRID; k++)
        rad[k] = pow(10, -2 + 7.0 * k / GRID);
    return rad;
}

/* The largest difference of an entry, which no norm of a matrix is below; and the largest entry. */
static double furthest(const sinew_system *a, const sinew_system *b, double *peak)
{
    size_t each = a->inputs * a->outputs, count = GRID * each;
    sinew_complex *h = calloc(2 * count, sizeof *h);
    double worst = 0;
    *peak = 0;
    cr_assert_eq(sinew_system_response(a, grid(), GRID, h, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_system_response(b, grid(), GRID, h + count, &error), SINEW_OK, "%s",
                 error.text);
    for (size_t i = 0; i < count; i++) {
        worst = fmax(worst, hypot(h[i].re - h[count + i].re, h[i].im - h[count + i].im));
        *peak = fmax(*peak, hypot(h[i].re, h[i].im));
    }
    free(h);
    return worst;
}

static sinew_system *reduced(const sinew_system *system, sinew_reduce_opts opts,
                             sinew_reduce_report *report)
{
    sinew_system *small;
    cr_assert_eq(sinew_system_reduce(&small, system, &opts, report, &error), SINEW_OK, "%s",
                 error.text);
    cr_assert_eq(small->order, report->order_after);
    cr_assert_eq(report->order_before, system->order);
    return small;
}

/* The error is within the bound, as measured and on a grid; and no better than what no system of
 * this order can be: the first Hankel value that was dropped. */
static void bound_is_met(const sinew_system *system, sinew_reduce_opts opts)
{
    double hankel[256], peak;
    sinew_reduce_report report = {.hankel = hankel};
    opts.measure = true;
    sinew_system *small = reduced(system, opts, &report);
    double noise = 1e-11 * hankel[0], off = furthest(system, small, &peak);
    cr_assert_leq(report.error, report.bound * (1 + 1e-9) + noise, "order %zu of %zu: %g, bound %g",
                  small->order, system->order, report.error, report.bound);
    cr_assert_leq(off, report.error * (1 + 1e-9) + noise, "%g, measured %g", off, report.error);
    if (report.order_after < report.n_hankel)
        cr_assert_geq(report.error, hankel[report.order_after] * (1 - 1e-9) - noise);
    sinew_stability stability;
    cr_assert_eq(sinew_system_stability(small, &stability, &error), SINEW_OK);
    cr_assert_eq(stability, SINEW_STABLE);
    sinew_system_free(small);
}

Test(reduce, the_bound_is_met_at_every_order)
{
    for (size_t n = 1; n <= 16; n += 5)
        for (size_t q = 1; q <= 2; q++)
            for (int match = 0; match < 2; match++) {
                sinew_system *system = random_system(n, q, 3 - q, match ? 0.3 : 0.02);
                for (size_t r = 1; r <= n; r++)
                    bound_is_met(system, (sinew_reduce_opts){.order = r, .match_dc = match});
                sinew_system_free(system);
            }
}

Test(reduce, a_tolerance_is_kept_with_as_few_states_as_the_bound_lets_it)
{
    for (int round = 0; round < 20; round++) {
        sinew_system *system = random_system(30, 1 + (size_t)round % 2, 1, 0.1);
        double hankel[30], peak, tolerance = pow(10, -0.5 - 0.3 * round);
        sinew_reduce_report report = {.hankel = hankel};
        sinew_system *small = reduced(system, (sinew_reduce_opts){.tolerance = tolerance}, &report);
        double allowed = tolerance * report.peak, sum = 0;
        cr_assert_leq(furthest(system, small, &peak), allowed * (1 + 1e-9), "%d", round);
        cr_assert_leq(report.bound, allowed);
        for (size_t i = report.order_after - 1; i < 30; i++)
            sum += 2 * hankel[i];
        cr_assert_gt(sum, allowed, "one state less would do");
        cr_assert_geq(report.peak, peak * (1 - 1e-9));
        sinew_system_free(small);
        sinew_system_free(system);
    }
}

Test(reduce, what_is_left_has_the_first_hankel_values)
{
    sinew_system *system = random_system(12, 1, 1, 0.2);
    double hankel[12], left[12];
    sinew_reduce_report report = {.hankel = hankel};
    sinew_system *small = reduced(system, (sinew_reduce_opts){.order = 7}, &report);
    cr_assert_eq(sinew_system_hankel(left, small, &error), SINEW_OK);
    for (size_t i = 0; i < 7; i++)
        cr_assert_float_eq(left[i] / hankel[i], 1, 1e-9, "%zu: %g %g", i, left[i], hankel[i]);
    sinew_system_free(small);
    sinew_system_free(system);
}

static double complex response(const sinew_system *system, double rad)
{
    sinew_complex h;
    cr_assert_eq(sinew_system_response(system, &rad, 1, &h, &error), SINEW_OK, "%s", error.text);
    return sinew_cmplx(h.re, h.im);
}

Test(reduce, one_end_of_the_response_is_kept)
{
    for (size_t r = 1; r < 10; r++) {
        sinew_system *system = random_system(10, 1, 1, 0.3);
        sinew_reduce_report report = {0};
        sinew_system *low =
            reduced(system, (sinew_reduce_opts){.order = r, .match_dc = true}, &report);
        sinew_system *high = reduced(system, (sinew_reduce_opts){.order = r}, &report);
        double complex dc = response(system, 0);
        cr_assert_lt(cabs(response(low, 0) - dc), 1e-10 * cabs(dc), "order %zu", r);
        cr_assert_eq(high->D[0], 0);
        sinew_system_free(low);
        sinew_system_free(high);
        sinew_system_free(system);
    }
}

/* 60 modes of a plate-like density, all in one matrix without a zero. Mode i is 1 / (1 + i^2) of
 * the first, and its two Hankel values half as large: of the modes from k on the bound is about 2
 * (1/k - 1/60) of the peak. */
Test(reduce, dense_modes)
{
    sinew_parts s = room(120, 1, 1);
    for (size_t i = 0; i < 60; i++) {
        double w = 100 + 15 * (double)i, sigma = 0.001 * w;
        double *a = s.A + 2 * i * 121;
        a[0] = a[121] = -sigma;
        a[1] = w;
        a[120] = -w;
        s.B[2 * i] = 1;
        s.C[2 * i] = w / (1 + (double)(i * i));
    }
    scramble(&s, 3);
    sinew_system *system = of_parts(&s);
    for (double tolerance = 1e-3; tolerance < 0.2; tolerance *= 10) {
        sinew_reduce_report report = {0};
        bound_is_met(system, (sinew_reduce_opts){.tolerance = tolerance});
        sinew_system *small = reduced(system, (sinew_reduce_opts){.tolerance = tolerance}, &report);
        cr_assert(report.modal, "condition %g", report.condition);
        double k = 1 / (tolerance / 2 + 1.0 / 60);
        cr_assert_float_eq((double)report.order_after, 2 * k, 8, "%g: %zu states", tolerance,
                           report.order_after);
        sinew_system_free(small);
    }
    sinew_system_free(system);
    sinew_parts_finish(&s);
}

Test(reduce, filters_of_factors)
{
    sinew_design designs[] = {{.band = SINEW_BAND_PASS, .order = 12, .edges_hz = {1000, 2000}},
                              {.band = SINEW_BAND_LOWPASS, .order = 16, .edges_hz = {20}},
                              {.band = SINEW_BAND_STOP, .order = 5, .edges_hz = {48, 52}},
                              {.band = SINEW_BAND_HIGHPASS, .order = 8, .edges_hz = {100}}};
    for (size_t i = 0; i < sizeof designs / sizeof *designs; i++) {
        sinew_system *system;
        cr_assert_eq(sinew_system_new_design(&system, &designs[i], &error), SINEW_OK);
        bound_is_met(system, (sinew_reduce_opts){.tolerance = 1e-3});
        bound_is_met(system, (sinew_reduce_opts){.tolerance = 0.1, .match_dc = true});
        sinew_system_free(system);
    }
}

/* ---- what must stay ---- */

Test(reduce, poles_that_are_not_stable_stay)
{
    sinew_parts s = modes(14, 1, 1, 0.2);
    s.A[0] = s.A[15] = 0.25; /* 0.25 +- jw */
    s.A[12 * 14 + 12] = 0;   /* an integrator, and beside it -sigma */
    s.A[12 * 14 + 13] = s.A[13 * 14 + 12] = 0;
    scramble(&s, 3);
    sinew_system *system = of_parts(&s);
    for (size_t r = 3; r <= 14; r++) {
        sinew_reduce_report report = {0};
        sinew_reduce_opts opts = {.order = r, .measure = true, .match_dc = r % 2};
        sinew_system *small = reduced(system, opts, &report);
        double peak, off = furthest(system, small, &peak);
        cr_assert_eq(report.not_stable, 3);
        cr_assert_eq(report.n_hankel, 11);
        cr_assert_leq(off, report.bound * (1 + 1e-9) + 1e-9 * peak, "order %zu: %g, %g", r, off,
                      report.bound);
        sinew_complex poles[14];
        size_t right = 0, on = 0;
        cr_assert_eq(sinew_system_poles(small, poles, &error), SINEW_OK);
        for (size_t i = 0; i < r; i++) {
            right += fabs(poles[i].re - 0.25) < 1e-9;
            on += hypot(poles[i].re, poles[i].im) < 1e-9;
        }
        cr_assert(right == 2 && on == 1, "%zu %zu", right, on);
        sinew_system_free(small);
    }
    sinew_system_free(system);
    sinew_parts_finish(&s);
}

Test(reduce, nothing_but_unstable_poles_and_nothing_at_all)
{
    const double A = 2, one = 1, D = 5, zero = 0;
    sinew_reduce_report report = {0};
    sinew_system *system, *small;
    cr_assert_eq(
        sinew_system_new_ss(&system, &(sinew_matrices){1, 1, 1, &A, &one, &one, &D}, &error),
        SINEW_OK);
    small = reduced(system, (sinew_reduce_opts){.tolerance = 0.5}, &report);
    cr_assert(report.order_after == 1 && report.bound == 0 && report.peak == 5);
    sinew_system_free(small);
    sinew_system_free(system);
    cr_assert_eq(
        sinew_system_new_ss(&system, &(sinew_matrices){0, 1, 1, NULL, NULL, NULL, &D}, &error),
        SINEW_OK);
    small = reduced(system, (sinew_reduce_opts){.order = 3, .measure = true}, &report);
    cr_assert(small->order == 0 && small->D[0] == 5);
    sinew_system_free(small);
    sinew_system_free(system);
    const double decay = -1;
    cr_assert_eq(
        sinew_system_new_ss(&system, &(sinew_matrices){1, 1, 1, &decay, &zero, &one, &D}, &error),
        SINEW_OK);
    small = reduced(system, (sinew_reduce_opts){.tolerance = 1e-9, .match_dc = true}, &report);
    cr_assert(small->order == 0 && small->D[0] == 5, "what is not reached is not needed");
    sinew_system_free(small);
    sinew_system_free(system);
}

static void refused(const sinew_system *system, sinew_reduce_opts opts, sinew_status expected,
                    const char *words)
{
    sinew_system *small = (sinew_system *)&opts;
    cr_assert_eq(sinew_system_reduce(&small, system, &opts, NULL, &error), expected, "%s", words);
    cr_assert_null(small);
    cr_assert(strstr(error.text, words), "\"%s\" does not say \"%s\"", error.text, words);
}

/* A full order leaves the system as it is, but for the coordinates that it is run in. */
Test(reduce, what_drops_nothing_is_exact)
{
    sinew_reduce_report report = {0};
    sinew_parts s = room(12, 1, 1);
    for (size_t i = 0; i < 12; i++) {
        for (size_t j = 0; j <= i; j++)
            s.A[i * 12 + j] =
                i == j ? -(double)i - 1 : -sqrt((2 * (double)i + 1) * (2 * (double)j + 1));
        s.B[i] = sqrt(2 * (double)i + 1);
        s.C[i] = 1;
    }
    sinew_system *system = of_parts(&s);
    sinew_system *small = reduced(system, (sinew_reduce_opts){.order = 12}, &report);
    cr_assert(!report.modal && report.bound == 0);
    cr_assert_eq(small->asked, system->asked);
    sinew_system_free(small);
    sinew_system_free(system);
    sinew_parts_finish(&s);
}

Test(reduce, options_are_checked)
{
    const double A[] = {1, 0, 0, 2}, B[] = {1, 1}, D = 0;
    sinew_system *system;
    cr_assert_eq(sinew_system_new_ss(&system, &(sinew_matrices){2, 1, 1, A, B, B, &D}, &error),
                 SINEW_OK);
    refused(NULL, (sinew_reduce_opts){.order = 1}, SINEW_ERR_ARGUMENT, "no system");
    refused(system, (sinew_reduce_opts){0}, SINEW_ERR_ARGUMENT, "either an order");
    refused(system, (sinew_reduce_opts){.order = 1, .tolerance = 0.1}, SINEW_ERR_ARGUMENT,
            "either");
    refused(system, (sinew_reduce_opts){.tolerance = 1}, SINEW_ERR_ARGUMENT, "between 0 and 1");
    refused(system, (sinew_reduce_opts){.tolerance = NAN}, SINEW_ERR_ARGUMENT, "between 0 and 1");
    refused(system, (sinew_reduce_opts){.order = 1}, SINEW_ERR_ARGUMENT, "2 poles are not stable");
    sinew_system_free(system);
}

/* All Hankel values of an all-pass are 1: a tolerance keeps all of them or none. */
Test(reduce, equal_hankel_values_are_not_parted)
{
    const sinew_complex zeros[] = {{1, 0}, {2, 5}, {2, -5}}, poles[] = {{-1, 0}, {-2, 5}, {-2, -5}};
    sinew_system *system;
    sinew_reduce_report report = {0};
    cr_assert_eq(sinew_system_new_zpk(&system, zeros, 3, poles, 3, 1, &error), SINEW_OK);
    sinew_system *small = reduced(system, (sinew_reduce_opts){.tolerance = 0.99}, &report);
    cr_assert_eq(report.order_after, 3);
    sinew_system_free(small);
    sinew_system_free(system);
}

/* ---- modal coordinates ---- */

static void is_modal(const sinew_system *s)
{
    size_t n = s->order;
    for (size_t i = 0; i < n; i++) {
        bool pair = i + 1 < n && (s->A[i * n + i + 1] != 0 || s->A[(i + 1) * n + i] != 0);
        size_t end = i + (pair ? 2 : 1);
        for (size_t j = 0; j < n; j++)
            if (j < i || j >= end)
                cr_assert(s->A[i * n + j] == 0 && s->A[(end - 1) * n + j] == 0);
        if (!pair)
            continue;
        if (s->A[(i + 1) * n + i] != 0) {
            cr_assert(s->A[i * n + i + 1] > 0 && s->A[i * n + i + 1] == -s->A[(i + 1) * n + i] &&
                      s->A[i * n + i] == s->A[(i + 1) * n + i + 1]);
            cr_assert(s->inputs > 1 || s->B[i + 1] == 0, "a pair of one input is turned");
        }
        i++;
    }
}

Test(reduce, modal_form_of_random_systems)
{
    for (int round = 0; round < 60; round++) {
        size_t n = 1 + (size_t)round % 24, q = 1 + (size_t)round % 2, p = 1 + (size_t)round / 2 % 2;
        sinew_system *system = random_system(n, q, p, 0.05), *modal;
        sinew_modal_report report;
        double peak;
        cr_assert_eq(sinew_system_new_modal(&modal, system, &report, &error), SINEW_OK, "%s",
                     error.text);
        is_modal(modal);
        cr_assert_leq(furthest(system, modal, &peak), 1e-11 * peak, "%d: %g, condition %g", round,
                      furthest(system, modal, &peak) / peak, report.condition);
        if (q == 1 && p == 1) {
            sinew_discretization *d;
            sinew_discretize_opts opts = {.rate_hz = 8000, .method = SINEW_METHOD_FOH};
            cr_assert_eq(sinew_discretize(&d, modal, &opts, &error), SINEW_OK, "%s", error.text);
            cr_assert_eq(d->form, SINEW_FORM_PARALLEL);
            cr_assert_geq(d->n_sections, n / 2);
            sinew_discretization_free(d);
        }
        sinew_system_free(modal);
        sinew_system_free(system);
    }
}

/* A'A is not where the eigenvectors are: units of 2^+-40 are taken out first. */
Test(reduce, modal_form_in_bad_units)
{
    sinew_parts s = modes(8, 1, 1, 0.05);
    scramble(&s, 3);
    for (size_t i = 0; i < 8; i++) {
        double unit = ldexp(1, (int)(i * 37 % 80) - 40);
        for (size_t j = 0; j < 8; j++)
            s.A[i * 8 + j] *= unit;
        for (size_t j = 0; j < 8; j++)
            s.A[j * 8 + i] /= unit;
        s.B[i] *= unit;
        s.C[i] /= unit;
    }
    sinew_system *system = of_parts(&s), *modal;
    sinew_modal_report report;
    double peak;
    cr_assert_eq(sinew_system_new_modal(&modal, system, &report, &error), SINEW_OK, "%s",
                 error.text);
    cr_assert_leq(report.condition, 100);
    cr_assert_leq(furthest(system, modal, &peak), 1e-11 * peak);
    sinew_system_free(modal);
    bound_is_met(system, (sinew_reduce_opts){.order = 5});
    sinew_system_free(system);
    sinew_parts_finish(&s);
}

/* What a form of a resonance is worth is what its matrix says of it: of a quality of 1e7, an ulp of
 * A moves the peak by 1e-9 of itself, and the modal form may do so too. */
Test(reduce, modal_form_of_sharp_resonances)
{
    for (size_t n = 2; n <= 24; n += 2) {
        sinew_system *system = random_system(n, 1, 1, 1e-7), *modal;
        sinew_modal_report report;
        cr_assert_eq(sinew_system_new_modal(&modal, system, &report, &error), SINEW_OK, "%s",
                     error.text);
        cr_assert_lt(report.error, 1e-4);
        is_modal(modal);
        sinew_system_free(modal);
        sinew_system_free(system);
    }
}

static void no_modal_form(const sinew_parts *s, const char *words)
{
    sinew_system *system = of_parts(s), *modal;
    sinew_modal_report report;
    cr_assert_eq(sinew_system_new_modal(&modal, system, &report, &error), SINEW_ERR_NUMERIC);
    cr_assert_null(modal);
    cr_assert(strstr(error.text, words), "\"%s\" does not say \"%s\" (condition %g, block %zu)",
              error.text, words, report.condition, report.largest);
    sinew_system_free(system);
}

/* HiPPO-LegS (Gu et al. 2020): the condition of its eigenvectors is 8e4, 8e10, 1e19. */
Test(reduce, no_modal_form_of_legs)
{
    for (size_t n = 8; n <= 64; n *= 2) {
        sinew_parts s = room(n, 1, 1);
        for (size_t i = 0; i < n; i++) {
            double a = sqrt(2 * (double)i + 1);
            for (size_t j = 0; j < i; j++)
                s.A[i * n + j] = -a * sqrt(2 * (double)j + 1);
            s.A[i * n + i] = -(double)i - 1;
            s.B[i] = a;
            s.C[i] = 1;
        }
        no_modal_form(&s, "no modal form");
        sinew_parts_finish(&s);
    }
}

Test(reduce, no_modal_form_where_three_poles_meet)
{
    sinew_parts s = room(4, 1, 1);
    for (size_t i = 0; i < 4; i++) {
        s.A[i * 5] = i < 3 ? -1 : -2;
        if (i > 0)
            s.A[i * 5 - 1] = 1;
        s.C[i] = 1;
    }
    s.B[0] = 1;
    no_modal_form(&s, "3 poles are too close");
    s.A[10] = -3; /* two that meet stay in one block */
    sinew_system *system = of_parts(&s), *modal;
    double peak;
    cr_assert_eq(sinew_system_new_modal(&modal, system, NULL, &error), SINEW_OK, "%s", error.text);
    is_modal(modal);
    cr_assert_leq(furthest(system, modal, &peak), 1e-12 * peak);
    sinew_system_free(modal);
    sinew_system_free(system);
    sinew_parts_finish(&s);
}

Test(reduce, modal_form_of_an_integrator_and_of_a_gain)
{
    const double A[] = {0, 1, 0, -5}, B[] = {0, 1}, C[] = {1, 0}, D[] = {0};
    sinew_system *system, *modal;
    cr_assert_eq(sinew_system_new_ss(&system, &(sinew_matrices){2, 1, 1, A, B, C, D}, &error),
                 SINEW_OK);
    cr_assert_eq(sinew_system_new_modal(&modal, system, NULL, &error), SINEW_OK, "%s", error.text);
    cr_assert(modal->A[0] == 0 && modal->A[3] == -5 && modal->A[1] == 0 && modal->A[2] == 0);
    sinew_system_free(modal);
    sinew_system_free(system);
    cr_assert_eq(
        sinew_system_new_ss(&system, &(sinew_matrices){0, 1, 1, NULL, NULL, NULL, D}, &error),
        SINEW_OK);
    cr_assert_eq(sinew_system_new_modal(&modal, system, NULL, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(modal->order, 0);
    sinew_system_free(modal);
    sinew_system_free(system);
    cr_assert_eq(sinew_system_new_modal(&modal, NULL, NULL, &error), SINEW_ERR_ARGUMENT);
}

/* ---- minimal systems ---- */

static sinew_system *minimal(const sinew_system *system)
{
    sinew_system *small;
    cr_assert_eq(sinew_system_minimal(&small, system, 0, &error), SINEW_OK, "%s", error.text);
    return small;
}

/* Hidden states: some that are not driven, some that are not seen, a copy of others; in one matrix,
 * in units far apart. */
Test(reduce, hidden_states_go)
{
    for (int round = 0; round < 40; round++) {
        size_t k = 3 + (size_t)round % 4, hidden = 1 + (size_t)round % 3, n = 2 * k + 2 * hidden;
        size_t q = 1 + (size_t)round % 2, p = 1 + (size_t)round / 2 % 2;
        sinew_parts s = modes(n, q, p, 0.1);
        for (size_t i = 0; i < k; i++) /* the same again, behind: A is block diagonal */
            for (size_t j = 0; j < k; j++)
                s.A[(k + i) * n + k + j] = s.A[i * n + j];
        for (size_t i = 0; i < k; i++) {
            for (size_t j = 0; j < n; j++) {
                if (j >= k)
                    s.A[i * n + j] = s.A[j * n + i] = 0;
                if (j < k || j >= 2 * k)
                    s.A[(k + i) * n + j] = s.A[j * n + k + i] = 0;
            }
            for (size_t j = 0; j < q; j++)
                s.B[(k + i) * q + j] = s.B[i * q + j];
        }
        for (size_t i = 0; i < hidden; i++) {
            size_t undriven = 2 * k + i, unseen = 2 * k + hidden + i;
            for (size_t j = 0; j < 2 * k; j++)
                s.A[undriven * n + j] = 0; /* nothing leads to it, or from it to an output */
            for (size_t j = 0; j < hidden; j++)
                s.A[undriven * n + 2 * k + hidden + j] = s.A[(2 * k + hidden + j) * n + undriven] =
                    0;
            for (size_t j = 0; j < q; j++)
                s.B[undriven * q + j] = 0;
            for (size_t j = 0; j < p; j++)
                s.C[j * n + unseen] = 0;
            for (size_t j = 0; j < k; j++)
                s.A[unseen * n + j] = normal(); /* it is driven, and drives nothing that is seen */
        }
        scramble(&s, 2);
        for (size_t i = 0; i < n && round % 2; i++) {
            double unit = ldexp(1, (int)(i * 29 % 60) - 30);
            for (size_t j = 0; j < n; j++)
                s.A[i * n + j] *= unit;
            for (size_t j = 0; j < n; j++)
                s.A[j * n + i] /= unit;
            for (size_t j = 0; j < q; j++)
                s.B[i * q + j] *= unit;
            for (size_t j = 0; j < p; j++)
                s.C[j * n + i] /= unit;
        }
        sinew_system *system = of_parts(&s), *small = minimal(system);
        double peak;
        cr_assert_eq(small->order, k, "%d: %zu states of %zu, not %zu", round, small->order, n, k);
        cr_assert_leq(furthest(system, small, &peak), 1e-9 * peak, "%d: %g", round,
                      furthest(system, small, &peak) / peak);
        sinew_system_free(small);
        sinew_system_free(system);
        sinew_parts_finish(&s);
    }
}

Test(reduce, what_hides_nothing_stays_as_it_is)
{
    for (size_t n = 1; n <= 25; n += 6) {
        sinew_system *system = random_system(n, 1, 1, 0.05), *small = minimal(system);
        cr_assert_eq(small->asked, system->asked);
        cr_assert_eq(memcmp(small->A, system->A, n * n * sizeof(double)), 0);
        sinew_system_free(small);
        sinew_system_free(system);
    }
}

Test(reduce, states_that_stand_alone_count_in_their_own_units)
{
    const double A[] = {-1, 0, 0, 0, -2, 0, 0, 0, -3}, B[] = {0x1p40, 1, 0x1p-40};
    const double C[] = {0x1p-40, 0, 0x1p40}, D[] = {0};
    sinew_system *system;
    cr_assert_eq(sinew_system_new_ss(&system, &(sinew_matrices){3, 1, 1, A, B, C, D}, &error),
                 SINEW_OK);
    sinew_system *small = minimal(system);
    cr_assert_eq(small->order, 2);
    cr_assert(cabs(response(small, 1) - response(system, 1)) < 1e-14);
    sinew_system_free(small);
    sinew_system_free(system);
}

Test(reduce, zeros_and_poles_that_meet_cancel)
{
    const sinew_complex zeros[] = {{-1, 2}, {-1, -2}, {-5, 0}, {-7, 0}};
    const sinew_complex poles[] = {{-3, 0}, {-5, 0}, {-1, 2}, {-1, -2}, {-1, 2}, {-1, -2}};
    sinew_system *system, *small;
    cr_assert_eq(sinew_system_new_zpk(&system, zeros, 4, poles, 6, 4, &error), SINEW_OK);
    small = minimal(system);
    cr_assert(small->factored && small->order == 3 && small->zpk.n_zeros == 1);
    cr_assert(creal(small->zpk.zeros[0]) == -7);
    cr_assert(cabs(response(small, 3) - response(system, 3)) < 1e-14 * cabs(response(system, 3)));
    cr_assert_neq(small->asked, system->asked);
    sinew_system_free(small);
    sinew_system_free(system);
    sinew_design design = {.band = SINEW_BAND_PASS, .order = 3, .edges_hz = {100, 200}};
    cr_assert_eq(sinew_system_new_design(&system, &design, &error), SINEW_OK);
    small = minimal(system);
    cr_assert(small->n_parts == 1 && small->parts[0].designed, "its edges are still prewarped");
    cr_assert_eq(memcmp(small->A, system->A, 36 * sizeof(double)), 0);
    sinew_system_free(small);
    sinew_system_free(system);
    cr_assert_eq(sinew_system_minimal(&small, NULL, 0, &error), SINEW_ERR_ARGUMENT);
}
