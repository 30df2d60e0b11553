/* The functions of a layer that keeps nothing between frames. */
#ifndef SINEW_LAYER_STATELESS_H
#define SINEW_LAYER_STATELESS_H

#include "sinew/node.h"

void sinew_stateless_reset(const sinew_node *node, void *state);
void sinew_stateless_save(const sinew_node *node, const void *state, void *bytes);
sinew_status sinew_stateless_load(const sinew_node *node, void *state, void *scratch,
                                  const void *bytes, size_t n_bytes, sinew_error *error);
size_t sinew_stateless_parts(const sinew_node *node, sinew_state_part *parts, size_t room);

#endif
