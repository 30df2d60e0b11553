/* parts: the arrays that a saved state is made of, of any node. */
#ifndef SINEW_GRAPH_PARTS_H
#define SINEW_GRAPH_PARTS_H

#include "sinew/node.h"

/* The first `room` of them into parts; how many there are. Where the node does not tell: one array
 * of bytes, "state", and none where nothing is saved. */
size_t sinew_parts(const sinew_node *node, sinew_state_part *parts, size_t room);

/* All of them into *parts (*n), for sinew_free. Errors: SINEW_ERR_MEMORY. */
sinew_status sinew_parts_list(sinew_state_part **parts, size_t *n, const sinew_node *node,
                              sinew_error *error);

size_t sinew_part_count(const sinew_state_part *part); /* numbers in it */
size_t sinew_part_bytes(const sinew_state_part *part);

#endif
