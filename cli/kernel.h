/* What commands print of a model of a kernel of taps, which has no matrices. */
#ifndef SINEW_CLI_KERNEL_H
#define SINEW_CLI_KERNEL_H

#include <stdbool.h>

#include "sampling.h"
#include "sinew/model.h"

/* Size, rate and length of the kernel, and what is added. The caller has checked that the model has
 * a kernel. Errors: SINEW_ERR_MISMATCH for a rate that is not the kernel's. */
sinew_status kernel_print_facts(const sinew_model *model, const sinew_discretize_opts *opts,
                                const double *rates_hz, size_t n_rates, bool json,
                                sinew_error *error);

/* How it would run. Errors: those of sinew_model_build. */
sinew_status kernel_print_plan(const sinew_model *model, const sinew_build_opts *how, bool explain,
                               bool json, sinew_error *error);

/* response (n, outputs, inputs): of the taps and of what is added to them. */
sinew_status kernel_response(sinew_complex *response, const sinew_model *model,
                             const sinew_discretize_opts *opts, const double *rad, size_t n,
                             char warning[SAMPLING_WARNING_BYTES], sinew_error *error);

/* Added to y (frames, outputs, inputs): the taps, or, with `step`, the sums of the taps so far. */
void kernel_add_taps(double *y, size_t frames, const sinew_kernel *k, bool step);

/* For the commands that have nothing to say of one. */
sinew_status kernel_refuse(const char *why, sinew_error *error);

#endif
