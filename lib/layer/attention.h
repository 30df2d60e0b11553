/* attention: what the files of layer.attention share: the layer, and its state in memory.
 *
 * Keys and values stand in rings over slots; slot = position modulo slots. Values are turned, tile
 * by tile of 64 slots, so that both products, of q with keys and of scores with values, are those
 * of a matrix with frames (simd/learned.h). The sum over a tile is one sum, and tiles are added
 * oldest first: an order that depends on positions alone. What is outside of the window weighs 0,
 * and all that stands in a ring is finite. */
#ifndef SINEW_LAYER_ATTENTION_H
#define SINEW_LAYER_ATTENTION_H

#include "layer/affine.h"
#include "layer/layer.h"
#include "layer/rope.h"

enum {
    SINEW_ATTENTION_TILE = 64,  /* slots */
    SINEW_ATTENTION_FRAMES = 16 /* whose scores stand side by side */
};

typedef struct sinew_attention {
    sinew_layer layer;
    size_t heads, kv_heads, head_dim, context;
    size_t slots;         /* a multiple of a tile; see sinew_attention_slots */
    size_t rows;          /* (heads + 2 kv_heads) head_dim: q, k, v of a frame */
    sinew_affine in[3];   /* q, k, v; or all in the first */
    sinew_affine out_map; /* (channels_out, heads head_dim) */
    sinew_rope rope;
} sinew_attention;

/* The state: frames so far; the position from which on all was finite; the rings. */
typedef struct sinew_attention_state {
    uint64_t *position, *finite_from;
    float *k; /* (kv_heads, slots, head_dim) */
    float *v; /* (kv_heads, slots / 64, head_dim, 64) */
} sinew_attention_state;

size_t sinew_attention_slots(size_t context);
size_t sinew_attention_state_bytes(const sinew_attention *l);
sinew_attention_state sinew_attention_state_at(const sinew_attention *l, void *memory);

/* Whether both, (kv_heads head_dim), are. */
bool sinew_attention_finite(const sinew_attention *l, const float *k, const float *v);

/* k, v: (kv_heads head_dim), of the next frame, into their slots; the position goes on. */
void sinew_attention_keep(const sinew_attention *l, const sinew_attention_state *s, const float *k,
                          const float *v);

void sinew_attention_reset(const sinew_node *node, void *memory);
size_t sinew_attention_saved_bytes(const sinew_attention *l);
void sinew_attention_save(const sinew_node *node, const void *memory, void *bytes);
sinew_status sinew_attention_load(const sinew_node *node, void *memory, void *scratch,
                                  const void *bytes, size_t n_bytes, sinew_error *error);
size_t sinew_attention_parts(const sinew_node *node, sinew_state_part *parts, size_t room);

size_t sinew_attention_scratch(const sinew_attention *l);
void sinew_attention_process(const sinew_node *node, void *memory, void *scratch,
                             const sinew_block *in, sinew_block *out);

#endif
