/* graph.bidirectional: y = join(forward(x), reversed(backward(reversed(x)))), of whole signals.
 *
 *     r[k] = x[n - 1 - k]        g = backward(r)
 *     y[t] = join(forward(x)[t], g[n - 1 - t])
 *
 * Backward goes from x[t + 1] to x[t] in the step that forward goes from x[t] to x[t + 1]. */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "graph/join.h"

typedef struct bidirectional {
    sinew_members members; /* forward, backward */
    sinew_graph_join join;
} bidirectional;

/* Scratch memory for n frames: what goes into a member, or what forward gives; what backward gives;
 * its steps; that of the members. */
typedef struct layout {
    size_t given_at, steps_at, members_at;
} layout;

static layout layout_for(const bidirectional *b, size_t n)
{
    const sinew_member *list = b->members.list;
    uint32_t in = b->members.node.channels_in, out = list[0].node->channels_out;
    layout l;
    l.given_at = sinew_piece_bytes(n, in > out ? in : out);
    l.steps_at = l.given_at + sinew_piece_bytes(n, list[1].node->channels_out);
    l.members_at = l.steps_at + sinew_piece_bytes(n, sizeof(double) / sizeof(float));
    return l;
}

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    const bidirectional *b = (const bidirectional *)node;
    sinew_members_footprint(&b->members, max_frames, out);
    out->scratch_bytes += layout_for(b, max_frames).members_at;
}

/* x (n, channels) from the last frame to the first; samples and token ids are of one size. */
static void reverse(void *reversed, const void *x, size_t n, size_t channels)
{
    size_t frame = channels * sizeof(float);
    for (size_t k = 0; k < n; k++)
        memcpy((char *)reversed + k * frame, (const char *)x + (n - 1 - k) * frame, frame);
}

/* (n): what came before the last frame backwards is not known; the first frame tells it. */
static void reverse_steps(double *reversed, const double *step_s, size_t n)
{
    reversed[0] = step_s[0];
    for (size_t k = 1; k < n; k++)
        reversed[k] = step_s[n - k];
}

/* What backward gives, in its own order, into `given`. */
static void run_backward(const bidirectional *b, void *state, char *scratch, const layout *l,
                         const sinew_block *in, sinew_block *given)
{
    sinew_block reversed = *in;
    size_t n = in->n_frames;
    reversed.samples = scratch;
    reverse(reversed.samples, in->samples, n, in->channels);
    if (in->step_s) {
        reverse_steps((double *)(void *)(scratch + l->steps_at), in->step_s, n);
        reversed.step_s = (double *)(void *)(scratch + l->steps_at);
    }
    given->step_s = reversed.step_s;
    sinew_member_process(&b->members, 1, state, scratch + l->members_at, &reversed, given);
}

/* g (n, channels) into the other order, in its place. */
static void turn(float *g, size_t n, size_t channels)
{
    for (size_t t = 0; t < n / 2; t++)
        for (size_t c = 0; c < channels; c++) {
            float *early = g + t * channels + c, *late = g + (n - 1 - t) * channels + c;
            float kept = *early;
            *early = *late;
            *late = kept;
        }
}

static void process(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                    sinew_block *out)
{
    const bidirectional *b = (const bidirectional *)node;
    layout l = layout_for(b, in->n_frames);
    sinew_block ahead = *out, back = *out;
    if (in->n_frames == 0)
        return;
    ahead.samples = scratch;
    back.samples = (char *)scratch + l.given_at;
    run_backward(b, state, scratch, &l, in, &back);
    turn(back.samples, back.n_frames, back.channels);
    sinew_member_process(&b->members, 0, state, (char *)scratch + l.members_at, in, &ahead);
    sinew_join_into(out, 0, b->join, true, &ahead);
    sinew_join_into(out, b->join == SINEW_GRAPH_CONCAT ? ahead.channels : 0, b->join, false, &back);
}

static sinew_status load(const sinew_node *node, void *state, void *scratch, const void *bytes,
                         size_t n_bytes, sinew_error *error)
{
    const bidirectional *b = (const bidirectional *)node;
    return sinew_members_load(&b->members, state, scratch, bytes, n_bytes, error);
}

#define OPS(kind_)                                                                                 \
    {                                                                                              \
        .kind = kind_, .footprint = footprint, .reset = sinew_members_reset, .process = process,   \
        .save_state = sinew_members_save, .load_state = load, .free = sinew_members_free,          \
        .parts = sinew_members_parts                                                               \
    }

static const sinew_node_ops ops[] = {[SINEW_GRAPH_SUM] = OPS("graph.bidirectional.sum"),
                                     [SINEW_GRAPH_PRODUCT] = OPS("graph.bidirectional.product"),
                                     [SINEW_GRAPH_CONCAT] = OPS("graph.bidirectional.concat")};

/* Late to the one side and late to the other do not meet. */
static sinew_status join_members(bidirectional *b, sinew_error *error)
{
    sinew_status status = sinew_join_branches(&b->members, b->join, error);
    sinew_node *node = &b->members.node;
    if (status)
        return status;
    if (node->latency_frames > 0)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "%s is late by %u frames, and backwards early by as many: the two do not "
                          "meet",
                          b->members.list[0].node->ops->kind, node->latency_frames);
    node->flags = (node->flags & ~(uint32_t)SINEW_NODE_FORGETS) | SINEW_NODE_WHOLE;
    node->settle_frames = 0;
    return SINEW_OK;
}

sinew_status sinew_graph_new_bidirectional(sinew_node **out, sinew_node *forward,
                                           sinew_node *backward, sinew_graph_join join,
                                           sinew_error *error)
{
    sinew_node *const nodes[] = {forward, backward};
    static const char *const names[] = {"forward", "backward"};
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if ((unsigned)join > SINEW_GRAPH_CONCAT)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no such way to join branches: %d", join);
    bidirectional *b = sinew_alloc(1, sizeof *b);
    if (!b)
        return sinew_fail_memory(error);
    b->join = join;
    sinew_status status = sinew_members_init(&b->members, &ops[join], nodes, names, 2, error);
    if (!status)
        status = join_members(b, error);
    if (status) {
        sinew_members_drop(&b->members);
        return status;
    }
    *out = &b->members.node;
    return SINEW_OK;
}
