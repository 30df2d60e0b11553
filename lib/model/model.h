/* What the files of models share: what one is, and from each sort to a node. */
#ifndef SINEW_MODEL_MODEL_H
#define SINEW_MODEL_MODEL_H

#include "model/kind.h"
#include "model/layered.h"
#include "sinew/model.h"

struct sinew_model {
    char *name, *about, *units_in, *units_out; /* "" where the description is silent */
    sinew_system *system;                      /* one of these five; the others are NULL */
    sinew_checkpoint *checkpoint;
    sinew_delayed *delayed;
    sinew_kernel_parts kernel_parts;
    sinew_layered *layered;
    size_t thiran_order; /* 0 where the description is silent */
    sinew_method method; /* DEFAULT where the description is silent */
    double prewarp_hz, alpha;
    char **references; /* (n_references) */
    size_t n_references;
    sinew_kalman *kalman; /* NULL: the system is a filter */
    sinew_kalman_node_opts kalman_opts;
};

/* What the description says beside `opts`: method, prewarp_hz, alpha. */
sinew_discretize_opts sinew_model_complete(const sinew_model *model,
                                           const sinew_discretize_opts *opts);
size_t sinew_model_thiran_order(const sinew_model *model);

/* A checkpoint (find.h) as a model; any false: refused, as it is no linear system. */
sinew_status sinew_model_open_checkpoint(sinew_model **out, const char *path, bool any,
                                         sinew_error *error);

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
