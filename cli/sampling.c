#include "sampling.h"

#include <stdio.h>
#include <string.h>

const char *const sampling_methods[] = {"zoh",      "foh", "bilinear", "euler",
                                        "backward", "gbt", "impulse",  NULL};

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

sinew_discretize_opts sampling_opts(const sampling *s)
{
    return (sinew_discretize_opts){.rate_hz = s->rate_hz.value,
                                   .step_s = s->step_s.value,
                                   .method = s->method ? sinew_method_from_name(s->method)
                                                       : SINEW_METHOD_DEFAULT,
                                   .prewarp_hz = s->prewarp_hz.value,
                                   .alpha = s->alpha.value};
}

/* A radius above 1 by no more than rounding is an integrator's. */
static void warn_of_growth(char *warning, sinew_stability stability, const sinew_discretization *d)
{
    double radius = sinew_discretization_radius(d);
    if (stability == SINEW_UNSTABLE)
        snprintf(warning, SAMPLING_WARNING_BYTES,
                 "the system is unstable: a pole right of the axis, or a double one on it");
    else if (radius > 1 + 1e-9)
        snprintf(warning, SAMPLING_WARNING_BYTES,
                 "%s at a step of %.10g s makes the system unstable: the radius is %.10g",
                 sinew_method_name(sinew_discretization_method(d)), sinew_discretization_step_s(d),
                 radius);
}

sinew_status sampling_discretize(sinew_discretization **out, const sinew_model *model,
                                 const sinew_discretize_opts *opts,
                                 char warning[SAMPLING_WARNING_BYTES], sinew_error *error)
{
    sinew_stability stability = SINEW_STABLE;
    warning[0] = 0;
    *out = NULL;
    sinew_status status = sinew_model_discretize(out, model, opts, error);
    if (!status)
        status = sinew_system_stability(sinew_model_system(model), &stability, error);
    if (status) {
        sinew_discretization_free(*out);
        *out = NULL;
        return status;
    }
    warn_of_growth(warning, stability, *out);
    return SINEW_OK;
}
