/* kalman: what a description says of the noises beside a system, and the filter that it makes. */
#ifndef SINEW_MODEL_KALMAN_H
#define SINEW_MODEL_KALMAN_H

#include "model/keys.h"
#include "model/values.h"
#include "sinew/kalman.h"

typedef struct sinew_spec_kalman {
    sinew_spec_matrix process_noise, noise_input, measurement_noise, covariance;
    bool has_input, has_covariance, has_mean;
    sinew_items mean; /* of double */
    bool known_inputs, deviations, steady;
    int output; /* a sinew_kalman_output */
} sinew_spec_kalman;

extern const sinew_table sinew_spec_kalman_table;

/* The filter of a spec without problems; NULL, and problems at their places, where the matrices do
 * not fit the system, or are no covariances. */
sinew_kalman *sinew_spec_kalman_build(const sinew_spec_kalman *spec, const sinew_system *system,
                                      sinew_method method, sinew_document *document);

#endif
