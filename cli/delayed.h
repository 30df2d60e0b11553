/* What commands print of a model with exact delays, which has no matrices. */
#ifndef SINEW_CLI_DELAYED_H
#define SINEW_CLI_DELAYED_H

#include <stdbool.h>

#include "sinew/model.h"

/* The plant's matrices and the rings. The caller has checked that the model, which messages call
 * `path`, has delays. */
sinew_status delayed_print_matrices(const sinew_model *model, const char *path,
                                    const sinew_discretize_opts *opts, bool json,
                                    sinew_error *error);

/* inputs, outputs, delays; and what it becomes at each rate by `opts`. */
sinew_status delayed_print_facts(const sinew_model *model, const char *path,
                                 const sinew_discretize_opts *opts, const double *rates_hz,
                                 size_t n_rates, bool json, sinew_error *error);

/* response (n, outputs, inputs): of the system with opts NULL, else of the filter. Its failures do
 * not name the model yet. */
sinew_status delayed_response(sinew_complex *response, const sinew_model *model, const char *path,
                              const sinew_discretize_opts *opts, const double *rad, size_t n,
                              sinew_error *error);

#endif
