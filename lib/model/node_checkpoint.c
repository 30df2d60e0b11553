/* From a model that is a checkpoint to a node. */
#include "base/error.h"
#include "model/model.h"

/* What is for linear systems only. */
static sinew_status check_opts(const sinew_build_opts *opts, sinew_error *error)
{
    const sinew_discretize_opts *d = &opts->discretize;
    if (opts->sample_given && opts->filter.sample != SINEW_SAMPLE_F32)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED, "learned layers compute in float32");
    if (opts->x0 || opts->filter.x0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a checkpoint starts from a saved state, not from x0");
    if (opts->filter.engine != SINEW_ENGINE_AUTO || d->method || d->prewarp_hz != 0 ||
        d->alpha != 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a checkpoint has neither engines nor methods of discretization");
    return SINEW_OK;
}

sinew_status sinew_model_build_checkpoint(sinew_node **out, const sinew_model *model,
                                          const sinew_build_opts *opts, sinew_build_report *facts,
                                          sinew_error *error)
{
    sinew_checkpoint_build_opts how = opts->checkpoint;
    const sinew_checkpoint *checkpoint = sinew_model_checkpoint(model);
    const sinew_discretize_opts *d = &opts->discretize;
    sinew_status status = check_opts(opts, error);
    if (status)
        return status;
    if (sinew_checkpoint_about(checkpoint).step_s > 0 || how.layers.trained_step_s > 0)
        how.layers.step_s = d->rate_hz > 0 ? 1 / d->rate_hz : d->step_s;
    status = sinew_checkpoint_build(out, checkpoint, &how, error);
    if (status)
        return status;
    facts->step_s = (*out)->step_s;
    uint32_t channels = opts->filter.channels, takes = (*out)->channels_in;
    if (channels == 0 || channels == takes)
        return SINEW_OK;
    sinew_node_free(*out);
    *out = NULL;
    return sinew_fail(error, SINEW_ERR_MISMATCH, "%u channels, but the model takes %u", channels,
                      takes);
}
