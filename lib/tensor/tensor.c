/* What one tensor is: its size, its shape in words, its numbers as floats. */
#include "sinew/tensor.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/bytes.h"
#include "base/half.h"
#include "tensor/dtype.h"

uint64_t sinew_tensor_count(const sinew_tensor *tensor)
{
    uint64_t count = 1;
    for (uint32_t i = 0; i < tensor->rank; i++)
        count *= tensor->shape[i];
    return count;
}

bool sinew_tensor_bytes(uint64_t *out, const sinew_tensor *tensor)
{
    uint64_t product = sinew_dtype_bytes(tensor->dtype); /* of what is not 0 */
    bool none = false;
    for (uint32_t i = 0; i < tensor->rank; i++) {
        uint64_t length = tensor->shape[i];
        none |= length == 0;
        if (length > 0 && product > INT64_MAX / length)
            return false;
        product *= length > 0 ? length : 1;
    }
    *out = none ? 0 : product;
    return true;
}

const char *sinew_tensor_shape_text(const sinew_tensor *tensor, char *text, size_t room)
{
    size_t n = 0;
    for (uint32_t i = 0; i <= tensor->rank && n < room; i++) {
        const char *before = i == 0 ? "(" : ", ";
        int more = i < tensor->rank
                       ? snprintf(text + n, room - n, "%s%" PRIu64, before, tensor->shape[i])
                       : snprintf(text + n, room - n, "%s)", i == 0 ? "(" : "");
        n += (size_t)(more > 0 ? more : 0);
    }
    return text;
}

/* ---- numbers ---- */

static uint16_t get_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

/* One number at `at`, little-endian. */
static inline float number(sinew_dtype dtype, const uint8_t *at)
{
    switch (dtype) {
    case SINEW_DTYPE_F32:
        return sinew_get_f32(at);
    case SINEW_DTYPE_F16:
        return sinew_f16_float(get_u16(at));
    case SINEW_DTYPE_BF16:
        return sinew_bf16_float(get_u16(at));
    case SINEW_DTYPE_F64:
        return (float)sinew_get_f64(at);
    case SINEW_DTYPE_I64:
        return (float)(int64_t)sinew_get_u64(at);
    case SINEW_DTYPE_I32:
        return (float)(int32_t)sinew_get_u32(at);
    case SINEW_DTYPE_I16:
        return (float)(int16_t)get_u16(at);
    case SINEW_DTYPE_I8:
        return (float)(int8_t)*at;
    case SINEW_DTYPE_U8:
        return (float)*at;
    case SINEW_DTYPE_BOOL:
        break;
    }
    return *at != 0 ? 1.0f : 0.0f;
}

static inline void numbers(sinew_dtype dtype, size_t bytes, const uint8_t *at, size_t n, float *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = number(dtype, at + i * bytes);
}

void sinew_tensor_floats(const sinew_tensor *tensor, uint64_t from, size_t n, float *out)
{
    size_t bytes = sinew_dtype_bytes(tensor->dtype);
    const uint8_t *at = (const uint8_t *)tensor->data + (n > 0 ? from * bytes : 0);
    switch (tensor->dtype) { /* a loop of its own for what weights come in */
    case SINEW_DTYPE_F32:
        numbers(SINEW_DTYPE_F32, 4, at, n, out);
        break;
    case SINEW_DTYPE_F16:
        numbers(SINEW_DTYPE_F16, 2, at, n, out);
        break;
    case SINEW_DTYPE_BF16:
        numbers(SINEW_DTYPE_BF16, 2, at, n, out);
        break;
    default:
        numbers(tensor->dtype, bytes, at, n, out);
    }
}
