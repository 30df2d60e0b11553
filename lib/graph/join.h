/* join: what branches from one input give, made one: side by side (branches.c), one of them
 * backwards (bidirectional.c). */
#ifndef SINEW_GRAPH_JOIN_H
#define SINEW_GRAPH_JOIN_H

#include "graph/members.h"

/* Check that the members are branches that can be joined so, and give the graph its channels,
 * sample types, latency and settle_frames. Errors: those of graph.h. */
sinew_status sinew_join_branches(sinew_members *m, sinew_graph_join join, sinew_error *error);

/* What a branch gives (n, from->channels) into y (n, y->channels), from channel `at` on; the first
 * one in the place of what is there. */
void sinew_join_into(const sinew_block *y, size_t at, sinew_graph_join join, bool first,
                     const sinew_block *from);

#endif
