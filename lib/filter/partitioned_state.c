/* The state: how long it is, and its past. */
#include <string.h>

#include "base/memory.h"
#include "filter/partitioned_inside.h"

size_t sinew_partitioned_state(const sinew_partitioned *c)
{
    size_t bytes = SINEW_ALIGN + sinew_aligned(c->inputs * c->ring * c->real_bytes) +
                   c->outputs * (1 + c->inputs) * SINEW_PARTITIONED_BLOCK * c->real_bytes;
    for (size_t i = 0; i < c->n_levels; i++) {
        const sinew_level *l = &c->levels[i];
        size_t numbers = 2 * c->inputs * sinew_level_partitions(l) + 2 + 2 * c->outputs;
        bytes += numbers * l->length * c->real_bytes;
    }
    return bytes;
}

static void set_frame(void *state, uint64_t frame)
{
    *(uint64_t *)state = frame;
}

static uint64_t frame_of(const void *state)
{
    return *(const uint64_t *)state;
}

void sinew_partitioned_reset(const sinew_partitioned *c, void *state)
{
    memset(state, 0, sinew_partitioned_state(c));
    set_frame(state, SINEW_PARTITIONED_START);
}

uint32_t sinew_partitioned_phase(const void *state)
{
    return (uint32_t)(frame_of(state) % SINEW_PARTITIONED_LONGEST);
}

void sinew_partitioned_seek(const sinew_partitioned *c, void *state, uint32_t phase)
{
    memset(state, 0, sinew_partitioned_state(c));
    set_frame(state, SINEW_PARTITIONED_START + phase % SINEW_PARTITIONED_LONGEST);
}

/* The longest block, of which whole ones are kept. */
static size_t longest(const sinew_partitioned *c)
{
    return c->n_levels ? c->levels[c->n_levels - 1].length : SINEW_PARTITIONED_BLOCK;
}

size_t sinew_partitioned_history(const sinew_partitioned *c)
{
    return c->ring - 1;
}

size_t sinew_partitioned_kept(const sinew_partitioned *c, const void *state)
{
    return c->ring - longest(c) + (size_t)(frame_of(state) % longest(c));
}

/* Where input t of those kept is: in a ring, or without levels in the last block and the present
 * one, which moves when the next begins. */
static size_t place_of(const sinew_partitioned *c, const void *state, size_t input, size_t t)
{
    uint64_t frame = frame_of(state), block = frame / longest(c) * longest(c);
    size_t at = t + (frame == block ? SINEW_PARTITIONED_BLOCK : 0);
    if (c->n_levels > 0)
        at = (size_t)((block - (c->ring - longest(c)) + t) % c->ring);
    return input * c->ring + at;
}

double sinew_partitioned_past(const sinew_partitioned *c, const void *state, size_t input, size_t t)
{
    const unsigned char *ring = (const unsigned char *)state + SINEW_ALIGN;
    size_t at = place_of(c, state, input, t);
    return c->real_bytes == sizeof(float) ? (double)((const float *)(const void *)ring)[at]
                                          : ((const double *)(const void *)ring)[at];
}

void sinew_partitioned_put(const sinew_partitioned *c, void *state, size_t input, size_t t,
                           double value)
{
    unsigned char *ring = (unsigned char *)state + SINEW_ALIGN;
    size_t at = place_of(c, state, input, t);
    if (c->real_bytes == sizeof(float))
        ((float *)(void *)ring)[at] = (float)value;
    else
        ((double *)(void *)ring)[at] = value;
}

size_t sinew_partitioned_level_phase(const sinew_partitioned *c, const void *state)
{
    return (size_t)(frame_of(state) % longest(c));
}

void sinew_partitioned_hand_over(const sinew_partitioned *from, const void *state,
                                 const sinew_partitioned *to, void *other)
{
    sinew_partitioned_seek(to, other, sinew_partitioned_phase(state));
    size_t kept = sinew_partitioned_kept(from, state), wanted = sinew_partitioned_kept(to, other);
    size_t n = kept < wanted ? kept : wanted;
    for (size_t i = 0; i < from->inputs; i++)
        for (size_t t = 0; t < n; t++)
            sinew_partitioned_put(to, other, i, wanted - n + t,
                                  sinew_partitioned_past(from, state, i, kept - n + t));
    sinew_partitioned_resume(to, other);
}
