/* Butterworth filters of any order as zeros, poles and gain (S. Butterworth 1930). */
#include <math.h>

#include "base/error.h"
#include "base/hash.h"
#include "math/complex.h"
#include "ssm/system.h"

/* Pole k = 0 .. (n-1)/2 of the prototype, Im >= 0: -sin t + j cos t, t = (2k + 1) pi / 2n, each
 * function on the half of the quadrant where it is exact. */
static double complex prototype_pole(uint32_t k, uint32_t n)
{
    double part = (2.0 * k + 1) / (2.0 * n); /* of pi, at most 1/2 */
    if (2 * k + 1 == n)
        return -1;
    double rest = (double)(n - 2 * k - 1) / (2.0 * n); /* 1/2 - part */
    double sine = part <= 0.25 ? sin(M_PI * part) : cos(M_PI * rest);
    double cosine = part <= 0.25 ? cos(M_PI * part) : sin(M_PI * rest);
    return sinew_cmplx(-sine, cosine);
}

static double complex *put_pair(double complex *at, double complex p)
{
    *at++ = p;
    if (cimag(p) != 0)
        *at++ = conj(p);
    return at;
}

/* The roots of s^2 - 2 h s + w1 w2, Re h < 0: what low-pass to band-pass makes of a pole. The
 * root of larger size is summed without cancellation, the other is w1 w2 divided by it. */
static double complex *put_band_poles(double complex *at, double complex h, double w1, double w2)
{
    double product = w1 * w2;
    if (cimag(h) == 0) {
        double re = creal(h), rest = fma(re, re, -product);
        if (rest < 0)
            return put_pair(at, sinew_cmplx(re, sqrt(-rest)));
        double far = re - sqrt(rest);
        *at++ = far;
        *at++ = product / far;
        return at;
    }
    double re = creal(h), im = cimag(h);
    double complex root = csqrt(sinew_cmplx((re - im) * (re + im) - product, 2 * re * im));
    if (cimag(root) * im < 0)
        root = -root;
    double complex far = h + root;
    double size = creal(far) * creal(far) + cimag(far) * cimag(far);
    at = put_pair(at, far);
    return put_pair(at, sinew_cmplx(creal(far) / size * product, cimag(far) / size * product));
}

static void put_poles(sinew_zpk *zpk, const sinew_design *d, const double w[2])
{
    double complex *at = zpk->poles;
    for (uint32_t k = 0; k < (d->order + 1) / 2; k++) {
        double complex p = prototype_pole(k, d->order);
        /* a high-pass has 1/p = conj p on the unit circle, so the same set */
        if (d->band == SINEW_BAND_LOWPASS || d->band == SINEW_BAND_HIGHPASS)
            at = put_pair(at, p * w[0]);
        else
            at = put_band_poles(at, p * ((w[1] - w[0]) / 2), w[0], w[1]);
    }
}

static void put_zeros(sinew_zpk *zpk, const sinew_design *d, const double w[2])
{
    double center = sqrt(w[0]) * sqrt(w[1]);
    for (size_t i = 0; i < zpk->n_zeros; i++)
        zpk->zeros[i] = d->band != SINEW_BAND_STOP ? 0 : sinew_cmplx(0, i % 2 ? -center : center);
}

/* gain = w^order, as mantissa and exponent. */
static void put_gain(sinew_zpk *zpk, const sinew_design *d, const double w[2])
{
    zpk->gain = 1;
    if (d->band == SINEW_BAND_HIGHPASS || d->band == SINEW_BAND_STOP)
        return;
    int exponent, carry;
    double factor = frexp(d->band == SINEW_BAND_LOWPASS ? w[0] : w[1] - w[0], &exponent);
    long double product = 1;
    zpk->exponent = exponent * (int)d->order;
    for (uint32_t k = 0; k < d->order; k++) {
        product = frexpl(product * (long double)factor, &carry);
        zpk->exponent += carry;
    }
    zpk->gain = (double)product;
}

bool sinew_design_has_two_edges(const sinew_design *d)
{
    return d->band == SINEW_BAND_PASS || d->band == SINEW_BAND_STOP;
}

sinew_status sinew_design_zpk(sinew_zpk *out, const sinew_design *d, const double edges_rad[2],
                              sinew_error *error)
{
    size_t n = d->order, zeros = 0;
    if (d->band == SINEW_BAND_HIGHPASS || d->band == SINEW_BAND_PASS)
        zeros = n;
    if (d->band == SINEW_BAND_STOP)
        zeros = 2 * n;
    sinew_status status =
        sinew_zpk_alloc(out, zeros, sinew_design_has_two_edges(d) ? 2 * n : n, error);
    if (status)
        return status;
    put_poles(out, d, edges_rad);
    put_zeros(out, d, edges_rad);
    put_gain(out, d, edges_rad);
    return SINEW_OK;
}

static sinew_status check(const sinew_design *d, sinew_error *error)
{
    if (!d || d->family != SINEW_FAMILY_BUTTERWORTH || (unsigned)d->band > SINEW_BAND_STOP)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no such family or band of designs");
    if (d->order < 1 || d->order > SINEW_DESIGN_ORDER_MAX)
        return sinew_fail(error, SINEW_ERR_DATA, "order %lu: a design has an order of 1 to %d",
                          (unsigned long)d->order, SINEW_DESIGN_ORDER_MAX);
    for (int i = 0; i < (sinew_design_has_two_edges(d) ? 2 : 1); i++)
        if (!isfinite(d->edges_hz[i]) || d->edges_hz[i] <= 0)
            return sinew_fail(error, SINEW_ERR_DATA,
                              "edges_hz[%d] is %g: an edge lies above 0 Hz and is finite", i,
                              d->edges_hz[i]);
    if (sinew_design_has_two_edges(d) && d->edges_hz[0] >= d->edges_hz[1])
        return sinew_fail(error, SINEW_ERR_DATA, "edges_hz %g, %g: the second edge is the higher",
                          d->edges_hz[0], d->edges_hz[1]);
    return SINEW_OK;
}

sinew_status sinew_system_new_design(sinew_system **out, const sinew_design *d, sinew_error *error)
{
    *out = NULL;
    sinew_status status = check(d, error);
    if (status)
        return status;
    const double edges_rad[2] = {2 * M_PI * d->edges_hz[0],
                                 sinew_design_has_two_edges(d) ? 2 * M_PI * d->edges_hz[1] : 0};
    sinew_part part = {.designed = true, .design = *d};
    status = sinew_design_zpk(&part.zpk, d, edges_rad, error);
    if (!status)
        status = sinew_system_new_parts(out, &part, 1, error);
    if (!status) {
        uint64_t asked = sinew_hash(SINEW_HASH_START, "design", 6);
        asked = sinew_hash_count(asked, (uint64_t)d->family);
        asked = sinew_hash_count(asked, (uint64_t)d->band);
        asked = sinew_hash_count(asked, d->order);
        (*out)->asked =
            sinew_hash_numbers(asked, d->edges_hz, sinew_design_has_two_edges(d) ? 2 : 1);
    }
    return status;
}
