#include "sampling.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"

const char *sampling_wrong(const sampling *s, bool needs_step)
{
    if (s->rate_hz.given && s->step_s.given)
        return "--rate and --step exclude each other";
    if (needs_step && !s->rate_hz.given && !s->step_s.given)
        return "--rate HZ or --step S is needed";
    if (s->method && strcmp(s->method, "gbt") == 0 && !s->alpha.given)
        return "--method gbt needs --alpha";
    if (s->method && strcmp(s->method, "gbt") != 0 && s->alpha.given)
        return "--alpha is for --method gbt";
    if (s->method && strcmp(s->method, "bilinear") != 0 && s->prewarp_hz.given)
        return "--prewarp-hz is for --method bilinear";
    return NULL;
}

bool sampling_lacks_step(const sampling *s, const sinew_model *model)
{
    return !s->rate_hz.given && !s->step_s.given && !sinew_model_kernel(model, NULL);
}

sinew_status sampling_open(sinew_model **out, const char *path, sinew_error *error)
{
    sinew_status status = sinew_model_open_any(out, path, error);
    if (status || !sinew_model_has_layers(*out))
        return status;
    const char *sort = sinew_model_checkpoint(*out) ? "a checkpoint" : "a graph of layers";
    sinew_model_free(*out);
    *out = NULL;
    return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                      "%s: %s: its layers are not linear, and it has neither matrices nor a "
                      "response",
                      path, sort);
}

sinew_discretize_opts sampling_opts(const sampling *s)
{
    return (sinew_discretize_opts){.rate_hz = s->rate_hz.value,
                                   .step_s = s->step_s.value,
                                   .method = s->method ? sinew_method_from_name(s->method)
                                                       : SINEW_METHOD_DEFAULT,
                                   .prewarp_hz = s->prewarp_hz.value,
                                   .alpha = s->alpha.value};
}

sinew_status sampling_warning(char warning[SAMPLING_WARNING_BYTES], const sinew_model *model,
                              const sinew_build_report *report, sinew_error *error)
{
    const sinew_system *plus = NULL, *system = sinew_model_system(model);
    sinew_stability stability = SINEW_STABLE;
    warning[0] = 0;
    if (sinew_model_kernel(model, &plus)) /* what is added may be unstable, the kernel is not */
        system = plus;
    sinew_status status = system ? sinew_system_stability(system, &stability, error) : SINEW_OK;
    if (status)
        return status;
    if (stability == SINEW_UNSTABLE)
        snprintf(warning, SAMPLING_WARNING_BYTES,
                 "the system is unstable: a pole right of the axis, or a double one on it");
    else if (report->unstable)
        snprintf(warning, SAMPLING_WARNING_BYTES,
                 "%s at a step of %.10g s makes the system unstable: the radius is %.10g",
                 sinew_method_name(report->method), report->step_s, report->radius);
    return SINEW_OK;
}

sinew_status sampling_discretize(sinew_discretization **out, const sinew_model *model,
                                 const sinew_discretize_opts *opts,
                                 char warning[SAMPLING_WARNING_BYTES], sinew_error *error)
{
    warning[0] = 0;
    *out = NULL;
    sinew_status status =
        (sinew_model_kernel(model, NULL) ? sinew_model_discretize_plus
                                         : sinew_model_discretize)(out, model, opts, error);
    if (status || !*out)
        return status;
    sinew_build_report report = {.method = sinew_discretization_method(*out),
                                 .step_s = sinew_discretization_step_s(*out),
                                 .radius = sinew_discretization_radius(*out),
                                 .unstable = sinew_discretization_grows(*out)};
    status = sampling_warning(warning, model, &report, error);
    if (status) {
        sinew_discretization_free(*out);
        *out = NULL;
    }
    return status;
}

sinew_status sampling_name_rate(sinew_status status, double rate_hz, sinew_error *error)
{
    if (!status || status == SINEW_ERR_MEMORY)
        return status;
    sinew_error inner = *error;
    return sinew_fail(error, status, "at %.10g Hz: %s", rate_hz, inner.text);
}
