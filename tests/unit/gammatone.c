/* lib/ssm/gammatone.c: the impulse response is that of the formula. */
#include <complex.h>
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "math/complex.h"
#include "sinew/discretization.h"
#include "sinew/gammatone.h"

static sinew_error error;

enum { FRAMES = 2000 };
static const double rate = 48000;

/* h[0 .. FRAMES) of one output, by the recurrence. */
static void impulse(double *h, const sinew_system *system, size_t output)
{
    sinew_discretize_opts opts = {.rate_hz = rate};
    sinew_discretization *d;
    double x[64], next[64];
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_discretization_method(d), SINEW_METHOD_IMPULSE);
    sinew_matrices m = sinew_discretization_matrices(d);
    cr_assert(m.order <= 64 && m.inputs == 1);
    memcpy(x, m.B, m.order * sizeof *x);
    h[0] = m.D[output];
    for (int k = 1; k < FRAMES; k++) {
        h[k] = 0;
        for (size_t i = 0; i < m.order; i++) {
            h[k] += m.C[output * m.order + i] * x[i];
            next[i] = 0;
            for (size_t j = 0; j < m.order; j++)
                next[i] += m.A[i * m.order + j] * x[j];
        }
        memcpy(x, next, sizeof x);
    }
    sinew_discretization_free(d);
}

/* T a t^(n-1) e^(-2 pi b t) cos(2 pi f t + phase), where |H| at f is 1: the transform of the two
 * exponentials that the cosine is made of. */
static void formula(double *h, double f, unsigned n, double b, double phase)
{
    double complex p = sinew_cmplx(-2 * M_PI * b, 2 * M_PI * f), s = sinew_cmplx(0, 2 * M_PI * f);
    double complex turn = cexp(sinew_cmplx(0, phase)), near = 1, far = 1;
    for (unsigned i = 0; i < n; i++) {
        near *= s - p;
        far *= s - conj(p);
    }
    double a = 2 / (tgamma(n) * cabs(turn / near + conj(turn) / far));
    for (int k = 0; k < FRAMES; k++) {
        double t = k / rate;
        h[k] = a / rate * pow(t, n - 1) * exp(-2 * M_PI * b * t) * cos(2 * M_PI * f * t + phase);
    }
}

static void same(const double *got, const double *want, double f, unsigned n)
{
    double peak = 0;
    for (int k = 0; k < FRAMES; k++)
        peak = fmax(peak, fabs(want[k]));
    for (int k = 0; k < FRAMES; k++)
        cr_assert(fabs(got[k] - want[k]) <= 2e-13 * peak, "%g Hz, order %u: %g at %d, not %g", f, n,
                  got[k], k, want[k]);
}

static double bandwidth(double f)
{
    return 1.019 * 24.7 * (4.37 * f / 1000 + 1);
}

Test(gammatone, the_impulse_response_is_that_of_the_formula)
{
    const double hz[] = {20, 100, 1000, 3000, 10000, 20000};
    const double phases[] = {0, 0.5, M_PI / 2, -1.2, M_PI, 5};
    double got[FRAMES], want[FRAMES];
    for (int i = 0; i < 6; i++)
        for (uint32_t n = 1; n <= 8; n++) {
            sinew_gammatone filter = {.hz = hz[i], .order = n, .phase = phases[(i + (int)n) % 6]};
            sinew_system *system;
            cr_assert_eq(sinew_system_new_gammatone(&system, &filter, &error), SINEW_OK);
            double rad = 2 * M_PI * hz[i];
            sinew_complex h;
            cr_assert_eq(sinew_system_response(system, &rad, 1, &h, &error), SINEW_OK);
            cr_assert_float_eq(hypot(h.re, h.im), 1, 1e-14);
            cr_assert_eq(sinew_system_matrices(system).order, 2 * n);
            impulse(got, system, 0);
            formula(want, hz[i], n, bandwidth(hz[i]), filter.phase);
            same(got, want, hz[i], n);
            sinew_system_free(system);
        }
}

Test(gammatone, a_bank_is_its_filters_side_by_side)
{
    sinew_system *bank;
    double got[FRAMES], want[FRAMES];
    cr_assert_eq(sinew_system_new_gammatone_bank(&bank, 200, 6000, 7, &error), SINEW_OK);
    sinew_matrices m = sinew_system_matrices(bank);
    cr_assert(m.order == 56 && m.inputs == 1 && m.outputs == 7);
    double low = 21.4 * log10(1 + 0.00437 * 200), high = 21.4 * log10(1 + 0.00437 * 6000);
    for (size_t k = 0; k < 7; k++) {
        double f = (pow(10, (low + (high - low) * (double)k / 6) / 21.4) - 1) / 0.00437;
        impulse(got, bank, k);
        formula(want, f, 4, bandwidth(f), 0);
        same(got, want, f, 4);
    }
    sinew_system_free(bank);
    cr_assert_eq(sinew_system_new_gammatone_bank(&bank, 500, 500, 1, &error), SINEW_OK);
    sinew_system_free(bank);
}

/* The scale goes up by one where the bandwidth does; Glasberg and Moore's is 24.7 Hz at 0. */
Test(gammatone, the_scale_of_the_ear)
{
    cr_assert_float_eq(sinew_erb_hz(0), 24.7, 1e-15);
    cr_assert_float_eq(sinew_erb_hz(1000), 132.639, 1e-12);
    for (double hz = 10; hz < 20000; hz *= 1.9) {
        cr_assert_float_eq(sinew_erb_rate_to_hz(sinew_erb_rate(hz)), hz, 1e-11 * hz);
        /* 21.4 is 1 / (24.7 0.00437 ln 10) but for its rounding, 0.4 % */
        double step = sinew_erb_rate(hz + sinew_erb_hz(hz) / 100) - sinew_erb_rate(hz);
        cr_assert_float_eq(step, 0.01, 1e-4);
    }
}

static void refused(sinew_gammatone filter, const char *words)
{
    sinew_system *system;
    cr_assert_eq(sinew_system_new_gammatone(&system, &filter, &error), SINEW_ERR_DATA);
    cr_assert_null(system);
    cr_assert(strstr(error.text, words), "\"%s\" does not say \"%s\"", error.text, words);
}

Test(gammatone, what_is_none_is_refused)
{
    sinew_system *system;
    refused((sinew_gammatone){.hz = 0}, "hz is 0");
    refused((sinew_gammatone){.hz = NAN}, "hz is nan");
    refused((sinew_gammatone){.hz = 10, .order = 17}, "order 17");
    refused((sinew_gammatone){.hz = 10, .bandwidth_hz = -1}, "bandwidth_hz is -1");
    refused((sinew_gammatone){.hz = 10, .phase = NAN}, "phase is nan");
    cr_assert_eq(sinew_system_new_gammatone(&system, NULL, &error), SINEW_ERR_ARGUMENT);
    cr_assert_eq(sinew_system_new_gammatone_bank(&system, 200, 100, 3, &error), SINEW_ERR_DATA);
    cr_assert_eq(sinew_system_new_gammatone_bank(&system, NAN, 100, 3, &error), SINEW_ERR_DATA);
    cr_assert_eq(sinew_system_new_gammatone_bank(&system, 100, 200, 0, &error), SINEW_ERR_DATA);
    cr_assert_eq(sinew_system_new_gammatone_bank(&system, 100, 200, 513, &error), SINEW_ERR_DATA);
    cr_assert_null(system);
}
