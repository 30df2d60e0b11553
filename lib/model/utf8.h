/* Is a text UTF-8 (RFC 3629) without NUL and other control characters? NULL if so, else what is
 * wrong, with the place counted from 0 in lines and characters. */
#ifndef SINEW_MODEL_UTF8_H
#define SINEW_MODEL_UTF8_H

#include <stddef.h>

const char *sinew_utf8_check(const char *text, size_t n_bytes, size_t *line, size_t *column);

#endif
