/* An entry of a header: what it says a tensor is, and which bytes of the data are its numbers. */
#ifndef SINEW_TENSOR_ENTRY_H
#define SINEW_TENSOR_ENTRY_H

#include <jansson.h>
#include <stdint.h>

#include "sinew/tensor.h"

/* `out` gets dtype, rank and shape, and `data`, seen from `data`, which has data_bytes. Its name is
 * there before. Errors: SINEW_ERR_DATA. */
sinew_status sinew_tensor_entry(sinew_tensor *out, const json_t *entry, const uint8_t *data,
                                uint64_t data_bytes, const char *where, sinew_error *error);

/* Whether the n tensors, which are put in the order of their bytes, fill the data: no two overlap,
 * none leaves a gap. Errors: SINEW_ERR_DATA. */
sinew_status sinew_tensor_layout(sinew_tensor *tensors, size_t n, const uint8_t *data,
                                 uint64_t data_bytes, const char *where, sinew_error *error);

#endif
