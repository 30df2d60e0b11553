/* Classic filters as zeros, poles and gain: a normalized low-pass moved to its band. Of a root r
 * of the low-pass (a zero at infinity too) the substitution for s makes
 *
 *     low-pass   s / w1                            w1 r
 *     high-pass  w1 / s                            w1 / r
 *     band-pass  (s^2 + w1 w2) / ((w2 - w1) s)     the roots of s^2 - (w2 - w1) r s + w1 w2
 *     band-stop  its inverse                       the same of 1 / r
 */
#include <math.h>

#include "base/error.h"
#include "base/hash.h"
#include "ssm/design.h"

bool sinew_design_has_two_edges(const sinew_design *d)
{
    return d->band == SINEW_BAND_PASS || d->band == SINEW_BAND_STOP;
}

/* ---- edges ---- */

sinew_edges sinew_edges_analogue(const double hz[2])
{
    const long double turn = 2 * SINEW_PI_L;
    return (sinew_edges){{turn * hz[0], turn * hz[1]}, turn * ((long double)hz[1] - hz[0])};
}

/* 2/T tan(pi f T); tan a - tan b = sin(a - b) / (cos a cos b). */
sinew_edges sinew_edges_prewarped(const double hz[2], double step_s)
{
    const long double twice = 2 / (long double)step_s;
    sinew_edges out = {.width = 0};
    long double cosine = 1;
    for (int i = 0; i < 2; i++) {
        sinew_quarter at = sinew_quarter_of(2 * (long double)hz[i] * step_s, 1);
        out.w[i] = twice * sinew_quarter_sin(at) / sinew_quarter_cos(at);
        cosine *= sinew_quarter_cos(at);
    }
    long double apart = ((long double)hz[1] - hz[0]) * step_s;
    out.width = twice * sinl(SINEW_PI_L * apart) / cosine;
    return out;
}

/* ---- poles ---- */

static double complex *put_pair(double complex *at, sinew_root p)
{
    *at++ = (double complex)p;
    if (cimagl(p) != 0)
        *at++ = conj((double complex)p);
    return at;
}

/* The roots of s^2 - 2 h s + w1 w2, Re h < 0. The one of larger size is summed without
 * cancellation, the other is w1 w2 divided by it. */
static double complex *put_band_poles(double complex *at, sinew_root h, const sinew_edges *edges)
{
    long double re = creall(h), im = cimagl(h), product = edges->w[0] * edges->w[1];
    if (im == 0) {
        long double center = sqrtl(product), rest = (re - center) * (re + center);
        if (rest < 0)
            return put_pair(at, sinew_cmplxl(re, sqrtl(-rest)));
        long double far = re - sqrtl(rest);
        *at++ = (double)far;
        *at++ = (double)(product / far);
        return at;
    }
    sinew_root root = csqrtl(sinew_cmplxl((re - im) * (re + im) - product, 2 * re * im));
    if (cimagl(root) * im < 0)
        root = -root;
    sinew_root far = h + root;
    at = put_pair(at, far);
    return put_pair(at, product * sinew_root_inverse(far));
}

static void put_poles(sinew_zpk *zpk, const sinew_prototype *p, sinew_band band,
                      const sinew_edges *edges)
{
    double complex *at = zpk->poles;
    bool turned = band == SINEW_BAND_HIGHPASS || band == SINEW_BAND_STOP;
    for (uint32_t k = 0; k < (p->order + 1) / 2; k++) {
        sinew_root pole = turned ? sinew_root_inverse(p->poles[k]) : p->poles[k];
        if (band == SINEW_BAND_LOWPASS || band == SINEW_BAND_HIGHPASS)
            at = put_pair(at, pole * edges->w[0]);
        else
            at = put_band_poles(at, pole * (edges->width / 2), edges);
    }
}

/* ---- zeros: on the axis, so that the same is done with real numbers ---- */

/* s^2 - 2 j h s + w1 w2 */
static double complex *put_band_zeros(double complex *at, long double h, const sinew_edges *edges)
{
    long double center = sqrtl(edges->w[0]) * sqrtl(edges->w[1]), far = h + hypotl(h, center);
    at = put_pair(at, sinew_cmplxl(0, far));
    return put_pair(at, sinew_cmplxl(0, center / far * center));
}

/* What becomes of the zeros at infinity: they stay there, or come to 0, or to the middle. */
static void put_zeros(sinew_zpk *zpk, const sinew_prototype *p, sinew_band band,
                      const sinew_edges *edges)
{
    double complex *at = zpk->zeros;
    long double center = sqrtl(edges->w[0]) * sqrtl(edges->w[1]);
    bool turned = band == SINEW_BAND_HIGHPASS || band == SINEW_BAND_STOP;
    for (uint32_t k = 0; k < p->n_zeros; k++) {
        long double zero = turned ? 1 / p->zeros[k] : p->zeros[k];
        if (band == SINEW_BAND_LOWPASS || band == SINEW_BAND_HIGHPASS)
            at = put_pair(at, sinew_cmplxl(0, zero * edges->w[0]));
        else
            at = put_band_zeros(at, zero * edges->width / 2, edges);
    }
    while (at < zpk->zeros + zpk->n_zeros)
        at = put_pair(at, band == SINEW_BAND_STOP ? sinew_cmplxl(0, center) : 0);
}

/* ---- gain, as mantissa and exponent ---- */

static void multiply(long double *mantissa, int *exponent, long double factor)
{
    int carry;
    *mantissa = frexpl(*mantissa * factor, &carry);
    *exponent += carry;
}

/* Of s to the highest power: the low-pass has at_zero prod |poles| / prod |zeros| times the unit
 * of s for each zero at infinity, and what is turned around has H at 0 there. */
static void put_gain(sinew_zpk *zpk, const sinew_prototype *p, sinew_band band,
                     const sinew_edges *edges)
{
    long double gain = p->at_zero, unit = band == SINEW_BAND_PASS ? edges->width : edges->w[0];
    int exponent = 0;
    if (band == SINEW_BAND_LOWPASS || band == SINEW_BAND_PASS) {
        for (uint32_t k = 0; k < (p->order + 1) / 2; k++) {
            long double size = hypotl(creall(p->poles[k]), cimagl(p->poles[k]));
            multiply(&gain, &exponent, cimagl(p->poles[k]) != 0 ? size * size : size);
        }
        for (uint32_t k = 0; k < p->n_zeros; k++)
            multiply(&gain, &exponent, 1 / (p->zeros[k] * p->zeros[k]));
        for (uint32_t k = 2 * p->n_zeros; k < p->order; k++)
            multiply(&gain, &exponent, unit);
    }
    zpk->gain = (double)gain;
    zpk->exponent = exponent;
}

/* ---- designs ---- */

static size_t count_zeros(const sinew_prototype *p, sinew_band band)
{
    switch (band) {
    case SINEW_BAND_LOWPASS:
        return 2 * p->n_zeros;
    case SINEW_BAND_PASS:
        return 2 * p->n_zeros + p->order;
    case SINEW_BAND_STOP:
        return 2 * (size_t)p->order;
    default:
        return p->order;
    }
}

/* The pass band's edge and the zeros beyond it must be different doubles. A band brings them
 * nearer: dw / w = (w2 - w1) / (w1 + w2) ds at its edges. */
static sinew_status check_transition(const sinew_prototype *p, const sinew_design *d,
                                     const sinew_edges *edges, sinew_error *error)
{
    long double part = p->transition;
    if (sinew_design_has_two_edges(d))
        part *= edges->width / (edges->w[0] + edges->w[1]);
    if (d->family != SINEW_FAMILY_ELLIPTIC || part > 0x1p-44L)
        return SINEW_OK;
    return sinew_fail(error, SINEW_ERR_NUMERIC,
                      "an elliptic filter of order %lu with %g dB and %g dB goes from pass to stop "
                      "band within %.2g of its edge, which no double holds; a lower order or more "
                      "attenuation will do",
                      (unsigned long)p->order, d->ripple_db, d->attenuation_db, (double)part);
}

sinew_status sinew_design_zpk(sinew_zpk *out, const sinew_design *d, const sinew_edges *edges,
                              sinew_error *error)
{
    sinew_prototype p;
    sinew_status status = sinew_prototype_make(&p, d, error);
    if (!status)
        status = check_transition(&p, d, edges, error);
    if (!status)
        status = sinew_zpk_alloc(out, count_zeros(&p, d->band),
                                 sinew_design_has_two_edges(d) ? 2 * d->order : d->order, error);
    if (status)
        return status;
    put_poles(out, &p, d->band, edges);
    put_zeros(out, &p, d->band, edges);
    put_gain(out, &p, d->band, edges);
    return SINEW_OK;
}

static uint64_t hash(const sinew_design *d)
{
    uint64_t asked = sinew_hash(SINEW_HASH_START, "design", 6);
    asked = sinew_hash_count(asked, (uint64_t)d->family);
    asked = sinew_hash_count(asked, (uint64_t)d->band);
    asked = sinew_hash_count(asked, d->order);
    asked = sinew_hash_numbers(asked, d->edges_hz, sinew_design_has_two_edges(d) ? 2 : 1);
    if (sinew_family_has_ripple(d->family))
        asked = sinew_hash_numbers(asked, &d->ripple_db, 1);
    if (sinew_family_has_attenuation(d->family))
        asked = sinew_hash_numbers(asked, &d->attenuation_db, 1);
    return d->family == SINEW_FAMILY_BESSEL ? sinew_hash_count(asked, (uint64_t)d->norm) : asked;
}

sinew_status sinew_system_new_design(sinew_system **out, const sinew_design *d, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    sinew_part part = {.designed = true};
    sinew_status status = sinew_design_check(d, error);
    if (status)
        return status;
    part.design = *d;
    const sinew_edges edges = sinew_edges_analogue(d->edges_hz);
    status = sinew_design_zpk(&part.zpk, d, &edges, error);
    if (!status)
        status = sinew_system_new_parts(out, &part, 1, error);
    if (!status)
        (*out)->asked = hash(d);
    return status;
}
