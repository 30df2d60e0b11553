/* The inside of filter.delayed: a plant run by a filter, of any engine, and rings around it. */
#ifndef SINEW_FILTER_DELAYED_H
#define SINEW_FILTER_DELAYED_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "sinew/node.h"

typedef struct sinew_delayed_filter {
    sinew_node node;
    sinew_node *inner; /* f64 */
    size_t copies;     /* runs of the inner node side by side; it may hold copies of its own */
    bool at_input;
    size_t inputs, outputs; /* of a copy, without the delays' */
    size_t n, width;        /* rings; numbers of a frame in a ring */
    size_t *frames;         /* (n) */
    size_t chunk_frames, total_frames, settle_frames;
    size_t inner_bytes, inner_saved, inner_scratch;
} sinew_delayed_filter;

/* The state: for each copy that of the inner node, then the place of each ring's oldest frame, then
 * the rings, each (copies, frames, width). */

static inline unsigned char *sinew_delayed_state(const sinew_delayed_filter *f, void *state,
                                                 size_t copy)
{
    return (unsigned char *)state + copy * f->inner_bytes;
}

/* Where each ring's oldest frame is: (n) */
static inline uint64_t *sinew_delayed_places(const sinew_delayed_filter *f, void *state)
{
    return (uint64_t *)(void *)sinew_delayed_state(f, state, f->copies);
}

static inline size_t sinew_delayed_places_bytes(const sinew_delayed_filter *f)
{
    return sinew_aligned(f->n * sizeof(uint64_t));
}

static inline size_t sinew_delayed_ring_doubles(const sinew_delayed_filter *f, size_t ring)
{
    return f->frames[ring] * f->width * f->copies;
}

/* Ring i of copy 0; that of copy c is frames[i] * width * c further on. */
static inline double *sinew_delayed_ring(const sinew_delayed_filter *f, void *state, size_t ring)
{
    double *at = (double *)(void *)((unsigned char *)sinew_delayed_places(f, state) +
                                    sinew_delayed_places_bytes(f));
    for (size_t i = 0; i < ring; i++)
        at += sinew_delayed_ring_doubles(f, i);
    return at;
}

static inline void sinew_delayed_clear(const sinew_delayed_filter *f, void *state)
{
    size_t rings = f->total_frames * f->width * f->copies * sizeof(double);
    memset(sinew_delayed_places(f, state), 0, sinew_delayed_places_bytes(f) + rings);
}

/* The scratch memory: a chunk of u and y, then that of the inner node. */
static inline size_t sinew_delayed_chunk_doubles(const sinew_delayed_filter *f)
{
    return f->chunk_frames * (size_t)(f->inner->channels_in + f->inner->channels_out);
}

static inline unsigned char *sinew_delayed_work(const sinew_delayed_filter *f, void *scratch)
{
    return (unsigned char *)scratch +
           sinew_aligned(sinew_delayed_chunk_doubles(f) * sizeof(double));
}

/* delayed_saved.c: the portable form of the state. */
size_t sinew_delayed_saved_bytes(const sinew_delayed_filter *f);
void sinew_delayed_save(const sinew_node *node, const void *state, void *bytes);
sinew_status sinew_delayed_load(const sinew_node *node, void *state, void *scratch,
                                const void *bytes, size_t n_bytes, sinew_error *error);

/* The node that runs the plant; NULL where `node` is no delayed filter. */
const sinew_node *sinew_delayed_inner(const sinew_node *node);

#endif
