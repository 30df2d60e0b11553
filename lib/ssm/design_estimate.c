/* The least order that reaches a goal, and the edges for it: the formulas of the textbooks, with
 * scipy's conventions (buttord, cheb1ord, cheb2ord, ellipord).
 *
 * A band is brought to the low-pass it is made of, with its pass band's edge at 1 and its stop
 * band's at `stop` > 1; the family then says how many orders that takes. */
#include <math.h>

#include "base/error.h"
#include "base/hash.h"
#include "math/elliptic.h"
#include "ssm/design.h"

typedef struct demand {
    const sinew_design_goal *goal;
    long double pass[2], stop[2]; /* in Hz, or where the bilinear rule wants them, in 1/T */
    long double least;            /* the low-pass's stop band's edge, less 1: > 0 */
} demand;

static bool is_digital(const demand *d)
{
    return d->goal->rate_hz > 0;
}

static long double warped(const demand *d, double hz)
{
    if (!is_digital(d))
        return hz;
    sinew_quarter at = sinew_quarter_of(2 * (long double)hz, d->goal->rate_hz);
    return sinew_quarter_sin(at) / sinew_quarter_cos(at);
}

static double unwarped(const demand *d, long double f)
{
    return (double)(is_digital(d) ? atanl(f) / SINEW_PI_L * d->goal->rate_hz : f);
}

/* ---- the band's low-pass ---- */

/* Where a band-stop's stop band is: |s (p1 - p0) / (s^2 - p0 p1)| at both of its edges; the nearer
 * one asks for the higher order. They ask for the same where p0 p1 = s0 s1, and moving one edge of
 * the pass band inwards until that holds is the best that can be done: moved any further or from
 * any other place, an edge makes the nearer one nearer. (scipy looks for this place by trial.) */
static void symmetrize(demand *d)
{
    long double product = d->stop[0] * d->stop[1];
    if (d->pass[0] * d->pass[1] < product)
        d->pass[0] = product / d->pass[1];
    else
        d->pass[1] = product / d->pass[0];
}

/* The stop band's edge less 1, as a difference of edges: both may be close. */
static long double beyond(const demand *d)
{
    const long double *p = d->pass, *s = d->stop;
    switch (d->goal->band) {
    case SINEW_BAND_LOWPASS:
        return (s[0] - p[0]) / p[0];
    case SINEW_BAND_HIGHPASS:
        return (p[0] - s[0]) / s[0];
    case SINEW_BAND_PASS: /* (p0 p1 - s^2) / (s (p1 - p0)) - 1 = (p0 - s) (p1 + s) / ..., s < p0 */
        return fminl((p[0] - s[0]) * (p[1] + s[0]) / (s[0] * (p[1] - p[0])),
                     (s[1] - p[1]) * (s[1] + p[0]) / (s[1] * (p[1] - p[0])));
    default: /* symmetric: (p1 - p0) / (s1 - s0) */
        return ((p[1] - s[1]) + (s[0] - p[0])) / (s[1] - s[0]);
    }
}

/* ---- orders ---- */

/* acosh(1 + x) without the loss of 1 + x: 2 asinh(sqrt(x / 2)) */
static long double acosh_beyond(long double x)
{
    return 2 * asinhl(sqrtl(x / 2));
}

static long double elliptic_order(const sinew_design_goal *g, long double beyond_1)
{
    long double stop = 1 + beyond_1;
    sinew_modulus k = {1 / stop, sqrtl(beyond_1 * (1 + stop)) / stop};
    sinew_modulus k1 = sinew_elliptic_selectivity(g->ripple_db, g->attenuation_db);
    return sinew_modulus_log_nome(k1) / sinew_modulus_log_nome(k);
}

/* A real number: all families but Bessel. */
static long double order(const demand *d)
{
    const sinew_design_goal *g = d->goal;
    long double pass = sinew_ripple_square(g->ripple_db);
    long double stop = sinew_ripple_square(g->attenuation_db);
    switch (g->family) {
    case SINEW_FAMILY_BUTTERWORTH:
        return logl(stop / pass) / (2 * log1pl(d->least));
    case SINEW_FAMILY_ELLIPTIC:
        return elliptic_order(g, d->least);
    default:
        return acoshl(sqrtl(stop / pass)) / acosh_beyond(d->least);
    }
}

/* Bessel filters come ever nearer to a Gaussian as the order grows, and no nearer to a corner. */
static sinew_status bessel_order(uint32_t *out, const demand *d, sinew_error *error)
{
    const sinew_design_goal *g = d->goal;
    long double loss = 0;
    for (uint32_t n = 1; n <= SINEW_DESIGN_ORDER_MAX; n++) {
        loss = sinew_bessel_loss_db(n, g->ripple_db, 1 + d->least);
        if (loss >= g->attenuation_db * (1 - 1e-10L)) {
            *out = n;
            return SINEW_OK;
        }
    }
    return sinew_fail(error, SINEW_ERR_DATA,
                      "no Bessel filter does that: one that loses %g dB at the pass band's edge "
                      "loses %.3g dB at the stop band's, and %g dB are wanted",
                      g->ripple_db, (double)loss, g->attenuation_db);
}

/* An order that is whole but for rounding is whole. */
static sinew_status whole_order(uint32_t *out, const demand *d, sinew_error *error)
{
    if (d->goal->family == SINEW_FAMILY_BESSEL)
        return bessel_order(out, d, error);
    long double n = ceill(order(d) * (1 - 1e-10L));
    if (!(n <= SINEW_DESIGN_ORDER_MAX))
        return sinew_fail(error, SINEW_ERR_DATA, "that takes an order of %.6g: at most %d",
                          (double)n, SINEW_DESIGN_ORDER_MAX);
    *out = n > 1 ? (uint32_t)n : 1;
    return SINEW_OK;
}

/* ---- edges ---- */

/* The edge of the family's low-pass that loses ripple_db at 1. */
static long double natural_edge(const sinew_design_goal *g, uint32_t n)
{
    long double pass = sinew_ripple_square(g->ripple_db);
    switch (g->family) {
    case SINEW_FAMILY_BUTTERWORTH:
        return powl(pass, -0.5L / n);
    case SINEW_FAMILY_CHEBYSHEV2:
        return coshl(acoshl(sqrtl(sinew_ripple_square(g->attenuation_db) / pass)) / n);
    case SINEW_FAMILY_BESSEL:
        return sinew_bessel_edge(n, g->norm, g->ripple_db);
    default:
        return 1;
    }
}

/* The band's edges where its low-pass has its edge at e: the w > 0 that the substitution takes to
 * e, both with the product p0 p1. */
static void put_edges(sinew_design *out, const demand *d, long double e)
{
    const long double *p = d->pass;
    long double half = (p[1] - p[0]) / 2, center = sqrtl(p[0]) * sqrtl(p[1]), high = 0;
    switch (d->goal->band) {
    case SINEW_BAND_LOWPASS:
        out->edges_hz[0] = unwarped(d, p[0] * e);
        return;
    case SINEW_BAND_HIGHPASS:
        out->edges_hz[0] = unwarped(d, p[0] / e);
        return;
    case SINEW_BAND_PASS:
        high = half * e + hypotl(half * e, center);
        break;
    case SINEW_BAND_STOP:
        high = half / e + hypotl(half / e, center);
        break;
    }
    out->edges_hz[0] = unwarped(d, e == 1 ? p[0] : center / high * center);
    out->edges_hz[1] = unwarped(d, e == 1 ? p[1] : high);
}

sinew_status sinew_design_estimate(sinew_design *out, const sinew_design_goal *goal,
                                   sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = (sinew_design){0};
    sinew_status status = sinew_design_goal_check(goal, error);
    if (status)
        return status;
    demand d = {.goal = goal};
    bool two = goal->band == SINEW_BAND_PASS || goal->band == SINEW_BAND_STOP;
    for (int i = 0; i < (two ? 2 : 1); i++) {
        d.pass[i] = warped(&d, goal->pass_hz[i]);
        d.stop[i] = warped(&d, goal->stop_hz[i]);
    }
    if (goal->band == SINEW_BAND_STOP)
        symmetrize(&d);
    d.least = beyond(&d);
    uint32_t n = 0;
    status = whole_order(&n, &d, error);
    if (status)
        return status;
    sinew_design design = {.family = goal->family, .band = goal->band, .order = n};
    if (sinew_family_has_ripple(goal->family))
        design.ripple_db = goal->ripple_db;
    if (sinew_family_has_attenuation(goal->family))
        design.attenuation_db = goal->attenuation_db;
    if (goal->family == SINEW_FAMILY_BESSEL)
        design.norm = goal->norm;
    put_edges(&design, &d, natural_edge(goal, n));
    *out = design;
    return SINEW_OK;
}

sinew_status sinew_system_new_goal(sinew_system **out, const sinew_design_goal *goal,
                                   sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    sinew_design design;
    *out = NULL;
    sinew_status status = sinew_design_estimate(&design, goal, error);
    if (!status)
        status = sinew_system_new_design(out, &design, error);
    if (status)
        return status;
    bool two = sinew_design_has_two_edges(&design);
    uint64_t asked = sinew_hash(SINEW_HASH_START, "goal", 4);
    asked = sinew_hash_count(asked, (uint64_t)goal->family);
    asked = sinew_hash_count(asked, (uint64_t)goal->band);
    asked = sinew_hash_count(asked, (uint64_t)design.norm);
    asked = sinew_hash_numbers(asked, goal->pass_hz, two ? 2 : 1);
    asked = sinew_hash_numbers(asked, goal->stop_hz, two ? 2 : 1);
    const double levels[] = {goal->ripple_db, goal->attenuation_db, goal->rate_hz};
    (*out)->asked = sinew_hash_numbers(asked, levels, 3);
    return SINEW_OK;
}
