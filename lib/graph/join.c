#include "graph/join.h"

#include <string.h>

#include "base/error.h"

void sinew_join_into(const sinew_block *y, size_t at, sinew_graph_join join, bool first,
                     const sinew_block *from)
{
    const float *x = from->samples;
    for (size_t t = 0; t < from->n_frames; t++, x += from->channels) {
        float *to = (float *)y->samples + t * y->channels + at;
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

static sinew_status check_branch(const sinew_members *m, sinew_graph_join join, size_t i,
                                 sinew_error *error)
{
    const sinew_node *first = m->list[0].node, *node = m->list[i].node;
    const char *kind = node->ops->kind;
    if (node->channels_in != first->channels_in || node->sample_in != first->sample_in)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "branch %zu, %s, takes %u channels, branch 0, %s, %u, or its sample type "
                          "differs",
                          i, kind, node->channels_in, first->ops->kind, first->channels_in);
    if (node->sample_out != SINEW_SAMPLE_F32)
        return sinew_fail(error, SINEW_ERR_MISMATCH, "branch %zu, %s, does not give float32", i,
                          kind);
    if (join != SINEW_GRAPH_CONCAT && node->channels_out != first->channels_out)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "branch %zu, %s, gives %u channels, branch 0, %s, %u", i, kind,
                          node->channels_out, first->ops->kind, first->channels_out);
    if (node->latency_frames != first->latency_frames)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "branch %zu, %s, is late by %u frames, branch 0, %s, by %u", i, kind,
                          node->latency_frames, first->ops->kind, first->latency_frames);
    return SINEW_OK;
}

sinew_status sinew_join_branches(sinew_members *m, sinew_graph_join join, sinew_error *error)
{
    sinew_node *node = &m->node;
    const sinew_node *first = m->list[0].node;
    sinew_status status = SINEW_OK;
    uint64_t channels = 0;
    for (size_t i = 0; !status && i < m->n; i++) {
        const sinew_node *member = m->list[i].node;
        channels += member->channels_out;
        if ((node->flags & SINEW_NODE_FORGETS) && member->settle_frames > node->settle_frames)
            node->settle_frames = member->settle_frames;
        status = check_branch(m, join, i, error);
    }
    if (status)
        return status;
    if (channels > UINT32_MAX)
        return sinew_fail(error, SINEW_ERR_MISMATCH, "more channels than there can be");
    node->sample_in = first->sample_in;
    node->channels_in = first->channels_in;
    node->latency_frames = first->latency_frames;
    node->channels_out = join == SINEW_GRAPH_CONCAT ? (uint32_t)channels : first->channels_out;
    return sinew_members_check_ends(m, error);
}
