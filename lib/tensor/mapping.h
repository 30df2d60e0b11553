/* The bytes of a whole file, mapped for reading. */
#ifndef SINEW_TENSOR_MAPPING_H
#define SINEW_TENSOR_MAPPING_H

#include <stddef.h>
#include <stdint.h>

#include "sinew/status.h"

typedef struct sinew_mapping {
    const uint8_t *bytes; /* (n_bytes); NULL for an empty file */
    size_t n_bytes;
} sinew_mapping;

/* A regular file. Errors: SINEW_ERR_IO; *out is zeroed then. */
sinew_status sinew_mapping_open(sinew_mapping *out, const char *path, sinew_error *error);
void sinew_mapping_close(sinew_mapping *mapping); /* a zeroed one is fine */

#endif
