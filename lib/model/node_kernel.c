/* From a model of a kernel to a node: node.c's way, where only what is added is discretized. */
#include "model/model.h"

#include <math.h>

#include "base/error.h"

/* The kernel is of one rate; a stream that says none is taken to be of it. */
static sinew_status check_rate(const sinew_kernel *kernel, const sinew_discretize_opts *d,
                               sinew_error *error)
{
    double own = sinew_kernel_rate_hz(kernel);
    if (d->rate_hz != 0 && d->step_s != 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a rate and a step: one of them is enough");
    if (d->rate_hz == 0 && d->step_s == 0)
        return SINEW_OK;
    double asked = d->rate_hz != 0 ? d->rate_hz : 1 / d->step_s;
    if (fabs(asked - own) > 1e-9 * own)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "the kernel is of %.10g Hz, not of %.10g Hz: it must be resampled first",
                          own, asked);
    return SINEW_OK;
}

/* What says how to discretize is of what is added. */
static sinew_status check_discretize(const sinew_model *model, const sinew_discretize_opts *d,
                                     sinew_error *error)
{
    const sinew_system *plus;
    const sinew_kernel *kernel = sinew_model_kernel(model, &plus);
    sinew_method method = d->method ? d->method : sinew_model_description(model).method;
    const char *said = method               ? sinew_method_name(method)
                       : d->alpha != 0      ? "an alpha"
                       : d->prewarp_hz != 0 ? "a frequency to prewarp"
                                            : NULL;
    if (!plus && said)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a kernel is not discretized: %s says nothing of it", said);
    return check_rate(kernel, d, error);
}

sinew_status sinew_model_discretize_plus(sinew_discretization **out, const sinew_model *model,
                                         const sinew_discretize_opts *opts, sinew_error *error)
{
    const sinew_system *plus;
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!model || !opts)
        return sinew_fail_null(error);
    const sinew_kernel *kernel = sinew_model_kernel(model, &plus);
    if (!kernel)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "the model has no kernel");
    sinew_status status = check_discretize(model, opts, error);
    if (status || !plus)
        return status;
    sinew_discretize_opts all = sinew_model_complete(model, opts);
    all.step_s = 0;
    all.rate_hz = sinew_kernel_rate_hz(kernel);
    return sinew_discretize(out, plus, &all, error);
}

static sinew_status check_opts(const sinew_kernel *kernel, const sinew_build_opts *opts,
                               sinew_error *error)
{
    size_t inputs = sinew_kernel_inputs(kernel);
    bool single = inputs == 1 && sinew_kernel_outputs(kernel) == 1;
    if (opts->x0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a kernel starts from silence: it has no x0");
    if (opts->steps)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "a kernel is of one rate: it does not take irregular steps");
    if (!single && opts->filter.channels && opts->filter.channels != inputs)
        return sinew_fail(error, SINEW_ERR_MISMATCH, "%u channels, but the model takes %zu",
                          opts->filter.channels, inputs);
    return SINEW_OK;
}

static sinew_status check_stability(const sinew_build_report *facts, const sinew_build_opts *opts,
                                    sinew_error *error)
{
    if (!facts->unstable || opts->allow_unstable)
        return SINEW_OK;
    return sinew_fail(error, SINEW_ERR_NUMERIC,
                      "what is added is unstable by %s at a step of %.10g s: a pole at "
                      "|z| = %.10g",
                      sinew_method_name(facts->method), facts->step_s, facts->radius);
}

sinew_status sinew_model_build_kernel(sinew_node **out, const sinew_model *model,
                                      const sinew_build_opts *opts, sinew_build_report *facts,
                                      sinew_error *error)
{
    const sinew_kernel *kernel = sinew_model_kernel(model, NULL);
    sinew_discretization *d = NULL;
    sinew_kernel_opts how = {.filter = opts->filter, .call_frames = opts->call_frames};
    facts->step_s = 1 / sinew_kernel_rate_hz(kernel);
    sinew_status status = check_opts(kernel, opts, error);
    if (!status)
        status = sinew_model_discretize_plus(&d, model, &opts->discretize, error);
    if (d) {
        facts->method = sinew_discretization_method(d);
        facts->radius = sinew_discretization_radius(d);
        facts->unstable = sinew_discretization_grows(d);
        status = check_stability(facts, opts, error);
    }
    if (!status)
        status = sinew_filter_new_kernel(out, kernel, d, &how, error);
    sinew_discretization_free(d);
    return status;
}
