#include "build.h"

#include "base/error.h"
#include "log.h"

/* A daemon runs until its output has overflowed, so what grows must be asked for. The method
 * matters too: euler makes a stable system unstable where the step is long. An integrator
 * (radius 1, up to rounding) only grows as its input does. */
static sinew_status check_stability(const sinew_discretization *d,
                                    const sinewd_pipeline_config *config, sinew_error *error)
{
    double radius = sinew_discretization_radius(d);
    if (radius <= 1 + 1e-9)
        return SINEW_OK;
    if (!config->allow_unstable)
        return sinew_fail(error, SINEW_ERR_NUMERIC,
                          "%s is unstable: a pole at |z| = %.9g; 'allow_unstable: true' runs it "
                          "all the same",
                          config->model, radius);
    sinewd_log("pipeline '%s': %s is unstable: a pole at |z| = %.9g", config->name, config->model,
               radius);
    return SINEW_OK;
}

/* A system with one input and output runs on every channel; others say their own number. */
static sinew_status make_filter(sinew_node **out, const sinew_discretization *d,
                                const sinewd_pipeline_config *config, uint32_t channels,
                                sinew_error *error)
{
    sinew_matrices matrices = sinew_discretization_matrices(d);
    bool single = matrices.inputs == 1 && matrices.outputs == 1;
    if (!single && matrices.inputs != channels)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "%s has %zu inputs, and the source delivers %u channels", config->model,
                          matrices.inputs, channels);
    sinew_filter_opts opts = {
        .sample = config->sample, .engine = config->engine, .channels = channels};
    return sinew_filter_new(out, d, &opts, error);
}

sinew_status sinewd_build_node(sinew_node **out, const sinew_model *model,
                               const sinewd_pipeline_config *config, double rate_hz,
                               uint32_t channels, sinew_error *error)
{
    *out = NULL;
    sinew_discretization *d = NULL;
    sinew_discretize_opts opts = {
        .rate_hz = rate_hz, .method = config->method, .prewarp_hz = config->prewarp_hz};
    sinew_status status = sinew_model_discretize(&d, model, &opts, error);
    if (!status)
        status = check_stability(d, config, error);
    if (!status)
        status = make_filter(out, d, config, channels, error);
    sinew_discretization_free(d);
    return status;
}
