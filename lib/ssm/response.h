/* The response of a realization: of matrices and sections as they were rounded, which is what runs.
 * sinew_discretization_response gives what was meant. */
#ifndef SINEW_SSM_RESPONSE_H
#define SINEW_SSM_RESPONSE_H

#include "sinew/discretization.h"

/* As sinew_discretization_response. */
sinew_status sinew_realization_response(const sinew_discretization *d, const double *rad, size_t n,
                                        sinew_complex *response, sinew_error *error);

#endif
