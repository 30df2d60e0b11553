#include "graph/members.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "graph/parts.h"

/* ---- made ---- */

static sinew_status check_nodes(sinew_node *const *nodes, size_t n, sinew_error *error)
{
    if (n == 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a graph of no nodes");
    for (size_t b = 0; b < n; b++) {
        if (!nodes[b])
            return sinew_fail_null(error);
        for (size_t a = 0; a < b; a++)
            if (nodes[a] == nodes[b])
                return sinew_fail(error, SINEW_ERR_ARGUMENT, "members %zu and %zu are one node", a,
                                  b);
    }
    return SINEW_OK;
}

static char *copy_name(const char *name, size_t i)
{
    char number[24];
    if (!name)
        snprintf(number, sizeof number, "%zu", i);
    name = name ? name : number;
    return sinew_copy(name, strlen(name) + 1, 1);
}

/* One time step for all; a node without one goes with any. */
static sinew_status join_step(sinew_members *m, const sinew_node *node, size_t i,
                              sinew_error *error)
{
    double step_s = m->node.step_s;
    if (node->step_s > 0 && step_s > 0 && fabs(node->step_s - step_s) > 1e-9 * step_s)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "member %zu, %s, has a step of %.10g s, those before it %.10g s", i,
                          node->ops->kind, node->step_s, step_s);
    if (node->step_s > 0)
        m->node.step_s = node->step_s;
    return SINEW_OK;
}

/* 0, which promises nothing, stays 0. */
static uint64_t join_hash(uint64_t all, uint64_t one)
{
    return all && one ? sinew_hash_count(all, one) : 0;
}

static sinew_status add(sinew_members *m, sinew_node *node, const char *name, sinew_error *error)
{
    size_t i = m->n++;
    sinew_footprint f, *all = &m->footprint;
    node->ops->footprint(node, SINEW_GRAPH_FRAMES, &f);
    m->list[i] = (sinew_member){.node = node,
                                .name = copy_name(name, i),
                                .state_at = all->state_bytes,
                                .saved_at = all->saved_bytes};
    if (!m->list[i].name)
        return sinew_fail_memory(error);
    all->state_bytes += sinew_aligned(f.state_bytes);
    all->saved_bytes += f.saved_bytes;
    if (f.scratch_bytes > all->scratch_bytes)
        all->scratch_bytes = f.scratch_bytes;
    m->node.flags &= node->flags | SINEW_NODE_WHOLE;
    m->node.flags |= node->flags & SINEW_NODE_WHOLE;
    if (!node->ops->advance || node->settle_frames == 0 || (node->flags & SINEW_NODE_WHOLE))
        m->node.flags &= ~(uint32_t)SINEW_NODE_FORGETS;
    m->node.model_hash = join_hash(m->node.model_hash, node->model_hash);
    m->node.identity = join_hash(m->node.identity, node->identity);
    return join_step(m, node, i, error);
}

sinew_status sinew_members_check_ends(const sinew_members *m, sinew_error *error)
{
    const sinew_node *node = &m->node;
    if (node->sample_in == SINEW_SAMPLE_F64 || node->sample_out != SINEW_SAMPLE_F32)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "a graph takes float32 or token ids and gives float32, but %s and %s do "
                          "not",
                          m->list[0].node->ops->kind, m->list[m->n - 1].node->ops->kind);
    return SINEW_OK;
}

void sinew_members_drop(sinew_members *m)
{
    for (size_t i = 0; i < m->n; i++)
        sinew_free(m->list[i].name);
    sinew_free(m->list);
    sinew_free(m);
}

void sinew_members_free(sinew_node *node)
{
    sinew_members *m = (sinew_members *)node;
    for (size_t i = 0; i < m->n; i++)
        sinew_node_free(m->list[i].node);
    sinew_members_drop(m);
}

/* ---- the saved state ---- */

/* "layers" and "3.ssm" are "layers.3.ssm". False where that is too long. */
static bool put_prefix(char name[SINEW_PART_NAME_BYTES], const char *prefix)
{
    size_t n = strlen(prefix), m = strlen(name);
    if (n == 0)
        return true;
    if (n + 1 + m >= SINEW_PART_NAME_BYTES)
        return false;
    memmove(name + n + 1, name, m + 1);
    memcpy(name, prefix, n);
    name[n] = '.';
    return true;
}

size_t sinew_members_parts(const sinew_node *node, sinew_state_part *parts, size_t room)
{
    const sinew_members *m = (const sinew_members *)node;
    size_t n = 0;
    for (size_t i = 0; i < m->n; i++) {
        size_t left = n < room ? room - n : 0;
        sinew_state_part *own = left > 0 ? parts + n : NULL;
        size_t more = sinew_parts(m->list[i].node, own, left);
        for (size_t k = 0; k < more && k < left; k++) {
            own[k].offset += m->list[i].saved_at;
            put_prefix(own[k].name, m->list[i].name);
        }
        n += more;
    }
    return n;
}

static sinew_status check_lengths(const sinew_member *member, sinew_error *error)
{
    sinew_state_part *parts;
    size_t n;
    sinew_status status = sinew_parts_list(&parts, &n, member->node, error);
    for (size_t i = 0; !status && i < n; i++)
        if (!put_prefix(parts[i].name, member->name))
            status = sinew_fail(error, SINEW_ERR_ARGUMENT, "a name of more than %d bytes: %s.%s",
                                SINEW_PART_NAME_BYTES - 1, member->name, parts[i].name);
    sinew_free(parts);
    return status;
}

/* The parts of the saved state bear different names that are not cut. */
static sinew_status check_parts(const sinew_members *m, sinew_error *error)
{
    sinew_state_part *parts;
    size_t n;
    sinew_status status = SINEW_OK;
    for (size_t i = 0; !status && i < m->n; i++)
        status = check_lengths(&m->list[i], error);
    if (!status)
        status = sinew_parts_list(&parts, &n, &m->node, error);
    if (status)
        return status;
    for (size_t b = 0; !status && b < n; b++)
        for (size_t a = 0; !status && a < b; a++)
            if (strcmp(parts[a].name, parts[b].name) == 0)
                status = sinew_fail(error, SINEW_ERR_ARGUMENT,
                                    "two states of the graph would be called '%s'", parts[a].name);
    sinew_free(parts);
    return status;
}

sinew_status sinew_members_init(sinew_members *m, const sinew_node_ops *ops,
                                sinew_node *const *nodes, const char *const *names, size_t n,
                                sinew_error *error)
{
    uint64_t hash = sinew_hash(SINEW_HASH_START, ops->kind, strlen(ops->kind));
    m->node = (sinew_node){.ops = ops,
                           .sample_in = SINEW_SAMPLE_F32,
                           .sample_out = SINEW_SAMPLE_F32,
                           .flags = SINEW_NODE_TAKES_STEPS | SINEW_NODE_FORGETS,
                           .model_hash = sinew_hash_count(hash, n),
                           .identity = sinew_hash_count(hash, n)};
    sinew_status status = check_nodes(nodes, n, error);
    if (status)
        return status;
    m->list = sinew_alloc(n, sizeof *m->list);
    if (!m->list)
        return sinew_fail_memory(error);
    for (size_t i = 0; !status && i < n; i++)
        status = add(m, nodes[i], names ? names[i] : NULL, error);
    return status ? status : check_parts(m, error);
}

/* ---- run ---- */

size_t sinew_members_frames(const sinew_node *node, size_t n)
{
    return node->flags & SINEW_NODE_WHOLE ? n : SINEW_GRAPH_FRAMES;
}

void sinew_members_footprint(const sinew_members *m, size_t max_frames, sinew_footprint *out)
{
    *out = m->footprint;
    for (size_t i = 0; i < m->n; i++) {
        const sinew_node *node = m->list[i].node;
        sinew_footprint f;
        if (!(node->flags & SINEW_NODE_WHOLE))
            continue;
        node->ops->footprint(node, max_frames, &f);
        if (f.scratch_bytes > out->scratch_bytes)
            out->scratch_bytes = f.scratch_bytes;
    }
}

/* n frames of `block` from frame `at` on. */
static sinew_block piece_of(const sinew_block *block, sinew_sample sample, size_t at, size_t n)
{
    sinew_block piece = *block;
    piece.samples = (char *)block->samples + at * block->channels * sinew_sample_bytes(sample);
    piece.n_frames = n;
    piece.index += (int64_t)at;
    piece.step_s = block->step_s ? block->step_s + at : NULL;
    return piece;
}

void sinew_members_pieces(sinew_process_piece *process, const sinew_node *node, void *state,
                          void *scratch, const sinew_block *in, const sinew_block *out)
{
    size_t most = sinew_members_frames(node, in->n_frames);
    for (size_t at = 0, n; at < in->n_frames; at += n) {
        n = in->n_frames - at < most ? in->n_frames - at : most;
        sinew_block from = piece_of(in, node->sample_in, at, n);
        sinew_block to = piece_of(out, node->sample_out, at, n);
        process(node, state, scratch, &from, &to);
    }
}

static void *state_of(const sinew_member *member, const void *state)
{
    return (char *)(uintptr_t)state + member->state_at;
}

void sinew_members_reset(const sinew_node *node, void *state)
{
    const sinew_members *m = (const sinew_members *)node;
    for (size_t i = 0; i < m->n; i++)
        m->list[i].node->ops->reset(m->list[i].node, state_of(&m->list[i], state));
}

void sinew_members_save(const sinew_node *node, const void *state, void *bytes)
{
    const sinew_members *m = (const sinew_members *)node;
    for (size_t i = 0; i < m->n; i++) {
        const sinew_member *member = &m->list[i];
        member->node->ops->save_state(member->node, state_of(member, state),
                                      (char *)bytes + member->saved_at);
    }
}

sinew_status sinew_members_load(const sinew_members *m, void *state, void *scratch,
                                const void *bytes, size_t n_bytes, sinew_error *error)
{
    sinew_status status = SINEW_OK;
    if (n_bytes != m->footprint.saved_bytes)
        return sinew_fail(error, SINEW_ERR_DATA, "%zu bytes for the states of a graph, not %zu",
                          n_bytes, m->footprint.saved_bytes);
    for (size_t i = 0; !status && i < m->n; i++) {
        const sinew_member *member = &m->list[i];
        size_t end = i + 1 < m->n ? m->list[i + 1].saved_at : n_bytes;
        status = member->node->ops->load_state(member->node, state_of(member, state), scratch,
                                               (const char *)bytes + member->saved_at,
                                               end - member->saved_at, error);
    }
    return status;
}

void sinew_members_advance(const sinew_members *m, void *state, void *scratch, uint64_t n_frames)
{
    for (size_t i = 0; i < m->n; i++) {
        const sinew_member *member = &m->list[i];
        member->node->ops->advance(member->node, state_of(member, state), scratch, n_frames);
    }
}

/* A member that does not need whole signals has scratch memory for a piece: cuts do not matter. */
void sinew_member_process(const sinew_members *m, size_t i, void *state, void *scratch,
                          const sinew_block *in, sinew_block *out)
{
    const sinew_member *member = &m->list[i];
    const sinew_node *node = member->node;
    out->channels = node->channels_out;
    sinew_members_pieces(node->ops->process, node, state_of(member, state), scratch, in, out);
}

size_t sinew_piece_bytes(size_t frames, uint32_t channels)
{
    static const size_t most = (size_t)1 << 50;
    size_t frame = channels * sizeof(float);
    return frame > 0 && frames > most / frame ? most : sinew_aligned(frames * frame);
}
