/* Any bytes as a safetensors file: refused with a message, or every number of it can be read. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "fuzz.h"
#include "sinew/tensor.h"

static void hold(int kept)
{
    if (!kept)
        abort();
}

/* All numbers lie in the bytes; returns how many bytes they are. */
static uint64_t read_numbers(const sinew_tensor *tensor, const uint8_t *bytes, size_t n_bytes)
{
    float out[64];
    uint64_t count = sinew_tensor_count(tensor), n = count * sinew_dtype_bytes(tensor->dtype);
    const uint8_t *data = tensor->data;
    hold(data >= bytes && n <= n_bytes && data <= bytes + n_bytes - n);
    for (uint64_t at = 0; at < count; at += 64)
        sinew_tensor_floats(tensor, at, count - at < 64 ? (size_t)(count - at) : 64, out);
    return n;
}

static void check(const uint8_t *bytes, size_t n_bytes)
{
    sinew_tensors *tensors = NULL;
    sinew_error error = {0};
    char text[32];
    sinew_status status = sinew_tensors_read(&tensors, bytes, n_bytes, "fuzz", &error);
    if (status) {
        hold(!tensors && error.status == status && strncmp(error.text, "fuzz", 4) == 0);
        hold(strlen(error.text) < sizeof error.text);
        return;
    }
    uint64_t sum = 0;
    for (size_t i = 0; i < sinew_tensors_count(tensors); i++) {
        const sinew_tensor *tensor = sinew_tensors_at(tensors, i);
        hold(sinew_tensors_find(tensors, tensor->name) == tensor);
        sinew_tensor_shape_text(tensor, text, sizeof text);
        sum += read_numbers(tensor, bytes, n_bytes);
    }
    hold(sum <= n_bytes - 8);
    sinew_tensors_metadata(tensors, "format");
    sinew_tensors_free(tensors);
}

/* As they are, and as a file whose header ends at the last brace: else most of what changes the
 * length of a header would be refused for that. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    size_t end = n_bytes;
    check(bytes, n_bytes);
    while (end > 8 && bytes[end - 1] != '}')
        end--;
    uint8_t *mended = end > 8 ? malloc(n_bytes) : NULL;
    if (!mended)
        return 0;
    memcpy(mended, bytes, n_bytes);
    sinew_put_u64(mended, end - 8);
    check(mended, n_bytes);
    free(mended);
    return 0;
}
