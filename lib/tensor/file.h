/* One safetensors file: 8 bytes little-endian, the length of a JSON header; the header; the data.
 *
 *     {"__metadata__": {"format": "pt"}, "D": {"dtype": "F32", "shape": [1536],
 *      "data_offsets": [0, 6144]}, ...}
 *
 * data_offsets count from the end of the header; the tensors fill the data without gaps. */
#ifndef SINEW_TENSOR_FILE_H
#define SINEW_TENSOR_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "sinew/tensor.h"
#include "tensor/mapping.h"

#define SINEW_TENSOR_METADATA "__metadata__" /* the one key of a header that is no tensor */

/* The room for a tensor's name in a message; a longer one is cut. */
enum { SINEW_TENSOR_SHOWN_BYTES = 120 };

typedef struct sinew_tensor_file {
    char *path;            /* NULL: read from memory */
    sinew_mapping mapping; /* zeroed: the memory is the caller's */
    sinew_tensor *tensors; /* (n), in the order of their names; `file` is not set */
    size_t n;
    sinew_metadata *metadata; /* (n_metadata), as the file has them */
    size_t n_metadata;
    char *text; /* the names, the metadata */
} sinew_tensor_file;

/* Read and check; to *out, which is zeroed after a failure. Errors: SINEW_ERR_IO, SINEW_ERR_DATA,
 * SINEW_ERR_MEMORY. */
sinew_status sinew_tensor_file_open(sinew_tensor_file *out, const char *path, sinew_error *error);
sinew_status sinew_tensor_file_read(sinew_tensor_file *out, const uint8_t *bytes, size_t n_bytes,
                                    const char *where, sinew_error *error);
void sinew_tensor_file_close(sinew_tensor_file *file); /* a zeroed one is fine */

#endif
