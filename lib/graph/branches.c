/* graph.sum, graph.product, graph.concat: y = a(x) + b(x), a(x) b(x), [a(x), b(x)]. */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "graph/join.h"

typedef struct branches {
    sinew_members members;
    sinew_graph_join join;
    uint32_t given; /* the most channels that a branch gives */
} branches;

/* In place, a piece of x waits in scratch; behind it is what a branch gives. */
static size_t waiting_bytes(const branches *b, size_t frames)
{
    const sinew_node *node = &b->members.node;
    return sinew_piece_bytes(sinew_members_frames(node, frames), node->channels_in);
}

static size_t own_bytes(const branches *b, size_t frames)
{
    return waiting_bytes(b, frames) +
           sinew_piece_bytes(sinew_members_frames(&b->members.node, frames), b->given);
}

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    const branches *b = (const branches *)node;
    sinew_members_footprint(&b->members, max_frames, out);
    out->scratch_bytes += own_bytes(b, max_frames);
}

static void process_piece(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                          sinew_block *out)
{
    const branches *b = (const branches *)node;
    char *inner = (char *)scratch + own_bytes(b, in->n_frames);
    sinew_block from = *in, to = *out;
    size_t bytes = in->n_frames * in->channels * sinew_sample_bytes(node->sample_in), at = 0;
    if (in->samples == out->samples)
        from.samples = memcpy(scratch, in->samples, bytes);
    to.samples = (char *)scratch + waiting_bytes(b, in->n_frames);
    for (size_t i = 0; i < b->members.n; i++) {
        sinew_member_process(&b->members, i, state, inner, &from, &to);
        sinew_join_into(out, at, b->join, i == 0, &to);
        at += b->join == SINEW_GRAPH_CONCAT ? to.channels : 0;
    }
}

static void process(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                    sinew_block *out)
{
    sinew_members_pieces(process_piece, node, state, scratch, in, out);
}

static sinew_status load(const sinew_node *node, void *state, void *scratch, const void *bytes,
                         size_t n_bytes, sinew_error *error)
{
    const branches *b = (const branches *)node;
    return sinew_members_load(&b->members, state, (char *)scratch + own_bytes(b, 0), bytes, n_bytes,
                              error);
}

static void advance(const sinew_node *node, void *state, void *scratch, uint64_t n_frames)
{
    const branches *b = (const branches *)node;
    sinew_members_advance(&b->members, state, (char *)scratch + own_bytes(b, 0), n_frames);
}

#define OPS(kind_)                                                                                 \
    {                                                                                              \
        .kind = kind_, .footprint = footprint, .reset = sinew_members_reset, .process = process,   \
        .save_state = sinew_members_save, .load_state = load, .advance = advance,                  \
        .free = sinew_members_free, .parts = sinew_members_parts                                   \
    }

static const sinew_node_ops ops[] = {[SINEW_GRAPH_SUM] = OPS("graph.sum"),
                                     [SINEW_GRAPH_PRODUCT] = OPS("graph.product"),
                                     [SINEW_GRAPH_CONCAT] = OPS("graph.concat")};

sinew_status sinew_graph_new_branches(sinew_node **out, sinew_graph_join join,
                                      sinew_node *const *nodes, const char *const *names, size_t n,
                                      sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!nodes)
        return sinew_fail_null(error);
    if ((unsigned)join > SINEW_GRAPH_CONCAT)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no such way to join branches: %d", join);
    branches *b = sinew_alloc(1, sizeof *b);
    if (!b)
        return sinew_fail_memory(error);
    b->join = join;
    sinew_status status = sinew_members_init(&b->members, &ops[join], nodes, names, n, error);
    if (!status)
        status = sinew_join_branches(&b->members, join, error);
    for (size_t i = 0; !status && i < n; i++)
        b->given = nodes[i]->channels_out > b->given ? nodes[i]->channels_out : b->given;
    if (status) {
        sinew_members_drop(&b->members);
        return status;
    }
    *out = &b->members.node;
    return SINEW_OK;
}
