/* A text that grows while it is written: the scalars of YAML, as the readers of this folder and
 * other YAML readers take them. Where memory ends, `full` is set and all later calls do nothing. */
#ifndef SINEW_MODEL_WRITER_H
#define SINEW_MODEL_WRITER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct sinew_writer {
    char *text; /* NUL-terminated; by sinew_free */
    size_t n, room;
    bool full;
} sinew_writer;

void sinew_writer_put(sinew_writer *w, const char *text);
void sinew_writer_spaces(sinew_writer *w, size_t count);

/* A finite number with the fewest digits that strtod reads as the same double. The caller has set
 * the C locale for its thread. */
void sinew_writer_number(sinew_writer *w, double value);

/* "1, 2, 3" */
void sinew_writer_numbers(sinew_writer *w, const double *values, size_t n);

/* UTF-8 without control characters but newlines and tabs: as it stands where every YAML reader
 * takes that for this text, else in double quotes. */
void sinew_writer_text(sinew_writer *w, const char *text);

/* Does the UTF-8 character at `at` end a line or the text for a YAML reader (NEL, U+2028, U+2029,
 * the byte order mark, U+FFFE, U+FFFF)? Its number, else 0. */
unsigned sinew_writer_special(const char *at);

#endif
