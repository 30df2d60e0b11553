/**
 * graph: nodes made into one. A graph is itself a node, so graphs nest, and all that runs a node
 * (stream.h, the daemon, the commands) runs a graph.
 *
 *     sinew_node *parts[] = {norm, mixer}, *block = NULL, *layer = NULL;
 *     sinew_graph_new_sequence(&block, parts, NULL, 2, &error);
 *     sinew_graph_new_residual(&layer, block, &error);
 *
 * Members compute in float32 (the first may take token ids, int32) with one time step for all. Its
 * saved state is those of its members, one behind another.
 *
 * Ownership: a graph owns its members once it is made; after an error they are the caller's
 * still. Errors: SINEW_ERR_MISMATCH (channels, sample types or steps that do not fit; the message
 * names the members), SINEW_ERR_UNSUPPORTED (branches that are late by different numbers of
 * frames; a residual of a node that is late, or such a one both ways), SINEW_ERR_ARGUMENT (names
 * that would give two states one name, or one too long), SINEW_ERR_MEMORY. Thread-safety, real
 * time: as its members.
 */
#ifndef SINEW_GRAPH_H
#define SINEW_GRAPH_H

#include "node.h"

#ifdef __cplusplus
extern "C" {
#endif

/** y = nodes[n - 1](... nodes[0](x)); n >= 1. names: of the members in the parts of a saved state
 *  (state.h), joined by points; an entry "" adds nothing, a NULL entry or names NULL its number.
 */
SINEW_API sinew_status sinew_graph_new_sequence(sinew_node **out, sinew_node *const *nodes,
                                                const char *const *names, size_t n,
                                                sinew_error *error);

/** y = x + node(x). */
SINEW_API sinew_status sinew_graph_new_residual(sinew_node **out, sinew_node *node,
                                                sinew_error *error);

typedef enum sinew_graph_join {
    SINEW_GRAPH_SUM = 0, /* y = a(x) + b(x) + ... */
    SINEW_GRAPH_PRODUCT, /* y = a(x) b(x) ..., a gate */
    SINEW_GRAPH_CONCAT   /* y = [a(x), b(x), ...] */
} sinew_graph_join;

/** Branches from one input, joined; n >= 1. names: as for a sequence. */
SINEW_API sinew_status sinew_graph_new_branches(sinew_node **out, sinew_graph_join join,
                                                sinew_node *const *nodes, const char *const *names,
                                                size_t n, sinew_error *error);

/** y = join(forward(x), reversed(backward(reversed(x)))), forward's channels first: of layers that
 *  look both ways. It needs whole signals (SINEW_NODE_WHOLE), and so does every graph around it.
 *  Both begin as new, the one at the first frame, the other at the last. The step from a frame to
 *  the next is one step both ways; the first frame's is also that of the last for backward. */
SINEW_API sinew_status sinew_graph_new_bidirectional(sinew_node **out, sinew_node *forward,
                                                     sinew_node *backward, sinew_graph_join join,
                                                     sinew_error *error);

/** y_c = node(x_c): a node of one channel runs on each channel by itself. A saved state names its
 *  parts channel.0., channel.1. ... */
SINEW_API sinew_status sinew_graph_new_each(sinew_node **out, sinew_node *node, uint32_t channels,
                                            sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
