/* What the files of models share: from a model of each sort to a node. */
#ifndef SINEW_MODEL_MODEL_H
#define SINEW_MODEL_MODEL_H

#include "sinew/model.h"

/* What the description says beside `opts`: method, prewarp_hz, alpha. */
sinew_discretize_opts sinew_model_complete(const sinew_model *model,
                                           const sinew_discretize_opts *opts);
size_t sinew_model_thiran_order(const sinew_model *model);

/* sinew_model_build of a checkpoint, of a model with delays, of one of a kernel, and of a
 * graph of layers. */
sinew_status sinew_model_build_checkpoint(sinew_node **out, const sinew_model *model,
                                          const sinew_build_opts *opts, sinew_build_report *facts,
                                          sinew_error *error);
sinew_status sinew_model_build_delayed(sinew_node **out, const sinew_model *model,
                                       const sinew_build_opts *opts, sinew_build_report *facts,
                                       sinew_error *error);
sinew_status sinew_model_build_kernel(sinew_node **out, const sinew_model *model,
                                      const sinew_build_opts *opts, sinew_build_report *facts,
                                      sinew_error *error);
sinew_status sinew_model_build_layered(sinew_node **out, const sinew_model *model,
                                       const sinew_build_opts *opts, sinew_build_report *facts,
                                       sinew_error *error);

#endif
