/* json: values on standard output, as RFC 8259 has them. */
#ifndef SINEW_CLI_JSON_H
#define SINEW_CLI_JSON_H

#include <stddef.h>

#include "sinew/system.h"

void json_number(double value);    /* 17 significant digits; null for NaN and Inf */
void json_text(const char *bytes); /* what is no UTF-8 becomes U+FFFD */
void json_numbers(const double *values, size_t n);
void json_rows(const double *values, size_t rows, size_t columns);
void json_complex(sinew_complex z); /* [re,im] */

#endif
