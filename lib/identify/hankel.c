#include "identify/hankel.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/fft.h"

/* The least 2^a 3^b 5^c that is not below n: FFTW is fast there. */
static size_t good_length(size_t n)
{
    size_t best = 1;
    while (best < n)
        best *= 2;
    for (size_t five = 1; five < best; five *= 5)
        for (size_t three = five; three < best; three *= 3) {
            size_t length = three * 2; /* even, for real transforms */
            while (length < n)
                length *= 2;
            if (length < best)
                best = length;
        }
    return best;
}

static sinew_status allocate(sinew_hankel *k, sinew_error *error)
{
    size_t bins = k->length / 2 + 1, most = k->outputs > k->inputs ? k->outputs : k->inputs;
    k->spectra = sinew_alloc(k->outputs * k->inputs * bins, sizeof *k->spectra);
    k->from = sinew_alloc(most * bins, sizeof *k->from);
    k->sum = sinew_alloc(bins, sizeof *k->sum);
    k->samples = sinew_alloc(k->length, sizeof *k->samples);
    if (!k->spectra || !k->from || !k->sum || !k->samples || !sinew_fft_has_room(k->length))
        return sinew_fail_memory(error);
    sinew_fft_lock();
    k->forward = fftw_plan_dft_r2c_1d((int)k->length, k->samples, k->from, FFTW_ESTIMATE);
    k->backward = fftw_plan_dft_c2r_1d((int)k->length, k->sum, k->samples, FFTW_ESTIMATE);
    sinew_fft_unlock();
    return k->forward && k->backward ? SINEW_OK : sinew_fail_memory(error);
}

static void transform(sinew_hankel *k, double complex *to)
{
    fftw_execute_dft_r2c(k->forward, k->samples, to);
}

sinew_status sinew_hankel_init(sinew_hankel *k, const double *h, size_t n, size_t outputs,
                               size_t inputs, sinew_error *error)
{
    *k = (sinew_hankel){.rows = n / 2, .columns = n - n / 2, .outputs = outputs, .inputs = inputs};
    /* a product of a shorter side with all of h, of which only what does not wrap is read */
    k->length = good_length(n);
    size_t bins = k->length / 2 + 1;
    if (k->length > INT_MAX)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%zu samples are too many", n);
    sinew_status status = allocate(k, error);
    for (size_t o = 0; !status && o < outputs; o++)
        for (size_t i = 0; i < inputs; i++) {
            memset(k->samples, 0, k->length * sizeof *k->samples);
            for (size_t t = 1; t < n; t++) /* also divided for the transforms' scale */
                k->samples[t - 1] = h[(t * outputs + o) * inputs + i] / (double)k->length;
            transform(k, k->spectra + (o * inputs + i) * bins);
        }
    if (status)
        sinew_hankel_finish(k);
    return status;
}

void sinew_hankel_finish(sinew_hankel *k)
{
    sinew_fft_lock();
    if (k->forward)
        fftw_destroy_plan(k->forward);
    if (k->backward)
        fftw_destroy_plan(k->backward);
    sinew_fft_unlock();
    sinew_free(k->spectra);
    sinew_free(k->from);
    sinew_free(k->sum);
    sinew_free(k->samples);
    *k = (sinew_hankel){0};
}

/* sum += h conj(x), without what C asks of products with an infinity in them */
static void accumulate(double complex *sum, const double complex *h, const double complex *x,
                       size_t n)
{
    double *to = (double *)sum;
    const double *a = (const double *)h, *b = (const double *)x;
    for (size_t w = 0; w < 2 * n; w += 2) {
        to[w] += a[w] * b[w] + a[w + 1] * b[w + 1];
        to[w + 1] += a[w + 1] * b[w] - a[w] * b[w + 1];
    }
}

/* out[a] = sum_b h[1 + a + b] x[b]: the spectrum of h times the conjugate of that of x. */
static void times(double *out, sinew_hankel *k, const double *x, bool transposed)
{
    size_t bins = k->length / 2 + 1;
    size_t n_from = transposed ? k->outputs : k->inputs, n_to = transposed ? k->inputs : k->outputs;
    size_t from = transposed ? k->rows : k->columns, to = transposed ? k->columns : k->rows;
    for (size_t j = 0; j < n_from; j++) {
        memset(k->samples, 0, k->length * sizeof *k->samples);
        memcpy(k->samples, x + j * from, from * sizeof *x);
        transform(k, k->from + j * bins);
    }
    for (size_t i = 0; i < n_to; i++) {
        memset(k->sum, 0, bins * sizeof *k->sum);
        for (size_t j = 0; j < n_from; j++) {
            size_t pair = transposed ? j * k->inputs + i : i * k->inputs + j;
            accumulate(k->sum, k->spectra + pair * bins, k->from + j * bins, bins);
        }
        fftw_execute(k->backward);
        memcpy(out + i * to, k->samples, to * sizeof *out);
    }
}

void sinew_hankel_times(double *out, sinew_hankel *k, const double *x, size_t count)
{
    size_t from = k->columns * k->inputs, to = k->rows * k->outputs;
    for (size_t v = 0; v < count; v++)
        times(out + v * to, k, x + v * from, false);
}

void sinew_hankel_transposed_times(double *out, sinew_hankel *k, const double *x, size_t count)
{
    size_t from = k->rows * k->outputs, to = k->columns * k->inputs;
    for (size_t v = 0; v < count; v++)
        times(out + v * to, k, x + v * from, true);
}
