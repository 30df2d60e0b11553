/* build: a pipeline's model as a node that may run for ever. */
#ifndef SINEWD_BUILD_H
#define SINEWD_BUILD_H

#include "config.h"
#include "sinew/model.h"

/* Errors: what sinew_model_build refuses, and an unstable filter (SINEW_ERR_NUMERIC) unless the
 * configuration allows it. */
sinew_status sinewd_build_node(sinew_node **out, const sinew_model *model,
                               const sinewd_pipeline_config *config, double rate_hz,
                               uint32_t channels, sinew_error *error);

#endif
