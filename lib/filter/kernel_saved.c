/* The saved state of a kernel's filter: version, copies, inputs, phase (u32 each); n_inputs (u64);
 * the last n_inputs frames of input (n_inputs, channels_in) f64, oldest first; how many bytes what
 * is added has (u64), and these; zeros to a fixed length. Little-endian. */
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "filter/kernel_node.h"

enum { SAVED_VERSION = 1, HEADER_BYTES = 4 * 4 + 8 };

static size_t saved_bytes(const sinew_kernel_node *f, size_t n_inputs)
{
    return HEADER_BYTES + 8 * n_inputs * f->node.channels_in + 8 + f->plus_saved;
}

size_t sinew_kernel_node_saved_bytes(const sinew_kernel_node *f)
{
    size_t levels = sinew_partitioned_history(&f->levels);
    size_t whole = f->whole.n_levels ? sinew_partitioned_history(&f->whole) : 0;
    return saved_bytes(f, levels > whole ? levels : whole);
}

void sinew_kernel_node_save(const sinew_node *node, const void *state, void *bytes)
{
    const sinew_kernel_node *f = (const sinew_kernel_node *)node;
    void *now;
    const sinew_partitioned *c =
        sinew_kernel_node_now(f, state, 0, &now); /* alike for all copies */
    size_t n = sinew_partitioned_kept(c, now), inputs = c->inputs;
    uint8_t *end = (uint8_t *)bytes + sinew_kernel_node_saved_bytes(f);
    uint8_t *at = sinew_put_u32(bytes, SAVED_VERSION);
    at = sinew_put_u32(at, (uint32_t)f->copies);
    at = sinew_put_u32(at, (uint32_t)inputs);
    at = sinew_put_u32(at, sinew_partitioned_phase(now));
    at = sinew_put_u64(at, n);
    for (size_t t = 0; t < n; t++)
        for (size_t i = 0; i < f->copies * inputs; i++) {
            sinew_kernel_node_now(f, state, i / inputs, &now);
            at = sinew_put_f64(at, sinew_partitioned_past(c, now, i % inputs, t));
        }
    at = sinew_put_u64(at, f->plus_saved);
    if (f->plus)
        f->plus->ops->save_state(f->plus, sinew_kernel_node_plus(f, state), at);
    at += f->plus_saved;
    memset(at, 0, (size_t)(end - at));
}

/* What the bytes hold, checked. */
typedef struct kernel_saved {
    uint32_t phase;
    uint64_t n_inputs, plus_bytes;
    const uint8_t *inputs, *plus;
} kernel_saved;

static sinew_status get_saved(const sinew_kernel_node *f, kernel_saved *out, const uint8_t *bytes,
                              size_t n_bytes, sinew_error *error)
{
    if (n_bytes < saved_bytes(f, 0) - f->plus_saved)
        return sinew_fail(error, SINEW_ERR_DATA, "the saved state of a kernel ends in its header");
    if (sinew_get_u32(bytes) != SAVED_VERSION)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "the saved state of a kernel has version %u, not %d",
                          sinew_get_u32(bytes), SAVED_VERSION);
    if (sinew_get_u32(bytes + 4) != f->copies || sinew_get_u32(bytes + 8) != f->levels.inputs)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "the saved state of a kernel is of other channels than this filter");
    size_t left = n_bytes - HEADER_BYTES - 8, frame = 8 * (size_t)f->node.channels_in;
    *out = (kernel_saved){.phase = sinew_get_u32(bytes + 12),
                          .n_inputs = sinew_get_u64(bytes + 16),
                          .inputs = bytes + HEADER_BYTES};
    if (out->n_inputs > left / frame)
        return sinew_fail(error, SINEW_ERR_DATA, "the saved state of a kernel is cut short");
    left -= (size_t)out->n_inputs * frame;
    out->plus = out->inputs + out->n_inputs * frame + 8;
    out->plus_bytes = sinew_get_u64(out->plus - 8);
    if (out->plus_bytes > left || (f->plus && out->plus_bytes == 0))
        return sinew_fail(error, SINEW_ERR_DATA, "the saved state of a kernel is cut short");
    return SINEW_OK;
}

/* The convolution of a copy as if it had heard what was saved; of what it keeps and the saved state
 * has not, nothing mattered any more. */
static void load_copy(const sinew_kernel_node *f, void *all, const kernel_saved *saved, size_t copy)
{
    const sinew_partitioned *c = &f->levels;
    void *state = sinew_kernel_node_levels(f, all, copy);
    *sinew_kernel_node_is_whole(f, all, copy) = 0;
    sinew_partitioned_seek(c, state, saved->phase);
    size_t kept = sinew_partitioned_kept(c, state);
    size_t n = saved->n_inputs < kept ? (size_t)saved->n_inputs : kept;
    for (size_t t = 0; t < n; t++)
        for (size_t i = 0; i < c->inputs; i++)
            sinew_partitioned_put(
                c, state, i, kept - n + t,
                sinew_get_f64(saved->inputs + 8 * ((saved->n_inputs - n + t) * f->node.channels_in +
                                                   copy * c->inputs + i)));
    sinew_partitioned_resume(c, state);
}

sinew_status sinew_kernel_node_load(const sinew_node *node, void *state, void *scratch,
                                    const void *bytes, size_t n_bytes, sinew_error *error)
{
    const sinew_kernel_node *f = (const sinew_kernel_node *)node;
    kernel_saved saved = {0};
    sinew_status status = get_saved(f, &saved, bytes, n_bytes, error);
    if (!status && f->plus)
        status = f->plus->ops->load_state(f->plus, sinew_kernel_node_plus(f, state), scratch,
                                          saved.plus, (size_t)saved.plus_bytes, error);
    for (size_t i = 0; !status && i < f->copies; i++)
        load_copy(f, state, &saved, i);
    return status;
}
