#include "tensor/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "tensor/entry.h"
#include "tensor/json.h"

enum { LENGTH_BYTES = 8 };

/* ---- what the header says, as texts ---- */

/* A copy of `text` at *at, which moves behind it. */
static const char *keep_text(char **at, const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = memcpy(*at, text, n);
    *at += n;
    return copy;
}

static sinew_status check_metadata(const json_t *metadata, const char *where, sinew_error *error)
{
    char shown[SINEW_JSON_SHOWN_BYTES], quoted[SINEW_QUOTED_BYTES];
    const char *key;
    json_t *value;
    if (metadata && !json_is_object(metadata))
        return sinew_fail(error, SINEW_ERR_DATA,
                          "%s: " SINEW_TENSOR_METADATA ": an object expected, found %s", where,
                          sinew_json_show(shown, metadata));
    json_object_foreach((json_t *)(uintptr_t)metadata, key, value)
    {
        if (!json_is_string(value))
            return sinew_fail(error, SINEW_ERR_DATA,
                              "%s: " SINEW_TENSOR_METADATA ": '%s': a string expected, found %s",
                              where, sinew_quote(quoted, key), sinew_json_show(shown, value));
    }
    return SINEW_OK;
}

/* Memory for the tensors, the metadata and their texts. */
static sinew_status make_room(sinew_tensor_file *out, json_t *header, json_t *metadata,
                              sinew_error *error)
{
    size_t bytes = 0;
    const char *key;
    json_t *value;
    json_object_foreach(header, key, value) bytes += strlen(key) + 1;
    json_object_foreach(metadata, key, value) bytes += strlen(key) + json_string_length(value) + 2;
    out->text = sinew_alloc(bytes, 1);
    out->tensors = sinew_alloc(json_object_size(header), sizeof *out->tensors);
    out->metadata = sinew_alloc(json_object_size(metadata), sizeof *out->metadata);
    return out->text && out->tensors && out->metadata ? SINEW_OK : sinew_fail_memory(error);
}

static sinew_status take_header(sinew_tensor_file *out, json_t *header, const uint8_t *data,
                                uint64_t data_bytes, const char *where, sinew_error *error)
{
    json_t *metadata = json_object_get(header, SINEW_TENSOR_METADATA), *value;
    sinew_status status = check_metadata(metadata, where, error);
    if (!status)
        status = make_room(out, header, metadata, error);
    char *at = out->text;
    const char *key;
    if (status)
        return status;
    json_object_foreach(metadata, key, value)
    {
        sinew_metadata *entry = &out->metadata[out->n_metadata++];
        entry->key = keep_text(&at, key);
        entry->value = keep_text(&at, json_string_value(value));
    }
    json_object_foreach(header, key, value)
    {
        if (value == metadata)
            continue;
        sinew_tensor *tensor = &out->tensors[out->n++];
        tensor->name = keep_text(&at, key);
        status = sinew_tensor_entry(tensor, value, data, data_bytes, where, error);
        if (status)
            return status;
    }
    return SINEW_OK;
}

/* ---- the file ---- */

/* The length of the header, of a file that is long enough for it. */
static sinew_status find_header(uint64_t *length, const uint8_t *bytes, size_t n_bytes,
                                const char *where, sinew_error *error)
{
    if (n_bytes < LENGTH_BYTES)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "%s: %zu bytes are no safetensors file, which begins with %d for the "
                          "length of its header",
                          where, n_bytes, LENGTH_BYTES);
    *length = sinew_get_u64(bytes);
    if (*length > SINEW_JSON_BYTES_MOST)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "%s: a header of %" PRIu64
                          " bytes, %d are the most: not a safetensors file?",
                          where, *length, SINEW_JSON_BYTES_MOST);
    if (*length > n_bytes - LENGTH_BYTES)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "%s: a header of %" PRIu64 " bytes, but the file ends after %zu of them",
                          where, *length, n_bytes - LENGTH_BYTES);
    if (*length == 0 || bytes[LENGTH_BYTES] != '{')
        return sinew_fail(error, SINEW_ERR_DATA, "%s: its header does not begin with '{'", where);
    return SINEW_OK;
}

static sinew_status parse_header(json_t **out, const uint8_t *bytes, size_t length,
                                 const char *where, sinew_error *error)
{
    size_t room = strlen(where) + sizeof " (header)";
    char *header = sinew_alloc(room, 1);
    if (!header)
        return sinew_fail_memory(error);
    snprintf(header, room, "%s (header)", where);
    sinew_status status = sinew_json_read(out, bytes, length, header, error);
    sinew_free(header);
    return status;
}

static int order_by_name(const void *a, const void *b)
{
    return strcmp(((const sinew_tensor *)a)->name, ((const sinew_tensor *)b)->name);
}

sinew_status sinew_tensor_file_read(sinew_tensor_file *out, const uint8_t *bytes, size_t n_bytes,
                                    const char *where, sinew_error *error)
{
    uint64_t length = 0;
    json_t *header = NULL;
    *out = (sinew_tensor_file){0};
    sinew_status status = find_header(&length, bytes, n_bytes, where, error);
    if (!status)
        status = parse_header(&header, bytes + LENGTH_BYTES, (size_t)length, where, error);
    if (status)
        return status;
    const uint8_t *data = bytes + LENGTH_BYTES + length;
    uint64_t data_bytes = n_bytes - LENGTH_BYTES - length;
    status = take_header(out, header, data, data_bytes, where, error);
    json_decref(header);
    if (!status)
        status = sinew_tensor_layout(out->tensors, out->n, data, data_bytes, where, error);
    if (status)
        sinew_tensor_file_close(out);
    else if (out->n > 0)
        qsort(out->tensors, out->n, sizeof *out->tensors, order_by_name);
    return status;
}

sinew_status sinew_tensor_file_open(sinew_tensor_file *out, const char *path, sinew_error *error)
{
    sinew_mapping mapping;
    *out = (sinew_tensor_file){0};
    sinew_status status = sinew_mapping_open(&mapping, path, error);
    if (!status)
        status = sinew_tensor_file_read(out, mapping.bytes, mapping.n_bytes, path, error);
    if (status) {
        sinew_mapping_close(&mapping);
        return status;
    }
    out->mapping = mapping;
    out->path = sinew_copy(path, strlen(path) + 1, 1);
    if (out->path)
        return SINEW_OK;
    sinew_tensor_file_close(out);
    return sinew_fail_memory(error);
}

void sinew_tensor_file_close(sinew_tensor_file *file)
{
    sinew_mapping_close(&file->mapping);
    sinew_free(file->path);
    sinew_free(file->tensors);
    sinew_free(file->metadata);
    sinew_free(file->text);
    *file = (sinew_tensor_file){0};
}
