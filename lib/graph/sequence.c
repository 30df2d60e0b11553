/* graph.sequence: y = nodes[n - 1](... nodes[0](x)). */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "graph/members.h"

typedef struct sequence {
    sinew_members members;
    uint32_t between; /* the most channels between two members: two such pieces are in scratch */
    size_t ringing_bytes; /* behind them, for `advance`: silence, and what comes out */
} sequence;

/* Of a piece between two members, where so many frames come. */
static size_t between_bytes(const sequence *s, size_t frames)
{
    return sinew_piece_bytes(sinew_members_frames(&s->members.node, frames), s->between);
}

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    const sequence *s = (const sequence *)node;
    sinew_members_footprint(&s->members, max_frames, out);
    out->scratch_bytes += 2 * between_bytes(s, max_frames) + s->ringing_bytes;
}

static void *members_scratch(const sequence *s, void *scratch, size_t frames)
{
    return (char *)scratch + 2 * between_bytes(s, frames) + s->ringing_bytes;
}

/* A piece through all members, from one half of the scratch memory to the other and back. */
static void process_piece(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                          sinew_block *out)
{
    const sequence *s = (const sequence *)node;
    void *inner = members_scratch(s, scratch, in->n_frames);
    size_t n = s->members.n;
    sinew_block from = *in;
    for (size_t i = 0; i < n; i++) {
        sinew_block to = *out;
        if (i + 1 < n)
            to.samples = (char *)scratch + i % 2 * between_bytes(s, in->n_frames);
        sinew_member_process(&s->members, i, state, inner, &from, &to);
        from = to;
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
    const sequence *s = (const sequence *)node;
    return sinew_members_load(&s->members, state, members_scratch(s, scratch, 0), bytes, n_bytes,
                              error);
}

/* What a member still rings goes through those behind it, so silence is run, unheard. */
static void ring_out(const sequence *s, void *state, void *scratch, uint64_t n_frames)
{
    const sinew_node *node = &s->members.node;
    char *silence = (char *)scratch + 2 * between_bytes(s, 0);
    sinew_block in = {.samples = silence, .channels = node->channels_in};
    size_t bytes = sinew_piece_bytes(SINEW_GRAPH_FRAMES, node->channels_in);
    sinew_block out = {.samples = silence + bytes};
    memset(silence, 0, bytes);
    for (; n_frames > 0; n_frames -= in.n_frames) {
        in.n_frames = n_frames < SINEW_GRAPH_FRAMES ? (size_t)n_frames : SINEW_GRAPH_FRAMES;
        out.n_frames = in.n_frames;
        process_piece(node, state, scratch, &in, &out);
    }
}

/* When all have settled, each by itself goes on in silence. */
static void advance(const sinew_node *node, void *state, void *scratch, uint64_t n_frames)
{
    const sequence *s = (const sequence *)node;
    uint64_t ringing = n_frames < node->settle_frames ? n_frames : node->settle_frames;
    ring_out(s, state, scratch, ringing);
    sinew_members_advance(&s->members, state, members_scratch(s, scratch, 0), n_frames - ringing);
}

static const sinew_node_ops ops = {.kind = "graph.sequence",
                                   .footprint = footprint,
                                   .reset = sinew_members_reset,
                                   .process = process,
                                   .save_state = sinew_members_save,
                                   .load_state = load,
                                   .advance = advance,
                                   .free = sinew_members_free,
                                   .parts = sinew_members_parts};

/* What one gives is what the next one takes. */
static sinew_status check_joint(const sinew_node *from, const sinew_node *to, size_t i,
                                sinew_error *error)
{
    if (from->sample_out != SINEW_SAMPLE_F32 || to->sample_in != SINEW_SAMPLE_F32)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "members %zu and %zu, %s and %s, do not meet in float32", i - 1, i,
                          from->ops->kind, to->ops->kind);
    if (from->channels_out != to->channels_in)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "member %zu, %s, gives %u channels, but member %zu, %s, takes %u", i - 1,
                          from->ops->kind, from->channels_out, i, to->ops->kind, to->channels_in);
    return SINEW_OK;
}

static sinew_status join(sequence *s, sinew_error *error)
{
    sinew_node *node = &s->members.node;
    sinew_status status = SINEW_OK;
    for (size_t i = 0; !status && i < s->members.n; i++) {
        const sinew_node *member = s->members.list[i].node;
        if (i > 0) {
            s->between = member->channels_in > s->between ? member->channels_in : s->between;
            status = check_joint(s->members.list[i - 1].node, member, i, error);
        }
        node->latency_frames += member->latency_frames;
        node->settle_frames += member->settle_frames;
        node->sample_out = member->sample_out;
        node->channels_out = member->channels_out;
    }
    node->sample_in = s->members.list[0].node->sample_in;
    node->channels_in = s->members.list[0].node->channels_in;
    if (node->flags & SINEW_NODE_FORGETS)
        s->ringing_bytes = sinew_piece_bytes(SINEW_GRAPH_FRAMES, node->channels_in) +
                           sinew_piece_bytes(SINEW_GRAPH_FRAMES, node->channels_out);
    else
        node->settle_frames = 0;
    return status ? status : sinew_members_check_ends(&s->members, error);
}

sinew_status sinew_graph_new_sequence(sinew_node **out, sinew_node *const *nodes,
                                      const char *const *names, size_t n, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!nodes)
        return sinew_fail_null(error);
    sequence *s = sinew_alloc(1, sizeof *s);
    if (!s)
        return sinew_fail_memory(error);
    sinew_status status = sinew_members_init(&s->members, &ops, nodes, names, n, error);
    if (!status)
        status = join(s, error);
    if (status) {
        sinew_members_drop(&s->members);
        return status;
    }
    *out = &s->members.node;
    return SINEW_OK;
}
