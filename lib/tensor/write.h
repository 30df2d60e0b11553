/* A safetensors file into one that is open already. */
#ifndef SINEW_TENSOR_WRITE_H
#define SINEW_TENSOR_WRITE_H

#include "base/atomic_file.h"
#include "sinew/tensor.h"

/* As sinew_tensors_write, into `to`, whose descriptor is then closed; the commit is the caller's.
 * `name` is what messages call it. */
sinew_status sinew_tensors_write_into(sinew_atomic_file *to, const char *name,
                                      const sinew_tensor *tensors, size_t n_tensors,
                                      const sinew_metadata *metadata, size_t n_metadata,
                                      sinew_error *error);

#endif
