#include "stream/run.h"

#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"

static const char magic[8] = {'s', 'i', 'n', 'e', 'w', 's', 't', '1'};

enum { HEADER_BYTES = SINEW_RUN_HEADER_BYTES, CHECKSUM_BYTES = SINEW_RUN_HASH_BYTES };

sinew_status sinew_run_init(sinew_run *run, const sinew_node *node, size_t max_frames,
                            sinew_error *error)
{
    *run = (sinew_run){.node = node};
    node->ops->footprint(node, max_frames, &run->footprint);
    run->state = sinew_alloc(run->footprint.state_bytes, 1);
    run->spare = sinew_alloc(run->footprint.state_bytes, 1);
    run->scratch = sinew_alloc(run->footprint.scratch_bytes, 1);
    run->saved = sinew_alloc(sinew_run_saved_bytes(run), 1);
    if (!run->state || !run->spare || !run->scratch || !run->saved) {
        sinew_run_finish(run);
        return sinew_fail_memory(error);
    }
    node->ops->reset(node, run->state);
    return SINEW_OK;
}

void sinew_run_finish(sinew_run *run)
{
    sinew_free(run->state);
    sinew_free(run->spare);
    sinew_free(run->scratch);
    sinew_free(run->saved);
    *run = (sinew_run){0};
}

void sinew_run_copy(sinew_run *to, const sinew_run *from)
{
    if (from->footprint.state_bytes > 0)
        memcpy(to->state, from->state, from->footprint.state_bytes);
}

size_t sinew_run_saved_bytes(const sinew_run *run)
{
    return HEADER_BYTES + run->footprint.saved_bytes + CHECKSUM_BYTES;
}

void sinew_run_seal(uint8_t *bytes, size_t n_bytes, uint64_t model_hash, uint64_t identity,
                    int64_t index)
{
    uint8_t *at = bytes;
    size_t body = n_bytes - CHECKSUM_BYTES;
    memcpy(at, magic, sizeof magic);
    at = sinew_put_u64(at + sizeof magic, model_hash);
    at = sinew_put_u64(at, identity);
    at = sinew_put_u64(at, (uint64_t)index);
    sinew_put_u64(at, body - HEADER_BYTES);
    sinew_put_u64(bytes + body, sinew_hash(SINEW_HASH_START, bytes, body));
}

sinew_status sinew_run_save(const sinew_run *run, int64_t index, void *bytes, size_t n_bytes,
                            sinew_error *error)
{
    const sinew_node *node = run->node;
    if (n_bytes < sinew_run_saved_bytes(run))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%zu bytes for a state of %zu", n_bytes,
                          sinew_run_saved_bytes(run));
    node->ops->save_state(node, run->state, (uint8_t *)bytes + HEADER_BYTES);
    sinew_run_seal(bytes, sinew_run_saved_bytes(run), node->model_hash, node->identity, index);
    return SINEW_OK;
}

/* Everything about a saved run but the payload itself. */
static sinew_status check_saved(const sinew_run *run, const uint8_t *bytes, size_t n_bytes,
                                sinew_error *error)
{
    if (n_bytes < HEADER_BYTES + CHECKSUM_BYTES || memcmp(bytes, magic, sizeof magic) != 0)
        return sinew_fail(error, SINEW_ERR_DATA, "this is not a saved stream");
    if (sinew_get_u64(bytes + 32) != n_bytes - HEADER_BYTES - CHECKSUM_BYTES)
        return sinew_fail(error, SINEW_ERR_DATA, "the saved stream is cut short or too long");
    size_t body = n_bytes - CHECKSUM_BYTES;
    if (sinew_get_u64(bytes + body) != sinew_hash(SINEW_HASH_START, bytes, body))
        return sinew_fail(error, SINEW_ERR_DATA,
                          "the saved stream is damaged: its checksum does not match");
    if (sinew_get_u64(bytes + 8) != run->node->model_hash)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "the saved stream is of another model, rate, method or channel count");
    return SINEW_OK;
}

static sinew_status load(sinew_run *run, const uint8_t *state, size_t n_bytes, sinew_error *error)
{
    sinew_status status =
        run->node->ops->load_state(run->node, run->spare, run->scratch, state, n_bytes, error);
    if (status)
        return status;
    void *loaded = run->spare;
    run->spare = run->state;
    run->state = loaded;
    return SINEW_OK;
}

sinew_status sinew_run_load(sinew_run *run, int64_t *index, const void *bytes, size_t n_bytes,
                            sinew_error *error)
{
    const uint8_t *at = bytes;
    sinew_status status = check_saved(run, at, n_bytes, error);
    if (!status)
        status = load(run, at + HEADER_BYTES, n_bytes - HEADER_BYTES - CHECKSUM_BYTES, error);
    if (!status)
        *index = (int64_t)sinew_get_u64(at + 24);
    return status;
}

bool sinew_run_is_exact(const sinew_run *run, const void *bytes, size_t n_bytes)
{
    return run->node->identity != 0 && !check_saved(run, bytes, n_bytes, NULL) &&
           sinew_get_u64((const uint8_t *)bytes + 16) == run->node->identity;
}

bool sinew_run_follows(const sinew_run *to, const sinew_run *from, size_t *missing_frames)
{
    const sinew_node *node = to->node;
    *missing_frames = 0;
    return node->model_hash == from->node->model_hash ||
           (node->ops->follows && node->ops->follows(node, from->node, missing_frames));
}

sinew_status sinew_run_carry_over(sinew_run *to, const sinew_run *from, sinew_error *error)
{
    from->node->ops->save_state(from->node, from->state, from->saved);
    return load(to, from->saved, from->footprint.saved_bytes, error);
}
