/* What commands print of a model of a kernel of taps, which has no matrices. */
#ifndef SINEW_CLI_KERNEL_H
#define SINEW_CLI_KERNEL_H

#include <stdbool.h>

#include "sinew/model.h"

/* Size, rate and length of the kernel, and what is added. The caller has checked that the model has
 * a kernel. Errors: SINEW_ERR_MISMATCH for a rate that is not the kernel's. */
sinew_status kernel_print_facts(const sinew_model *model, const sinew_discretize_opts *opts,
                                const double *rates_hz, size_t n_rates, bool json,
                                sinew_error *error);

/* For the commands that have nothing to say of one. */
sinew_status kernel_refuse(const char *why, sinew_error *error);

#endif
