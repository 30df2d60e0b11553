/* What one number of a tensor is, and how many bytes of them a tensor has. */
#ifndef SINEW_TENSOR_DTYPE_H
#define SINEW_TENSOR_DTYPE_H

#include <stdbool.h>

#include "sinew/tensor.h"

/* The dtype of this name; false where it is none that is read. */
bool sinew_dtype_named(sinew_dtype *out, const char *name);

/* The bytes of its numbers; false where they, or those of a part of its dimensions (a row of a
 * matrix without rows), are more than an int64_t counts. */
bool sinew_tensor_bytes(uint64_t *out, const sinew_tensor *tensor);

#endif
