/* lib/ssm/design_estimate.c: against scipy, and that the answer reaches the goal. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "../vectors/estimate_vectors.h"
#include "sinew/discretization.h"
#include "ssm/design.h"

static sinew_error error;

static void refused(sinew_status status, sinew_status expected, const char *words)
{
    cr_assert_eq(status, expected, "%s", error.text);
    cr_assert(strstr(error.text, words), "\"%s\" does not say \"%s\"", error.text, words);
}

static bool has_two_edges(const sinew_design_goal *g)
{
    return g->band == SINEW_BAND_PASS || g->band == SINEW_BAND_STOP;
}

/* scipy's band-stop looks for its edge with a tolerance of 1e-5 of what it started with. */
Test(estimate, orders_and_edges_are_those_of_scipy)
{
    for (size_t i = 0; i < sizeof estimate_vectors / sizeof *estimate_vectors; i++) {
        const estimate_vector *v = &estimate_vectors[i];
        sinew_design d;
        double allowed = v->goal.band == SINEW_BAND_STOP ? 2e-3 : 1e-12;
        cr_assert_eq(sinew_design_estimate(&d, &v->goal, &error), SINEW_OK, "%s", error.text);
        cr_expect_eq(d.order, v->order, "case %zu: %u for %u", i, d.order, v->order);
        for (int k = 0; k < (has_two_edges(&v->goal) ? 2 : 1); k++)
            cr_expect(fabs(d.edges_hz[k] / v->edges_hz[k] - 1) < allowed,
                      "case %zu: %.17g for %.17g", i, d.edges_hz[k], v->edges_hz[k]);
    }
}

/* The loss at `hz` of the analogue filter, or of the one that the bilinear rule makes of it. */
static double loss_db(const sinew_system *system, double rate_hz, double hz)
{
    sinew_complex h;
    double rad = 2 * M_PI * hz;
    if (rate_hz > 0) {
        sinew_discretization *z;
        sinew_discretize_opts opts = {.rate_hz = rate_hz, .method = SINEW_METHOD_BILINEAR};
        cr_assert_eq(sinew_discretize(&z, system, &opts, &error), SINEW_OK, "%s", error.text);
        cr_assert_eq(sinew_discretization_response(z, &rad, 1, &h, &error), SINEW_OK);
        sinew_discretization_free(z);
    } else
        cr_assert_eq(sinew_system_response(system, &rad, 1, &h, &error), SINEW_OK);
    return -20 * log10(hypot(h.re, h.im));
}

static void reaches(const sinew_design_goal *g)
{
    sinew_system *system;
    sinew_status status = sinew_system_new_goal(&system, g, &error);
    if (status == SINEW_ERR_NUMERIC || (status && g->family == SINEW_FAMILY_BESSEL))
        return;
    cr_assert_eq(status, SINEW_OK, "%s", error.text);
    double least = HUGE_VAL, most = 0;
    for (int i = 0; i < (has_two_edges(g) ? 2 : 1); i++) {
        most = fmax(most, loss_db(system, g->rate_hz, g->pass_hz[i]));
        least = fmin(least, loss_db(system, g->rate_hz, g->stop_hz[i]));
    }
    cr_expect(most <= g->ripple_db * (1 + 1e-6), "family %d band %d: %.17g in the pass band",
              g->family, g->band, most);
    /* exact at one edge at least; a band-stop's other one has been moved */
    cr_expect(most >= g->ripple_db * (1 - 1e-6), "family %d band %d: %.17g in the pass band",
              g->family, g->band, most);
    cr_expect(least >= g->attenuation_db - 1e-6, "family %d band %d: %.17g in the stop band",
              g->family, g->band, least);
    sinew_system_free(system);
}

Test(estimate, the_goal_is_reached)
{
    for (size_t i = 0; i < sizeof estimate_vectors / sizeof *estimate_vectors; i++)
        reaches(&estimate_vectors[i].goal);
    for (size_t i = 0; i < sizeof estimate_vectors / sizeof *estimate_vectors; i++) {
        sinew_design_goal g = estimate_vectors[i].goal;
        if (g.family != SINEW_FAMILY_BUTTERWORTH)
            break;
        g.family = SINEW_FAMILY_BESSEL;
        g.norm = (sinew_bessel_norm)(i % 3);
        reaches(&g);
    }
}

/* What a filter of order n does is a goal that order n reaches, its own edges come back, and no
 * lower order would have done. */
Test(estimate, a_filter_is_its_own_least)
{
    for (int family = 0; family <= SINEW_FAMILY_BESSEL; family++)
        for (int band = 0; band <= SINEW_BAND_STOP; band++)
            for (uint32_t n = 1; n <= 12; n++) {
                sinew_design d = {.family = (sinew_family)family,
                                  .band = (sinew_band)band,
                                  .order = n,
                                  .edges_hz = {1000, 3000},
                                  .ripple_db = 0.5,
                                  .attenuation_db = 60},
                             back;
                sinew_design_goal g = {
                    .family = d.family, .band = d.band, .ripple_db = 0.5, .attenuation_db = 60};
                /* at these places of the low-pass the losses are those of the goal */
                long double pass = sinew_ripple_square(0.5), stop = sinew_ripple_square(60), p = 1,
                            s = 1;
                if (family == SINEW_FAMILY_BUTTERWORTH) {
                    p = powl(pass, 0.5L / n);
                    s = powl(stop, 0.5L / n);
                } else if (family == SINEW_FAMILY_BESSEL) {
                    p = 1 / sinew_bessel_edge(n, SINEW_NORM_PHASE, 0.5);
                    s = 1 / sinew_bessel_edge(n, SINEW_NORM_PHASE, 60);
                } else if (family == SINEW_FAMILY_ELLIPTIC) {
                    s = 1 / sinew_modulus_of_nome(
                                sinew_modulus_log_nome(sinew_elliptic_selectivity(0.5, 60)) / n)
                                .k;
                } else {
                    s = coshl(acoshl(sqrtl(stop / pass)) / n);
                }
                if (family == SINEW_FAMILY_CHEBYSHEV2) {
                    p = 1 / s;
                    s = 1;
                }
                const long double at[2] = {p, s};
                double(*into[2])[2] = {&g.pass_hz, &g.stop_hz};
                for (int i = 0; i < 2; i++) {
                    double x = (double)at[i], half = 1000 * (band == SINEW_BAND_STOP ? 1 / x : x);
                    double far = half + hypot(half, sqrt(3e6));
                    (*into[i])[0] = band == SINEW_BAND_LOWPASS    ? 1000 * x
                                    : band == SINEW_BAND_HIGHPASS ? 1000 / x
                                                                  : 3e6 / far;
                    (*into[i])[1] = far;
                }
                cr_assert_eq(sinew_design_estimate(&back, &g, &error), SINEW_OK, "%s", error.text);
                cr_expect_eq(back.order, n, "family %d band %d: %u for %u", family, band,
                             back.order, n);
                for (int i = 0; i < (has_two_edges(&g) ? 2 : 1); i++)
                    cr_expect(fabs(back.edges_hz[i] / d.edges_hz[i] - 1) < 1e-9,
                              "family %d band %d order %u: %.17g", family, band, n,
                              back.edges_hz[i]);
                g.attenuation_db *= 1 + 1e-6; /* a little more, and it takes one more */
                sinew_status status = sinew_design_estimate(&back, &g, &error);
                cr_expect(family == SINEW_FAMILY_BESSEL ? status || back.order > n
                                                        : !status && back.order == n + 1,
                          "family %d band %d: %u for more than %u", family, band, back.order, n);
            }
}

Test(estimate, what_cannot_be_is_refused)
{
    sinew_design d;
    sinew_design_goal g = {
        .pass_hz = {100}, .stop_hz = {200}, .ripple_db = 1, .attenuation_db = 40};
    refused(sinew_design_estimate(&d, NULL, &error), SINEW_ERR_ARGUMENT, "no goal");
    g.stop_hz[0] = 100;
    refused(sinew_design_estimate(&d, &g, &error), SINEW_ERR_DATA, "pass_hz must be below stop_hz");
    g.stop_hz[0] = 100.5;
    refused(sinew_design_estimate(&d, &g, &error), SINEW_ERR_DATA, "at most 128");
    g.band = SINEW_BAND_HIGHPASS;
    refused(sinew_design_estimate(&d, &g, &error), SINEW_ERR_DATA, "stop_hz must be below");
    g = (sinew_design_goal){.band = SINEW_BAND_PASS,
                            .pass_hz = {100, 200},
                            .stop_hz = {110, 300},
                            .ripple_db = 1,
                            .attenuation_db = 40};
    refused(sinew_design_estimate(&d, &g, &error), SINEW_ERR_DATA, "pass_hz must lie between");
    g.band = SINEW_BAND_STOP;
    refused(sinew_design_estimate(&d, &g, &error), SINEW_ERR_DATA, "stop_hz must lie between");
    g.stop_hz[1] = 150;
    g.attenuation_db = 1;
    refused(sinew_design_estimate(&d, &g, &error), SINEW_ERR_DATA, "above ripple_db");
    g.attenuation_db = 40;
    g.rate_hz = 400;
    refused(sinew_design_estimate(&d, &g, &error), SINEW_ERR_DATA, "below half the rate");
    g.rate_hz = -1;
    refused(sinew_design_estimate(&d, &g, &error), SINEW_ERR_DATA, "rate_hz");
    g = (sinew_design_goal){.family = SINEW_FAMILY_BESSEL,
                            .pass_hz = {100},
                            .stop_hz = {200},
                            .ripple_db = 1,
                            .attenuation_db = 40};
    refused(sinew_design_estimate(&d, &g, &error), SINEW_ERR_DATA, "no Bessel filter does that");
    cr_assert_eq(d.order, 0);
}
