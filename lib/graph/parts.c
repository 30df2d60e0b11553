#include "graph/parts.h"

#include "base/error.h"
#include "base/memory.h"

static size_t saved_bytes(const sinew_node *node)
{
    sinew_footprint footprint;
    node->ops->footprint(node, 1, &footprint);
    return footprint.saved_bytes;
}

size_t sinew_parts(const sinew_node *node, sinew_state_part *parts, size_t room)
{
    if (node->ops->parts)
        return node->ops->parts(node, parts, room);
    size_t n_bytes = saved_bytes(node);
    if (n_bytes > 0 && room > 0)
        *parts = (sinew_state_part){
            .name = "state", .dtype = SINEW_DTYPE_U8, .rank = 1, .shape = {n_bytes}};
    return n_bytes > 0;
}

sinew_status sinew_parts_list(sinew_state_part **parts, size_t *n, const sinew_node *node,
                              sinew_error *error)
{
    *n = sinew_parts(node, NULL, 0);
    *parts = sinew_alloc(*n, sizeof **parts);
    if (!*parts)
        return sinew_fail_memory(error);
    sinew_parts(node, *parts, *n);
    return SINEW_OK;
}

size_t sinew_part_count(const sinew_state_part *part)
{
    size_t n = 1;
    for (uint32_t i = 0; i < part->rank; i++)
        n *= (size_t)part->shape[i];
    return n;
}

size_t sinew_part_bytes(const sinew_state_part *part)
{
    return sinew_part_count(part) * sinew_dtype_bytes(part->dtype);
}
