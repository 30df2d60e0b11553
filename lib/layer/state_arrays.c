#include "layer/state_arrays.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "simd/learned.h"

enum { PANEL = SINEW_LEARNED_LANES };

void sinew_state_arrays_add(sinew_state_arrays *arrays, const char *name, uint32_t rank,
                            const uint64_t *shape)
{
    size_t count = 1;
    for (uint32_t i = 0; i < rank; i++)
        count *= (size_t)shape[i];
    if (count == 0)
        return;
    if (arrays->n < arrays->room) {
        sinew_state_part *part = &arrays->parts[arrays->n];
        *part = (sinew_state_part){.dtype = SINEW_DTYPE_F32, .rank = rank, .offset = arrays->bytes};
        memcpy(part->shape, shape, rank * sizeof *shape);
        snprintf(part->name, sizeof part->name, "%s", name);
    }
    arrays->n++;
    arrays->bytes += count * sizeof(float);
}

uint8_t *sinew_state_put(uint8_t *at, const float *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        at = sinew_put_f32(at, values[i]);
    return at;
}

const uint8_t *sinew_state_get(const uint8_t *at, float *values, size_t n)
{
    for (size_t i = 0; i < n; i++, at += sizeof(float))
        values[i] = sinew_get_f32(at);
    return at;
}

size_t sinew_panels_floats(size_t channels, size_t order)
{
    return (channels + PANEL - 1) / PANEL * PANEL * order;
}

uint8_t *sinew_panels_put(uint8_t *at, const float *h, size_t channels, size_t order)
{
    for (size_t c = 0; c < channels; c++)
        for (size_t i = 0; i < order; i++)
            at = sinew_put_f32(at, h[(c / PANEL * order + i) * PANEL + c % PANEL]);
    return at;
}

const uint8_t *sinew_panels_get(const uint8_t *at, float *h, size_t channels, size_t order)
{
    memset(h, 0, sinew_panels_floats(channels, order) * sizeof *h);
    for (size_t c = 0; c < channels; c++)
        for (size_t i = 0; i < order; i++, at += sizeof(float))
            h[(c / PANEL * order + i) * PANEL + c % PANEL] = sinew_get_f32(at);
    return at;
}

sinew_status sinew_state_check(const sinew_node *node, size_t n_bytes, size_t expected,
                               sinew_error *error)
{
    if (n_bytes == expected)
        return SINEW_OK;
    return sinew_fail(error, SINEW_ERR_DATA, "%zu bytes for a state of %s, which has %zu", n_bytes,
                      node->ops->kind, expected);
}
