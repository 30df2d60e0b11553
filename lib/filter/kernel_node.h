/* The inside of filter.kernel: a partitioned convolution for each copy, and perhaps a filter that
 * is added. The costs of the options (costs.h) choose the engine of what is added; a convolution
 * has its own. */
#ifndef SINEW_FILTER_KERNEL_NODE_H
#define SINEW_FILTER_KERNEL_NODE_H

#include "base/memory.h"
#include "filter/partitioned.h"
#include "sinew/node.h"

typedef struct sinew_kernel_node {
    sinew_node node;
    size_t copies;            /* runs of the kernel side by side */
    sinew_partitioned levels; /* for any calls */
    sinew_partitioned whole;  /* for whole blocks, where there are to be some: a level, else none */
    size_t copy_bytes;
    sinew_node *plus; /* NULL: nothing is added */
    size_t plus_saved;
} sinew_kernel_node;

/* The state: for each copy whether `whole` has its past, aligned, then the states of both; then
 * that of what is added. */
static inline void *sinew_kernel_node_copy(const sinew_kernel_node *f, const void *state,
                                           size_t copy)
{
    return (unsigned char *)(uintptr_t)state + copy * f->copy_bytes;
}

static inline uint64_t *sinew_kernel_node_is_whole(const sinew_kernel_node *f, const void *state,
                                                   size_t copy)
{
    return sinew_kernel_node_copy(f, state, copy);
}

static inline void *sinew_kernel_node_levels(const sinew_kernel_node *f, const void *state,
                                             size_t copy)
{
    return (unsigned char *)sinew_kernel_node_copy(f, state, copy) + SINEW_ALIGN;
}

static inline void *sinew_kernel_node_whole(const sinew_kernel_node *f, const void *state,
                                            size_t copy)
{
    return (unsigned char *)sinew_kernel_node_levels(f, state, copy) +
           sinew_partitioned_state(&f->levels);
}

/* The convolution that has the copy's past, and its state. */
static inline const sinew_partitioned *
sinew_kernel_node_now(const sinew_kernel_node *f, const void *state, size_t copy, void **its)
{
    bool whole = *sinew_kernel_node_is_whole(f, state, copy) != 0;
    *its =
        whole ? sinew_kernel_node_whole(f, state, copy) : sinew_kernel_node_levels(f, state, copy);
    return whole ? &f->whole : &f->levels;
}

static inline void *sinew_kernel_node_plus(const sinew_kernel_node *f, const void *state)
{
    return sinew_kernel_node_copy(f, state, f->copies);
}

/* Of a kernel's node: after so many frames its schedule is where it was, a power of two. */
static inline size_t sinew_kernel_node_period(const sinew_node *node)
{
    return sinew_partitioned_period(&((const sinew_kernel_node *)node)->levels);
}

/* kernel_saved.c: the portable form of the state. */
size_t sinew_kernel_node_saved_bytes(const sinew_kernel_node *f);
void sinew_kernel_node_save(const sinew_node *node, const void *state, void *bytes);
sinew_status sinew_kernel_node_load(const sinew_node *node, void *state, void *scratch,
                                    const void *bytes, size_t n_bytes, sinew_error *error);

#endif
