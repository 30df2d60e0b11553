/* fit_data: what sinew fit reads: signals, impulse responses, frequency responses, whole. */
#ifndef SINEW_CLI_FIT_DATA_H
#define SINEW_CLI_FIT_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sinew/status.h"
#include "sinew/system.h"

/* A signal in memory. */
typedef struct fit_signal {
    double *samples; /* (frames, channels) */
    size_t frames, channels;
    double rate_hz; /* 0: the file does not say */
} fit_signal;

/* raw_channels: 0 where not given. The caller frees (fit_signal_free). */
sinew_status fit_signal_read(fit_signal *signal, const char *path, uint32_t raw_channels,
                             sinew_error *error);
void fit_signal_free(fit_signal *signal);

/* Keep channel `channel`, counted from 1. */
sinew_status fit_signal_pick(fit_signal *signal, size_t channel, const char *path,
                             sinew_error *error);

/* A measured frequency response. */
typedef struct fit_curve {
    double *rad;      /* (n) */
    sinew_complex *H; /* (n, elements) */
    size_t n, elements;
} fit_curve;

/* From columns Hz, then two for each element: real and imaginary part, or, `in_db`, dB and degrees.
 * The caller frees (fit_curve_free). */
sinew_status fit_curve_take(fit_curve *curve, const fit_signal *table, bool in_db, const char *path,
                            sinew_error *error);
void fit_curve_free(fit_curve *curve);

/* Does the first line of a csv file speak of dB? */
bool fit_curve_says_db(const char *path);

#endif
