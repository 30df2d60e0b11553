/* The rings of layer.attention, and their saved form: position (i64), then k and v, each
 * (context - 1, kv_heads head_dim), oldest first. */
#include <math.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"
#include "layer/attention.h"
#include "layer/state_arrays.h"

enum { TILE = SINEW_ATTENTION_TILE, POSITION_BYTES = 8 };

/* A piece of frames is kept before it attends: its first still needs the context - 1 before it,
 * when the tile of its last has been emptied. */
size_t sinew_attention_slots(size_t context)
{
    return (context + SINEW_LAYER_FRAMES + TILE - 2 + TILE - 1) / TILE * TILE;
}

static size_t ring_floats(const sinew_attention *l)
{
    return l->kv_heads * l->slots * l->head_dim;
}

static size_t ring_bytes(const sinew_attention *l)
{
    return sinew_aligned(ring_floats(l) * sizeof(float));
}

size_t sinew_attention_state_bytes(const sinew_attention *l)
{
    return SINEW_ALIGN + 2 * ring_bytes(l);
}

sinew_attention_state sinew_attention_state_at(const sinew_attention *l, void *memory)
{
    char *rings = (char *)memory + SINEW_ALIGN;
    uint64_t *counts = memory;
    return (sinew_attention_state){.position = counts,
                                   .finite_from = counts + 1,
                                   .k = (float *)(void *)rings,
                                   .v = (float *)(void *)(rings + ring_bytes(l))};
}

/* The tile of a position, of all heads that have values: (head_dim, 64) each. */
static float *value_tile(const sinew_attention *l, const sinew_attention_state *s, size_t head,
                         uint64_t position)
{
    size_t tile = (size_t)(position % l->slots) / TILE;
    return s->v + (head * l->slots / TILE + tile) * l->head_dim * TILE;
}

static bool are_finite(const float *x, size_t n)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] * 0; /* NaN, once there is one that is not finite */
    return sum == 0;
}

bool sinew_attention_finite(const sinew_attention *l, const float *k, const float *v)
{
    size_t n = l->kv_heads * l->head_dim;
    return are_finite(k, n) && are_finite(v, n);
}

void sinew_attention_keep(const sinew_attention *l, const sinew_attention_state *s, const float *k,
                          const float *v)
{
    uint64_t p = (*s->position)++;
    size_t d = l->head_dim, slot = (size_t)(p % l->slots);
    bool finite = sinew_attention_finite(l, k, v);
    if (!finite)
        *s->finite_from = p + 1;
    for (size_t h = 0; h < l->kv_heads; h++) {
        float *key = s->k + (h * l->slots + slot) * d, *tile = value_tile(l, s, h, p);
        if (p % TILE == 0)
            memset(tile, 0, d * TILE * sizeof *tile);
        for (size_t i = 0; i < d; i++) {
            key[i] = finite ? k[h * d + i] : 0;
            tile[i * TILE + p % TILE] = finite ? v[h * d + i] : 0;
        }
    }
}

/* Slots are written before they are read, but for the values of a tile that starts within. */
void sinew_attention_reset(const sinew_node *node, void *memory)
{
    (void)node;
    memset(memory, 0, SINEW_ALIGN);
}

/* ---- saved ---- */

size_t sinew_attention_saved_bytes(const sinew_attention *l)
{
    return POSITION_BYTES + 2 * (l->context - 1) * l->kv_heads * l->head_dim * sizeof(float);
}

/* One number of the frame `back` frames before the next: a zero before the start. */
static float kept(const sinew_attention *l, const sinew_attention_state *s, bool values,
                  uint64_t back, size_t i)
{
    uint64_t p = *s->position - back;
    size_t d = l->head_dim, h = i / d, c = i % d;
    if (back > *s->position)
        return 0;
    if (p + 1 == *s->finite_from)
        return NAN;
    if (values)
        return value_tile(l, s, h, p)[c * TILE + p % TILE];
    return s->k[(h * l->slots + (size_t)(p % l->slots)) * d + c];
}

void sinew_attention_save(const sinew_node *node, const void *memory, void *bytes)
{
    const sinew_attention *l = (const sinew_attention *)node;
    sinew_attention_state s = sinew_attention_state_at(l, (void *)(uintptr_t)memory);
    uint8_t *at = sinew_put_u64(bytes, *s.position);
    for (int values = 0; values < 2; values++)
        for (uint64_t back = l->context - 1; back > 0; back--)
            for (size_t i = 0; i < l->kv_heads * l->head_dim; i++)
                at = sinew_put_f32(at, kept(l, &s, values, back, i));
}

/* Frame by frame, as they once came, through scratch: (2, kv_heads head_dim). */
sinew_status sinew_attention_load(const sinew_node *node, void *memory, void *scratch,
                                  const void *bytes, size_t n_bytes, sinew_error *error)
{
    const sinew_attention *l = (const sinew_attention *)node;
    size_t n = l->kv_heads * l->head_dim, frames = l->context - 1;
    sinew_status status = sinew_state_check(node, n_bytes, sinew_attention_saved_bytes(l), error);
    if (status)
        return status;
    uint64_t position = sinew_get_u64(bytes);
    if (position > INT64_MAX)
        return sinew_fail(error, SINEW_ERR_DATA, "a state of %s at a negative position",
                          node->ops->kind);
    sinew_attention_reset(node, memory);
    sinew_attention_state s = sinew_attention_state_at(l, memory);
    memset(s.v, 0, ring_bytes(l));
    const uint8_t *at = (const uint8_t *)bytes + POSITION_BYTES;
    float *k = scratch, *v = k + n;
    uint64_t known = position < frames ? position : frames;
    *s.position = position - known;
    for (size_t t = frames - (size_t)known; t < frames; t++) {
        sinew_state_get(at + t * n * sizeof(float), k, n);
        sinew_state_get(at + (frames + t) * n * sizeof(float), v, n);
        sinew_attention_keep(l, &s, k, v);
    }
    return SINEW_OK;
}

size_t sinew_attention_parts(const sinew_node *node, sinew_state_part *parts, size_t room)
{
    const sinew_attention *l = (const sinew_attention *)node;
    const uint64_t shape[] = {l->context - 1, l->kv_heads * l->head_dim};
    sinew_state_arrays arrays = {.parts = parts, .room = room, .n = 1, .bytes = POSITION_BYTES};
    if (room > 0)
        parts[0] = (sinew_state_part){.name = "position", .dtype = SINEW_DTYPE_I64};
    sinew_state_arrays_add(&arrays, "k", 2, shape);
    sinew_state_arrays_add(&arrays, "v", 2, shape);
    return arrays.n;
}
