/* build: a pipeline's model as a node, in the words of its configuration. */
#ifndef SINEWD_BUILD_H
#define SINEWD_BUILD_H

#include "config.h"
#include "sinew/model.h"

/* Errors: what sinew_model_build refuses. */
sinew_status sinewd_build_node(sinew_node **out, const sinew_model *model,
                               const sinewd_pipeline_config *config, double rate_hz,
                               uint32_t channels, size_t block_frames, sinew_error *error);

#endif
