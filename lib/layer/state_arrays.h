/* state_arrays: the arrays of float32 that the saved state of a layer is made of, one behind the
 * other, little-endian, in C order. */
#ifndef SINEW_LAYER_STATE_ARRAYS_H
#define SINEW_LAYER_STATE_ARRAYS_H

#include "sinew/node.h"

/* What `parts` of a node (node.h) gathers; start with {.parts = parts, .room = room}. */
typedef struct sinew_state_arrays {
    sinew_state_part *parts;
    size_t room, n;
    size_t bytes; /* of all arrays so far */
} sinew_state_arrays;

/* One more array; one without numbers is left out. */
void sinew_state_arrays_add(sinew_state_arrays *arrays, const char *name, uint32_t rank,
                            const uint64_t *shape);

/* n floats to bytes, and back; each returns the place behind. */
uint8_t *sinew_state_put(uint8_t *at, const float *values, size_t n);
const uint8_t *sinew_state_get(const uint8_t *at, float *values, size_t n);

/* States of channels side by side: (ceil(channels / 16), order, 16) in memory as simd/learned.h has
 * them, (channels, order) in bytes. Padding is zero. */
size_t sinew_panels_floats(size_t channels, size_t order);
uint8_t *sinew_panels_put(uint8_t *at, const float *h, size_t channels, size_t order);
const uint8_t *sinew_panels_get(const uint8_t *at, float *h, size_t channels, size_t order);

/* SINEW_ERR_DATA where they are not as many as expected. */
sinew_status sinew_state_check(const sinew_node *node, size_t n_bytes, size_t expected,
                               sinew_error *error);

#endif
