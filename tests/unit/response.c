/* lib/ssm: whole filters against 120-digit truths and closed formulas. */
#include <complex.h>
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "sinew/design.h"
#include "../vectors/ssm_vectors.h"
#include "math/complex.h"
#include "ssm/discretized.h"
#include "ssm/response.h"

static sinew_error error;

static sinew_discretization *discretize(const sinew_system *system, sinew_method method,
                                        double rate_hz)
{
    sinew_discretization *d;
    sinew_discretize_opts opts = {.rate_hz = rate_hz, .method = method};
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
    return d;
}

static double complex at(const sinew_discretization *d, double rad)
{
    sinew_complex h;
    cr_assert_eq(sinew_discretization_response(d, &rad, 1, &h, &error), SINEW_OK, "%s", error.text);
    return sinew_cmplx(h.re, h.im);
}

static sinew_system *design(sinew_band band, uint32_t order, double low, double high)
{
    sinew_design d = {.band = band, .order = order, .edges_hz = {low, high}};
    sinew_system *system;
    cr_assert_eq(sinew_system_new_design(&system, &d, &error), SINEW_OK, "%s", error.text);
    return system;
}

/* Of what runs. */
static double complex realized_at(const sinew_discretization *d, double rad)
{
    sinew_complex h;
    cr_assert_eq(sinew_realization_response(d, &rad, 1, &h, &error), SINEW_OK, "%s", error.text);
    return sinew_cmplx(h.re, h.im);
}

/* The same matrices as a form of their own: what an engine that knows no sections would run. */
static double complex dense_at(const sinew_discretization *d, double rad)
{
    sinew_discretization dense = *d;
    dense.form = SINEW_FORM_DENSE;
    dense.n_sections = 0;
    return realized_at(&dense, rad);
}

/* tolerance: relative to each point, and what is realized relative to the peak. */
static void check_response(const sinew_discretization *d, const double *rad, const double *re,
                           const double *im, size_t n, double tolerance)
{
    double peak = 0;
    for (size_t i = 0; i < n; i++)
        peak = fmax(peak, hypot(re[i], im[i]));
    for (size_t i = 0; i < n; i++) {
        double complex want = sinew_cmplx(re[i], im[i]);
        cr_assert(cabs(at(d, rad[i]) - want) <= tolerance * cabs(want), "at %g rad/s off by %g",
                  rad[i], cabs(at(d, rad[i]) - want) / cabs(want));
        cr_assert(cabs(realized_at(d, rad[i]) - want) <= tolerance * peak);
        cr_assert(cabs(dense_at(d, rad[i]) - want) <= tolerance * peak);
    }
}

/* 500 samples of the impulse response by the plain recurrence over A, B, C, D. */
static void check_impulse(const sinew_discretization *d, const double *want, size_t n)
{
    double x[64] = {0}, next[64], peak = 0;
    for (size_t k = 0; k < n; k++)
        peak = fmax(peak, fabs(want[k]));
    for (size_t k = 0; k < n; k++) {
        double u = k == 0, y = d->D[0] * u;
        for (size_t i = 0; i < d->order; i++) {
            y += d->C[i] * x[i];
            next[i] = d->B[i] * u;
            for (size_t j = 0; j < d->order; j++)
                next[i] += d->A[i * d->order + j] * x[j];
        }
        memcpy(x, next, sizeof x);
        cr_assert(fabs(y - want[k]) <= 1e-13 * peak, "frame %zu: %.17g, not %.17g", k, y, want[k]);
    }
}

static sinew_system *bandpass(void)
{
    sinew_complex poles[24], zeros[12] = {{0, 0}};
    sinew_system *system;
    for (size_t i = 0; i < 12; i++) {
        poles[i] = (sinew_complex){bandpass_poles[2 * i], bandpass_poles[2 * i + 1]};
        poles[12 + i] = (sinew_complex){poles[i].re, -poles[i].im};
    }
    cr_assert_eq(sinew_system_new_zpk(&system, zeros, 12, poles, 24, bandpass_gain, &error),
                 SINEW_OK, "%s", error.text);
    return system;
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* scipy gives NaN here. */
Test(response, order_24_bandpass_zoh)
{
    sinew_system *system = bandpass();
    sinew_discretization *d = discretize(system, SINEW_METHOD_ZOH, 48000);
    check_response(d, bandpass_zoh_rad, bandpass_zoh_re, bandpass_zoh_im, COUNT(bandpass_zoh_rad),
                   1e-13);
    check_impulse(d, bandpass_zoh_y, COUNT(bandpass_zoh_y));
    sinew_discretization_free(d);
    sinew_system_free(system);
}

Test(response, order_24_bandpass_bilinear)
{
    sinew_system *system = bandpass();
    sinew_discretization *d = discretize(system, SINEW_METHOD_BILINEAR, 48000);
    cr_assert_eq(d->form, SINEW_FORM_CASCADE);
    check_response(d, bandpass_bilinear_rad, bandpass_bilinear_re, bandpass_bilinear_im,
                   COUNT(bandpass_bilinear_rad), 1e-13);
    check_impulse(d, bandpass_bilinear_y, COUNT(bandpass_bilinear_y));
    sinew_discretization_free(d);
    sinew_system_free(system);
}

/* The least damped pole lies 2.6e-4 inside the circle, where half an ulp of it is 2e-13. */
Test(response, order_16_lowpass_at_20_hz)
{
    sinew_system *system = design(SINEW_BAND_LOWPASS, 16, 20, 0);
    sinew_discretization *d = discretize(system, SINEW_METHOD_BILINEAR, 48000);
    check_response(d, lowpass_bilinear_rad, lowpass_bilinear_re, lowpass_bilinear_im,
                   COUNT(lowpass_bilinear_rad), 3e-13);
    sinew_discretization_free(d);
    sinew_system_free(system);
}

/* The bilinear rule with prewarped edges keeps |H|^2 = 1/(1 + x^2n) with tan(w/2) for w: the
 * digital Butterworth of every book, and scipy's butter(..., fs=). Deep stop bands too. */
Test(response, bilinear_of_a_design_is_the_digital_design)
{
    static const uint32_t orders[] = {1, 2, 4, 7, 12, 16};
    double low = tan(M_PI * 1000 / 48000), high = tan(M_PI * 5000 / 48000);
    for (size_t k = 0; k < COUNT(orders); k++)
        for (int band = SINEW_BAND_LOWPASS; band <= SINEW_BAND_STOP; band++) {
            sinew_system *system = design((sinew_band)band, orders[k], 1000, 5000);
            sinew_discretization *d = discretize(system, SINEW_METHOD_BILINEAR, 48000);
            for (double f = 150; f < 23000; f *= 1.31) {
                double w = tan(M_PI * f / 48000);
                double pass = (w * w - low * high) / (w * (high - low));
                double x = band == SINEW_BAND_LOWPASS    ? w / low
                           : band == SINEW_BAND_HIGHPASS ? low / w
                           : band == SINEW_BAND_PASS     ? pass
                                                         : 1 / pass;
                double want = 1 / sqrt(1 + pow(x * x, orders[k]));
                double got = cabs(at(d, 2 * M_PI * f));
                cr_assert(fabs(got - want) <= 1e-10 * want + 1e-300, "%u %d %g: %.17g, not %.17g",
                          orders[k], band, f, got, want);
                cr_assert(fabs(got - want) <= 2e-13);
            }
            sinew_discretization_free(d);
            sinew_system_free(system);
        }
}

Test(response, one_prewarp_frequency_keeps_its_place)
{
    sinew_system *system = design(SINEW_BAND_PASS, 3, 3000, 9000);
    sinew_discretization *d;
    sinew_discretize_opts opts = {
        .rate_hz = 48000, .method = SINEW_METHOD_BILINEAR, .prewarp_hz = 7000};
    double rad = 2 * M_PI * 7000;
    sinew_complex h;
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK);
    cr_assert_eq(sinew_system_response(system, &rad, 1, &h, &error), SINEW_OK);
    cr_assert(cabs(at(d, rad) - sinew_cmplx(h.re, h.im)) < 1e-14);
    cr_assert_eq(sinew_discretization_step_s(d), 1.0 / 48000);
    sinew_discretization_free(d);
    sinew_system_free(system);
}

Test(response, sections_and_matrices_are_one_filter)
{
    for (int band = SINEW_BAND_LOWPASS; band <= SINEW_BAND_STOP; band++)
        for (sinew_method m = SINEW_METHOD_ZOH; m <= SINEW_METHOD_IMPULSE; m++) {
            sinew_system *system = design((sinew_band)band, 4, 700, 4000);
            sinew_discretize_opts opts = {
                .rate_hz = 48000, .method = m, .alpha = m == SINEW_METHOD_GBT ? 0.7 : 0};
            sinew_discretization *d;
            cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK);
            cr_assert_neq(d->form, SINEW_FORM_DENSE);
            for (double f = 11; f < 24000; f *= 1.7) {
                double complex h = realized_at(d, 2 * M_PI * f);
                cr_assert(cabs(h - dense_at(d, 2 * M_PI * f)) < 1e-13 * fmax(1, cabs(h)));
            }
            sinew_discretization_free(d);
            sinew_system_free(system);
        }
}

/* Partial fractions against the block exponential of the same system's cascade. */
Test(response, parallel_equals_the_exponential_of_the_whole)
{
    static const sinew_method methods[] = {SINEW_METHOD_ZOH, SINEW_METHOD_FOH,
                                           SINEW_METHOD_IMPULSE};
    for (int band = SINEW_BAND_LOWPASS; band <= SINEW_BAND_STOP; band++)
        for (size_t k = 0; k < COUNT(methods); k++) {
            sinew_system *system = design((sinew_band)band, 5, 700, 4000), *plain;
            sinew_matrices m = sinew_system_matrices(system);
            cr_assert_eq(sinew_system_new_ss(&plain, &m, &error), SINEW_OK);
            sinew_discretization *a = discretize(system, methods[k], 48000);
            sinew_discretization *b = discretize(plain, methods[k], 48000);
            cr_assert_eq(a->form, SINEW_FORM_PARALLEL);
            cr_assert_eq(b->form, SINEW_FORM_DENSE);
            for (double f = 11; f < 24000; f *= 1.7)
                cr_assert(cabs(realized_at(a, 2 * M_PI * f) - at(b, 2 * M_PI * f)) < 1e-13);
            sinew_discretization_free(a);
            sinew_discretization_free(b);
            sinew_system_free(system);
            sinew_system_free(plain);
        }
}

/* A discrete integrator is infinite at 0 only. */
Test(response, a_pole_on_the_circle)
{
    const double zero = 0, one = 1;
    sinew_matrices m = {1, 1, 1, &zero, &one, &one, &zero};
    sinew_system *system;
    sinew_complex h;
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK);
    sinew_discretization *d = discretize(system, SINEW_METHOD_ZOH, 10);
    cr_assert_eq(sinew_discretization_response(d, &zero, 1, &h, &error), SINEW_ERR_NUMERIC);
    cr_assert(cabs(at(d, 1) - 0.1 / (cexp(0.1 * I) - 1)) < 1e-14);
    sinew_discretization_free(d);
    sinew_system_free(system);
}

/* Far below the peak too, in narrow resonances, beside half the rate: to the last digits. */
Test(response, of_factors_is_right_at_each_point)
{
    static const sinew_method methods[] = {
        SINEW_METHOD_ZOH,      SINEW_METHOD_FOH, SINEW_METHOD_BILINEAR, SINEW_METHOD_EULER,
        SINEW_METHOD_BACKWARD, SINEW_METHOD_GBT, SINEW_METHOD_IMPULSE,  SINEW_METHOD_MATCHED};
    for (size_t k = 0; k < COUNT(point_cases); k++) {
        const point_case *c = &point_cases[k];
        sinew_system *system;
        cr_assert_eq(sinew_system_new_zpk(&system, c->zeros, c->n_zeros, c->poles, c->n_poles,
                                          c->gain, &error),
                     SINEW_OK, "%s", error.text);
        for (size_t m = 0; m < COUNT(methods); m++) {
            sinew_discretization *d;
            sinew_discretize_opts opts = {.step_s = c->step_s,
                                          .method = methods[m],
                                          .alpha = methods[m] == SINEW_METHOD_GBT ? 0.25 : 0};
            cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
            for (size_t i = 0; i < c->n; i++) {
                sinew_complex w = c->answer[m * c->n + i];
                double complex want = sinew_cmplx(w.re, w.im), got = at(d, c->rad[i]);
                cr_assert(cabs(got - want) <= 2e-15 * cabs(want), "%s, %s at %g rad/s: off by %g",
                          c->name, sinew_method_name(methods[m]), c->rad[i],
                          cabs(got - want) / cabs(want));
            }
            sinew_discretization_free(d);
        }
        sinew_system_free(system);
    }
}

/* A coefficient that is off is heard, and seen in the response of the realization alone. */
Test(response, of_the_method_and_of_what_runs)
{
    sinew_system *system = design(SINEW_BAND_LOWPASS, 3, 700, 0);
    sinew_discretization *d = discretize(system, SINEW_METHOD_ZOH, 48000);
    double complex meant = at(d, 5000);
    d->sections[0].c[0] *= 1.001;
    cr_assert_eq(at(d, 5000), meant);
    cr_assert(cabs(realized_at(d, 5000) - meant) > 1e-5);
    sinew_discretization_free(d);
    sinew_system_free(system);
}

/* Zeros at s = 0 are zeros at z = 1 of what is held, of impulse they are not; a system that passes
 * nothing has no digits to look for. */
Test(response, of_nothing)
{
    sinew_system *system = design(SINEW_BAND_PASS, 12, 1000, 2000), *silent;
    sinew_discretization *zoh = discretize(system, SINEW_METHOD_ZOH, 48000);
    sinew_discretization *foh = discretize(system, SINEW_METHOD_FOH, 48000);
    sinew_discretization *impulse = discretize(system, SINEW_METHOD_IMPULSE, 48000);
    cr_assert(at(zoh, 0) == 0 && at(foh, 0) == 0);
    cr_assert(cabs(at(impulse, 0)) > 0 && cabs(at(impulse, 0)) < 1e-12);
    cr_assert(cabs(at(zoh, 1e-40)) > 0 && cabs(at(zoh, 1e-40)) < 1e-40);
    sinew_discretization_free(zoh);
    sinew_discretization_free(foh);
    sinew_discretization_free(impulse);
    sinew_system_free(system);
    const sinew_complex poles[] = {{-1, 0}, {-2, 0}};
    cr_assert_eq(sinew_system_new_zpk(&silent, NULL, 0, poles, 2, 0, &error), SINEW_OK);
    sinew_discretization *d = discretize(silent, SINEW_METHOD_FOH, 10);
    cr_assert(at(d, 1) == 0);
    sinew_discretization_free(d);
    sinew_system_free(silent);
}
