/* The second part of a message: samples to little-endian bytes and back. */
#include <string.h>

#include "base/bytes.h"
#include "base/samples.h"
#include "wire.h"

static const struct {
    const char *name;
    size_t bytes;
} dtypes[SINEWD_DTYPES] = {{"<f4", 4}, {"<f8", 8}, {"<i2", 2}, {"<i4", 4}};

size_t sinewd_dtype_bytes(sinewd_dtype dtype)
{
    return dtypes[dtype].bytes;
}

const char *sinewd_dtype_name(sinewd_dtype dtype)
{
    return dtypes[dtype].name;
}

bool sinewd_dtype_from_name(const char *name, sinewd_dtype *out)
{
    for (int i = 0; i < SINEWD_DTYPES; i++)
        if (strcmp(name, dtypes[i].name) == 0) {
            *out = (sinewd_dtype)i;
            return true;
        }
    return false;
}

void sinewd_wire_put_samples(void *to, const void *samples, size_t n, sinew_sample sample)
{
    if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) {
        if (n > 0)
            memcpy(to, samples, n * sinew_sample_bytes(sample));
        return;
    }
    uint8_t *at = to;
    for (size_t i = 0; i < n; i++)
        at = sample == SINEW_SAMPLE_F64 ? sinew_put_f64(at, ((const double *)samples)[i])
                                        : sinew_put_f32(at, ((const float *)samples)[i]);
}

static double sample_at(const uint8_t *at, sinewd_dtype dtype)
{
    switch (dtype) {
    case SINEWD_DTYPE_F4:
        return (double)sinew_get_f32(at);
    case SINEWD_DTYPE_F8:
        return sinew_get_f64(at);
    case SINEWD_DTYPE_I2:
        return (int16_t)(at[0] | at[1] << 8) / 32768.0;
    case SINEWD_DTYPE_I4:
        return (int32_t)sinew_get_u32(at) / 2147483648.0;
    case SINEWD_DTYPES:
        break;
    }
    return 0;
}

void sinewd_wire_get_samples(void *samples, sinew_sample sample, const void *from,
                             sinewd_dtype dtype, size_t n)
{
    const uint8_t *at = from;
    size_t step = sinewd_dtype_bytes(dtype);
    for (size_t i = 0; i < n; i++, at += step)
        sinew_sample_put(samples, sample, i, sample_at(at, dtype));
}
