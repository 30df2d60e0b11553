#include "ssm/transfer.h"

#include <float.h>
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "math/scaled.h"
#include "ssm/factor.h"
#include "ssm/opts.h"

typedef long double complex longc;

/* z = e^(2 j half): everything below is made of these two, so that nothing cancels near z = 1 or
 * z = -1. */
typedef struct place {
    long double sin, cos; /* of half the angle */
} place;

/* z - 1 = 2 j sin e^(j half) */
static longc less_one(const place *z)
{
    return sinew_cmplxl(-2 * z->sin * z->sin, 2 * z->sin * z->cos);
}

/* ---- products of factors ---- */

/* s = (z - 1) / (T (alpha z + 1 - alpha)), both over e^(j half); infinite where z is the place of
 * infinity. */
static longc substituted(const place *z, const sinew_step *step)
{
    longc below = sinew_cmplxl(z->cos, (2 * (long double)step->alpha - 1) * z->sin);
    return sinew_cmplxl(0, 2 * z->sin) / ((long double)step->T * below);
}

/* A product of factors x - r on its way. The rounding of x is one for all of them; all others, in
 * units in the last place, do not know of one another. */
typedef struct product {
    sinew_scaled value;
    longc slope; /* d ln value / d ln x */
    long double variance;
    bool finite;
} product;

static void take_factor(product *p, longc x, longc root, bool above)
{
    longc factor = x - root;
    if (factor == 0 && !above)
        p->finite = false;
    if (factor != 0)
        p->slope += (above ? x : -x) / factor;
    p->value.mantissa = above ? p->value.mantissa * factor : p->value.mantissa / factor;
    p->variance += 2;
    sinew_scaled_normalise(&p->value);
}

static product product_of(const sinew_zpk *zpk, longc x)
{
    product p = {.value = {zpk->gain, zpk->exponent}, .finite = isfinite(cabsl(x))};
    for (size_t i = 0; i < zpk->n_poles && p.finite; i++) {
        if (i < zpk->n_zeros)
            take_factor(&p, x, zpk->zeros[i], true);
        take_factor(&p, x, zpk->poles[i], false);
    }
    return p;
}

/* In place of s - r stands (z - 1 - m) / (T phi_1(rT)), m = e^{rT} - 1 = r T phi_1(rT); and for all
 * but one of the zeros at infinity (z + 1) / 2 = cos e^(j half). */
static void take_matched(product *p, longc x, double complex r, longc m, double T, bool above)
{
    longc phi1 = r == 0 ? T : m / r;
    take_factor(p, x, m, above);
    long double part = cabsl(m) / cabsl(x - m);
    p->variance += 2 + 2 * part * part;
    p->value.mantissa = above ? p->value.mantissa / phi1 : p->value.mantissa * phi1;
    sinew_scaled_normalise(&p->value);
}

static product matched_of(const sinew_transfer *t, const place *z)
{
    const sinew_zpk *zpk = &t->zpk;
    longc x = less_one(z), half = z->cos * sinew_cmplxl(z->cos, z->sin);
    product p = {.value = {zpk->gain, zpk->exponent}, .finite = true};
    for (size_t i = 0; i < zpk->n_poles && p.finite; i++) {
        if (i < zpk->n_zeros)
            take_matched(&p, x, zpk->zeros[i], t->matched[zpk->n_poles + i], t->step.T, true);
        else if (i > zpk->n_zeros)
            sinew_scaled_multiply(&p.value, half);
        take_matched(&p, x, zpk->poles[i], t->matched[i], t->step.T, false);
    }
    return p;
}

static void give(longc *out, long double *off, bool *finite, const product *p)
{
    long e = p->value.exponent;
    int exponent = e > 40000 ? 40000 : e < -40000 ? -40000 : (int)e;
    *out = sinew_cmplxl(scalbnl(creall(p->value.mantissa), exponent),
                        scalbnl(cimagl(p->value.mantissa), exponent));
    *finite = p->finite;
    if (off)
        *off = cabsl(*out) * (2 * cabsl(p->slope) + sqrtl(p->variance)) * (LDBL_EPSILON / 2);
}

/* ---- partial fractions ---- */

static const int limbs_of[SINEW_TRANSFER_LEVELS] = {4, 16, 64, SINEW_WIDE_LIMBS_MOST};

static void add_long(sinew_wide *to, long double x, int limbs)
{
    sinew_wide part;
    for (int i = 0; i < 2; i++, x -= (double)x) {
        sinew_wide_set(&part, (double)x, limbs);
        sinew_wide_add(to, to, &part);
    }
}

/* z from where it is near: z - 1 = -2 sin^2 + .., z + 1 = 2 cos^2 + .. */
static void set_place(sinew_widec *out, const place *z, int limbs)
{
    bool slow = fabsl(z->sin) < fabsl(z->cos);
    sinew_widec_set(out, slow ? 1 : -1, limbs);
    add_long(&out->re, slow ? -2 * z->sin * z->sin : 2 * z->cos * z->cos, limbs);
    add_long(&out->im, 2 * z->sin * z->cos, limbs);
}

/* What is nothing to a double is enough, too; but a 0 may be of bits that are all lost. */
static bool is_enough(const sinew_transfer *t, const sinew_widec *h, int64_t bits)
{
    return bits >= t->enough || (!sinew_widec_is_zero(h) && sinew_widec_exponent(h) < -1200);
}

static sinew_status fractions_at(longc *out, bool *finite, sinew_transfer *t, const place *z,
                                 sinew_error *error)
{
    sinew_widec at, h;
    int64_t bits = 0;
    sinew_status status = SINEW_OK;
    *finite = true;
    for (int level = t->first_level; !status && level < SINEW_TRANSFER_LEVELS; level++) {
        sinew_fractions *f = &t->levels[level];
        if (!f->poles)
            status =
                sinew_fractions_init(f, &t->zpk, t->step.method, t->step.T, limbs_of[level], error);
        if (status)
            break;
        set_place(&at, z, f->limbs);
        *finite = sinew_fractions_at(&h, &bits, f, &at);
        if (!*finite || is_enough(t, &h, bits))
            break;
    }
    if (!status && *finite)
        *out = sinew_cmplxl(sinew_wide_get_long(&h.re), sinew_wide_get_long(&h.im));
    return status;
}

/* ---- which ---- */

sinew_status sinew_transfer_at(longc *out, long double *off, bool *finite, sinew_transfer *t,
                               long double angle, sinew_error *error)
{
    place z = {sinl(angle / 2), cosl(angle / 2)};
    /* what is held over a step passes as it is where nothing moves */
    bool still = z.sin == 0 && t->step.method != SINEW_METHOD_IMPULSE;
    product p;
    if (t->rule == SINEW_RULE_HOLD && !still) {
        sinew_status status = fractions_at(out, finite, t, &z, error);
        if (off)
            *off = 0;
        return status;
    }
    p = t->rule == SINEW_RULE_MATCH  ? matched_of(t, &z)
        : t->rule == SINEW_RULE_HOLD ? product_of(&t->zpk, 0)
                                     : product_of(&t->zpk, substituted(&z, &t->step));
    give(out, off, finite, &p);
    return SINEW_OK;
}

/* e^x - 1 */
static longc expm1_of(longc x)
{
    long double half = sinl(cimagl(x) / 2);
    return sinew_cmplxl(expm1l(creall(x)) * cosl(cimagl(x)) - 2 * half * half,
                        expl(creall(x)) * sinl(cimagl(x)));
}

static sinew_status set_matched(sinew_transfer *t, sinew_error *error)
{
    size_t n = t->zpk.n_poles;
    t->matched = sinew_alloc(n + t->zpk.n_zeros, sizeof *t->matched);
    if (!t->matched)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < n + t->zpk.n_zeros; i++) {
        longc r = i < n ? t->zpk.poles[i] : t->zpk.zeros[i - n];
        t->matched[i] = expm1_of(r * (long double)t->step.T);
    }
    return SINEW_OK;
}

/* Those of a long double, what the cut ends of some thousand operations come to, and what an
 * exponential loses of a fast pole. Equal poles are kept apart in bits that the first level does
 * not have. */
static void set_levels(sinew_transfer *t)
{
    const sinew_zpk *zpk = &t->zpk;
    double fastest = 1;
    for (size_t i = 0; i < zpk->n_poles; i++) {
        fastest = fmax(fastest, cabs(zpk->poles[i]) * t->step.T);
        for (size_t j = 0; j < i; j++)
            if (zpk->poles[i] == zpk->poles[j])
                t->first_level = 1;
    }
    t->enough = 80 + (int64_t)ilogb(fastest);
}

sinew_status sinew_transfer_init(sinew_transfer *t, const sinew_discretization *d,
                                 sinew_error *error)
{
    *t = (sinew_transfer){0};
    if (!d->taken || d->inputs != 1 || d->outputs != 1)
        return SINEW_OK;
    t->rule = sinew_method_rule(d->method);
    t->step = sinew_opts_step(&d->asked, d->step_s);
    bool factored = d->taken->factored || t->rule == SINEW_RULE_MATCH;
    t->known =
        factored && (t->rule != SINEW_RULE_HOLD || d->taken->order <= SINEW_FRACTIONS_ORDER_MAX);
    if (!t->known)
        return SINEW_OK;
    sinew_status status = sinew_system_factor(&t->zpk, d->taken, error);
    if (!status && t->rule == SINEW_RULE_MATCH)
        status = set_matched(t, error);
    if (!status && t->rule == SINEW_RULE_HOLD)
        set_levels(t);
    return status;
}

void sinew_transfer_finish(sinew_transfer *t)
{
    for (int i = 0; i < SINEW_TRANSFER_LEVELS; i++)
        sinew_fractions_finish(&t->levels[i]);
    sinew_zpk_finish(&t->zpk);
    sinew_free(t->matched);
}
