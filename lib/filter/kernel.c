#include "filter/kernel.h"

#include <math.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"

static sinew_status check(size_t outputs, size_t inputs, size_t taps, double rate_hz,
                          sinew_error *error)
{
    const size_t most = SINEW_KERNEL_NUMBERS_MAX;
    if (outputs == 0 || inputs == 0 || taps == 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a kernel of %zu outputs, %zu inputs and %zu taps: it has one of each "
                          "at least",
                          outputs, inputs, taps);
    if (taps > SINEW_KERNEL_TAPS_MAX || outputs > SINEW_KERNEL_CHANNELS_MAX ||
        inputs > SINEW_KERNEL_CHANNELS_MAX || taps > most / (outputs * inputs))
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a kernel of %zu outputs, %zu inputs and %zu taps is too large: %d "
                          "channels can be, %d taps, and %d numbers in all",
                          outputs, inputs, taps, SINEW_KERNEL_CHANNELS_MAX, SINEW_KERNEL_TAPS_MAX,
                          SINEW_KERNEL_NUMBERS_MAX);
    if (!(rate_hz > 0) || !isfinite(rate_hz))
        return sinew_fail(error, SINEW_ERR_DATA, "a kernel's rate is above 0, not %g Hz", rate_hz);
    return SINEW_OK;
}

sinew_status sinew_kernel_new(sinew_kernel **out, size_t outputs, size_t inputs, size_t taps,
                              const double *h, double rate_hz, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!h)
        return sinew_fail_null(error);
    sinew_status status = check(outputs, inputs, taps, rate_hz, error);
    if (status)
        return status;
    size_t n = outputs * inputs * taps;
    for (size_t t = 0; t < n; t++)
        if (!isfinite(h[t]))
            return sinew_fail(error, SINEW_ERR_DATA, "tap %zu of a kernel is %g", t % taps, h[t]);
    sinew_kernel *kernel = sinew_alloc(1, sizeof *kernel);
    double *copy = sinew_copy(h, n, sizeof *h);
    if (!kernel || !copy) {
        sinew_free(kernel);
        sinew_free(copy);
        return sinew_fail_memory(error);
    }
    *kernel = (sinew_kernel){outputs, inputs, taps, rate_hz, copy, SINEW_HASH_START};
    kernel->hash = sinew_hash_count(kernel->hash, outputs);
    kernel->hash = sinew_hash_count(kernel->hash, inputs);
    kernel->hash = sinew_hash_numbers(kernel->hash, &rate_hz, 1);
    kernel->hash = sinew_hash_numbers(kernel->hash, copy, n);
    *out = kernel;
    return SINEW_OK;
}

void sinew_kernel_free(sinew_kernel *kernel)
{
    if (!kernel)
        return;
    sinew_free(kernel->h);
    sinew_free(kernel);
}

size_t sinew_kernel_outputs(const sinew_kernel *kernel)
{
    return kernel->outputs;
}

size_t sinew_kernel_inputs(const sinew_kernel *kernel)
{
    return kernel->inputs;
}

size_t sinew_kernel_taps(const sinew_kernel *kernel)
{
    return kernel->taps;
}

double sinew_kernel_rate_hz(const sinew_kernel *kernel)
{
    return kernel->rate_hz;
}

const double *sinew_kernel_values(const sinew_kernel *kernel)
{
    return kernel->h;
}
