#include "identify/lower.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"

/* The modified Bessel function I0, by its power series: all terms are positive. */
static double bessel_0(double x)
{
    double sum = 1, term = 1;
    for (int k = 1; term > 1e-17 * sum; k++) {
        term *= x / (2 * k) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

/* Kaiser's window (1974) for 100 dB: length and shape by his formulas, over a transition of half of
 * below_hz. taps (2 half + 1), their sum is 1. */
static sinew_status design(double **taps, size_t *half, double rate_hz, double below_hz,
                           sinew_error *error)
{
    const double decibels = 100, shape = 0.1102 * (decibels - 8.7);
    double width = M_PI * below_hz / rate_hz, cut = 2.5 * below_hz / rate_hz, sum = 0;
    *half = (size_t)ceil((decibels - 8) / (2.285 * width) / 2) + 1;
    *taps = sinew_alloc(2 * *half + 1, sizeof **taps);
    if (!*taps)
        return sinew_fail_memory(error);
    for (size_t i = 0; i <= 2 * *half; i++) {
        double t = (double)i - (double)*half, part = t / (double)*half;
        double sinc = t != 0 ? sin(M_PI * cut * t) / (M_PI * t) : cut;
        (*taps)[i] = sinc * bessel_0(shape * sqrt(1 - part * part));
        sum += (*taps)[i];
    }
    for (size_t i = 0; i <= 2 * *half; i++)
        (*taps)[i] /= sum;
    return SINEW_OK;
}

/* sum of taps[half + j] h[at - j] over the j for which h is there */
static double low(const double *taps, size_t half, const double *h, size_t n, size_t each,
                  size_t at)
{
    size_t first = at > half ? at - half : 0, last = at + half < n - 1 ? at + half : n - 1;
    double sum = 0;
    for (size_t t = first; t <= last; t++)
        sum += taps[half + at - t] * h[t * each];
    return sum;
}

sinew_status sinew_lower(double **out, size_t *n_out, size_t *every, const double *h, size_t n,
                         size_t each, double rate_hz, double below_hz, sinew_error *error)
{
    double *taps = NULL, times = floor(rate_hz / (4 * below_hz));
    size_t half = 0;
    *out = NULL;
    if (!(below_hz > 0 && below_hz < rate_hz / 3))
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "%g Hz does not lie below a third of the rate, %g Hz", below_hz,
                          rate_hz / 3);
    *every = times < 1 ? 1 : times < (double)n ? (size_t)times : n;
    *n_out = (n - 1) / *every + 1;
    if (below_hz * (double)n < rate_hz) /* not one period of it */
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%zu frames are too short for %g Hz", n,
                          below_hz);
    sinew_status status = design(&taps, &half, rate_hz, below_hz, error);
    *out = status ? NULL : sinew_alloc(*n_out * each, sizeof **out);
    if (!status && !*out)
        status = sinew_fail_memory(error);
    for (size_t k = 0; !status && k < *n_out; k++)
        for (size_t c = 0; c < each; c++)
            (*out)[k * each + c] = (double)*every * low(taps, half, h + c, n, each, k * *every);
    sinew_free(taps);
    return status;
}
