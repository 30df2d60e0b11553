/* The block Hankel matrix of an impulse response, as an operator: a product costs a few transforms,
 * and the matrix itself, gigabytes for a second of sound, is never there.
 *
 *     H[(a, o), (b, i)] = h[1 + a + b + shift][o][i]     a < rows, b < columns
 *
 * Vectors run (o, a) and (i, b), channel by channel: each channel is one stretch to be transformed.
 */
#ifndef SINEW_IDENTIFY_HANKEL_H
#define SINEW_IDENTIFY_HANKEL_H

#include <complex.h>
#include <fftw3.h>
#include <stddef.h>

#include "sinew/status.h"

typedef struct sinew_hankel {
    size_t rows, columns;       /* in blocks; rows + columns = samples - 1 + 1 */
    size_t outputs, inputs;     /* of a block */
    size_t length;              /* of the transforms */
    double complex *spectra;    /* (outputs, inputs, length / 2 + 1) of h[1 ...] */
    double complex *from, *sum; /* work: (most channels, length / 2 + 1), (length / 2 + 1) */
    double *samples;            /* work: (length) */
    fftw_plan forward, backward;
} sinew_hankel;

/* h (n, outputs, inputs), n >= 3; the matrix is as square as n allows and uses all of h[1 ...]. */
sinew_status sinew_hankel_init(sinew_hankel *k, const double *h, size_t n, size_t outputs,
                               size_t inputs, sinew_error *error);
void sinew_hankel_finish(sinew_hankel *k);

/* out_v = H x_v and out_v = H^T x_v for `count` vectors, one after another. */
void sinew_hankel_times(double *out, sinew_hankel *k, const double *x, size_t count);
void sinew_hankel_transposed_times(double *out, sinew_hankel *k, const double *x, size_t count);

#endif
