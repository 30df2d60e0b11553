/* lib/ssm/design*.c: classic filters against 150 digits, and against what defines them. */
#include <complex.h>
#include <float.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../vectors/design_vectors.h"
#include "math/complex.h"
#include "math/elliptic.h"
#include "ssm/design.h"

static sinew_error error;

static void refused(sinew_status status, sinew_status expected, const char *words)
{
    cr_assert_eq(status, expected, "%s", error.text);
    cr_assert(strstr(error.text, words), "\"%s\" does not say \"%s\"", error.text, words);
}

static sinew_system *make(const sinew_design *d)
{
    sinew_system *system;
    cr_assert_eq(sinew_system_new_design(&system, d, &error), SINEW_OK, "%s", error.text);
    return system;
}

static double complex at(const sinew_system *system, double hz)
{
    sinew_complex h;
    double rad = 2 * M_PI * hz;
    cr_assert_eq(sinew_system_response(system, &rad, 1, &h, &error), SINEW_OK, "%s", error.text);
    return sinew_cmplx(h.re, h.im);
}

static double loss_db(const sinew_system *system, double hz)
{
    return -20 * log10(cabs(at(system, hz)));
}

/* ---- against 150 digits ---- */

static double part_error(double got, double want)
{
    return want == 0 ? fabs(got) : fabs(got - want) / fabs(want);
}

/* The largest relative error of any real or imaginary part; HUGE_VAL for a wrong number. */
static double roots_error(const double complex *got, size_t n_got, const double *want,
                          size_t n_want)
{
    bool taken[256] = {false};
    double worst = 0;
    size_t upper = 0;
    for (size_t i = 0; i < n_got; i++)
        upper += cimag(got[i]) >= 0;
    if (upper != n_want)
        return HUGE_VAL;
    for (size_t i = 0; i < n_want; i++) {
        double complex truth = sinew_cmplx(want[2 * i], want[2 * i + 1]);
        size_t best = n_got;
        for (size_t j = 0; j < n_got; j++)
            if (!taken[j] && cimag(got[j]) >= 0 &&
                (best == n_got || cabs(got[j] - truth) < cabs(got[best] - truth)))
                best = j;
        taken[best] = true;
        worst = fmax(worst, part_error(creal(got[best]), creal(truth)));
        worst = fmax(worst, part_error(cimag(got[best]), cimag(truth)));
    }
    return worst;
}

static void compare(const design_vector *v, double allowed)
{
    sinew_zpk zpk;
    const sinew_design *d = &v->design;
    sinew_edges edges = v->step_s > 0 ? sinew_edges_prewarped(d->edges_hz, v->step_s)
                                      : sinew_edges_analogue(d->edges_hz);
    cr_assert_eq(sinew_design_zpk(&zpk, d, &edges, &error), SINEW_OK, "%s", error.text);
    double poles = roots_error(zpk.poles, zpk.n_poles, v->poles, v->n_poles);
    double zeros = roots_error(zpk.zeros, zpk.n_zeros, v->zeros, v->n_zeros);
    double gain = part_error(ldexp(zpk.gain, zpk.exponent - v->exponent), v->gain);
    cr_expect(poles <= allowed && zeros <= allowed && gain <= allowed,
              "family %d band %d order %u edges %g %g levels %g %g norm %d step %g: "
              "poles %g, zeros %g, gain %g",
              d->family, d->band, d->order, d->edges_hz[0], d->edges_hz[1], d->ripple_db,
              d->attenuation_db, d->norm, v->step_s, poles, zeros, gain);
    sinew_zpk_finish(&zpk);
}

Test(design, zeros_poles_and_gain_are_right_to_the_last_digit)
{
    for (size_t i = 0; i < sizeof design_vectors / sizeof *design_vectors; i++)
        compare(&design_vectors[i], LDBL_MANT_DIG > 53 ? 3e-16 : 1e-12);
}

/* theta_n(s) = theta_n(0) (1 + s + ...) = s^n + n (n + 1) / 2 s^(n-1) + ..., theta_n(0) = 1 3 5 ..
 */
Test(design, bessel_of_every_order)
{
    for (uint32_t n = 1; n <= SINEW_DESIGN_ORDER_MAX; n++) {
        sinew_prototype p;
        sinew_design d = {.family = SINEW_FAMILY_BESSEL, .order = n, .norm = SINEW_NORM_DELAY};
        cr_assert_eq(sinew_prototype_make(&p, &d, &error), SINEW_OK, "%s", error.text);
        double sum = 0, inverse = 0, log_product = 0;
        for (uint32_t k = 0; k < (n + 1) / 2; k++) {
            sinew_root pole = p.poles[k];
            double both = cimagl(pole) != 0 ? 2 : 1;
            cr_assert(creall(pole) < 0 && (cimagl(pole) != 0) == (2 * k + 1 != n));
            sum += both * (double)creall(pole);
            inverse += both * (double)creall(1 / pole);
            log_product += both * (double)logl(cabsl(pole));
        }
        for (uint32_t k = 1; k <= n; k++)
            log_product -= log(2 * k - 1);
        cr_assert_float_eq(sum / (n * (n + 1) / 2.0), -1, 1e-14, "order %u", n);
        cr_assert_float_eq(inverse, -1, 1e-13, "order %u: %.17g", n, inverse);
        cr_assert_float_eq(log_product / n, 0, 1e-14 * log(n + 1), "order %u", n);
    }
}

/* ---- against what defines them ---- */

Test(design, the_edges_are_what_their_family_says)
{
    const uint32_t orders[] = {1, 2, 3, 4, 6, 9, 12, 24};
    for (size_t k = 0; k < sizeof orders / sizeof *orders; k++)
        for (int family = 0; family <= SINEW_FAMILY_ELLIPTIC; family++)
            for (int band = 0; band <= SINEW_BAND_STOP; band++) {
                sinew_design d = {.family = (sinew_family)family,
                                  .band = (sinew_band)band,
                                  .order = orders[k],
                                  .edges_hz = {1000, 2300},
                                  .ripple_db = 0.2,
                                  .attenuation_db = 70};
                sinew_system *system = make(&d);
                double want = family == SINEW_FAMILY_BUTTERWORTH  ? 10 * log10(2)
                              : family == SINEW_FAMILY_CHEBYSHEV2 ? 70
                                                                  : 0.2;
                for (int i = 0; i < (sinew_design_has_two_edges(&d) ? 2 : 1); i++)
                    cr_expect_float_eq(loss_db(system, d.edges_hz[i]), want, 1e-8 * want,
                                       "family %d band %d order %u edge %d: %.17g", family, band,
                                       orders[k], i, loss_db(system, d.edges_hz[i]));
                sinew_system_free(system);
            }
}

/* Over a fine grid the pass band loses 0 to ripple_db, both of them reached, and beyond the first
 * place that loses attenuation_db nothing loses less. */
static void equiripple(const sinew_design *d, double *deepest, double *highest)
{
    sinew_system *system = make(d);
    bool stopped = false;
    *deepest = 0;
    *highest = HUGE_VAL;
    for (int i = 1; i < 20000; i++) {
        double x = i / 5000.0, loss = loss_db(system, d->edges_hz[0] * x);
        stopped = stopped || loss >= d->attenuation_db;
        if (x < 1)
            *deepest = fmax(*deepest, loss);
        if (x < 1)
            cr_assert(loss > -1e-11, "%.17g at %g", loss, x);
        if (stopped)
            *highest = fmin(*highest, loss);
    }
    cr_assert(stopped);
    sinew_system_free(system);
}

Test(design, ripples_are_as_high_as_asked_for)
{
    for (uint32_t order = 3; order <= 11; order++) {
        double deepest, highest;
        sinew_design d = {.family = SINEW_FAMILY_ELLIPTIC,
                          .order = order,
                          .edges_hz = {50},
                          .ripple_db = 0.5,
                          .attenuation_db = 45};
        equiripple(&d, &deepest, &highest);
        cr_expect(deepest <= 0.5 + 1e-12 && deepest > 0.49, "order %u: %g", order, deepest);
        cr_expect(highest >= 45 - 1e-9 && highest < 45.1, "order %u: %g", order, highest);
    }
}

static uint64_t seed = 3;

static double between(double low, double high) /* splitmix64 (Steele, Lea, Flood 2014) */
{
    uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return low + (high - low) * (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static sinew_design random_design(void)
{
    double low = pow(10, between(-6, 9)), level = between(-10, 3), more = between(level, 3);
    return (sinew_design){.family = (sinew_family)between(0, 5),
                          .band = (sinew_band)between(0, 4),
                          .order = 1 + (uint32_t)pow(127, between(0, 1)),
                          .edges_hz = {low, low * (1 + pow(10, between(-9, 6)))},
                          .ripple_db = pow(10, level),
                          .attenuation_db = pow(10, more),
                          .norm = (sinew_bessel_norm)between(0, 3)};
}

/* How far a change of the last digit of every zero, pole, factor and of s moves log H. */
static double sensitivity(const sinew_zpk *zpk, double complex s)
{
    double sum = 1 + (double)(zpk->n_poles + zpk->n_zeros);
    for (size_t i = 0; i < zpk->n_poles; i++)
        sum += 2 * cabs(s) / cabs(s - zpk->poles[i]);
    for (size_t i = 0; i < zpk->n_zeros; i++)
        sum += 2 * cabs(s) / cabs(s - zpk->zeros[i]);
    return sum;
}

Test(design, whatever_is_not_refused_is_a_filter)
{
    int made = 0;
    for (int round = 0; round < 4000; round++) {
        sinew_design d = random_design();
        sinew_system *system;
        if (sinew_system_new_design(&system, &d, &error)) {
            cr_assert(error.status == SINEW_ERR_NUMERIC && d.family == SINEW_FAMILY_ELLIPTIC, "%s",
                      error.text);
            continue;
        }
        made++;
        for (size_t i = 0; i < system->zpk.n_poles; i++)
            cr_assert(creal(system->zpk.poles[i]) < 0 && isfinite(cabs(system->zpk.poles[i])));
        for (size_t i = 0; i < system->zpk.n_zeros; i++)
            cr_assert(creal(system->zpk.zeros[i]) == 0 && isfinite(cimag(system->zpk.zeros[i])));
        double want = d.family == SINEW_FAMILY_BUTTERWORTH  ? 10 * log10(2)
                      : d.family == SINEW_FAMILY_CHEBYSHEV2 ? d.attenuation_db
                                                            : d.ripple_db;
        for (int i = 0; i < (sinew_design_has_two_edges(&d) ? 2 : 1); i++) {
            double complex s = sinew_cmplx(0, 2 * M_PI * d.edges_hz[i]);
            double got = loss_db(system, d.edges_hz[i]);
            double allowed = 10 * DBL_EPSILON * (sensitivity(&system->zpk, s) + want);
            if (d.family != SINEW_FAMILY_BESSEL)
                cr_expect(fabs(got - want) <= allowed, "round %d: %g for %g, within %g", round, got,
                          want, allowed);
        }
        sinew_system_free(system);
    }
    cr_assert(made > 3500, "%d", made);
}

Test(design, bessel_norms)
{
    for (uint32_t order = 1; order <= 30; order += 3) {
        sinew_design d = {.family = SINEW_FAMILY_BESSEL, .order = order, .edges_hz = {100}};
        d.norm = SINEW_NORM_MAGNITUDE;
        sinew_system *system = make(&d);
        cr_expect_float_eq(loss_db(system, 100), 10 * log10(2), 1e-12);
        sinew_system_free(system);
        d.norm = SINEW_NORM_DELAY; /* phase -w / (2 pi 100) near 0 */
        system = make(&d);
        cr_expect_float_eq(carg(at(system, 1e-3)), -1e-5, 1e-14);
        sinew_system_free(system);
        d.norm = SINEW_NORM_PHASE; /* |H| -> (100 / f)^n */
        system = make(&d);
        cr_expect_float_eq(cabs(at(system, 1e8)) * pow(1e6, order), 1, 1e-6);
        sinew_system_free(system);
    }
}

Test(design, what_is_no_design_is_refused)
{
    sinew_system *system = NULL;
    sinew_design d = {.family = SINEW_FAMILY_CHEBYSHEV1, .order = 4, .edges_hz = {100}};
    refused(sinew_system_new_design(&system, NULL, &error), SINEW_ERR_ARGUMENT, "no design");
    refused(sinew_system_new_design(&system, &d, &error), SINEW_ERR_DATA, "ripple_db is 0");
    d.ripple_db = NAN;
    refused(sinew_system_new_design(&system, &d, &error), SINEW_ERR_DATA, "ripple_db is nan");
    d = (sinew_design){.family = SINEW_FAMILY_CHEBYSHEV2, .order = 4, .edges_hz = {100}};
    d.attenuation_db = 1001;
    refused(sinew_system_new_design(&system, &d, &error), SINEW_ERR_DATA, "attenuation_db is 1001");
    d = (sinew_design){.family = SINEW_FAMILY_ELLIPTIC, .order = 4, .edges_hz = {100}};
    d.ripple_db = d.attenuation_db = 3;
    refused(sinew_system_new_design(&system, &d, &error), SINEW_ERR_DATA, "above ripple_db");
    d.order = 60;
    d.attenuation_db = 20;
    refused(sinew_system_new_design(&system, &d, &error), SINEW_ERR_NUMERIC, "no double holds");
    d = (sinew_design){.family = SINEW_FAMILY_BESSEL, .order = 4, .edges_hz = {100}};
    d.norm = (sinew_bessel_norm)3;
    refused(sinew_system_new_design(&system, &d, &error), SINEW_ERR_ARGUMENT, "norm");
    d.family = (sinew_family)5;
    refused(sinew_system_new_design(&system, &d, &error), SINEW_ERR_ARGUMENT, "family");
    cr_assert_null(system);
}

Test(design, what_has_no_use_is_not_looked_at)
{
    sinew_design d = {.order = 4, .edges_hz = {100, NAN}, .ripple_db = NAN, .norm = 7};
    sinew_design plain = {.order = 4, .edges_hz = {100}};
    sinew_system *a = make(&d), *b = make(&plain);
    cr_assert_eq(a->asked, b->asked);
    cr_assert(at(a, 77) == at(b, 77));
    sinew_system_free(a);
    sinew_system_free(b);
}

Test(design, what_was_asked_for_tells_designs_apart)
{
    sinew_design d[6];
    for (int i = 0; i < 6; i++)
        d[i] = (sinew_design){.family = SINEW_FAMILY_ELLIPTIC,
                              .order = 4,
                              .edges_hz = {100},
                              .ripple_db = 1,
                              .attenuation_db = 50};
    d[1].ripple_db = 2;
    d[2].attenuation_db = 51;
    d[3].family = SINEW_FAMILY_CHEBYSHEV1;
    d[4].family = d[5].family = SINEW_FAMILY_BESSEL;
    d[5].norm = SINEW_NORM_DELAY;
    uint64_t asked[6];
    for (int i = 0; i < 6; i++) {
        sinew_system *system = make(&d[i]);
        asked[i] = system->asked;
        sinew_system_free(system);
        for (int j = 0; j < i; j++)
            cr_assert_neq(asked[i], asked[j], "%d %d", i, j);
    }
}
