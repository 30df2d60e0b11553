/* The header of an npy file: a Python dictionary with three keys.
 * Format: numpy.org/doc/stable/reference/generated/numpy.lib.format.html, versions 1 to 3. */
#ifndef SINEW_STREAM_NPY_HEADER_H
#define SINEW_STREAM_NPY_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include "sinew/block.h"
#include "sinew/status.h"

enum {
    SINEW_NPY_PREFIX_BYTES = 12, /* magic, version and length: of version 1 the first 10 */
    SINEW_NPY_HEADER_BYTES = 128 /* what is written: room for any shape */
};

typedef struct sinew_npy_header {
    sinew_sample sample;
    size_t integer_bytes; /* 4 or 8: whole numbers ('<i4', '<i8'), which are no samples; 0 */
    int64_t frames;
    uint32_t channels;
} sinew_npy_header;

/* The length of prefix and dictionary by the first 12 bytes; 0: no npy file. */
size_t sinew_npy_header_length(const uint8_t *prefix, size_t *text_offset);

/* The dictionary's text (n bytes). `name` stands for the file in messages. */
sinew_status sinew_npy_header_parse(sinew_npy_header *out, const char *text, size_t n,
                                    const char *name, sinew_error *error);

/* Write SINEW_NPY_HEADER_BYTES bytes of version 1. */
void sinew_npy_header_write(const sinew_npy_header *header, uint8_t *bytes);

#endif
