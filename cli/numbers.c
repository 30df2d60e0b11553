#include "numbers.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/error.h"
#include "model/scalar.h"

/* A row of many numbers; not a device that never ends one. */
enum { LINE_BYTES_MOST = 1 << 20 };

typedef struct reader {
    const char *path;
    FILE *file;
    char *line; /* (LINE_BYTES_MOST + 1) */
    size_t line_number;
    double *values;
    size_t n, room;
    sinew_error *error;
} reader;

static sinew_status start(reader *r)
{
    r->file = strcmp(r->path, "-") == 0 ? stdin : fopen(r->path, "r");
    if (!r->file)
        return sinew_fail(r->error, SINEW_ERR_IO, "%s: %s", r->path, strerror(errno));
    r->line = malloc(LINE_BYTES_MOST + 1);
    return r->line ? SINEW_OK : sinew_fail_memory(r->error);
}

static void stop(reader *r)
{
    if (r->file && r->file != stdin)
        fclose(r->file);
    free(r->line);
}

/* The next line into r->line; *got is false at the end. */
static sinew_status read_line(reader *r, bool *got)
{
    size_t n = 0;
    int c;
    errno = 0;
    r->line_number++;
    while ((c = getc_unlocked(r->file)) != EOF && c != '\n') {
        if (c == 0 || n == LINE_BYTES_MOST)
            return sinew_fail(r->error, SINEW_ERR_DATA, "%s:%zu:%zu: %s: this is no text", r->path,
                              r->line_number, n + 1, c ? "a line without an end" : "a NUL byte");
        r->line[n++] = (char)c;
    }
    r->line[n] = 0;
    *got = c != EOF || n > 0;
    if (ferror(r->file))
        return sinew_fail(r->error, SINEW_ERR_IO, "%s: %s", r->path, strerror(errno ? errno : EIO));
    return SINEW_OK;
}

/* The next line that holds something, without comment and end of line. SINEW_OK and a line of
 * NULL at the end. */
static sinew_status next_line(reader *r, char **line)
{
    bool got = true;
    sinew_status status = SINEW_OK;
    *line = NULL;
    while (!(status = read_line(r, &got)) && got) {
        r->line[strcspn(r->line, "#\r")] = 0;
        char *start =
            r->line + strspn(r->line, " \t\xef\xbb\xbf"); /* with a byte order mark, too */
        if (*start) {
            *line = start;
            return SINEW_OK;
        }
    }
    return status;
}

/* `length` bytes at `text`, blanks around them not counted. */
static sinew_status add_number(reader *r, const char *text, size_t length)
{
    char word[64], shown[SINEW_QUOTED_BYTES];
    double value;
    while (length > 0 && strchr(" \t", text[length - 1]))
        length--;
    snprintf(word, sizeof word, "%.*s", (int)(length < 63 ? length : 63), text);
    const char *bad = length < sizeof word ? sinew_number_parse(&value, word, SINEW_UNIT_NONE)
                                           : "is too long for a number";
    if (bad)
        return sinew_fail(r->error, SINEW_ERR_DATA, "%s:%zu:%zu: '%s' %s", r->path, r->line_number,
                          (size_t)(text - r->line) + 1, sinew_quote(shown, word), bad);
    if (r->n == r->room) {
        size_t room = r->room ? 2 * r->room : 64;
        double *more = realloc(r->values, room * sizeof *more);
        if (!more)
            return sinew_fail_memory(r->error);
        r->values = more;
        r->room = room;
    }
    r->values[r->n++] = value;
    return SINEW_OK;
}

static sinew_status add_row(reader *r, const char *line)
{
    for (;;) {
        line += strspn(line, " \t");
        size_t length = strcspn(line, ",");
        sinew_status status = add_number(r, line, length);
        if (status || line[length] == 0)
            return status;
        line += length + 1;
    }
}

static sinew_status finish(reader *r, sinew_status status, double **out, size_t *n)
{
    stop(r);
    *out = status ? NULL : r->values;
    *n = status ? 0 : r->n;
    if (status)
        free(r->values);
    return status;
}

sinew_status numbers_read_lines(double **out, size_t *n, const char *path, sinew_error *error)
{
    reader r = {.path = path, .error = error};
    char *line = NULL;
    sinew_status status = start(&r);
    while (!status && !(status = next_line(&r, &line)) && line)
        status = add_number(&r, line, strlen(line));
    if (!status && r.n == 0)
        status = sinew_fail(error, SINEW_ERR_DATA, "%s: holds no numbers", path);
    return finish(&r, status, out, n);
}

sinew_status numbers_read_row(double **out, size_t *n, const char *path, sinew_error *error)
{
    reader r = {.path = path, .error = error};
    char *line = NULL;
    sinew_status status = start(&r);
    if (!status && !(status = next_line(&r, &line)) && line)
        status = add_row(&r, line);
    if (!status && r.n == 0)
        status = sinew_fail(error, SINEW_ERR_DATA, "%s: holds no numbers", path);
    if (!status && !(status = next_line(&r, &line)) && line)
        status =
            sinew_fail(error, SINEW_ERR_DATA, "%s:%zu:1: more than one row", path, r.line_number);
    return finish(&r, status, out, n);
}
