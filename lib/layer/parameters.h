/* parameters: tensors taken into a layer, checked: their shapes against what is expected, their
 * numbers against NaN and infinity. An error names the tensor, what was found and what was
 * expected. */
#ifndef SINEW_LAYER_PARAMETERS_H
#define SINEW_LAYER_PARAMETERS_H

#include "sinew/tensor.h"

/* A dimension that may be any. */
#define SINEW_ANY UINT64_MAX

/* shape: (rank) of what is expected, SINEW_ANY where it does not matter; `what` is what the tensor
 * is called where it has no name. NULL is refused too, as missing. */
sinew_status sinew_parameter_check(const sinew_tensor *tensor, const char *what, uint32_t rank,
                                   const uint64_t *shape, sinew_error *error);

/* All numbers of it as floats into *out, for sinew_free; padded with zeros to a multiple of 16
 * numbers. NULL where there is no tensor: *out is NULL then. */
sinew_status sinew_parameter_floats(float **out, const sinew_tensor *tensor, const char *what,
                                    uint32_t rank, const uint64_t *shape, sinew_error *error);

/* The same of one that has to be there. */
sinew_status sinew_parameter_required(float **out, const sinew_tensor *tensor, const char *what,
                                      uint32_t rank, const uint64_t *shape, sinew_error *error);

/* Its name, or `what`. */
const char *sinew_parameter_name(const sinew_tensor *tensor, const char *what);

/* Of its type, shape and numbers: of large ones of 1024 places spread over it, so that no gigabytes
 * are read. NULL counts too. */
uint64_t sinew_parameter_hash(uint64_t hash, const sinew_tensor *tensor);

#endif
