/* From a model with delays to a node: node.c's way, around rings. */
#include "model/model.h"

#include "base/error.h"

sinew_status sinew_model_discretize_delayed(sinew_delayed_discretization **out,
                                            const sinew_model *model,
                                            const sinew_discretize_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!model || !opts)
        return sinew_fail_null(error);
    const sinew_delayed *delayed = sinew_model_delayed(model);
    sinew_discretize_opts all = sinew_model_complete(model, opts);
    if (!delayed)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "the model has no delays");
    return sinew_delayed_discretize(out, delayed, &all, sinew_model_thiran_order(model), error);
}

static sinew_status check_opts(const sinew_model *model, const sinew_build_opts *opts,
                               sinew_error *error)
{
    const sinew_delayed *d = sinew_model_delayed(model);
    size_t inputs = sinew_delayed_inputs(d);
    bool single = inputs == 1 && sinew_delayed_outputs(d) == 1;
    if (opts->x0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a system with delays starts from rest: it has no x0");
    if (opts->steps)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "a system with delays does not take irregular steps");
    if (!single && opts->filter.channels && opts->filter.channels != inputs)
        return sinew_fail(error, SINEW_ERR_MISMATCH, "%u channels, but the model takes %zu",
                          opts->filter.channels, inputs);
    return SINEW_OK;
}

sinew_status sinew_model_build_delayed(sinew_node **out, const sinew_model *model,
                                       const sinew_build_opts *opts, sinew_build_report *facts,
                                       sinew_error *error)
{
    sinew_delayed_discretization *d = NULL;
    sinew_status status = check_opts(model, opts, error);
    if (!status)
        status = sinew_model_discretize_delayed(&d, model, &opts->discretize, error);
    if (!status) {
        const sinew_discretization *plant = sinew_delayed_discretization_plant(d);
        facts->method = sinew_discretization_method(plant);
        facts->step_s = sinew_discretization_step_s(plant);
        facts->radius = sinew_delayed_discretization_radius(d);
        facts->unstable = sinew_delayed_discretization_grows(d);
    }
    if (!status && facts->unstable && !opts->allow_unstable)
        status = sinew_fail(error, SINEW_ERR_NUMERIC,
                            "unstable by %s at a step of %.10g s: it grows by %.10g a frame",
                            sinew_method_name(facts->method), facts->step_s, facts->radius);
    if (!status)
        status = sinew_filter_new_delayed(out, d, &opts->filter, error);
    sinew_delayed_discretization_free(d);
    return status;
}
