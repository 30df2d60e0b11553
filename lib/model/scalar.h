/* One scalar of a text, read whole: a number with its unit, a boolean, a likeness of names.
 * Pure functions, independent of the locale. */
#ifndef SINEW_MODEL_SCALAR_H
#define SINEW_MODEL_SCALAR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/likeness.h"

/* What a number is measured in, and so which suffixes it may carry. */
typedef enum sinew_unit {
    SINEW_UNIT_NONE = 0, /* a plain number: no suffix at all */
    SINEW_UNIT_HZ,       /* 48000, 48k, 48kHz, 0.5 MHz -> hertz */
    SINEW_UNIT_S,        /* 0.01, 10ms, 2s, 5min       -> seconds */
    SINEW_UNIT_DB,       /* -3, -3dB                   -> decibels */
    SINEW_UNIT_BYTES     /* 65536, 64KiB, 10MB         -> bytes */
} sinew_unit;

/* The whole of `text` as a finite decimal number in `unit`. NULL and *out on success, else what
 * is wrong, to be put behind the quoted text: "is not a frequency (48000, 48k, 48kHz)". */
const char *sinew_number_parse(double *out, const char *text, sinew_unit unit);

/* YAML 1.1's true/false, yes/no, on/off in lower case, Capitalised or UPPER CASE. */
bool sinew_boolean_parse(bool *out, const char *text);

/* "a, b or c" of names (ending in NULL) into text; what does not fit is cut. */
void sinew_names_list(char *text, size_t room, const char *const *names);

#endif
