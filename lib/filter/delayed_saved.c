/* The saved state of a delayed filter: version, rings, width, copies (u32 each); the rings' lengths
 * (u64); for each copy how many bytes its plant has (u64), and these; the rings, each (copies,
 * frames, width) f64 with the oldest frame first. Little-endian. */
#include "base/bytes.h"
#include "base/error.h"
#include "filter/delayed.h"

enum { SAVED_VERSION = 1 };

size_t sinew_delayed_saved_bytes(const sinew_delayed_filter *f)
{
    size_t rings = f->total_frames * f->width * f->copies * sizeof(double);
    return 4 * 4 + f->n * 8 + f->copies * (8 + f->inner_saved) + rings;
}

static uint8_t *put_ring(const sinew_delayed_filter *f, uint8_t *at, const double *ring,
                         uint64_t place, size_t frames)
{
    for (size_t t = 0; t < frames; t++) {
        const double *frame = ring + (place + t) % frames * f->width;
        for (size_t i = 0; i < f->width; i++)
            at = sinew_put_f64(at, frame[i]);
    }
    return at;
}

void sinew_delayed_save(const sinew_node *node, const void *state, void *bytes)
{
    const sinew_delayed_filter *f = (const sinew_delayed_filter *)node;
    void *from = (void *)(uintptr_t)state;
    uint8_t *at = sinew_put_u32(bytes, SAVED_VERSION);
    at = sinew_put_u32(at, (uint32_t)f->n);
    at = sinew_put_u32(at, (uint32_t)f->width);
    at = sinew_put_u32(at, (uint32_t)f->copies);
    for (size_t r = 0; r < f->n; r++)
        at = sinew_put_u64(at, f->frames[r]);
    for (size_t c = 0; c < f->copies; c++) {
        at = sinew_put_u64(at, f->inner_saved);
        f->inner->ops->save_state(f->inner, sinew_delayed_state(f, from, c), at);
        at += f->inner_saved;
    }
    for (size_t r = 0; r < f->n; r++)
        for (size_t c = 0; c < f->copies; c++)
            at = put_ring(f, at, sinew_delayed_ring(f, from, r) + c * f->frames[r] * f->width,
                          sinew_delayed_places(f, from)[r], f->frames[r]);
}

/* The header; *at stands behind it then. */
static sinew_status check_saved(const sinew_delayed_filter *f, const uint8_t **at,
                                const uint8_t *end, sinew_error *error)
{
    if ((size_t)(end - *at) < 4 * 4 + f->n * 8)
        return sinew_fail(error, SINEW_ERR_DATA, "the saved state of a delay ends in its header");
    if (sinew_get_u32(*at) != SAVED_VERSION)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "the saved state of a delay has version %u, not %d", sinew_get_u32(*at),
                          SAVED_VERSION);
    bool fits = sinew_get_u32(*at + 4) == f->n && sinew_get_u32(*at + 8) == f->width &&
                sinew_get_u32(*at + 12) == f->copies;
    for (size_t r = 0; fits && r < f->n; r++)
        fits = sinew_get_u64(*at + 16 + 8 * r) == f->frames[r];
    if (!fits)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "the saved state has other delays than this filter");
    *at += 16 + 8 * f->n;
    return SINEW_OK;
}

sinew_status sinew_delayed_load(const sinew_node *node, void *state, void *scratch,
                                const void *bytes, size_t n_bytes, sinew_error *error)
{
    const sinew_delayed_filter *f = (const sinew_delayed_filter *)node;
    const uint8_t *at = bytes, *end = at + n_bytes;
    sinew_status status = check_saved(f, &at, end, error);
    for (size_t c = 0; !status && c < f->copies; c++) {
        size_t left = (size_t)(end - at);
        uint64_t inner = left >= 8 ? sinew_get_u64(at) : 0;
        if (left < 8 || inner > left - 8)
            return sinew_fail(error, SINEW_ERR_DATA, "the saved state of a delay is cut short");
        status =
            f->inner->ops->load_state(f->inner, sinew_delayed_state(f, state, c),
                                      sinew_delayed_work(f, scratch), at + 8, (size_t)inner, error);
        at += 8 + inner;
    }
    size_t numbers = f->total_frames * f->width * f->copies;
    if (!status && (size_t)(end - at) / 8 < numbers)
        status = sinew_fail(error, SINEW_ERR_DATA, "the saved state of a delay is cut short");
    if (status)
        return status;
    sinew_delayed_clear(f, state);
    double *ring = sinew_delayed_ring(f, state, 0);
    for (size_t i = 0; i < numbers; i++)
        ring[i] = sinew_get_f64(at + 8 * i);
    return SINEW_OK;
}
