#include "model/scalar.h"

#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* value = number * times / over: milli is a division, so that 10ms is exactly what 0.01 is. */
typedef struct suffix {
    sinew_unit unit;
    const char *text;
    double times, over;
} suffix;

static const suffix suffixes[] = {
    {SINEW_UNIT_HZ, "Hz", 1, 1},
    {SINEW_UNIT_HZ, "k", 1e3, 1},
    {SINEW_UNIT_HZ, "kHz", 1e3, 1},
    {SINEW_UNIT_HZ, "M", 1e6, 1},
    {SINEW_UNIT_HZ, "MHz", 1e6, 1},
    {SINEW_UNIT_HZ, "mHz", 1, 1e3},
    {SINEW_UNIT_S, "s", 1, 1},
    {SINEW_UNIT_S, "ms", 1, 1e3},
    {SINEW_UNIT_S, "us", 1, 1e6},
    {SINEW_UNIT_S, "\xc2\xb5s", 1, 1e6}, /* U+00B5 micro sign */
    {SINEW_UNIT_S, "\xce\xbcs", 1, 1e6}, /* U+03BC Greek mu */
    {SINEW_UNIT_S, "ns", 1, 1e9},
    {SINEW_UNIT_S, "min", 60, 1},
    {SINEW_UNIT_S, "h", 3600, 1},
    {SINEW_UNIT_DB, "dB", 1, 1},
    {SINEW_UNIT_BYTES, "B", 1, 1},
    {SINEW_UNIT_BYTES, "kB", 1e3, 1},
    {SINEW_UNIT_BYTES, "MB", 1e6, 1},
    {SINEW_UNIT_BYTES, "GB", 1e9, 1},
    {SINEW_UNIT_BYTES, "KiB", 1024, 1},
    {SINEW_UNIT_BYTES, "MiB", 1048576, 1},
    {SINEW_UNIT_BYTES, "GiB", 1073741824, 1},
};

static const char *not_in_unit(sinew_unit unit)
{
    switch (unit) {
    case SINEW_UNIT_HZ:
        return "is not a frequency (write it like 48000, 48k or 48kHz)";
    case SINEW_UNIT_S:
        return "is not a time (write it like 0.01, 10ms or 2s)";
    case SINEW_UNIT_DB:
        return "is not a level (write it like -3 or -3dB)";
    case SINEW_UNIT_BYTES:
        return "is not a size (write it like 65536, 64KiB or 10MB)";
    case SINEW_UNIT_NONE:
        break;
    }
    return "is not a number";
}

static const char *skip_digits(const char *at)
{
    while (*at >= '0' && *at <= '9')
        at++;
    return at;
}

/* The end of the longest decimal number at `text`; `text` itself where there is none:
 * [+-] (digits [. digits] | . digits) [(e|E) [+-] digits]. */
static const char *number_end(const char *text)
{
    const char *at = text + (*text == '+' || *text == '-');
    const char *whole = at;
    at = skip_digits(at);
    size_t digits = (size_t)(at - whole);
    if (*at == '.') {
        const char *fraction = ++at;
        at = skip_digits(at);
        digits += (size_t)(at - fraction);
    }
    if (digits == 0)
        return text;
    if (*at == 'e' || *at == 'E') {
        const char *exponent = at + 1 + (at[1] == '+' || at[1] == '-');
        if (skip_digits(exponent) > exponent)
            at = skip_digits(exponent);
    }
    return at;
}

static const char *not_finite(const char *text)
{
    text += *text == '+' || *text == '-';
    text += *text == '.';
    if (!strcasecmp(text, "inf") || !strcasecmp(text, "infinity"))
        return "is infinite; a finite number is needed";
    if (!strcasecmp(text, "nan"))
        return "is not a number (NaN); a finite number is needed";
    return NULL;
}

/* 0x10 and 010 mean one thing to YAML 1.1 and another to JSON and to people. */
static const char *ambiguous(const char *text)
{
    text += *text == '+' || *text == '-';
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'o' || isdigit((unsigned char)text[1])))
        return "is not a decimal number without leading zeros";
    return NULL;
}

static const suffix *find_suffix(const char *text, sinew_unit unit)
{
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (suffixes[i].unit == unit && !strcmp(suffixes[i].text, text))
            return &suffixes[i];
    return NULL;
}

/* strtod of the C locale, whatever the program has set: "0,5" is never a half. */
static double c_strtod(const char *text)
{
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    double value = c ? strtod_l(text, NULL, c) : strtod(text, NULL);
    if (c)
        freelocale(c);
    return value;
}

const char *sinew_number_parse(double *out, const char *text, sinew_unit unit)
{
    const char *wrong = not_finite(text);
    if (!wrong)
        wrong = ambiguous(text);
    if (wrong)
        return wrong;
    const char *end = number_end(text);
    if (end == text)
        return not_in_unit(unit);
    /* strtod stops where number_end does: a suffix cannot continue a decimal number. */
    double value = c_strtod(text);
    if (*end) {
        const suffix *found = find_suffix(end + strspn(end, " "), unit);
        if (!found)
            return not_in_unit(unit);
        value = value * found->times / found->over;
    }
    if (!isfinite(value))
        return "is too large";
    *out = value;
    return NULL;
}

static bool same_word(const char *text, const char *word)
{
    if (!strcmp(text, word))
        return true;
    if (text[0] != toupper((unsigned char)word[0]))
        return false;
    if (!strcmp(text + 1, word + 1))
        return true;
    for (; *word && *text == toupper((unsigned char)*word); word++)
        text++;
    return !*word && !*text;
}

bool sinew_boolean_parse(bool *out, const char *text)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (same_word(text, words[i])) {
            *out = i & 1;
            return true;
        }
    return false;
}

void sinew_names_list(char *text, size_t room, const char *const *names)
{
    size_t n = 0;
    text[0] = 0;
    for (size_t i = 0; names[i] && n < room; i++) {
        const char *between = i == 0 ? "" : names[i + 1] ? ", " : " or ";
        int more = snprintf(text + n, room - n, "%s%s", between, names[i]);
        n += (size_t)(more > 0 ? more : 0);
    }
}
