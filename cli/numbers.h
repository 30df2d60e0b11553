/* numbers: a list of numbers read from a text file. */
#ifndef SINEW_CLI_NUMBERS_H
#define SINEW_CLI_NUMBERS_H

#include <stddef.h>

#include "sinew/status.h"

/* One number a line; blank lines and what follows a '#' do not count. "-" is standard input.
 * The caller frees *out (free). */
sinew_status numbers_read_lines(double **out, size_t *n, const char *path, sinew_error *error);

/* A csv row: the numbers of the file's one line that is not blank. The caller frees. */
sinew_status numbers_read_row(double **out, size_t *n, const char *path, sinew_error *error);

#endif
