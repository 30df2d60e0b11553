/* The alphabet of byte-level BPE (Radford et al. 2019): a printable character for every byte, so
 * that a vocabulary can be written as text. Bytes 33-126, 161-172 and 174-255 are their own code
 * points, the 68 others are U+0100 to U+0143 in their order; a space is U+0120. */
#ifndef SINEW_LM_BYTE_LEVEL_H
#define SINEW_LM_BYTE_LEVEL_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes to characters, as UTF-8 of at most 2 n bytes; returns how many. */
size_t sinew_byte_level_write(const char *bytes, size_t n, char *out);

/* Characters to bytes, at most n of them; false where one is not of the alphabet. */
bool sinew_byte_level_read(const char *text, size_t n, char *out, size_t *n_out);

#endif
