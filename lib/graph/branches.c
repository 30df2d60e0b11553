/* graph.sum, graph.product, graph.concat: y = a(x) + b(x), a(x) b(x), [a(x), b(x)]. */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "graph/members.h"

typedef struct branches {
    sinew_members members;
    sinew_graph_join join;
    size_t given_bytes; /* of a piece that a branch gives */
} branches;

/* In place, a piece of x waits in scratch; behind it is what a branch gives. */
static size_t own_bytes(const branches *b)
{
    return sinew_piece_bytes(b->members.node.channels_in) + b->given_bytes;
}

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    const branches *b = (const branches *)node;
    (void)max_frames;
    *out = b->members.footprint;
    out->scratch_bytes += own_bytes(b);
}

/* The channels of `from` (n, channels) into those of y (n, stride), from channel `at` on. */
static void join_piece(sinew_graph_join join, bool first, const sinew_block *from, float *y,
                       size_t at, size_t stride)
{
    const float *x = from->samples;
    for (size_t t = 0; t < from->n_frames; t++, x += from->channels) {
        float *to = y + t * stride + at;
        if (first || join == SINEW_GRAPH_CONCAT)
            memcpy(to, x, from->channels * sizeof *x);
        else if (join == SINEW_GRAPH_SUM)
            for (size_t c = 0; c < from->channels; c++)
                to[c] += x[c];
        else
            for (size_t c = 0; c < from->channels; c++)
                to[c] *= x[c];
    }
}

static void process_piece(const branches *b, void *state, char *scratch, const sinew_block *in,
                          const sinew_block *out)
{
    const sinew_node *node = &b->members.node;
    sinew_block from = *in, to = *out;
    size_t bytes = in->n_frames * in->channels * sinew_sample_bytes(node->sample_in), at = 0;
    if (in->samples == out->samples)
        from.samples = memcpy(scratch, in->samples, bytes);
    to.samples = scratch + sinew_piece_bytes(node->channels_in);
    for (size_t i = 0; i < b->members.n; i++) {
        sinew_member_process(&b->members, i, state, scratch + own_bytes(b), &from, &to);
        join_piece(b->join, i == 0, &to, out->samples, at, node->channels_out);
        at += b->join == SINEW_GRAPH_CONCAT ? to.channels : 0;
    }
}

static void process(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                    sinew_block *out)
{
    const branches *b = (const branches *)node;
    for (size_t at = 0, n; at < in->n_frames; at += n) {
        n = in->n_frames - at < SINEW_GRAPH_FRAMES ? in->n_frames - at : SINEW_GRAPH_FRAMES;
        sinew_block from = sinew_block_piece(in, node->sample_in, at, n);
        sinew_block to = sinew_block_piece(out, node->sample_out, at, n);
        process_piece(b, state, scratch, &from, &to);
    }
}

static sinew_status load(const sinew_node *node, void *state, void *scratch, const void *bytes,
                         size_t n_bytes, sinew_error *error)
{
    const branches *b = (const branches *)node;
    return sinew_members_load(&b->members, state, (char *)scratch + own_bytes(b), bytes, n_bytes,
                              error);
}

static void advance(const sinew_node *node, void *state, void *scratch, uint64_t n_frames)
{
    const branches *b = (const branches *)node;
    sinew_members_advance(&b->members, state, (char *)scratch + own_bytes(b), n_frames);
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

static sinew_status check_branch(const branches *b, size_t i, sinew_error *error)
{
    const sinew_node *first = b->members.list[0].node, *node = b->members.list[i].node;
    const char *kind = node->ops->kind;
    if (node->channels_in != first->channels_in || node->sample_in != first->sample_in)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "branch %zu, %s, takes %u channels, branch 0, %s, %u, or its sample type "
                          "differs",
                          i, kind, node->channels_in, first->ops->kind, first->channels_in);
    if (node->sample_out != SINEW_SAMPLE_F32)
        return sinew_fail(error, SINEW_ERR_MISMATCH, "branch %zu, %s, does not give float32", i,
                          kind);
    if (b->join != SINEW_GRAPH_CONCAT && node->channels_out != first->channels_out)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "branch %zu, %s, gives %u channels, branch 0, %s, %u", i, kind,
                          node->channels_out, first->ops->kind, first->channels_out);
    if (node->latency_frames != first->latency_frames)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "branch %zu, %s, is late by %u frames, branch 0, %s, by %u", i, kind,
                          node->latency_frames, first->ops->kind, first->latency_frames);
    return SINEW_OK;
}

static sinew_status join_branches(branches *b, sinew_error *error)
{
    sinew_node *node = &b->members.node;
    const sinew_node *first = b->members.list[0].node;
    sinew_status status = SINEW_OK;
    uint64_t channels = 0;
    for (size_t i = 0; !status && i < b->members.n; i++) {
        const sinew_node *member = b->members.list[i].node;
        size_t bytes = sinew_piece_bytes(member->channels_out);
        b->given_bytes = bytes > b->given_bytes ? bytes : b->given_bytes;
        channels += member->channels_out;
        if ((node->flags & SINEW_NODE_FORGETS) && member->settle_frames > node->settle_frames)
            node->settle_frames = member->settle_frames;
        status = check_branch(b, i, error);
    }
    if (status)
        return status;
    if (channels > UINT32_MAX)
        return sinew_fail(error, SINEW_ERR_MISMATCH, "more channels than there can be");
    node->sample_in = first->sample_in;
    node->channels_in = first->channels_in;
    node->latency_frames = first->latency_frames;
    node->channels_out = b->join == SINEW_GRAPH_CONCAT ? (uint32_t)channels : first->channels_out;
    return sinew_members_check_ends(&b->members, error);
}

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
        status = join_branches(b, error);
    if (status) {
        sinew_members_drop(&b->members);
        return status;
    }
    *out = &b->members.node;
    return SINEW_OK;
}
