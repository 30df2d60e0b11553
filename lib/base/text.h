/* Texts that may come from strangers: a file, a name, the quote of either in a message. */
#ifndef SINEW_BASE_TEXT_H
#define SINEW_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the UTF-8 character at `at` (1 to 4, of `left` that there are, at least 1); 0 where it
 * is none: overlong forms, surrogates and what lies beyond U+10FFFF included (RFC 3629). */
size_t sinew_utf8_bytes(const char *at, size_t left);

/* Is a text UTF-8 without NUL and other control characters? NULL if so, else what is wrong, with
 * the place counted from 0 in lines and characters. */
const char *sinew_utf8_check(const char *text, size_t n_bytes, size_t *line, size_t *column);

/* Does a text end so? */
bool sinew_text_ends(const char *text, const char *end);

/* Every control character of ASCII becomes '?': a line stays one, and a terminal is not told
 * what to do. */
void sinew_text_blank(char *text);

/* `text` for a message, into quoted: at most some 40 characters of it, "..." behind a longer
 * one, '?' for control characters. Returns quoted. */
enum { SINEW_QUOTED_BYTES = 64 };
const char *sinew_quote(char quoted[SINEW_QUOTED_BYTES], const char *text);

/* The same of any length: `room` bytes, 8 at least. */
const char *sinew_quote_in(char *quoted, size_t room, const char *text);

#endif
