/* lib/math/quadratic.c and lib/ssm/sos.c: roots in closed form, and systems from sections. */
#include <complex.h>
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "math/complex.h"
#include "math/quadratic.h"
#include "sinew/design.h"
#include "ssm/system.h"

static sinew_error error;

static void refused(sinew_status status, sinew_status expected, const char *words)
{
    cr_assert_eq(status, expected, "%s", error.text);
    cr_assert(strstr(error.text, words), "\"%s\" does not say \"%s\"", error.text, words);
}

/* ---- quadratics ---- */

static bool close_to(double a, double b)
{
    return fabs(a - b) <= 0x1p-51 * fabs(b);
}

/* a (x - 2^e p) (x - 2^e q) for p, q whose sum and product are exact, and the same of p +- j q. */
static void both_ways(double p, double q, double a, int e)
{
    double complex roots[2];
    const double real[] = {a, -ldexp(a * (p + q), e), ldexp(a * p * q, 2 * e)};
    cr_assert_eq(sinew_quadratic_roots(roots, real), 2);
    double small = fmin(fabs(p), fabs(q)) == fabs(p) ? p : q, large = small == p ? q : p;
    bool in_order = cabs(roots[0]) >= cabs(roots[1]);
    cr_expect(close_to(creal(roots[in_order ? 0 : 1]), ldexp(large, e)) &&
                  close_to(creal(roots[in_order ? 1 : 0]), ldexp(small, e)) &&
                  cimag(roots[0]) == 0 && cimag(roots[1]) == 0,
              "%g %g %g %d", p, q, a, e);
    const double pair[] = {a, -2 * ldexp(a * p, e), ldexp(a * (p * p + q * q), 2 * e)};
    if (fabs(p) < 0x1p25 && fabs(q) < 0x1p25) {
        cr_assert_eq(sinew_quadratic_roots(roots, pair), 2);
        cr_expect(close_to(creal(roots[0]), ldexp(p, e)) &&
                      close_to(cimag(roots[0]), ldexp(fabs(q), e)) && roots[1] == conj(roots[0]),
                  "%g %g %g %d", p, q, a, e);
    }
}

Test(sos, quadratics_do_not_cancel)
{
    const double pairs[][2] = {{1, 2},
                               {-1, 3},
                               {1, 0x1p45},
                               {-1, 0x1p45},
                               {0x1p26 + 1, 0x1p26 - 1},
                               {-3, -3},
                               {1, 0x1p24 - 1},
                               {0x1p24 - 1, 1},
                               {-0x1p24 + 1, 0x1p24 + 1}};
    const double factors[] = {1, -1, 0x1p-300, -0x1p300};
    const int exponents[] = {0, 1, -1, 200, -200};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        for (size_t k = 0; k < 4; k++)
            for (size_t m = 0; m < 5; m++)
                both_ways(pairs[i][0], pairs[i][1], factors[k], exponents[m]);
}

Test(sos, quadratics_of_lower_degree)
{
    double complex roots[2];
    cr_assert_eq(sinew_quadratic_roots(roots, (double[]){0, 0, 3}), 0);
    cr_assert_eq(sinew_quadratic_roots(roots, (double[]){0, 0, 0}), 0);
    cr_assert_eq(sinew_quadratic_roots(roots, (double[]){0, 4, 3}), 1);
    cr_assert(roots[0] == -0.75);
    cr_assert_eq(sinew_quadratic_roots(roots, (double[]){2, 3, 0}), 2);
    cr_assert(roots[0] == -1.5 && roots[1] == 0);
    cr_assert_eq(sinew_quadratic_roots(roots, (double[]){2, 0, 0}), 2);
    cr_assert(roots[0] == 0 && roots[1] == 0);
    cr_assert_eq(sinew_quadratic_roots(roots, (double[]){1, 0, 4}), 2);
    cr_assert(roots[0] == sinew_cmplx(0, 2) && roots[1] == sinew_cmplx(0, -2));
    cr_assert_eq(sinew_quadratic_roots(roots, (double[]){1, 0, -4}), 2);
    cr_assert(fabs(creal(roots[0])) == 2 && roots[1] == -roots[0]);
    cr_assert_eq(sinew_quadratic_roots(roots, (double[]){0x1p-1000, 0x1p1000, 1}), 2);
    cr_assert(isinf(creal(roots[0])) && close_to(creal(roots[1]), -0x1p-1000));
}

/* ---- systems ---- */

static double complex polynomial(const double c[3], double complex s)
{
    return (c[0] * s + c[1]) * s + c[2];
}

Test(sos, the_response_is_the_product_of_the_sections)
{
    const double rows[][6] = {{1, 0.5, 400, 1, 3, 900},      /* resonant */
                              {0, 2, 1, 3, 1e5, 7},          /* two real poles, far apart */
                              {0, 0, -4, 0, 1, 20},          /* first order */
                              {1e-3, 0, 9, 0, 0, 5},         /* zeros only */
                              {0, 0, 1e200, 1, 2e-3, 1e-6}}; /* a double pole, and a huge gain */
    for (size_t from = 0; from < 2; from++)
        for (size_t to = from; to < 5; to++) {
            sinew_system *system;
            sinew_status status = sinew_system_new_sos(&system, rows[from], to - from + 1, &error);
            cr_assert_eq(status, SINEW_OK, "%s", error.text);
            for (double w = 0.1; w < 100; w *= 1.7) {
                sinew_complex h;
                double complex s = sinew_cmplx(0, w), want = 1;
                for (size_t i = from; i <= to; i++)
                    want *= polynomial(rows[i], s) / polynomial(rows[i] + 3, s);
                cr_assert_eq(sinew_system_response(system, &w, 1, &h, &error), SINEW_OK);
                cr_expect(cabs(sinew_cmplx(h.re, h.im) - want) <= 1e-13 * cabs(want),
                          "%zu to %zu at %g: %g %g", from, to, w, h.re, h.im);
            }
            sinew_system_free(system);
        }
}

Test(sos, what_is_no_system_is_refused)
{
    sinew_system *system;
    const double good[] = {0, 0, 1, 0, 1, 1}, improper[] = {1, 0, 0, 0, 1, 1};
    double bad[] = {0, 0, 1, 0, 1, NAN};
    refused(sinew_system_new_sos(&system, NULL, 1, &error), SINEW_ERR_ARGUMENT, "NULL");
    refused(sinew_system_new_sos(&system, good, 0, &error), SINEW_ERR_DATA, "0 sections");
    refused(sinew_system_new_sos(&system, improper, 1, &error), SINEW_ERR_DATA, "2 zeros but 1");
    refused(sinew_system_new_sos(&system, bad, 1, &error), SINEW_ERR_DATA, "sections[0][5] is nan");
    bad[4] = bad[5] = 0;
    refused(sinew_system_new_sos(&system, bad, 1, &error), SINEW_ERR_DATA, "a0, a1 and a2 are 0");
    cr_assert_null(system);
}

Test(sos, a_section_of_nothing_gives_nothing)
{
    const double rows[] = {0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1};
    const double w = 1;
    sinew_system *system;
    sinew_complex h;
    cr_assert_eq(sinew_system_new_sos(&system, rows, 2, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_system_response(system, &w, 1, &h, &error), SINEW_OK);
    cr_assert(h.re == 0 && h.im == 0);
    cr_assert_eq(sinew_system_matrices(system).order, 3);
    sinew_system_free(system);
}

/* ---- factors given out ---- */

static size_t find(const double complex *list, size_t n, double complex z)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (cabs(list[i] - z) < cabs(list[best] - z))
            best = i;
    return best;
}

static void same_roots(const double complex *got, size_t n_got, const double complex *want,
                       size_t n_want)
{
    cr_assert_eq(n_got, n_want);
    for (size_t i = 0; i < n_want; i++) {
        size_t k = find(got, n_got, want[i]);
        cr_expect(cabs(got[k] - want[i]) <= 1e-15 * cabs(want[i]), "%g %g", creal(want[i]),
                  cimag(want[i]));
    }
}

Test(sos, sections_given_out_are_the_system)
{
    for (int band = 0; band <= SINEW_BAND_STOP; band++)
        for (uint32_t order = 1; order <= 12; order++) {
            sinew_design d = {.family = SINEW_FAMILY_ELLIPTIC,
                              .band = (sinew_band)band,
                              .order = order,
                              .edges_hz = {1000, 2000},
                              .ripple_db = 0.2,
                              .attenuation_db = 60};
            sinew_system *system, *back;
            double rows[24 * 6];
            size_t n;
            cr_assert_eq(sinew_system_new_design(&system, &d, &error), SINEW_OK, "%s", error.text);
            cr_assert_eq(sinew_system_sos(system, rows, &n, &error), SINEW_OK, "%s", error.text);
            cr_assert_eq(sinew_system_new_sos(&back, rows, n, &error), SINEW_OK, "%s", error.text);
            same_roots(back->zpk.poles, back->zpk.n_poles, system->zpk.poles, system->zpk.n_poles);
            same_roots(back->zpk.zeros, back->zpk.n_zeros, system->zpk.zeros, system->zpk.n_zeros);
            double gains[2];
            int exponents[2];
            cr_assert_eq(sinew_system_gain(system, &gains[0], &exponents[0], &error), SINEW_OK);
            cr_assert_eq(sinew_system_gain(back, &gains[1], &exponents[1], &error), SINEW_OK);
            cr_expect(exponents[0] == exponents[1] && close_to(gains[0], gains[1]));
            sinew_system_free(system);
            sinew_system_free(back);
        }
}

Test(sos, gains_that_no_double_holds)
{
    sinew_design d = {.order = 128, .edges_hz = {1e5}};
    sinew_system *system;
    double gain, rows[64 * 6];
    int exponent;
    size_t n;
    cr_assert_eq(sinew_system_new_design(&system, &d, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_system_gain(system, &gain, &exponent, &error), SINEW_OK);
    cr_assert_float_eq(log2(gain) + exponent, 128 * log2(2 * M_PI * 1e5), 1e-11);
    cr_assert(exponent > 1024 && gain >= 0.5 && gain < 1);
    cr_assert_eq(sinew_system_sos(system, rows, &n, &error), SINEW_OK);
    cr_assert_eq(n, 64);
    sinew_system_free(system);
}

Test(sos, factors_of_a_gain_and_of_matrices)
{
    const double D[] = {-3}, A[] = {-1}, one[] = {1};
    double rows[6], gain;
    int exponent;
    size_t n;
    sinew_system *system;
    cr_assert_eq(sinew_system_new_zpk(&system, NULL, 0, NULL, 0, -3, &error), SINEW_OK);
    cr_assert_eq(sinew_system_sos(system, rows, &n, &error), SINEW_OK);
    cr_assert(n == 1 && rows[0] == 0 && rows[1] == 0 && rows[2] == -3 && rows[3] == 0 &&
              rows[4] == 0 && rows[5] == 1);
    sinew_system_free(system);
    cr_assert_eq(sinew_system_new_zpk(&system, NULL, 0, NULL, 0, 0, &error), SINEW_OK);
    cr_assert_eq(sinew_system_gain(system, &gain, &exponent, &error), SINEW_OK);
    cr_assert(gain == 0 && exponent == 0);
    sinew_system_free(system);
    sinew_matrices m = {1, 1, 1, A, one, one, D};
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK);
    refused(sinew_system_gain(system, &gain, &exponent, &error), SINEW_ERR_UNSUPPORTED, "factors");
    refused(sinew_system_sos(system, rows, &n, &error), SINEW_ERR_UNSUPPORTED, "factors");
    sinew_system_free(system);
}
