#include "build.h"

#include <string.h>

#include "base/error.h"
#include "log.h"
#include "sinew/costs.h"

/* The library does not know the keys of a configuration, nor which model it was. */
static sinew_status refuse(const sinewd_pipeline_config *config, const sinew_build_report *report,
                           sinew_status status, const char *why, sinew_error *error)
{
    if (status == SINEW_ERR_NUMERIC && report->unstable && !config->allow_unstable)
        return sinew_fail(error, status,
                          "%s is unstable: a pole at |z| = %.9g; 'allow_unstable: true' runs it "
                          "all the same",
                          config->model, report->radius);
    size_t n = strlen(config->model);
    if (strncmp(why, config->model, n) == 0 && why[n] == ':') /* it says its place already */
        return sinew_fail(error, status, "%s", why);
    return sinew_fail(error, status, "%s: %s", config->model, why);
}

sinew_status sinewd_build_node(sinew_node **out, const sinew_model *model,
                               const sinewd_pipeline_config *config, double rate_hz,
                               uint32_t channels, size_t block_frames, sinew_error *error)
{
    sinew_build_report report;
    sinew_costs *costs;
    sinew_status status = sinew_costs_new_kept(&costs, error);
    if (status)
        return status;
    sinew_build_opts opts = {.discretize = {.rate_hz = rate_hz,
                                            .method = config->method,
                                            .prewarp_hz = config->prewarp_hz},
                             .filter = {.sample = config->sample,
                                        .engine = config->engine,
                                        .channels = channels,
                                        .block_frames = block_frames,
                                        .costs = costs},
                             .sample_given = config->has_sample,
                             .allow_unstable = config->allow_unstable,
                             .report = &report};
    sinew_error why;
    status = sinew_model_build(out, model, &opts, &why);
    sinew_costs_free(costs);
    if (status)
        return refuse(config, &report, status, why.text, error);
    if (report.unstable)
        sinewd_log("pipeline '%s': %s is unstable: a pole at |z| = %.9g", config->name,
                   config->model, report.radius);
    return SINEW_OK;
}
