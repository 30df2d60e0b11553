/* csv: a row a frame. Fields are parted by commas, blanks around them do not count; a number is
 * what strtod reads in the C locale, less hexadecimal. One first line whose first field is no
 * number, nor begins like one (a digit, a sign or a point), is a header and skipped. nan and inf
 * are samples like others. Only one row is held. */
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/samples.h"
#include "stream/source.h"

enum { FIELD_BYTES = 512 };

typedef enum csv_end { END_COMMA, END_LINE, END_FILE } csv_end;

typedef struct csv_reader {
    FILE *file;
    locale_t c_locale;
    uint64_t line, column;             /* of the next byte, from 1 */
    uint64_t field_line, field_column; /* where the field last read begins */
    char field[FIELD_BYTES + 1];       /* without the blanks around it */
    size_t length;                     /* FIELD_BYTES and more: too long to be a number */
    csv_end end;                       /* what ended it */
    bool has_return;                   /* a carriage return within it, as old Macs end lines */
    double *row;                       /* (columns), of room for `room` */
    size_t columns, room;              /* columns 0: not known before the first row */
    bool pending;                      /* the row was read to learn the columns */
} csv_reader;

static sinew_status fail_at(const sinew_source *source, uint64_t line, uint64_t column,
                            const char *what, sinew_error *error)
{
    return sinew_fail(error, SINEW_ERR_DATA, "%s:%llu:%llu: %s", source->name,
                      (unsigned long long)line, (unsigned long long)column, what);
}

static sinew_status fail_field(const sinew_source *source, const char *what, sinew_error *error)
{
    const csv_reader *csv = source->reader;
    char text[128];
    snprintf(text, sizeof text, "'%.40s%s' %s", csv->field, csv->length > 40 ? "..." : "", what);
    return fail_at(source, csv->field_line, csv->field_column, csv->length ? text : "empty field",
                   error);
}

static bool is_blank(int c)
{
    return c == ' ' || c == '\t';
}

static void trim_end(csv_reader *csv)
{
    if (csv->length > FIELD_BYTES)
        return;
    if (csv->end != END_COMMA && csv->length && csv->field[csv->length - 1] == '\r')
        csv->length--;
    while (csv->length && is_blank(csv->field[csv->length - 1]))
        csv->length--;
    csv->field[csv->length] = '\0';
}

/* The next field and what ends it. */
static void read_field(csv_reader *csv)
{
    int c = getc_unlocked(csv->file);
    for (; is_blank(c); c = getc_unlocked(csv->file))
        csv->column++;
    csv->field_line = csv->line;
    csv->field_column = csv->column;
    csv->length = 0;
    csv->has_return = false;
    int before = 0;
    for (; c != ',' && c != '\n' && c != EOF; c = getc_unlocked(csv->file)) {
        csv->has_return |= before == '\r';
        before = c;
        if (csv->length < FIELD_BYTES)
            csv->field[csv->length] = (char)c;
        csv->length += csv->length <= FIELD_BYTES;
        csv->column++;
    }
    csv->field[csv->length < FIELD_BYTES ? csv->length : FIELD_BYTES] = '\0';
    csv->end = c == ',' ? END_COMMA : c == '\n' ? END_LINE : END_FILE;
    csv->column++;
    if (c == '\n') {
        csv->line++;
        csv->column = 1;
    }
    trim_end(csv);
}

/* NULL, or what is wrong with the field. */
static const char *parse_number(const csv_reader *csv, double *out)
{
    if (csv->has_return)
        return "holds a carriage return alone: lines end in LF or CR LF";
    if (csv->length > FIELD_BYTES)
        return "is too long for a number";
    if (memchr(csv->field, '\0', csv->length))
        return "is followed by a NUL byte: this is no text";
    if (csv->length == 0 || strpbrk(csv->field, "xX(\r\v\f"))
        return "is not a number";
    char *stop = NULL;
    *out = strtod_l(csv->field, &stop, csv->c_locale);
    if (stop != csv->field + csv->length)
        return strpbrk(csv->field, "; \t")
                   ? "is not a number: commas separate columns, and points decimals"
                   : "is not a number";
    if (isinf(*out) && !strpbrk(csv->field, "nN"))
        return "is beyond double precision";
    return NULL;
}

static bool store(csv_reader *csv, size_t column, double value)
{
    if (column == csv->room) {
        size_t room = csv->room ? 2 * csv->room : 16;
        double *row = sinew_alloc(room, sizeof *row);
        if (!row)
            return false;
        if (csv->room)
            memcpy(row, csv->row, csv->room * sizeof *row);
        sinew_free(csv->row);
        csv->row = row;
        csv->room = room;
    }
    csv->row[column] = value;
    return true;
}

/* The row whose first field has been read. */
static sinew_status read_row(sinew_source *source, sinew_error *error)
{
    csv_reader *csv = source->reader;
    size_t n = 0;
    for (;;) {
        double value = NAN;
        bool missing = csv->length == 0 && source->missing && n >= (size_t)source->time_column;
        const char *wrong = missing ? NULL : parse_number(csv, &value);
        if (wrong)
            return fail_field(source, wrong, error);
        if (n >= (csv->columns ? csv->columns : SINEW_CHANNELS_MOST + (size_t)source->time_column))
            return fail_field(source,
                              csv->columns ? "is one column more than the first row has"
                                           : "is one column more than a row may have",
                              error);
        if (!store(csv, n++, value))
            return sinew_fail_memory(error);
        if (csv->end != END_COMMA)
            break;
        read_field(csv);
    }
    if (csv->columns && n < csv->columns) {
        char text[96];
        snprintf(text, sizeof text, "the row ends after %zu of %zu columns", n, csv->columns);
        return fail_at(source, csv->field_line, csv->field_column, text, error);
    }
    csv->columns = n;
    return SINEW_OK;
}

/* The next row, or *end. Empty lines are fine at the end only. */
static sinew_status next_row(sinew_source *source, bool *end, sinew_error *error)
{
    csv_reader *csv = source->reader;
    uint64_t empty_line = 0;
    *end = false;
    if (csv->pending) {
        csv->pending = false;
        return SINEW_OK;
    }
    for (;;) {
        read_field(csv);
        if (csv->length > 0 || csv->end == END_COMMA)
            break;
        if (csv->end == END_FILE) {
            *end = true;
            return ferror(csv->file)
                       ? sinew_fail(error, SINEW_ERR_IO, "%s: %s", source->name, strerror(errno))
                       : SINEW_OK;
        }
        empty_line = empty_line ? empty_line : csv->field_line;
    }
    if (empty_line)
        return fail_at(source, empty_line, 1, "empty line", error);
    return read_row(source, error);
}

/* A field that begins so is meant as a number, and no header. */
static bool begins_number(const char *field)
{
    return *field && strchr("0123456789+-.", *field);
}

/* Past the header, whose first field has been read. */
static sinew_status skip_header(sinew_source *source, bool *end, sinew_error *error)
{
    csv_reader *csv = source->reader;
    for (;;) {
        if (csv->has_return)
            return fail_at(source, csv->field_line, csv->field_column,
                           "a carriage return alone: lines end in LF or CR LF", error);
        if (csv->end != END_COMMA)
            return next_row(source, end, error);
        read_field(csv);
    }
}

/* To the first row: past a byte order mark and a header. */
static sinew_status read_head(sinew_source *source, sinew_error *error)
{
    csv_reader *csv = source->reader;
    csv->line = csv->column = 1;
    csv->pending = false;
    int c = getc_unlocked(csv->file);
    if (c != 0xEF)
        ungetc(c, csv->file);
    else if (getc_unlocked(csv->file) != 0xBB || getc_unlocked(csv->file) != 0xBF)
        return fail_at(source, 1, 1, "this is neither UTF-8 nor numbers", error);

    double value;
    bool end = false;
    read_field(csv);
    if (csv->length == 0 && csv->end == END_FILE)
        return ferror(csv->file)
                   ? sinew_fail(error, SINEW_ERR_IO, "%s: %s", source->name, strerror(errno))
                   : sinew_fail(error, SINEW_ERR_DATA, "%s: is empty", source->name);
    bool is_text = csv->length > FIELD_BYTES || !memchr(csv->field, '\0', csv->length);
    sinew_status status = SINEW_OK;
    if (csv->length > 0 && is_text && !begins_number(csv->field) && parse_number(csv, &value))
        status = skip_header(source, &end, error);
    else
        status = read_row(source, error);
    if (!status && end)
        return sinew_fail(error, SINEW_ERR_DATA, "%s: holds a header and no row", source->name);
    csv->pending = !status;
    return status;
}

static sinew_status open_source(sinew_source *source, const sinew_source_opts *opts,
                                sinew_error *error)
{
    (void)opts;
    csv_reader *csv = sinew_alloc(1, sizeof *csv);
    source->reader = csv;
    if (!csv)
        return sinew_fail_memory(error);
    csv->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    csv->file = csv->c_locale ? sinew_source_file(source) : NULL;
    if (!csv->file)
        return sinew_fail_memory(error);
    sinew_status status = read_head(source, error);
    if (status)
        return status;
    if (source->time_column && csv->columns < 2)
        return sinew_fail(error, SINEW_ERR_DATA, "%s: has no column beside the time", source->name);
    source->signal.channels = (uint32_t)(csv->columns - source->time_column);
    source->signal.sample = SINEW_SAMPLE_F64;
    return SINEW_OK;
}

static sinew_status take_time(sinew_source *source, size_t frame, sinew_error *error)
{
    csv_reader *csv = source->reader;
    double time_s = csv->row[0];
    double step_s = source->has_last_time ? time_s - source->last_time_s : 0;
    /* the row's line: the field last read stands on it */
    if (!isfinite(time_s))
        return fail_at(source, csv->field_line, 1, "the time is not finite", error);
    if (source->has_last_time && !(step_s > 0 && isfinite(step_s))) {
        char text[128];
        snprintf(text, sizeof text,
                 step_s > 0 ? "the time %.17g is too long after %.17g"
                            : "the time %.17g does not come after %.17g",
                 time_s, source->last_time_s);
        return fail_at(source, csv->field_line, 1, text, error);
    }
    source->last_time_s = time_s;
    source->has_last_time = true;
    source->times[frame] = time_s;
    source->steps[frame] = step_s;
    return SINEW_OK;
}

static sinew_status read_source(sinew_source *source, sinew_sample sample, size_t max_frames,
                                void *samples, size_t *n_frames, sinew_error *error)
{
    csv_reader *csv = source->reader;
    size_t channels = source->signal.channels;
    for (size_t k = 0; k < max_frames; k++) {
        bool end = false;
        sinew_status status = next_row(source, &end, error);
        if (!status && !end && source->time_column)
            status = take_time(source, k, error);
        if (status || end)
            return status;
        const double *row = csv->row + (csv->columns - channels);
        for (size_t c = 0; c < channels; c++)
            sinew_sample_put(samples, sample, k * channels + c, row[c]);
        *n_frames = k + 1;
    }
    return SINEW_OK;
}

static sinew_status rewind_source(sinew_source *source, sinew_error *error)
{
    csv_reader *csv = source->reader;
    if (fseeko(csv->file, 0, SEEK_SET) != 0)
        return sinew_fail(error, SINEW_ERR_IO, "%s: %s", source->name, strerror(errno));
    return read_head(source, error);
}

static void close_source(sinew_source *source)
{
    csv_reader *csv = source->reader;
    if (!csv)
        return;
    if (csv->file)
        fclose(csv->file);
    if (csv->c_locale)
        freelocale(csv->c_locale);
    sinew_free(csv->row);
    sinew_free(csv);
}

const sinew_source_ops sinew_csv_source = {
    .open = open_source,
    .read = read_source,
    .rewind = rewind_source,
    .close = close_source,
};
