/* csv: a row a frame, without a header. As many digits as bring each number back exactly: 17
 * for double, 9 for float; the time has 17. */
#include <locale.h>
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/samples.h"
#include "stream/sink.h"

typedef struct csv_writer {
    FILE *file;
    locale_t c_locale;
} csv_writer;

static sinew_status open_sink(sinew_sink *sink, sinew_error *error)
{
    csv_writer *csv = sinew_alloc(1, sizeof *csv);
    sink->writer = csv;
    if (!csv)
        return sinew_fail_memory(error);
    csv->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    csv->file = csv->c_locale ? sinew_sink_file(sink) : NULL;
    return csv->file ? SINEW_OK : sinew_fail_memory(error);
}

/* A NaN has no sign here, as printf would give it one. */
static bool put_number(FILE *file, int digits, double value)
{
    return (isnan(value) ? fputs("nan", file) : fprintf(file, "%.*g", digits, value)) >= 0;
}

static bool put_frame(FILE *file, sinew_sample sample, const sinew_block *block, size_t frame,
                      const double *times)
{
    bool ok = !times || put_number(file, 17, times[frame]);
    for (size_t c = 0; ok && c < block->channels; c++) {
        size_t i = frame * block->channels + c;
        if (c > 0 || times)
            ok = putc_unlocked(',', file) != EOF;
        if (!ok)
            break;
        ok = put_number(file, sample == SINEW_SAMPLE_F64 ? 17 : 9,
                        sinew_sample_get(block->samples, sample, i));
    }
    return ok && putc_unlocked('\n', file) != EOF;
}

static sinew_status write_sink(sinew_sink *sink, sinew_sample sample, const sinew_block *block,
                               const double *times, sinew_error *error)
{
    csv_writer *csv = sink->writer;
    bool ok = true;
    /* printf takes its decimal point from the thread's locale, which a program may have set. */
    locale_t before = uselocale(csv->c_locale);
    for (size_t k = 0; ok && k < block->n_frames; k++)
        ok = put_frame(csv->file, sample, block, k, times);
    sinew_status status = ok ? SINEW_OK : sinew_sink_fail_errno(sink, error);
    uselocale(before);
    return status ? status : sinew_sink_flush_live(sink, csv->file, error);
}

static sinew_status finish_sink(sinew_sink *sink, sinew_error *error)
{
    csv_writer *csv = sink->writer;
    return sinew_sink_close_file(sink, &csv->file, error);
}

static void close_sink(sinew_sink *sink)
{
    csv_writer *csv = sink->writer;
    if (!csv)
        return;
    if (csv->file)
        fclose(csv->file);
    if (csv->c_locale)
        freelocale(csv->c_locale);
    sinew_free(csv);
    sink->writer = NULL;
}

const sinew_sink_ops sinew_csv_sink = {
    .open = open_sink,
    .write = write_sink,
    .finish = finish_sink,
    .close = close_sink,
};
