#include "layer/stateless.h"

#include "base/error.h"

void sinew_stateless_reset(const sinew_node *node, void *state)
{
    (void)node, (void)state;
}

void sinew_stateless_save(const sinew_node *node, const void *state, void *bytes)
{
    (void)node, (void)state, (void)bytes;
}

sinew_status sinew_stateless_load(const sinew_node *node, void *state, void *scratch,
                                  const void *bytes, size_t n_bytes, sinew_error *error)
{
    (void)state, (void)scratch, (void)bytes;
    if (n_bytes > 0)
        return sinew_fail(error, SINEW_ERR_DATA, "%zu bytes for %s, which keeps no state", n_bytes,
                          node->ops->kind);
    return SINEW_OK;
}

size_t sinew_stateless_parts(const sinew_node *node, sinew_state_part *parts, size_t room)
{
    (void)node, (void)parts, (void)room;
    return 0;
}
