/* The frequency response of a kernel: the sum of its taps, each turned by one angle more than the
 * last, in long double and from an exact angle again every so many taps. */
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "filter/kernel.h"

enum { PIECE = 128 }; /* taps from one exact angle to the next */

typedef struct turned {
    long double re, im;
} turned;

/* e^(-j angle t) for t = from, ..., from + PIECE - 1. */
static void turn(turned z[PIECE], long double angle, size_t from)
{
    long double re = cosl(angle), im = -sinl(angle), start = angle * (long double)from;
    z[0] = (turned){cosl(start), -sinl(start)};
    for (size_t t = 1; t < PIECE; t++)
        z[t] = (turned){z[t - 1].re * re - z[t - 1].im * im, z[t - 1].re * im + z[t - 1].im * re};
}

static void add_piece(turned *sum, const double *h, size_t taps, const turned z[PIECE])
{
    turned s = *sum;
    for (size_t t = 0; t < taps; t++) {
        s.re += h[t] * z[t].re;
        s.im += h[t] * z[t].im;
    }
    *sum = s;
}

/* At one frequency; sums: (outputs * inputs), for use here. */
static void respond(sinew_complex *response, const sinew_kernel *k, double rad, turned *sums)
{
    size_t pairs = k->outputs * k->inputs;
    turned z[PIECE];
    for (size_t i = 0; i < pairs; i++)
        sums[i] = (turned){0, 0};
    for (size_t from = 0; from < k->taps; from += PIECE) {
        size_t n = k->taps - from < PIECE ? k->taps - from : PIECE;
        turn(z, (long double)rad / k->rate_hz, from);
        for (size_t i = 0; i < pairs; i++)
            add_piece(&sums[i], k->h + i * k->taps + from, n, z);
    }
    for (size_t i = 0; i < pairs; i++)
        response[i] = (sinew_complex){(double)sums[i].re, (double)sums[i].im};
}

sinew_status sinew_kernel_response(const sinew_kernel *kernel, const double *rad, size_t n,
                                   sinew_complex *response, sinew_error *error)
{
    if (!kernel || (n > 0 && (!rad || !response)))
        return sinew_fail_null(error);
    size_t pairs = kernel->outputs * kernel->inputs;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(rad[i]))
            return sinew_fail(error, SINEW_ERR_ARGUMENT, "frequency %zu is not finite", i);
    turned *sums = sinew_alloc(pairs, sizeof *sums);
    if (!sums)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < n; i++)
        respond(response + i * pairs, kernel, rad[i], sums);
    sinew_free(sums);
    return SINEW_OK;
}
