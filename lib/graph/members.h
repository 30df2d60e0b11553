/* members: what the kinds of graphs share: the nodes that one is made of, their states one behind
 * another, one scratch memory for all. A new way to join nodes is one file beside sequence.c. */
#ifndef SINEW_GRAPH_MEMBERS_H
#define SINEW_GRAPH_MEMBERS_H

#include "sinew/graph.h"

/* Frames that go through all members at a time, so that what is between them stays in the cache and
 * takes constant memory, however long blocks are; as many as a layer computes at a time. Where a
 * member needs whole signals, all frames do. */
enum { SINEW_GRAPH_FRAMES = 128 };

typedef struct sinew_member {
    sinew_node *node;
    char *name;                /* in the parts of a saved state; "": adds nothing */
    size_t state_at, saved_at; /* where its state and its saved state begin */
} sinew_member;

/* The first member of each kind of graph. */
typedef struct sinew_members {
    sinew_node node;
    sinew_member *list; /* (n) */
    size_t n;
    sinew_footprint footprint; /* of all; scratch: the most that a member needs for a piece */
} sinew_members;

/* Take the nodes in and give the graph what it has of them: state, steps, hashes, whether it
 * forgets or needs whole signals. Channels, sample types, latency and settle_frames are the kind's
 * to add. After an error, of this or of what the kind adds, drop them. Errors: those of graph.h. */
sinew_status sinew_members_init(sinew_members *m, const sinew_node_ops *ops,
                                sinew_node *const *nodes, const char *const *names, size_t n,
                                sinew_error *error);
void sinew_members_drop(sinew_members *m); /* after an error: the nodes are the caller's */
void sinew_members_free(sinew_node *node); /* the graph and its members */

/* Floats come out, floats or token ids go in. */
sinew_status sinew_members_check_ends(const sinew_members *m, sinew_error *error);

void sinew_members_reset(const sinew_node *node, void *state);
void sinew_members_save(const sinew_node *node, const void *state, void *bytes);
size_t sinew_members_parts(const sinew_node *node, sinew_state_part *parts, size_t room);

/* scratch: that of the members. */
sinew_status sinew_members_load(const sinew_members *m, void *state, void *scratch,
                                const void *bytes, size_t n_bytes, sinew_error *error);
void sinew_members_advance(const sinew_members *m, void *state, void *scratch, uint64_t n_frames);
void sinew_member_process(const sinew_members *m, size_t i, void *state, void *scratch,
                          const sinew_block *in, sinew_block *out);

/* Frames that go through all members at a time, where n come at most: all, or a piece's. */
size_t sinew_members_frames(const sinew_node *node, size_t n);

/* The members' footprint, for calls of max_frames frames; the kind adds its own scratch memory. */
void sinew_members_footprint(const sinew_members *m, size_t max_frames, sinew_footprint *out);

/* A block in pieces of so many frames. */
typedef void sinew_process_piece(const sinew_node *node, void *state, void *scratch,
                                 const sinew_block *in, sinew_block *out);
void sinew_members_pieces(sinew_process_piece *process, const sinew_node *node, void *state,
                          void *scratch, const sinew_block *in, const sinew_block *out);

/* Bytes of so many frames of float32, a multiple of 64. What would be more than any memory is
 * 2^50, so that sums of such are more than any memory too. */
size_t sinew_piece_bytes(size_t frames, uint32_t channels);

#endif
