/* A safetensors file written: as file.h has it. The numbers are in the order of the sizes of their
 * types, the largest first, then of the names, and the data begin at a multiple of 64 bytes: so
 * each tensor is aligned to its type in the mapped file. The reference does alike. */
#include "tensor/write.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "tensor/dtype.h"
#include "tensor/file.h"
#include "tensor/json.h"

enum { LENGTH_BYTES = 8 };

/* What is written, in the order in which it is. */
typedef struct plan {
    const sinew_tensor **tensors;    /* (n_tensors) */
    const sinew_metadata **metadata; /* (n_metadata) */
    size_t n_tensors, n_metadata;
    sinew_error *error;
} plan;

static int order_tensors(const void *a, const void *b)
{
    const sinew_tensor *x = *(const sinew_tensor *const *)a, *y = *(const sinew_tensor *const *)b;
    size_t m = sinew_dtype_bytes(x->dtype), n = sinew_dtype_bytes(y->dtype);
    return m != n ? (m < n) - (m > n) : strcmp(x->name, y->name);
}

static int order_metadata(const void *a, const void *b)
{
    return strcmp((*(const sinew_metadata *const *)a)->key,
                  (*(const sinew_metadata *const *)b)->key);
}

static sinew_status check_tensor(const sinew_tensor *tensor, sinew_error *error)
{
    char name[SINEW_TENSOR_SHOWN_BYTES];
    uint64_t bytes = 0;
    const char *wrong = NULL;
    if (!tensor->name)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a tensor to write has no name");
    if (!sinew_dtype_name(tensor->dtype))
        wrong = "its dtype is none";
    else if (tensor->rank > SINEW_TENSOR_RANK_MAX)
        wrong = "it has too many dimensions";
    else if (!sinew_tensor_bytes(&bytes, tensor))
        wrong = "its shape is too large";
    else if (!tensor->data && bytes > 0)
        wrong = "it has no data";
    else if (strcmp(tensor->name, SINEW_TENSOR_METADATA) == 0)
        wrong = "this name is not a tensor's";
    sinew_quote_in(name, sizeof name, tensor->name);
    return wrong ? sinew_fail(error, SINEW_ERR_ARGUMENT, "tensor '%s': %s", name, wrong) : SINEW_OK;
}

static sinew_status make_plan(plan *p, const sinew_tensor *tensors, const sinew_metadata *metadata)
{
    p->tensors = sinew_alloc(p->n_tensors, sizeof *p->tensors);
    p->metadata = sinew_alloc(p->n_metadata, sizeof *p->metadata);
    if (!p->tensors || !p->metadata)
        return sinew_fail_memory(p->error);
    for (size_t i = 0; i < p->n_tensors; i++) {
        sinew_status status = check_tensor(&tensors[i], p->error);
        if (status)
            return status;
        p->tensors[i] = &tensors[i];
    }
    for (size_t i = 0; i < p->n_metadata; i++) {
        if (!metadata[i].key || !metadata[i].value)
            return sinew_fail(p->error, SINEW_ERR_ARGUMENT, "metadata without a key or a value");
        p->metadata[i] = &metadata[i];
    }
    if (p->n_tensors > 0)
        qsort(p->tensors, p->n_tensors, sizeof *p->tensors, order_tensors);
    if (p->n_metadata > 0)
        qsort(p->metadata, p->n_metadata, sizeof *p->metadata, order_metadata);
    return SINEW_OK;
}

/* ---- the header ---- */

static bool is_utf8(const char *text)
{
    for (size_t n = strlen(text), more; n > 0; n -= more, text += more)
        if ((more = sinew_utf8_bytes(text, n)) == 0)
            return false;
    return true;
}

/* Takes `value` over; NULL: there was no memory for it. A key stands there once. */
static sinew_status put(json_t *object, const char *key, json_t *value, sinew_error *error)
{
    char quoted[SINEW_TENSOR_SHOWN_BYTES];
    sinew_quote_in(quoted, sizeof quoted, key);
    sinew_status status = SINEW_OK;
    if (!is_utf8(key))
        status = sinew_fail(error, SINEW_ERR_ARGUMENT, "'%s' is not UTF-8 text", quoted);
    else if (json_object_get(object, key))
        status = sinew_fail(error, SINEW_ERR_ARGUMENT, "'%s' is to be written twice", quoted);
    else if (json_object_set(object, key, value))
        status = sinew_fail_memory(error);
    json_decref(value);
    return status;
}

/* jansson takes NULL for each of its arguments, and says so: one answer at the end is enough. */
static json_t *describe(const sinew_tensor *tensor, uint64_t begin, uint64_t end)
{
    json_t *entry = json_object(), *shape = json_array(), *offsets = json_array();
    int failed = 0;
    for (uint32_t i = 0; i < tensor->rank; i++)
        failed |= json_array_append_new(shape, json_integer((json_int_t)tensor->shape[i]));
    failed |= json_array_append_new(offsets, json_integer((json_int_t)begin));
    failed |= json_array_append_new(offsets, json_integer((json_int_t)end));
    failed |= json_object_set_new(entry, "dtype", json_string(sinew_dtype_name(tensor->dtype)));
    failed |= json_object_set_new(entry, "shape", shape);
    failed |= json_object_set_new(entry, "data_offsets", offsets);
    if (!failed)
        return entry;
    json_decref(entry);
    return NULL;
}

static sinew_status put_metadata(json_t *header, const plan *p)
{
    json_t *object = json_object();
    sinew_status status = SINEW_OK;
    for (size_t i = 0; i < p->n_metadata && !status; i++) {
        const sinew_metadata *entry = p->metadata[i];
        if (!is_utf8(entry->value))
            status = sinew_fail(p->error, SINEW_ERR_ARGUMENT, "metadata that is not UTF-8 text");
        else
            status = put(object, entry->key, json_string(entry->value), p->error);
    }
    if (!status && p->n_metadata > 0)
        return put(header, SINEW_TENSOR_METADATA, object, p->error);
    json_decref(object);
    return status;
}

static sinew_status put_tensors(json_t *header, const plan *p)
{
    uint64_t begin = 0, bytes = 0;
    sinew_status status = SINEW_OK;
    for (size_t i = 0; i < p->n_tensors && !status; i++, begin += bytes) {
        sinew_tensor_bytes(&bytes, p->tensors[i]);
        status = begin > INT64_MAX - bytes
                     ? sinew_fail(p->error, SINEW_ERR_ARGUMENT, "too many bytes to write")
                     : put(header, p->tensors[i]->name,
                           describe(p->tensors[i], begin, begin + bytes), p->error);
    }
    return status;
}

/* The JSON as text, by sinew_free. */
static sinew_status dump(char **out, const json_t *header, sinew_error *error)
{
    size_t n = json_dumpb(header, NULL, 0, JSON_COMPACT);
    if (n > SINEW_JSON_BYTES_MOST - SINEW_ALIGN)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a header of %zu bytes, %d are the most", n,
                          SINEW_JSON_BYTES_MOST - SINEW_ALIGN);
    *out = sinew_alloc(n + 1, 1);
    if (n == 0 || !*out || json_dumpb(header, *out, n, JSON_COMPACT) != n)
        return sinew_fail_memory(error); /* by the checks before there is nothing else to fail */
    return SINEW_OK;
}

static sinew_status make_header(char **out, const plan *p)
{
    json_t *header = json_object();
    sinew_status status = put_metadata(header, p);
    if (!status)
        status = put_tensors(header, p);
    if (!status)
        status = dump(out, header, p->error);
    json_decref(header);
    return status;
}

/* ---- the file ---- */

static bool write_all(FILE *file, const plan *p, const char *header)
{
    size_t n = strlen(header), padded = sinew_aligned(LENGTH_BYTES + n) - LENGTH_BYTES;
    uint8_t length[LENGTH_BYTES];
    sinew_put_u64(length, padded);
    fwrite(length, 1, sizeof length, file);
    fprintf(file, "%s%*s", header, (int)(padded - n), "");
    for (size_t i = 0; i < p->n_tensors && !ferror(file); i++) {
        uint64_t bytes = 0;
        sinew_tensor_bytes(&bytes, p->tensors[i]);
        if (bytes > 0)
            fwrite(p->tensors[i]->data, 1, (size_t)bytes, file);
    }
    return !ferror(file);
}

static sinew_status fail_errno(int reason, const char *path, sinew_error *error)
{
    return reason == ENOMEM ? sinew_fail_memory(error)
                            : sinew_fail(error, SINEW_ERR_IO, "%s: %s", path, strerror(reason));
}

static sinew_status write_file(sinew_atomic_file *to, const plan *p, const char *header,
                               const char *path)
{
    FILE *file = fdopen(to->fd, "w");
    if (!file)
        return fail_errno(errno, path, p->error);
    to->fd = -1;
    errno = 0;
    bool written = write_all(file, p, header);
    int reason = errno;
    if (fclose(file) != 0 && written) {
        written = false;
        reason = errno;
    }
    if (!written)
        return fail_errno(reason, path, p->error);
    return SINEW_OK;
}

sinew_status sinew_tensors_write_into(sinew_atomic_file *to, const char *name,
                                      const sinew_tensor *tensors, size_t n_tensors,
                                      const sinew_metadata *metadata, size_t n_metadata,
                                      sinew_error *error)
{
    plan p = {.n_tensors = n_tensors, .n_metadata = n_metadata, .error = error};
    char *header = NULL;
    sinew_status status = make_plan(&p, tensors, metadata);
    if (!status)
        status = make_header(&header, &p);
    if (!status)
        status = write_file(to, &p, header, name);
    sinew_free(header);
    sinew_free(p.tensors);
    sinew_free(p.metadata);
    return status;
}

sinew_status sinew_tensors_write(const char *path, const sinew_tensor *tensors, size_t n_tensors,
                                 const sinew_metadata *metadata, size_t n_metadata,
                                 sinew_error *error)
{
    sinew_atomic_file to = {.fd = -1};
    if (!path || (!tensors && n_tensors > 0) || (!metadata && n_metadata > 0))
        return sinew_fail_null(error);
    sinew_status status = sinew_atomic_file_open(&to, path, path, error);
    if (!status)
        status =
            sinew_tensors_write_into(&to, path, tensors, n_tensors, metadata, n_metadata, error);
    if (!status)
        status = sinew_atomic_file_commit(&to, path, error);
    sinew_atomic_file_close(&to);
    return status;
}
