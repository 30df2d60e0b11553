/* The zeros of a system that is only known by its matrices. */
#ifndef SINEW_SSM_ZEROS_H
#define SINEW_SSM_ZEROS_H

#include <complex.h>

#include "sinew/system.h"

/* The invariant zeros: the s where [[A - s I, B], [C, D]] has a lower rank than elsewhere; at most
 * `order`, into zeros. */
sinew_status sinew_zeros(double complex *zeros, size_t *n_zeros, const sinew_matrices *m,
                         sinew_error *error);

#endif
