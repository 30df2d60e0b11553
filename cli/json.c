#include "json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

void json_number(double value)
{
    if (isfinite(value))
        printf("%.17g", value);
    else
        fputs("null", stdout);
}

void json_text(const char *at)
{
    size_t left = strlen(at);
    putchar('"');
    while (left > 0) {
        unsigned char c = (unsigned char)*at;
        size_t n = sinew_utf8_bytes(at, left);
        if (n == 0)
            fputs("\\ufffd", stdout);
        else if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            printf("\\u%04x", c);
        else
            fwrite(at, 1, n, stdout);
        at += n ? n : 1;
        left -= n ? n : 1;
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
