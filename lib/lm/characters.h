/* Characters of a text that may hold any bytes: where it is UTF-8, what a character is, NFC. */
#ifndef SINEW_LM_CHARACTERS_H
#define SINEW_LM_CHARACTERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* The length of the stretch at the start of a text that is UTF-8 throughout, or of bytes of which
 * no character begins at any; *valid tells which. 0 only where n is 0. */
size_t sinew_utf8_stretch(const char *text, size_t n, bool *valid);

/* Bytes of the white space at the start and at the end of a text (Unicode's White_Space). */
size_t sinew_space_at_start(const char *text, size_t n);
size_t sinew_space_at_end(const char *text, size_t n);

/* Is the first or the last character one of a word: a letter, mark, digit or connector? */
bool sinew_word_at_start(const char *text, size_t n);
bool sinew_word_at_end(const char *text, size_t n);

/* Normalization form C of what is UTF-8, other bytes as they are. *out is NULL where the text is
 * in that form for being ASCII; else it is to be freed with sinew_free. Refuses
 * a character with more than 4096 marks, since putting n in order takes n^2 steps. */
sinew_status sinew_nfc(char **out, size_t *n_out, const char *text, size_t n, sinew_error *error);

#endif
