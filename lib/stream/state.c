#include "stream/state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"
#include "graph/parts.h"
#include "layer/parameters.h"
#include "stream/run.h"
#include "tensor/write.h"

/* A saved stream (run.h) and the arrays within its payload. */
typedef struct saved {
    uint8_t *bytes;          /* (n_bytes) */
    uint8_t *payload;        /* within them */
    sinew_state_part *parts; /* (n) */
    size_t n_bytes, n;
} saved;

static sinew_status make(saved *s, const sinew_stream *stream, sinew_error *error)
{
    *s = (saved){.n_bytes = sinew_stream_saved_bytes(stream)};
    s->bytes = sinew_alloc(s->n_bytes, 1);
    if (!s->bytes)
        return sinew_fail_memory(error);
    s->payload = s->bytes + SINEW_RUN_HEADER_BYTES;
    return sinew_parts_list(&s->parts, &s->n, sinew_stream_node(stream), error);
}

static void finish(saved *s)
{
    sinew_free(s->bytes);
    sinew_free(s->parts);
}

/* ---- out ---- */

enum { TEXT_BYTES = 24, OWN_METADATA = 3 };

static sinew_status write_saved(const saved *s, sinew_atomic_file *to, const char *name,
                                const sinew_metadata *metadata, size_t n_metadata,
                                sinew_error *error)
{
    sinew_tensor *tensors = sinew_alloc(s->n, sizeof *tensors);
    if (!tensors)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < s->n; i++) {
        const sinew_state_part *part = &s->parts[i];
        tensors[i] = (sinew_tensor){.name = part->name,
                                    .dtype = part->dtype,
                                    .rank = part->rank,
                                    .data = s->payload + part->offset};
        memcpy(tensors[i].shape, part->shape, sizeof part->shape);
    }
    sinew_status status =
        sinew_tensors_write_into(to, name, tensors, s->n, metadata, n_metadata, error);
    sinew_free(tensors);
    return status;
}

static sinew_status write_with(const saved *s, const sinew_stream *stream, sinew_atomic_file *to,
                               const char *name, const sinew_metadata *more, size_t n_more,
                               sinew_error *error)
{
    const sinew_node *node = sinew_stream_node(stream);
    char model_hash[TEXT_BYTES], identity[TEXT_BYTES], index[TEXT_BYTES];
    sinew_metadata *all = sinew_alloc(OWN_METADATA + n_more, sizeof *all);
    if (!all)
        return sinew_fail_memory(error);
    snprintf(model_hash, sizeof model_hash, "%016" PRIx64, node->model_hash);
    snprintf(identity, sizeof identity, "%016" PRIx64, node->identity);
    snprintf(index, sizeof index, "%" PRId64, sinew_stream_index(stream));
    all[0] = (sinew_metadata){"model_hash", model_hash};
    all[1] = (sinew_metadata){"identity", identity};
    all[2] = (sinew_metadata){"index", index};
    for (size_t i = 0; i < n_more; i++)
        all[OWN_METADATA + i] = more[i];
    sinew_status status = write_saved(s, to, name, all, OWN_METADATA + n_more, error);
    sinew_free(all);
    return status;
}

sinew_status sinew_stream_write_tensors(const sinew_stream *stream, sinew_atomic_file *to,
                                        const char *name, const sinew_metadata *more, size_t n_more,
                                        sinew_error *error)
{
    saved s;
    sinew_status status = make(&s, stream, error);
    if (!status)
        status = sinew_stream_save(stream, s.bytes, s.n_bytes, error);
    if (!status)
        status = write_with(&s, stream, to, name, more, n_more, error);
    finish(&s);
    return status;
}

sinew_status sinew_stream_save_tensors(const sinew_stream *stream, const char *path,
                                       const sinew_metadata *more, size_t n_more,
                                       sinew_error *error)
{
    sinew_atomic_file to;
    if (!stream || !path || (!more && n_more > 0))
        return sinew_fail_null(error);
    sinew_status status = sinew_atomic_file_open(&to, path, path, error);
    if (status)
        return status;
    status = sinew_stream_write_tensors(stream, &to, path, more, n_more, error);
    if (!status)
        status = sinew_atomic_file_commit(&to, path, error);
    sinew_atomic_file_close(&to);
    return status;
}

/* ---- in ---- */

/* A number of the metadata, in base 10 or 16; *out stays where there is none. */
static sinew_status take_number(uint64_t *out, const sinew_tensors *tensors, const char *key,
                                int base, sinew_error *error)
{
    const char *text = sinew_tensors_metadata(tensors, key);
    char *end = NULL;
    if (!text)
        return SINEW_OK;
    errno = 0;
    uint64_t value = base == 16 ? strtoull(text, &end, 16) : (uint64_t)strtoll(text, &end, 10);
    if (end == text || *end || errno)
        return sinew_fail(error, SINEW_ERR_DATA, "the %s of the state is no number: '%.40s'", key,
                          text);
    *out = value;
    return SINEW_OK;
}

static sinew_status take_floats(uint8_t *to, const sinew_state_part *part,
                                const sinew_tensor *tensor, sinew_error *error)
{
    float *values;
    sinew_status status =
        sinew_parameter_floats(&values, tensor, part->name, part->rank, part->shape, error);
    if (status)
        return status;
    size_t n = sinew_part_count(part);
    for (size_t i = 0; i < n; i++)
        to = sinew_put_f32(to, values[i]);
    sinew_free(values);
    return SINEW_OK;
}

static sinew_status take_bytes(uint8_t *to, const sinew_state_part *part,
                               const sinew_tensor *tensor, sinew_error *error)
{
    char found[128];
    bool fits = tensor->dtype == part->dtype && tensor->rank == part->rank;
    for (uint32_t i = 0; fits && i < part->rank; i++)
        fits = tensor->shape[i] == part->shape[i];
    if (!fits)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "%s holds %s of shape %s, expected are %zu numbers of %s", part->name,
                          sinew_dtype_name(tensor->dtype),
                          sinew_tensor_shape_text(tensor, found, sizeof found),
                          sinew_part_count(part), sinew_dtype_name(part->dtype));
    memcpy(to, tensor->data, sinew_part_bytes(part));
    return SINEW_OK;
}

/* An array without numbers need not be there. */
static sinew_status take_part(saved *s, const sinew_state_part *part, const sinew_tensors *tensors,
                              sinew_error *error)
{
    const sinew_tensor *tensor = sinew_tensors_find(tensors, part->name);
    uint8_t *to = s->payload + part->offset;
    if (sinew_part_count(part) == 0)
        return SINEW_OK;
    if (!tensor)
        return sinew_parameter_check(NULL, part->name, part->rank, part->shape, error);
    return part->dtype == SINEW_DTYPE_F32 ? take_floats(to, part, tensor, error)
                                          : take_bytes(to, part, tensor, error);
}

static bool is_part(const saved *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->parts[i].name, name) == 0)
            return true;
    return false;
}

static sinew_status check_names(const saved *s, const sinew_tensors *tensors, sinew_error *error)
{
    for (size_t i = 0; i < sinew_tensors_count(tensors); i++) {
        const char *name = sinew_tensors_at(tensors, i)->name;
        if (!is_part(s, name))
            return sinew_fail(
                error, SINEW_ERR_MISMATCH,
                "the tensor %s is no part of this state: it is of another model, part or "
                "number of channels",
                name);
    }
    return SINEW_OK;
}

static sinew_status take_all(saved *s, const sinew_node *node, const sinew_tensors *tensors,
                             sinew_error *error)
{
    uint64_t model_hash = node->model_hash, identity = 0, index = 0;
    sinew_status status = take_number(&model_hash, tensors, "model_hash", 16, error);
    if (!status)
        status = take_number(&identity, tensors, "identity", 16, error);
    if (!status)
        status = take_number(&index, tensors, "index", 10, error);
    if (!status)
        status = check_names(s, tensors, error);
    for (size_t i = 0; !status && i < s->n; i++)
        status = take_part(s, &s->parts[i], tensors, error);
    if (!status)
        sinew_run_seal(s->bytes, s->n_bytes, model_hash, identity, (int64_t)index);
    return status;
}

sinew_status sinew_stream_load_tensors(sinew_stream *stream, const sinew_tensors *tensors,
                                       bool *exactly, sinew_error *error)
{
    saved s;
    if (exactly)
        *exactly = false;
    if (!stream || !tensors)
        return sinew_fail_null(error);
    sinew_status status = make(&s, stream, error);
    if (!status)
        status = take_all(&s, sinew_stream_node(stream), tensors, error);
    bool exact = !status && sinew_stream_continues_exactly(stream, s.bytes, s.n_bytes);
    if (!status)
        status = sinew_stream_load(stream, s.bytes, s.n_bytes, error);
    if (exactly)
        *exactly = !status && exact;
    finish(&s);
    return status;
}
