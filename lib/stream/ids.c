#include "stream/ids.h"

#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"
#include "stream/npy_header.h"
#include "tensor/mapping.h"

static int64_t number_at(const uint8_t *at, size_t width)
{
    return width == 4 ? (int32_t)sinew_get_u32(at) : (int64_t)sinew_get_u64(at);
}

/* The header, and *at where the numbers begin. */
static sinew_status read_header(sinew_npy_header *header, size_t *at, const sinew_mapping *file,
                                const char *path, sinew_error *error)
{
    size_t offset = 0, length = 0;
    if (file->n_bytes >= SINEW_NPY_PREFIX_BYTES)
        length = sinew_npy_header_length(file->bytes, &offset);
    if (length <= offset || length > file->n_bytes)
        return sinew_fail(error, SINEW_ERR_DATA, "%s: %s", path,
                          length ? "its npy header is truncated" : "not an npy file");
    sinew_status status = sinew_npy_header_parse(header, (const char *)file->bytes + offset,
                                                 length - offset, path, error);
    if (status)
        return status;
    if (header->integer_bytes == 0 || header->channels != 1)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "%s: token ids are an array (n,) of int32 or int64, not %s", path,
                          header->integer_bytes ? "of two dimensions" : "of floats");
    if ((uint64_t)header->frames != (file->n_bytes - length) / header->integer_bytes ||
        (file->n_bytes - length) % header->integer_bytes)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "%s: its header says %" PRId64 " ids, it holds %zu bytes", path,
                          header->frames, file->n_bytes - length);
    *at = length;
    return SINEW_OK;
}

static sinew_status take(int32_t *ids, const sinew_npy_header *header, const uint8_t *bytes,
                         const char *path, size_t rows, sinew_error *error)
{
    for (size_t i = 0; i < (size_t)header->frames; i++) {
        int64_t id = number_at(bytes + i * header->integer_bytes, header->integer_bytes);
        if (id < 0 || (uint64_t)id >= rows)
            return sinew_fail(error, SINEW_ERR_DATA,
                              "%s: id %zu is %" PRId64 ": it must be from 0 to %zu", path, i, id,
                              rows - 1);
        ids[i] = (int32_t)id;
    }
    return SINEW_OK;
}

sinew_status sinew_ids_read(int32_t **ids, size_t *n, const char *path, size_t rows,
                            sinew_error *error)
{
    sinew_mapping file;
    sinew_npy_header header = {0};
    size_t at = 0;
    *ids = NULL;
    *n = 0;
    sinew_status status = sinew_mapping_open(&file, path, error);
    if (status)
        return status;
    status = read_header(&header, &at, &file, path, error);
    int32_t *values = status ? NULL : sinew_alloc((size_t)header.frames, sizeof *values);
    if (!status)
        status = values ? take(values, &header, file.bytes + at, path, rows, error)
                        : sinew_fail_memory(error);
    sinew_mapping_close(&file);
    if (status) {
        sinew_free(values);
        return status;
    }
    *ids = values;
    *n = (size_t)header.frames;
    return SINEW_OK;
}
