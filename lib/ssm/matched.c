/* The matched z-transform: each pole and each zero goes by itself, r to e^{rT} (Franklin, Powell,
 * Workman, Digital Control of Dynamic Systems, section 6.2). Of the zeros at infinity one stays
 * there, so that the filter answers a frame later as a causal one does; the others go to z = -1,
 * half the rate (MATLAB's c2d does the same). A system whose output follows its input at once has
 * no zeros at infinity and keeps that.
 *
 * The gain is that of the system for s -> 0: H(0), or where that is 0 or infinite what H is of
 * s^k there. A factor s - r is -r, and e^{sT} - e^{rT} is -r T phi_1(rT), so each root brings
 * T phi_1(rT) = (e^{rT} - 1)/r, and each zero at -1 a 2. A section is matched by itself, and so is
 * their product.
 *
 * All differences between roots near z = 1 are taken as e^{bT} (e^{(a-b)T} - 1): where slow roots
 * come close to one another nothing is lost. */
#include "ssm/matched.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "math/phi.h"
#include "ssm/groups.h"
#include "ssm/sections.h"

/* e^{aT} - e^{bT} */
static double complex difference(double complex a, double complex b, double T)
{
    double complex x = (a - b) * T;
    return cexp(b * T) * x * sinew_phi1(x);
}

/* The pole less zero number k of the group; those behind the finite ones are at -1. */
static double complex pole_less_zero(const sinew_group *g, double complex p, int k, double T)
{
    return k < g->zeros ? difference(p, g->z[k], T) : cexp(p * T) + 1;
}

/* The gain of the discrete section; NaN where a root falls on z = 1 without being 0. */
static double matched_gain(const sinew_group *g, int minus, double T)
{
    double complex ratio = ldexp(g->gain, -minus);
    for (int k = 0; k < g->poles + g->zeros; k++) {
        double complex r = k < g->poles ? g->p[k] : g->z[k - g->poles];
        double complex factor = sinew_phi1(r * T);
        if (cabs(factor) * cabs(r * T) <= 0x1p-50 * cabs(r * T) && cabs(r * T) > 1)
            return NAN;
        ratio = k < g->poles ? ratio * (T * factor) : ratio / (T * factor);
    }
    return creal(ratio);
}

void sinew_matched_gain(double *gain, int *exponent, const sinew_zpk *zpk, double T)
{
    size_t excess = zpk->n_poles - zpk->n_zeros;
    double complex product = zpk->gain;
    *exponent = zpk->exponent - (excess > 0 ? (int)excess - 1 : 0);
    for (size_t i = 0; i < zpk->n_poles; i++) {
        int e;
        product *= T * sinew_phi1(zpk->poles[i] * T);
        if (i < zpk->n_zeros)
            product /= T * sinew_phi1(zpk->zeros[i] * T);
        frexp(fmax(fabs(creal(product)), fabs(cimag(product))), &e);
        product = sinew_cmplx(ldexp(creal(product), -e), ldexp(cimag(product), -e));
        *exponent += e;
    }
    *gain = creal(product);
}

/* d + (r1 v + r0) / (v^2 + omega^2) with v = z - sigma, as in sinew_section_coupled, which knows
 * of slowness as |s|; here it is the distance from one. */
static sinew_section complex_pair(const sinew_group *g, int zeros, double gain, double T)
{
    double complex p = g->p[0], q = cexp(p * T), less = p * T * sinew_phi1(p * T);
    double omega = fabs(cimag(q)), r1 = 0, r0 = gain;
    if (zeros == 1)
        r1 = gain;
    double complex product = 1;
    for (int k = 0; k < zeros; k++) {
        double complex d = pole_less_zero(g, p, k, T);
        product *= d;
        if (zeros == 2)
            r1 += gain * creal(d);
    }
    if (zeros > 0)
        r0 = gain * creal(product);
    double k = fmax(omega, fabs(creal(less)) / 8), beta = sqrt(hypot(r0 / k, r1));
    sinew_section s = {
        .A = {{creal(q), k}, {-omega * (omega / k), creal(q)}},
        .less = {{creal(less), k}, {-omega * (omega / k), creal(less)}},
        .d = zeros == 2 ? gain : 0,
        .states = 2,
    };
    if (beta > 0) {
        s.b[1] = beta;
        s.c[0] = r0 / k / beta;
        s.c[1] = r1 / beta;
    }
    return s;
}

/* [[q0, 0], [k, q1]] with b = (beta, 0), as in cascade.c; `size` stands for k where both poles
 * are integrators. */
static sinew_section real_pair(const sinew_group *g, int zeros, double gain, double T, double size)
{
    double p0 = creal(g->p[0]), p1 = creal(g->p[1]), less0 = expm1(p0 * T), less1 = expm1(p1 * T);
    double k = fmax(fabs(less0), fabs(less1)), r1 = zeros == 1 ? gain : 0;
    double complex at_p1 = gain;
    k = k > 0 ? k : size;
    for (int i = 0; i < zeros; i++) {
        at_p1 *= pole_less_zero(g, p1, i, T);
        if (zeros == 2)
            r1 += gain * creal(pole_less_zero(g, i == 0 ? p0 : p1, i, T));
    }
    double beta = sqrt(hypot(r1, creal(at_p1) / k));
    sinew_section s = {
        .A = {{exp(p0 * T), 0}, {k, exp(p1 * T)}},
        .less = {{less0, 0}, {k, less1}},
        .d = zeros == 2 ? gain : 0,
        .states = 2,
    };
    if (beta > 0) {
        s.b[0] = beta;
        s.c[0] = r1 / beta;
        s.c[1] = creal(at_p1) / k / beta;
    }
    return s;
}

static sinew_section single(const sinew_group *g, int zeros, double gain, double T)
{
    double p = creal(g->p[0]);
    double r = zeros > 0 ? gain * creal(pole_less_zero(g, p, 0, T)) : gain;
    sinew_section s = sinew_section_single(exp(p * T), r, zeros > 0 ? gain : 0);
    s.less[0][0] = expm1(p * T);
    return s;
}

sinew_status sinew_sections_matched(sinew_section *sections, size_t *count, const sinew_zpk *zpk,
                                    double T, sinew_error *error)
{
    *count = 0;
    if (zpk->n_poles == 0)
        return SINEW_OK;
    sinew_group *groups = sinew_alloc(zpk->n_poles, sizeof *groups);
    if (!groups)
        return sinew_fail_memory(error);
    sinew_status status = sinew_groups_make(groups, count, zpk, error);
    bool kept = zpk->n_zeros == zpk->n_poles; /* the zero that stays at infinity */
    for (size_t i = 0; !status && i < *count; i++) {
        const sinew_group *g = &groups[i];
        int minus = g->poles - g->zeros - (!kept && g->zeros < g->poles);
        kept = kept || g->zeros < g->poles;
        double gain = matched_gain(g, minus, T);
        if (isnan(gain))
            status = sinew_fail(error, SINEW_ERR_NUMERIC,
                                "a pole or zero at a multiple of the rate becomes z = 1: matched "
                                "has no gain to keep there; choose another rate or method");
        else if (g->poles == 1)
            sections[i] = single(g, g->zeros + minus, gain, T);
        else if (cimag(g->p[0]) != 0)
            sections[i] = complex_pair(g, g->zeros + minus, gain, T);
        else
            sections[i] =
                real_pair(g, g->zeros + minus, gain, T, fmin(1, T * sinew_groups_scale(zpk)));
    }
    sinew_free(groups);
    return status;
}
