/* The matched z-transform: each pole and each zero goes by itself, r to e^{rT} (Franklin, Powell,
 * Workman, Digital Control of Dynamic Systems, section 6.2). Of the zeros at infinity one stays
 * there, so that the filter answers a frame later as a causal one does; the others go to z = -1,
 * half the rate (MATLAB's c2d does the same). A system whose output follows its input at once has
 * no zeros at infinity and keeps that.
 *
 * The gain is that of the system for s -> 0: H(0), or where that is 0 or infinite what H is of
 * s^k there. A factor s - r is -r, and e^{sT} - e^{rT} is -r T phi_1(rT), so each root brings
 * T phi_1(rT) = (e^{rT} - 1)/r, and each zero at -1 a 2.
 *
 * The factors are of z - 1, where slow roots keep the digits that z would round away. */
#include "ssm/matched.h"

#include <math.h>

#include "base/error.h"
#include "math/complex.h"
#include "math/phi.h"

/* e^{rT} - 1 */
static double complex less_one(double complex r, double T)
{
    return r * T * sinew_phi1(r * T);
}

/* A root other than 0 that turns once a step, or several times: z = 1, where there is no gain to
 * keep. And one that grows so fast that a section with two of them would overflow. */
static sinew_status check_root(double complex r, double T, sinew_error *error)
{
    if (creal(r) * T > 400 * M_LN2)
        return sinew_fail(error, SINEW_ERR_NUMERIC,
                          "a pole or zero at %.6g rad/s right of the axis grows by more than 2^400 "
                          "within a step, which matched cannot hold: choose another rate or method",
                          creal(r));
    if (cabs(r * T) <= 1 || cabs(less_one(r, T)) > 0x1p-50 * cabs(r * T))
        return SINEW_OK;
    return sinew_fail(error, SINEW_ERR_NUMERIC,
                      "a pole or zero at a multiple of the rate becomes z = 1: matched has no gain "
                      "to keep there; choose another rate or method");
}

/* What turns by more than half a turn a step comes out below the axis; of conjugates the one above
 * it stays the first. */
static sinew_status map(double complex *to, const double complex *from, size_t n, double T,
                        sinew_error *error)
{
    sinew_status status = SINEW_OK;
    for (size_t i = 0; !status && i < n; i++) {
        status = check_root(from[i], T, error);
        to[i] = less_one(from[i], T);
        if (cimag(from[i]) > 0) {
            to[i] = sinew_cmplx(creal(to[i]), fabs(cimag(to[i])));
            to[i + 1] = conj(to[i]);
            i++;
        }
    }
    return status;
}

static void set_gain(sinew_zpk *out, const sinew_zpk *zpk, double T)
{
    size_t excess = zpk->n_poles - zpk->n_zeros;
    double complex product = zpk->gain;
    out->exponent = zpk->exponent - (excess > 0 ? (int)excess - 1 : 0);
    for (size_t i = 0; i < zpk->n_poles; i++) {
        int e;
        product *= T * sinew_phi1(zpk->poles[i] * T);
        if (i < zpk->n_zeros)
            product /= T * sinew_phi1(zpk->zeros[i] * T);
        frexp(fmax(fabs(creal(product)), fabs(cimag(product))), &e);
        product = sinew_cmplx(ldexp(creal(product), -e), ldexp(cimag(product), -e));
        out->exponent += e;
    }
    out->gain = creal(product);
}

sinew_status sinew_matched(sinew_zpk *out, const sinew_zpk *zpk, double T, sinew_error *error)
{
    size_t n = zpk->n_poles, n_zeros = zpk->n_zeros < n ? n - 1 : n;
    sinew_status status = sinew_zpk_alloc(out, n_zeros, n, error);
    if (status)
        return status;
    out->delta = true;
    status = map(out->poles, zpk->poles, n, T, error);
    if (!status)
        status = map(out->zeros, zpk->zeros, zpk->n_zeros, T, error);
    for (size_t i = zpk->n_zeros; i < n_zeros; i++)
        out->zeros[i] = -2;
    set_gain(out, zpk, T);
    if (status)
        sinew_zpk_finish(out);
    return status;
}
