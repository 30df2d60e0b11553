#include "tensor/entry.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "tensor/dtype.h"
#include "tensor/file.h"
#include "tensor/json.h"

/* An entry on its way, and how to speak of it. */
typedef struct reader {
    sinew_tensor *out;
    const char *where;
    char name[SINEW_TENSOR_SHOWN_BYTES];
    sinew_error *error;
} reader;

#define FAIL(r, format, ...)                                                                       \
    sinew_fail((r)->error, SINEW_ERR_DATA, "%s: tensor '%s': " format, (r)->where, (r)->name,      \
               __VA_ARGS__)

static sinew_status fail_expected(const reader *r, const char *what, const json_t *found)
{
    char shown[SINEW_JSON_SHOWN_BYTES];
    return FAIL(r, "%s expected, found %s", what, sinew_json_show(shown, found));
}

static bool is_count(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= 0;
}

static sinew_status read_dtype(const reader *r, const json_t *dtype)
{
    char shown[SINEW_QUOTED_BYTES];
    if (!json_is_string(dtype))
        return fail_expected(r, "dtype: a string", dtype);
    if (!sinew_dtype_named(&r->out->dtype, json_string_value(dtype)))
        return FAIL(r,
                    "dtype '%s' is not read; F32, F16, BF16, F64, I64, I32, I16, I8, U8 and BOOL "
                    "are",
                    sinew_quote(shown, json_string_value(dtype)));
    return SINEW_OK;
}

static sinew_status read_shape(const reader *r, const json_t *shape)
{
    if (!json_is_array(shape))
        return fail_expected(r, "shape: an array", shape);
    size_t rank = json_array_size(shape);
    if (rank > SINEW_TENSOR_RANK_MAX)
        return FAIL(r, "%zu dimensions; %d are the most", rank, SINEW_TENSOR_RANK_MAX);
    r->out->rank = (uint32_t)rank;
    for (size_t i = 0; i < rank; i++) {
        const json_t *length = json_array_get(shape, i);
        if (!is_count(length))
            return fail_expected(r, "shape: whole numbers from 0 on", length);
        r->out->shape[i] = (uint64_t)json_integer_value(length);
    }
    return SINEW_OK;
}

static sinew_status read_offsets(const reader *r, const json_t *offsets, const uint8_t *data,
                                 uint64_t data_bytes)
{
    const json_t *first = json_array_get(offsets, 0), *second = json_array_get(offsets, 1);
    uint64_t bytes;
    char shape[SINEW_TENSOR_SHOWN_BYTES];
    sinew_tensor_shape_text(r->out, shape, sizeof shape);
    if (!json_is_array(offsets))
        return fail_expected(r, "data_offsets: [begin, end]", offsets);
    if (json_array_size(offsets) != 2 || !is_count(first) || !is_count(second))
        return FAIL(r, "data_offsets: [begin, end] expected, two whole numbers from 0 on%s", "");
    uint64_t begin = (uint64_t)json_integer_value(first),
             end = (uint64_t)json_integer_value(second);
    if (begin > end)
        return FAIL(r, "data_offsets: begins at byte %" PRIu64 ", ends at %" PRIu64, begin, end);
    if (end > data_bytes)
        return FAIL(r,
                    "ends at byte %" PRIu64 " of the data, of which the file has %" PRIu64
                    ": truncated?",
                    end, data_bytes);
    if (!sinew_tensor_bytes(&bytes, r->out))
        return FAIL(r, "the shape %s is too large", shape);
    if (bytes != end - begin)
        return FAIL(r, "%s of shape %s are %" PRIu64 " bytes, data_offsets have %" PRIu64,
                    sinew_dtype_name(r->out->dtype), shape, bytes, end - begin);
    r->out->data = data + begin;
    return SINEW_OK;
}

/* The format may come to say more of a tensor: what is not known is not passed over. */
static sinew_status check_keys(const reader *r, const json_t *entry)
{
    const char *key;
    json_t *value;
    if (!json_is_object(entry))
        return fail_expected(r, "an object", entry);
    json_object_foreach((json_t *)(uintptr_t)entry, key, value)
    {
        char shown[SINEW_QUOTED_BYTES];
        if (strcmp(key, "dtype") != 0 && strcmp(key, "shape") != 0 &&
            strcmp(key, "data_offsets") != 0)
            return FAIL(r, "unknown key '%s'", sinew_quote(shown, key));
    }
    return SINEW_OK;
}

sinew_status sinew_tensor_entry(sinew_tensor *out, const json_t *entry, const uint8_t *data,
                                uint64_t data_bytes, const char *where, sinew_error *error)
{
    reader r = {.out = out, .where = where, .error = error};
    sinew_quote_in(r.name, sizeof r.name, out->name);
    sinew_status status = check_keys(&r, entry);
    if (!status)
        status = read_dtype(&r, json_object_get(entry, "dtype"));
    if (!status)
        status = read_shape(&r, json_object_get(entry, "shape"));
    if (!status)
        status = read_offsets(&r, json_object_get(entry, "data_offsets"), data, data_bytes);
    return status;
}

/* ---- the layout ---- */

static uint64_t bytes_of(const sinew_tensor *tensor)
{
    return sinew_tensor_count(tensor) * sinew_dtype_bytes(tensor->dtype);
}

/* By where they begin; of those that begin together the empty ones first. */
static int order_by_bytes(const void *a, const void *b)
{
    const sinew_tensor *x = a, *y = b;
    if (x->data != y->data)
        return (const uint8_t *)x->data < (const uint8_t *)y->data ? -1 : 1;
    uint64_t m = bytes_of(x), n = bytes_of(y);
    return (m > n) - (m < n);
}

sinew_status sinew_tensor_layout(sinew_tensor *tensors, size_t n, const uint8_t *data,
                                 uint64_t data_bytes, const char *where, sinew_error *error)
{
    char name[SINEW_TENSOR_SHOWN_BYTES], other[SINEW_TENSOR_SHOWN_BYTES];
    uint64_t end = 0; /* of the tensors before */
    if (n > 0)
        qsort(tensors, n, sizeof *tensors, order_by_bytes);
    for (size_t i = 0; i < n; i++) {
        uint64_t begin = (uint64_t)((const uint8_t *)tensors[i].data - data);
        sinew_quote_in(name, sizeof name, tensors[i].name);
        if (begin < end) /* so there is one before */
            return sinew_fail(error, SINEW_ERR_DATA,
                              "%s: tensors '%s' and '%s' overlap: one ends at byte %" PRIu64
                              ", the other begins at %" PRIu64,
                              where, sinew_quote_in(other, sizeof other, tensors[i - 1].name), name,
                              end, begin);
        if (begin > end)
            return sinew_fail(error, SINEW_ERR_DATA,
                              "%s: the bytes %" PRIu64 " to %" PRIu64
                              " of the data, before tensor '%s', are no tensor's",
                              where, end, begin, name);
        end = begin + bytes_of(&tensors[i]);
    }
    if (end < data_bytes)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "%s: the last %" PRIu64 " bytes of the data are no tensor's", where,
                          data_bytes - end);
    return SINEW_OK;
}
