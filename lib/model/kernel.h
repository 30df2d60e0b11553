/* Models of kernels. */
#ifndef SINEW_MODEL_KERNEL_H
#define SINEW_MODEL_KERNEL_H

#include "sinew/kernel.h"
#include "sinew/model.h"

/* What a kind with a kernel is made of. */
typedef struct sinew_kernel_parts {
    sinew_kernel *kernel;
    sinew_system *plus; /* added to it; NULL: nothing */
} sinew_kernel_parts;

static inline void sinew_kernel_parts_free(sinew_kernel_parts *parts)
{
    sinew_kernel_free(parts->kernel);
    sinew_system_free(parts->plus);
    *parts = (sinew_kernel_parts){0};
}

/* sinew_model_build of a model of a kernel. */
sinew_status sinew_model_build_kernel(sinew_node **out, const sinew_model *model,
                                      const sinew_build_opts *opts, sinew_build_report *facts,
                                      sinew_error *error);

#endif
