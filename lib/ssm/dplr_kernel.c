/* The kernels of diagonal systems. A power is taken anew at the start of each block, from the angle
 * of the whole of it; within a block it is a product of two such, so no error adds up. */
#include <math.h>

#include "base/error.h"
#include "math/complex.h"
#include "math/phi.h"
#include "ssm/dplr.h"

enum { KERNEL_BLOCK = 64 };

/* log z of a mode's discrete pole z, in long double: times l it is an angle of many turns, which
 * rounded to double would be off by 2^-53 of all of them. For bilinear 2 atanh(T lambda / 2). */
static long double complex log_pole(double complex lambda, double step_s, sinew_method method)
{
    long double complex exponent = (long double complex)lambda * (long double)step_s;
    return method == SINEW_METHOD_BILINEAR ? 2 * catanhl(exponent / 2) : exponent;
}

/* What the method makes of B, as a factor. */
static double complex input_factor(double complex lambda, double step_s, sinew_method method)
{
    if (method == SINEW_METHOD_ZOH)
        return step_s * sinew_phi1(lambda * step_s);
    return method == SINEW_METHOD_BILINEAR ? step_s / (1 - lambda * step_s / 2) : 1;
}

static double complex power_at(long double complex log_z, size_t l)
{
    long double size = expl(creall(log_z) * (long double)l);
    long double angle = cimagl(log_z) * (long double)l;
    return sinew_cmplx((double)(size * cosl(angle)), (double)(size * sinl(angle)));
}

/* Add weight Re(factor c b z^l) of one mode over `count` frames from the block's first on. */
static void add_block(double *kernel, const sinew_dplr *d, size_t mode,
                      const double complex *within, double complex factor, size_t count)
{
    double weight = d->doubled ? 1 : 2;
    for (size_t o = 0; o < d->outputs; o++)
        for (size_t j = 0; j < d->inputs; j++) {
            double complex all =
                weight * sinew_dplr_C(d, o, mode) * sinew_dplr_B(d, mode, j) * factor;
            double *at = kernel + o * d->inputs + j;
            for (size_t l = 0; l < count; l++, at += d->outputs * d->inputs)
                *at += creal(all) * creal(within[l]) - cimag(all) * cimag(within[l]);
        }
}

static void add_mode(double *kernel, size_t length, const sinew_dplr *d, size_t mode, double step_s,
                     sinew_method method)
{
    double complex lambda = sinew_dplr_lambda(d, mode), within[KERNEL_BLOCK];
    double complex factor = input_factor(lambda, step_s, method);
    long double complex log_z = log_pole(lambda, step_s, method);
    size_t each = d->outputs * d->inputs;
    for (size_t l = 0; l < KERNEL_BLOCK; l++)
        within[l] = power_at(log_z, l);
    for (size_t from = 0; from < length; from += KERNEL_BLOCK) {
        size_t count = length - from < KERNEL_BLOCK ? length - from : KERNEL_BLOCK;
        add_block(kernel + from * each, d, mode, within, factor * power_at(log_z, from), count);
    }
}

sinew_status sinew_dplr_kernel(double *kernel, size_t length, const sinew_dplr *d, double step_s,
                               sinew_method method, sinew_error *error)
{
    if ((length > 0 && !kernel))
        return sinew_fail_null(error);
    sinew_status status = sinew_dplr_check_plain(d, step_s, error);
    if (!status && d->rank > 0)
        status = sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                            "the kernel of a system of rank %zu is no sum of its modes", d->rank);
    if (!status && method != SINEW_METHOD_IMPULSE && method != SINEW_METHOD_ZOH &&
        method != SINEW_METHOD_BILINEAR)
        status = sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                            "a kernel is one by impulse, zoh or bilinear, not by %s",
                            sinew_method_name(method));
    if (status)
        return status;
    for (size_t i = 0; i < length * d->outputs * d->inputs; i++)
        kernel[i] = 0;
    for (size_t k = 0; k < d->modes; k++)
        add_mode(kernel, length, d, k, step_s, method);
    for (size_t i = 0; i < length * d->outputs * d->inputs; i++)
        if (!isfinite(kernel[i]))
            return sinew_fail(error, SINEW_ERR_NUMERIC, "the kernel is not finite");
    return SINEW_OK;
}
