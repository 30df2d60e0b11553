/* Elliptic filters (W. Cauer): |H|^2 = 1 / (1 + e^2 cd(n u K1, k1)^2) with w = cd(u K, k) and the
 * degree equation n K'/K = K1'/K1; after S. J. Orfanidis, Lecture Notes on Elliptic Filter Design,
 * 2006. The degree equation says that the nome of k is the n-th root of the nome of k1: closed
 * forms throughout. */
#include <math.h>

#include "math/complex.h"
#include "math/elliptic.h"
#include "ssm/design.h"

/* k1 = e_pass / e_stop and its complement, squared 1 - k1^2 = (e_stop^2 - e_pass^2) / e_stop^2. */
sinew_modulus sinew_elliptic_selectivity(double ripple_db, double attenuation_db)
{
    long double pass = sinew_ripple_square(ripple_db);
    long double stop = sinew_ripple_square(attenuation_db);
    long double difference =
        (1 + pass) * expm1l(logl(10) / 10 * ((long double)attenuation_db - ripple_db));
    return (sinew_modulus){sqrtl(pass / stop), sqrtl(difference / stop)};
}

/* The poles lie at u = u_k - j v K'/K, sn(j n v ..., k1) = j / e: as part of K1', which is also
 * their part of K', F(atan 1/e, k1') = R_F(e^2, e^2 + k1^2, 1 + e^2) (DLMF 19.25.5). */
static sinew_quarter pole_depth(const sinew_design *d, sinew_modulus k1)
{
    long double e2 = sinew_ripple_square(d->ripple_db);
    long double depth = sinew_carlson_rf(e2, e2 + k1.k * k1.k, 1 + e2);
    return sinew_quarter_of(depth, SINEW_PI_L / 2 / sinew_agm(1, k1.k));
}

/* j sn(x + j y, k) by the addition theorem (DLMF 22.8.1 with Jacobi's imaginary transformation), f
 * at x and g at y with the complementary modulus: Re and Im are products, each good by itself
 * however near the axis the pole is. */
static sinew_root pole(sinew_jacobi f, sinew_jacobi g, long double k)
{
    long double under = g.cn * g.cn + k * f.sn * g.sn * (k * f.sn * g.sn);
    return sinew_cmplxl(-f.cn * f.dn * g.sn * g.cn / under, f.sn * g.dn / under);
}

void sinew_prototype_elliptic(sinew_prototype *out, const sinew_design *d)
{
    uint32_t n = d->order;
    sinew_modulus k1 = sinew_elliptic_selectivity(d->ripple_db, d->attenuation_db);
    sinew_modulus k = sinew_modulus_of_nome(sinew_modulus_log_nome(k1) / n);
    sinew_modulus turned = {k.kc, k.k};
    out->transition = k.kc * k.kc / ((1 + k.k) * k.k); /* 1/k - 1 */
    sinew_jacobi depth = sinew_jacobi_at(turned, pole_depth(d, k1));
    out->n_zeros = n / 2;
    for (uint32_t i = 0; i < (n + 1) / 2; i++) {
        sinew_quarter at = sinew_quarter_rest(sinew_prototype_angle(i, n));
        sinew_jacobi f = sinew_jacobi_at(k, at); /* cd(u) = sn(K - u) */
        out->poles[i] = pole(f, depth, k.k);
        if (i < out->n_zeros)
            out->zeros[i] = 1 / (k.k * f.sn);
    }
    if (n % 2 == 0)
        out->at_zero = 1 / sqrtl(1 + sinew_ripple_square(d->ripple_db));
}
