/* lib/ssm: systems from matrices, factors, polynomials and designs. */
#include <complex.h>
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "math/complex.h"
#include "sinew/design.h"
#include "sinew/system.h"

static sinew_error error;

static void refused(sinew_status status, sinew_status expected, const char *words)
{
    cr_assert_eq(status, expected, "%s", error.text);
    cr_assert(strstr(error.text, words), "\"%s\" does not say \"%s\"", error.text, words);
}

static double complex at(const sinew_system *system, double rad)
{
    sinew_complex h;
    cr_assert_eq(sinew_system_response(system, &rad, 1, &h, &error), SINEW_OK, "%s", error.text);
    return sinew_cmplx(h.re, h.im);
}

static sinew_system *from_matrices(size_t n, const double *A, const double *B, const double *C,
                                   double D)
{
    sinew_system *system;
    sinew_matrices m = {n, 1, 1, A, B, C, &D};
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK, "%s", error.text);
    return system;
}

static sinew_stability stability(sinew_system *system)
{
    sinew_stability s;
    cr_assert_eq(sinew_system_stability(system, &s, &error), SINEW_OK);
    sinew_system_free(system);
    return s;
}

Test(system, matrices_are_copied_and_checked)
{
    double A[] = {-1, 2, 0, -3}, B[] = {1, 1}, C[] = {1, 0}, D[] = {0};
    sinew_system *system;
    sinew_matrices m = {2, 1, 1, A, B, C, D};
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK);
    A[0] = 5;
    cr_assert_eq(sinew_system_matrices(system).A[0], -1);
    sinew_system_free(system);
    A[1] = NAN;
    refused(sinew_system_new_ss(&system, &m, &error), SINEW_ERR_DATA, "A[0][1] is nan");
    cr_assert_null(system);
    A[1] = 0;
    C[1] = -INFINITY;
    refused(sinew_system_new_ss(&system, &m, &error), SINEW_ERR_DATA, "C[0][1] is inf");
    m.B = NULL;
    refused(sinew_system_new_ss(&system, &m, &error), SINEW_ERR_ARGUMENT, "B is NULL");
    m = (sinew_matrices){.order = 1, .outputs = 1, .A = A};
    refused(sinew_system_new_ss(&system, &m, &error), SINEW_ERR_DATA, "at least one input");
    m = (sinew_matrices){SIZE_MAX / 2, 1, 1, A, B, C, D};
    refused(sinew_system_new_ss(&system, &m, &error), SINEW_ERR_DATA, "at most");
    sinew_system_free(NULL);
}

Test(system, order_zero_is_a_gain)
{
    sinew_system *system = from_matrices(0, NULL, NULL, NULL, 2.5);
    size_t n = 7;
    cr_assert_null(sinew_system_matrices(system).A);
    cr_assert(at(system, 100) == 2.5);
    cr_assert_eq(sinew_system_poles(system, NULL, &error), SINEW_OK);
    cr_assert_eq(sinew_system_zeros(system, NULL, &n, &error), SINEW_OK);
    cr_assert_eq(n, 0);
    cr_assert_eq(stability(system), SINEW_STABLE);
    cr_assert_eq(sinew_system_new_zpk(&system, NULL, 0, NULL, 0, -3, &error), SINEW_OK);
    cr_assert_eq(sinew_system_matrices(system).D[0], -3);
    sinew_system_free(system);
}

Test(system, zpk_pairs_conjugates)
{
    const sinew_complex poles[] = {{-1, 2}, {-5, 0}, {-3, -4}, {-1, -2}, {-3, 4}};
    const sinew_complex zeros[] = {{-2, 0}, {0, 3}, {0, -3}};
    sinew_complex got[5];
    sinew_system *system;
    cr_assert_eq(sinew_system_new_zpk(&system, zeros, 3, poles, 5, 2, &error), SINEW_OK);
    cr_assert_eq(sinew_system_poles(system, got, &error), SINEW_OK);
    cr_assert(got[0].im == 2 && got[1].im == -2 && got[2].re == -5 && got[3].im == 4);
    for (double w = 0; w < 20; w += 0.7) {
        double complex s = sinew_cmplx(0, w), h = 2;
        for (int i = 0; i < 5; i++)
            h *= (i < 3 ? s - sinew_cmplx(zeros[i].re, zeros[i].im) : 1) /
                 (s - sinew_cmplx(poles[i].re, poles[i].im));
        cr_assert(cabs(at(system, w) - h) <= 1e-15 * cabs(h) + 1e-18);
        /* its matrices are the same filter */
        sinew_matrices m = sinew_system_matrices(system);
        sinew_system *same;
        cr_assert_eq(sinew_system_new_ss(&same, &m, &error), SINEW_OK);
        cr_assert(cabs(at(same, w) - h) <= 1e-14 * cabs(h) + 1e-17);
        sinew_system_free(same);
    }
    sinew_system_free(system);
}

Test(system, zpk_that_describes_nothing_is_refused)
{
    const sinew_complex lone[] = {{-1, 2}, {-1, -2.1}}, two[] = {{-1, 0}, {-2, 0}};
    const sinew_complex nan[] = {{-1, 0}, {NAN, 0}};
    sinew_system *system;
    refused(sinew_system_new_zpk(&system, NULL, 0, lone, 2, 1, &error), SINEW_ERR_DATA,
            "poles[0] (-1, 2) has no conjugate");
    refused(sinew_system_new_zpk(&system, two, 2, two, 1, 1, &error), SINEW_ERR_DATA,
            "2 zeros but 1 poles");
    refused(sinew_system_new_zpk(&system, NULL, 0, nan, 2, 1, &error), SINEW_ERR_DATA, "poles[1]");
    refused(sinew_system_new_zpk(&system, NULL, 0, two, 2, INFINITY, &error), SINEW_ERR_DATA,
            "gain is inf");
    refused(sinew_system_new_zpk(&system, NULL, 0, NULL, 2, 1, &error), SINEW_ERR_ARGUMENT, "NULL");
    cr_assert_null(system);
}

Test(system, transfer_function)
{
    const double num[] = {0, 2, 6}, den[] = {0, 0, 2, 4, 10, 0}; /* (s+3)/(s (s^2+2s+5)) */
    const double zero[] = {0, 0}, bad[] = {1, INFINITY};
    sinew_complex poles[3], zeros[3];
    size_t n;
    sinew_system *system;
    cr_assert_eq(sinew_system_new_tf(&system, num, 3, den, 6, &error), SINEW_OK);
    cr_assert_eq(sinew_system_poles(system, poles, &error), SINEW_OK);
    cr_assert_eq(sinew_system_zeros(system, zeros, &n, &error), SINEW_OK);
    cr_assert_eq(n, 1);
    cr_assert_float_eq(zeros[0].re, -3, 1e-15);
    cr_assert_float_eq(poles[0].re, -1, 4e-16);
    cr_assert_float_eq(poles[0].im, 2, 4e-16);
    cr_assert(poles[2].re == 0 && poles[2].im == 0);
    cr_assert_eq(stability(system), SINEW_MARGINAL);
    refused(sinew_system_new_tf(&system, den + 2, 4, num, 3, &error), SINEW_ERR_DATA, "degree 3");
    refused(sinew_system_new_tf(&system, num, 3, zero, 2, &error), SINEW_ERR_DATA, "den is zero");
    refused(sinew_system_new_tf(&system, bad, 2, den, 6, &error), SINEW_ERR_DATA, "num[1] is inf");
    refused(sinew_system_new_tf(&system, num, 0, den, 6, &error), SINEW_ERR_DATA, "num has no");
    cr_assert_eq(sinew_system_new_tf(&system, zero, 2, den, 6, &error), SINEW_OK);
    cr_assert(at(system, 1) == 0);
    sinew_system_free(system);
}

/* |H|^2 = 1 / (1 + x^2n): x = w/wc, wc/w, (w^2 - w0^2)/(w bw) and its inverse. */
Test(system, butterworth_is_what_its_formula_says)
{
    const uint32_t orders[] = {1, 2, 3, 5, 8, 12, 33, 64, 128};
    for (size_t k = 0; k < sizeof orders / sizeof *orders; k++)
        for (int band = SINEW_BAND_LOWPASS; band <= SINEW_BAND_STOP; band++) {
            sinew_design d = {
                .band = (sinew_band)band, .order = orders[k], .edges_hz = {1000, 20000}};
            sinew_system *system;
            cr_assert_eq(sinew_system_new_design(&system, &d, &error), SINEW_OK, "%s", error.text);
            for (double f = 317; f < 50000; f *= 1.37) {
                double pass = (f * f - 1000.0 * 20000) / (f * 19000);
                double x = band == SINEW_BAND_LOWPASS    ? f / 1000
                           : band == SINEW_BAND_HIGHPASS ? 1000 / f
                           : band == SINEW_BAND_PASS     ? pass
                                                         : 1 / pass;
                double want = 1 / hypot(1, pow(fabs(x), orders[k]));
                double got = cabs(at(system, 2 * M_PI * f));
                cr_assert(fabs(got - want) <= 1e-14 * orders[k] * want,
                          "order %u band %d at %g: %.17g, not %.17g", orders[k], band, f, got,
                          want);
            }
            cr_assert_eq(stability(system), SINEW_STABLE);
        }
}

Test(system, designs_that_are_none_are_refused)
{
    sinew_design d = {.order = 0, .edges_hz = {100, 200}};
    sinew_system *system;
    refused(sinew_system_new_design(&system, &d, &error), SINEW_ERR_DATA, "order 0");
    d.order = 100000;
    refused(sinew_system_new_design(&system, &d, &error), SINEW_ERR_DATA, "1 to 128");
    d = (sinew_design){.order = 2, .edges_hz = {0}};
    refused(sinew_system_new_design(&system, &d, &error), SINEW_ERR_DATA, "edges_hz[0] is 0");
    d.edges_hz[0] = NAN;
    refused(sinew_system_new_design(&system, &d, &error), SINEW_ERR_DATA, "nan");
    d = (sinew_design){.order = 2, .band = SINEW_BAND_PASS, .edges_hz = {200, 100}};
    refused(sinew_system_new_design(&system, &d, &error), SINEW_ERR_DATA, "higher");
    d.band = (sinew_band)9;
    refused(sinew_system_new_design(&system, &d, &error), SINEW_ERR_ARGUMENT, "band");
}

Test(system, stability_on_the_axis)
{
    const double one[] = {1, 1}, integrator[] = {0}, twice[] = {0, 1, 0, 0}, zero[4] = {0};
    const double spring[] = {0, 1, -100, 0}, damped[] = {0, 1, -100, -1e-3};
    const double driven[] = {0, 1, -100, 1e-3};
    const sinew_complex both[] = {{0, 2}, {0, -2}, {0, 2}, {0, -2}};
    sinew_system *system;
    cr_assert_eq(stability(from_matrices(1, integrator, one, one, 0)), SINEW_MARGINAL);
    cr_assert_eq(stability(from_matrices(2, twice, one, one, 0)), SINEW_UNSTABLE);
    cr_assert_eq(stability(from_matrices(2, zero, one, one, 0)), SINEW_MARGINAL);
    cr_assert_eq(stability(from_matrices(2, spring, one, one, 0)), SINEW_MARGINAL);
    cr_assert_eq(stability(from_matrices(2, damped, one, one, 0)), SINEW_STABLE);
    cr_assert_eq(stability(from_matrices(2, driven, one, one, 0)), SINEW_UNSTABLE);
    cr_assert_eq(sinew_system_new_zpk(&system, NULL, 0, both, 2, 1, &error), SINEW_OK);
    cr_assert_eq(stability(system), SINEW_MARGINAL);
    cr_assert_eq(sinew_system_new_zpk(&system, NULL, 0, both, 4, 1, &error), SINEW_OK);
    cr_assert_eq(stability(system), SINEW_UNSTABLE);
}

/* (s+1)(s+2)..(s+5) below, controllable companion form, so C holds the numerator. */
Test(system, zeros_of_matrices)
{
    const double A[] = {-15, -85, -225, -274, -120, 1, 0, 0, 0, 0, 0, 1, 0,
                        0,   0,   0,    0,    1,    0, 0, 0, 0, 0, 1, 0};
    const double B[] = {1, 0, 0, 0, 0};
    const double none[] = {0, 0, 0, 0, 3}, two[] = {0, 0, 1, 4, 13}, four[] = {2, 20, 70, 100, 48};
    sinew_complex z[5];
    size_t n;
    sinew_system *system = from_matrices(5, A, B, none, 0);
    cr_assert_eq(sinew_system_zeros(system, z, &n, &error), SINEW_OK);
    cr_assert_eq(n, 0);
    sinew_system_free(system);
    system = from_matrices(5, A, B, two, 0); /* -2 +- 3j */
    cr_assert_eq(sinew_system_zeros(system, z, &n, &error), SINEW_OK);
    cr_assert_eq(n, 2);
    cr_assert(fabs(z[0].re + 2) < 1e-12 && fabs(fabs(z[0].im) - 3) < 1e-12);
    sinew_system_free(system);
    system = from_matrices(5, A, B, four, 0); /* -1 -2 -3 -4 */
    cr_assert_eq(sinew_system_zeros(system, z, &n, &error), SINEW_OK);
    cr_assert_eq(n, 4);
    for (int i = 0; i < 4; i++)
        cr_assert(fabs(z[i].re - round(z[i].re)) < 1e-10 && fabs(z[i].im) < 1e-10);
    sinew_system_free(system);
    system = from_matrices(5, A, B, none, 1);
    cr_assert_eq(sinew_system_zeros(system, z, &n, &error), SINEW_OK);
    cr_assert_eq(n, 5);
    sinew_system_free(system);
}

Test(system, response_at_a_pole_is_refused)
{
    const double A[] = {0, 1, -1, 0}, B[] = {0, 1}, C[] = {1, 0}, pole = 1, nan = NAN;
    const sinew_complex origin = {0, 0};
    sinew_complex h;
    sinew_system *system = from_matrices(2, A, B, C, 0);
    refused(sinew_system_response(system, &pole, 1, &h, &error), SINEW_ERR_NUMERIC, "is a pole");
    refused(sinew_system_response(system, &nan, 1, &h, &error), SINEW_ERR_ARGUMENT, "nan");
    cr_assert(cabs(at(system, 2) - sinew_cmplx(-1 / 3.0, 0)) < 1e-16);
    sinew_system_free(system);
    cr_assert_eq(sinew_system_new_zpk(&system, NULL, 0, &origin, 1, 1, &error), SINEW_OK);
    refused(sinew_system_response(system, &(double){0}, 1, &h, &error), SINEW_ERR_NUMERIC, "pole");
    sinew_system_free(system);
}
