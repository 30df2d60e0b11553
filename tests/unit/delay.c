/* lib/ssm: delays as rational all-passes. */
#include <complex.h>
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "../vectors/delay_vectors.h"
#include "math/bessel.h"
#include "math/complex.h"
#include "sinew/delay.h"
#include "sinew/discretization.h"

static sinew_error error;

static sinew_system *pade(double delay_s, size_t order)
{
    sinew_system *system;
    cr_assert_eq(sinew_system_new_delay_pade(&system, delay_s, order, &error), SINEW_OK, "%s",
                 error.text);
    return system;
}

Test(pade, poles)
{
    const struct {
        size_t order;
        const double *poles;
    } cases[] = {{1, pade_1}, {2, pade_2}, {5, pade_5}, {12, pade_12}, {31, pade_31}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        size_t n = cases[c].order;
        sinew_complex poles[31];
        sinew_system *system = pade(1, n);
        cr_assert_eq(sinew_system_poles(system, poles, &error), SINEW_OK);
        for (size_t i = 0; i < (n + 1) / 2; i++) {
            double complex must = sinew_cmplx(cases[c].poles[2 * i], cases[c].poles[2 * i + 1]);
            double nearest = INFINITY;
            for (size_t k = 0; k < n; k++)
                nearest = fmin(nearest, cabs(sinew_cmplx(poles[k].re, poles[k].im) - must));
            cr_assert_leq(nearest, 0x1p-52 * cabs(must), "order %zu pole %zu: %g", n, i, nearest);
        }
        sinew_system_free(system);
    }
}

/* At a root y''/y' = 2 (s + n) / s, which the vectors do not reach: the residual of the equations
 * that a root's error is at most 1.5 n times as large as. */
Test(pade, all_orders_have_their_roots)
{
    for (size_t n = 1; n <= SINEW_PADE_ORDER_MAX; n++) {
        long double complex s[SINEW_PADE_ORDER_MAX], product = 1;
        cr_assert_eq(sinew_bessel_roots(s, n, &error), SINEW_OK, "order %zu: %s", n, error.text);
        long double sum = 0;
        for (size_t i = 0; i < n; i++) {
            cr_assert(s[i] == conjl(s[n - 1 - i]) && creall(s[i]) < 0, "order %zu", n);
            cr_assert(i == 0 || cimagl(s[i]) < cimagl(s[i - 1]), "order %zu", n);
            sum += creall(s[i]);
            product *= s[i] / (2 * (long double)i + 1); /* theta_n(0) = 1 3 5 ... (2n - 1) */
        }
        cr_assert_float_eq(sum, -(long double)(n * (n + 1)) / 2, 1e-16L * (long double)(n * n));
        cr_assert_float_eq(cabsl(product), 1, 1e-15L, "order %zu: %Lg", n, cabsl(product) - 1);
    }
}

/* The first term of e^(-jx) that is not in the approximant: x^(2n+1) n!^2 / ((2n)! (2n+1)!) */
static double first_error(size_t order, double x)
{
    double n = (double)order;
    return pow(x, 2 * n + 1) * exp(2 * lgamma(n + 1) - lgamma(2 * n + 1) - lgamma(2 * n + 2));
}

Test(pade, is_an_all_pass_with_the_phase_of_its_delay)
{
    const double delay_s = 1e-3;
    for (size_t order = 1; order <= 40; order += 3) {
        sinew_system *system = pade(delay_s, order);
        sinew_complex poles[40], zeros[40], h;
        size_t n;
        cr_assert_eq(sinew_system_poles(system, poles, &error), SINEW_OK);
        cr_assert_eq(sinew_system_zeros(system, zeros, &n, &error), SINEW_OK);
        cr_assert_eq(n, order);
        for (size_t i = 0; i < n; i++)
            cr_assert(zeros[i].re == -poles[i].re && zeros[i].im == poles[i].im);
        for (double part = 0; part < 1; part += 0.1) {
            double rad = part * (double)order / delay_s;
            cr_assert_eq(sinew_system_response(system, &rad, 1, &h, &error), SINEW_OK);
            cr_assert_float_eq(hypot(h.re, h.im), 1, 1e-14 * (double)order);
            double complex off = sinew_cmplx(h.re, h.im) - cexp(sinew_cmplx(0, -rad * delay_s));
            if (part < 0.75)
                cr_assert_leq(cabs(off),
                              2 * first_error(order, rad * delay_s) + 1e-14 * (double)order,
                              "order %zu at %g: %g", order, part, cabs(off));
        }
        sinew_system_free(system);
    }
}

Test(pade, stays_an_all_pass_when_it_is_sampled)
{
    sinew_system *system = pade(1e-3, 24);
    sinew_discretization *d;
    sinew_discretize_opts opts = {.rate_hz = 48000, .method = SINEW_METHOD_BILINEAR};
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
    for (double rad = 0; rad < 150000; rad += 1111) {
        sinew_complex h;
        cr_assert_eq(sinew_discretization_response(d, &rad, 1, &h, &error), SINEW_OK);
        cr_assert_float_eq(hypot(h.re, h.im), 1, 1e-13);
    }
    sinew_discretization_free(d);
    sinew_system_free(system);
}

Test(pade, what_is_no_delay_is_refused)
{
    sinew_system *system;
    const double delays[] = {0, -1, NAN, INFINITY};
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(sinew_system_new_delay_pade(&system, delays[i], 3, &error), SINEW_ERR_DATA);
        cr_assert_null(system);
    }
    cr_assert_eq(sinew_system_new_delay_pade(&system, 1, 0, &error), SINEW_ERR_DATA);
    cr_assert_eq(sinew_system_new_delay_pade(&system, 1, 129, &error), SINEW_ERR_DATA);
    cr_assert(strstr(error.text, "order 129"));
}
