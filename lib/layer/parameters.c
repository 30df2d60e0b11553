#include "layer/parameters.h"

#include <math.h>
#include <stdio.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"

enum { SHAPE_BYTES = 128, HASH_PLACES = 1024, HASH_PLACE_BYTES = 64 };

const char *sinew_parameter_name(const sinew_tensor *tensor, const char *what)
{
    return tensor && tensor->name && tensor->name[0] ? tensor->name : what;
}

static bool fits(const sinew_tensor *tensor, uint32_t rank, const uint64_t *shape)
{
    if (tensor->rank != rank)
        return false;
    for (uint32_t i = 0; i < rank; i++)
        if (shape[i] != SINEW_ANY && tensor->shape[i] != shape[i])
            return false;
    return true;
}

/* "(24, any, 4)" */
static const char *expected_text(char *text, size_t room, uint32_t rank, const uint64_t *shape)
{
    size_t at = (size_t)snprintf(text, room, "(");
    for (uint32_t i = 0; i < rank && at < room; i++) {
        const char *comma = i > 0 ? ", " : "";
        int n = shape[i] == SINEW_ANY
                    ? snprintf(text + at, room - at, "%sany", comma)
                    : snprintf(text + at, room - at, "%s%llu", comma, (unsigned long long)shape[i]);
        at += (size_t)n;
    }
    if (at < room)
        snprintf(text + at, room - at, ")");
    return text;
}

sinew_status sinew_parameter_check(const sinew_tensor *tensor, const char *what, uint32_t rank,
                                   const uint64_t *shape, sinew_error *error)
{
    char found[SHAPE_BYTES], expected[SHAPE_BYTES];
    if (!tensor || (!tensor->data && sinew_tensor_count(tensor) > 0))
        return sinew_fail(error, SINEW_ERR_MISMATCH, "%s is missing, of shape %s", what,
                          expected_text(expected, sizeof expected, rank, shape));
    if (!fits(tensor, rank, shape))
        return sinew_fail(error, SINEW_ERR_MISMATCH, "%s has the shape %s, expected is %s",
                          sinew_parameter_name(tensor, what),
                          sinew_tensor_shape_text(tensor, found, sizeof found),
                          expected_text(expected, sizeof expected, rank, shape));
    if (sinew_tensor_count(tensor) == 0)
        return sinew_fail(error, SINEW_ERR_MISMATCH, "%s is empty: its shape is %s",
                          sinew_parameter_name(tensor, what),
                          sinew_tensor_shape_text(tensor, found, sizeof found));
    if (tensor->dtype > SINEW_DTYPE_F64)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "%s holds %s, expected are F32, F16, BF16 or F64",
                          sinew_parameter_name(tensor, what), sinew_dtype_name(tensor->dtype));
    return SINEW_OK;
}

sinew_status sinew_parameter_floats(float **out, const sinew_tensor *tensor, const char *what,
                                    uint32_t rank, const uint64_t *shape, sinew_error *error)
{
    *out = NULL;
    if (!tensor)
        return SINEW_OK;
    sinew_status status = sinew_parameter_check(tensor, what, rank, shape, error);
    if (status)
        return status;
    size_t n = (size_t)sinew_tensor_count(tensor);
    float *values = sinew_alloc((n + 15) / 16 * 16, sizeof *values);
    if (!values)
        return sinew_fail_memory(error);
    sinew_tensor_floats(tensor, 0, n, values);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i])) {
            status = sinew_fail(error, SINEW_ERR_NUMERIC, "%s: number %zu is %f",
                                sinew_parameter_name(tensor, what), i, (double)values[i]);
            sinew_free(values);
            return status;
        }
    *out = values;
    return SINEW_OK;
}

sinew_status sinew_parameter_required(float **out, const sinew_tensor *tensor, const char *what,
                                      uint32_t rank, const uint64_t *shape, sinew_error *error)
{
    *out = NULL;
    sinew_status status = sinew_parameter_check(tensor, what, rank, shape, error);
    return status ? status : sinew_parameter_floats(out, tensor, what, rank, shape, error);
}

uint64_t sinew_parameter_hash(uint64_t hash, const sinew_tensor *tensor)
{
    if (!tensor)
        return sinew_hash_count(hash, UINT64_MAX);
    hash = sinew_hash_count(hash, tensor->rank);
    hash = sinew_hash(hash, tensor->shape, tensor->rank * sizeof *tensor->shape);
    size_t bytes = (size_t)sinew_tensor_count(tensor) * sinew_dtype_bytes(tensor->dtype);
    const unsigned char *data = tensor->data;
    if (bytes <= HASH_PLACES * HASH_PLACE_BYTES)
        return sinew_hash(hash, data, bytes);
    for (size_t i = 0; i < HASH_PLACES; i++)
        hash = sinew_hash(hash, data + (bytes - HASH_PLACE_BYTES) / (HASH_PLACES - 1) * i,
                          HASH_PLACE_BYTES);
    return hash;
}
