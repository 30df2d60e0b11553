/* The families whose poles have closed forms: Butterworth, Chebyshev I and II. */
#include <math.h>

#include "ssm/design.h"

/* Of the half circle from j to -j, pole k is (2k + 1) / 2n away from j; of a quarter, twice that.
 */
sinew_quarter sinew_prototype_angle(uint32_t k, uint32_t order)
{
    return sinew_quarter_of(2 * k + 1, order);
}

long double sinew_ripple_square(double db)
{
    return expm1l(logl(10) / 10 * (long double)db);
}

/* On an ellipse: -sinh mu sin t + j cosh mu cos t. A circle where both axes are 1. */
static void put_poles_on_ellipse(sinew_prototype *out, long double re, long double im)
{
    for (uint32_t k = 0; k < (out->order + 1) / 2; k++) {
        sinew_quarter angle = sinew_prototype_angle(k, out->order);
        out->poles[k] = sinew_cmplxl(-re * sinew_quarter_sin(angle), im * sinew_quarter_cos(angle));
    }
}

/* |H|^2 = 1 / (1 + e^2 T_n(w)^2): mu = asinh(1/e) / n. An even T_n(0) is +-1: the ripple is at its
 * lowest there. */
static void make_chebyshev1(sinew_prototype *out, double ripple_db)
{
    long double e2 = sinew_ripple_square(ripple_db), mu = asinhl(1 / sqrtl(e2)) / out->order;
    put_poles_on_ellipse(out, sinhl(mu), coshl(mu));
    if (out->order % 2 == 0)
        out->at_zero = 1 / sqrtl(1 + e2);
}

/* |H|^2 = 1 / (1 + 1 / (e^2 T_n(1/w)^2)): poles and zeros are 1/s of a Chebyshev I filter's poles
 * and of the roots cos t of T_n. */
static void make_chebyshev2(sinew_prototype *out, double attenuation_db)
{
    long double mu = asinhl(sqrtl(sinew_ripple_square(attenuation_db))) / out->order;
    put_poles_on_ellipse(out, sinhl(mu), coshl(mu));
    for (uint32_t k = 0; k < (out->order + 1) / 2; k++)
        out->poles[k] = sinew_root_inverse(out->poles[k]);
    out->n_zeros = out->order / 2;
    for (uint32_t k = 0; k < out->n_zeros; k++)
        out->zeros[k] = 1 / sinew_quarter_cos(sinew_prototype_angle(k, out->order));
}

sinew_status sinew_prototype_make(sinew_prototype *out, const sinew_design *d, sinew_error *error)
{
    *out = (sinew_prototype){.order = d->order, .at_zero = 1};
    switch (d->family) {
    case SINEW_FAMILY_BUTTERWORTH:
        put_poles_on_ellipse(out, 1, 1);
        break;
    case SINEW_FAMILY_CHEBYSHEV1:
        make_chebyshev1(out, d->ripple_db);
        break;
    case SINEW_FAMILY_CHEBYSHEV2:
        make_chebyshev2(out, d->attenuation_db);
        break;
    case SINEW_FAMILY_ELLIPTIC:
        sinew_prototype_elliptic(out, d);
        break;
    case SINEW_FAMILY_BESSEL:
        return sinew_prototype_bessel(out, d, error);
    }
    return SINEW_OK;
}
