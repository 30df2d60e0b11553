#include "json.h"

#include <math.h>
#include <stdio.h>

void json_number(double value)
{
    if (isfinite(value))
        printf("%.17g", value);
    else
        fputs("null", stdout);
}

/* The length of the UTF-8 sequence at `at`, 0 for none (RFC 3629: no overlong forms, no
 * surrogates, nothing above U+10FFFF). */
static size_t utf8_length(const unsigned char *at)
{
    size_t length = *at < 0x80 ? 1 : *at < 0xc2 ? 0 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : 4;
    if (*at > 0xf4)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    if ((*at == 0xe0 && at[1] < 0xa0) || (*at == 0xed && at[1] > 0x9f) ||
        (*at == 0xf0 && at[1] < 0x90) || (*at == 0xf4 && at[1] > 0x8f))
        return 0;
    return length;
}

void json_string(const char *bytes)
{
    const unsigned char *at = (const unsigned char *)bytes;
    putchar('"');
    while (*at) {
        size_t length = utf8_length(at);
        if (length == 0)
            fputs("\\ufffd", stdout);
        else if (*at == '"' || *at == '\\')
            printf("\\%c", *at);
        else if (*at < 0x20 || *at == 0x7f)
            printf("\\u%04x", *at);
        else
            fwrite(at, 1, length, stdout);
        at += length ? length : 1;
    }
    putchar('"');
}

void json_numbers(const double *values, size_t n)
{
    putchar('[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            putchar(',');
        json_number(values[i]);
    }
    putchar(']');
}

void json_rows(const double *values, size_t rows, size_t columns)
{
    putchar('[');
    for (size_t i = 0; i < rows; i++) {
        if (i)
            putchar(',');
        json_numbers(columns ? values + i * columns : NULL, columns);
    }
    putchar(']');
}

void json_complex(sinew_complex z)
{
    json_numbers((const double[]){z.re, z.im}, 2);
}
