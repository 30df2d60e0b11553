#include "fit_data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "sinew/io.h"

enum { PIECE = 4096 };

static sinew_status read_all(fit_signal *signal, sinew_source *source, sinew_error *error)
{
    size_t room = 0;
    for (;;) {
        if (signal->frames + PIECE > room) {
            room = 2 * room + PIECE;
            double *more = realloc(signal->samples, room * signal->channels * sizeof *more);
            if (!more)
                return sinew_fail_memory(error);
            signal->samples = more;
        }
        sinew_block block = {.samples = signal->samples + signal->frames * signal->channels};
        sinew_status status = sinew_source_read(source, SINEW_SAMPLE_F64, PIECE, &block, error);
        if (status || block.n_frames == 0)
            return status;
        signal->frames += block.n_frames;
    }
}

sinew_status fit_signal_read(fit_signal *signal, const char *path, uint32_t raw_channels,
                             sinew_error *error)
{
    sinew_source *source = NULL;
    sinew_source_opts opts = {.channels = raw_channels};
    *signal = (fit_signal){0};
    sinew_status status = sinew_source_open(&source, path, &opts, error);
    if (!status) {
        signal->channels = sinew_source_signal(source)->channels;
        signal->rate_hz = sinew_source_signal(source)->rate_hz;
        status = read_all(signal, source, error);
    }
    if (!status && signal->frames == 0)
        status = sinew_fail(error, SINEW_ERR_DATA, "%s: holds no frames", path);
    sinew_source_close(source);
    return status;
}

void fit_signal_free(fit_signal *signal)
{
    free(signal->samples);
    *signal = (fit_signal){0};
}

sinew_status fit_signal_pick(fit_signal *signal, size_t channel, const char *path,
                             sinew_error *error)
{
    if (channel > signal->channels)
        return sinew_fail(error, SINEW_ERR_MISMATCH, "%s: has %zu channels, and none is number %zu",
                          path, signal->channels, channel);
    for (size_t k = 0; k < signal->frames; k++)
        signal->samples[k] = signal->samples[k * signal->channels + channel - 1];
    signal->channels = 1;
    return SINEW_OK;
}

static sinew_complex element(const double *two, bool in_db)
{
    if (!in_db)
        return (sinew_complex){two[0], two[1]};
    double size = pow(10, two[0] / 20), angle = two[1] * (M_PI / 180);
    return (sinew_complex){size * cos(angle), size * sin(angle)};
}

sinew_status fit_curve_take(fit_curve *curve, const fit_signal *table, bool in_db, const char *path,
                            sinew_error *error)
{
    size_t elements = (table->channels - 1) / 2;
    if (table->channels < 3 || table->channels % 2 == 0)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "%s: has %zu columns; a response has Hz and two for each pair of an "
                          "output and an input",
                          path, table->channels);
    *curve = (fit_curve){.rad = calloc(table->frames, sizeof *curve->rad),
                         .H = calloc(table->frames * elements, sizeof *curve->H),
                         .n = table->frames,
                         .elements = elements};
    if (!curve->rad || !curve->H)
        return sinew_fail_memory(error);
    for (size_t k = 0; k < table->frames; k++) {
        const double *row = table->samples + k * table->channels;
        curve->rad[k] = 2 * M_PI * row[0];
        for (size_t e = 0; e < elements; e++)
            curve->H[k * elements + e] = element(row + 1 + 2 * e, in_db);
    }
    return SINEW_OK;
}

void fit_curve_free(fit_curve *curve)
{
    free(curve->rad);
    free(curve->H);
    *curve = (fit_curve){0};
}

bool fit_curve_says_db(const char *path)
{
    char line[256] = "";
    const char *format = sinew_format_of_path(path);
    FILE *file = format && strcmp(format, "csv") == 0 ? fopen(path, "r") : NULL;
    if (!file)
        return false; /* whoever reads it will say why */
    bool there = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    return there && strcasestr(line, "db") != NULL;
}
