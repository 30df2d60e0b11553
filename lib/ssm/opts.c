/* What was asked of a discretization, checked. */
#include "ssm/opts.h"

#include <math.h>

#include "base/error.h"
#include "math/tan_pi.h"
#include "ssm/decramp.h"
#include "ssm/method.h"
#include "ssm/prewarp.h"

static double rule_alpha(const sinew_discretize_opts *opts)
{
    switch (opts->method) {
    case SINEW_METHOD_BILINEAR:
    case SINEW_METHOD_DECRAMPED: /* of the twin */
        return 0.5;
    case SINEW_METHOD_BACKWARD:
        return 1;
    case SINEW_METHOD_GBT:
        return opts->alpha;
    default:
        return 0;
    }
}

static sinew_status check_time(const sinew_discretize_opts *o, double *step_s, sinew_error *error)
{
    bool by_rate = o->rate_hz != 0;
    if (by_rate && o->step_s != 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a rate and a step: one of them is enough");
    if (!by_rate && o->step_s == 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no sampling rate and no step");
    *step_s = by_rate ? 1 / o->rate_hz : o->step_s;
    if (!(*step_s > 0) || !isfinite(*step_s) || !isfinite(o->rate_hz))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a %s of %g is out of range",
                          by_rate ? "rate" : "step", by_rate ? o->rate_hz : o->step_s);
    return SINEW_OK;
}

static sinew_status check_rest(const sinew_discretize_opts *o, double step_s, sinew_error *error)
{
    const char *name = sinew_method_name(o->method);
    if (!sinew_method_exists(o->method))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no such method of discretization");
    if (o->prewarp_hz != 0 && o->method != SINEW_METHOD_BILINEAR)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a prewarp frequency has no meaning for %s, only for bilinear", name);
    if (!isfinite(o->prewarp_hz) || o->prewarp_hz < 0 || o->prewarp_hz * step_s >= 0.5)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a prewarp frequency of %g Hz does not lie between 0 and half the rate, "
                          "%g Hz",
                          o->prewarp_hz, 0.5 / step_s);
    if (o->alpha != 0 && o->method != SINEW_METHOD_GBT)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "alpha has no meaning for %s, only for gbt",
                          name);
    if (!(o->alpha >= 0 && o->alpha <= 1))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "alpha is %g: it lies between 0 and 1",
                          o->alpha);
    return SINEW_OK;
}

sinew_status sinew_opts_choose(sinew_discretize_opts *chosen, double *step_s,
                               const sinew_discretize_opts *opts, sinew_method usual,
                               sinew_error *error)
{
    *chosen = *opts;
    if (chosen->method == SINEW_METHOD_DEFAULT)
        chosen->method = usual;
    sinew_status status = check_time(chosen, step_s, error);
    return status ? status : check_rest(chosen, *step_s, error);
}

sinew_step sinew_opts_step(const sinew_discretize_opts *o, double step_s)
{
    double prewarped = o->prewarp_hz > 0 ? sinew_tan_pi(o->prewarp_hz * step_s) : 0;
    return (sinew_step){.method = o->method,
                        .T = prewarped > 0 ? prewarped / (M_PI * o->prewarp_hz) : step_s,
                        .alpha = rule_alpha(o),
                        .substitution = sinew_method_rule(o->method) == SINEW_RULE_SUBSTITUTE};
}

sinew_status sinew_opts_system(sinew_system **out, const sinew_system *system,
                               const sinew_discretize_opts *o, double step_s, sinew_error *error)
{
    sinew_status status = SINEW_OK;
    *out = NULL;
    if (o->method == SINEW_METHOD_BILINEAR && !(o->prewarp_hz > 0))
        status = sinew_system_prewarp(out, system, step_s, error);
    else if (o->method == SINEW_METHOD_DECRAMPED)
        status = sinew_system_decramp(out, system, step_s, error);
    if (!status && !*out)
        *out = sinew_system_share(system);
    return status;
}
