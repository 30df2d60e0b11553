/* graph.residual: y = x + node(x). */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "graph/members.h"

/* In place, a piece of x waits in scratch. */
static size_t copy_bytes(const sinew_node *node, size_t frames)
{
    return sinew_piece_bytes(sinew_members_frames(node, frames), node->channels_in);
}

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    sinew_members_footprint((const sinew_members *)node, max_frames, out);
    out->scratch_bytes += copy_bytes(node, max_frames);
}

static void process_piece(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                          sinew_block *out)
{
    const sinew_members *m = (const sinew_members *)node;
    size_t count = in->n_frames * in->channels;
    const float *x = in->samples;
    float *y = out->samples;
    sinew_block from = *in;
    if (x == y)
        from.samples = memcpy(scratch, x, count * sizeof *x);
    x = from.samples;
    sinew_member_process(m, 0, state, (char *)scratch + copy_bytes(node, in->n_frames), &from, out);
    for (size_t i = 0; i < count; i++)
        y[i] += x[i];
}

static void process(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                    sinew_block *out)
{
    sinew_members_pieces(process_piece, node, state, scratch, in, out);
}

static sinew_status load(const sinew_node *node, void *state, void *scratch, const void *bytes,
                         size_t n_bytes, sinew_error *error)
{
    const sinew_members *m = (const sinew_members *)node;
    return sinew_members_load(m, state, (char *)scratch + copy_bytes(node, 0), bytes, n_bytes,
                              error);
}

static void advance(const sinew_node *node, void *state, void *scratch, uint64_t n_frames)
{
    const sinew_members *m = (const sinew_members *)node;
    sinew_members_advance(m, state, (char *)scratch + copy_bytes(node, 0), n_frames);
}

static const sinew_node_ops ops = {.kind = "graph.residual",
                                   .footprint = footprint,
                                   .reset = sinew_members_reset,
                                   .process = process,
                                   .save_state = sinew_members_save,
                                   .load_state = load,
                                   .advance = advance,
                                   .free = sinew_members_free,
                                   .parts = sinew_members_parts};

/* x is added to what comes of it at the same time. */
static sinew_status join(sinew_members *m, sinew_error *error)
{
    const sinew_node *member = m->list[0].node;
    if (member->sample_in != SINEW_SAMPLE_F32 || member->sample_out != SINEW_SAMPLE_F32)
        return sinew_fail(error, SINEW_ERR_MISMATCH, "%s does not take and give float32",
                          member->ops->kind);
    if (member->channels_in != member->channels_out)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "%s takes %u channels and gives %u: a residual needs as many",
                          member->ops->kind, member->channels_in, member->channels_out);
    if (member->latency_frames > 0)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "%s is late by %u frames: a residual would add another frame",
                          member->ops->kind, member->latency_frames);
    m->node.channels_in = m->node.channels_out = member->channels_in;
    m->node.settle_frames = m->node.flags & SINEW_NODE_FORGETS ? member->settle_frames : 0;
    return SINEW_OK;
}

sinew_status sinew_graph_new_residual(sinew_node **out, sinew_node *node, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    sinew_members *m = sinew_alloc(1, sizeof *m);
    if (!m)
        return sinew_fail_memory(error);
    sinew_status status = sinew_members_init(m, &ops, &node, (const char *[]){""}, 1, error);
    if (!status)
        status = join(m, error);
    if (status) {
        sinew_members_drop(m);
        return status;
    }
    *out = &m->node;
    return SINEW_OK;
}
