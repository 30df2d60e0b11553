/* graph.each: y_c = node(x_c), a node of one channel on each channel by itself. Its state is as
 * many states of the node, one behind another. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "graph/members.h"
#include "graph/parts.h"

typedef struct each {
    sinew_node node;
    sinew_node *inner;
    sinew_footprint inner_footprint; /* for SINEW_GRAPH_FRAMES */
} each;

static void *state_of(const each *e, const void *state, uint32_t channel)
{
    return (char *)(uintptr_t)state + channel * sinew_aligned(e->inner_footprint.state_bytes);
}

/* One channel of a piece, in or out, where so many frames come. */
static size_t piece_bytes(const each *e, size_t frames)
{
    return sinew_piece_bytes(sinew_members_frames(&e->node, frames), 1);
}

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    const each *e = (const each *)node;
    sinew_footprint inner;
    e->inner->ops->footprint(e->inner, sinew_members_frames(node, max_frames), &inner);
    *out = (sinew_footprint){.state_bytes =
                                 node->channels_in * sinew_aligned(e->inner_footprint.state_bytes),
                             .saved_bytes = node->channels_in * e->inner_footprint.saved_bytes,
                             .scratch_bytes = 2 * piece_bytes(e, max_frames) + inner.scratch_bytes};
}

static void reset(const sinew_node *node, void *state)
{
    const each *e = (const each *)node;
    for (uint32_t c = 0; c < node->channels_in; c++)
        e->inner->ops->reset(e->inner, state_of(e, state, c));
}

static void process_channel(const each *e, void *state, void *scratch, const sinew_block *in,
                            sinew_block *out, uint32_t c)
{
    float *x = scratch, *y = x + piece_bytes(e, in->n_frames) / sizeof *x;
    const float *from = in->samples;
    float *to = out->samples;
    size_t channels = e->node.channels_in;
    sinew_block alone = *in, result = *out;
    for (size_t t = 0; t < in->n_frames; t++)
        x[t] = from[t * channels + c];
    alone.samples = x;
    result.samples = y;
    alone.channels = result.channels = 1;
    e->inner->ops->process(e->inner, state_of(e, state, c),
                           (char *)scratch + 2 * piece_bytes(e, in->n_frames), &alone, &result);
    for (size_t t = 0; t < in->n_frames; t++)
        to[t * channels + c] = y[t];
}

static void process_piece(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                          sinew_block *out)
{
    for (uint32_t c = 0; c < node->channels_in; c++)
        process_channel((const each *)node, state, scratch, in, out, c);
}

static void process(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                    sinew_block *out)
{
    sinew_members_pieces(process_piece, node, state, scratch, in, out);
}

static void save_state(const sinew_node *node, const void *state, void *bytes)
{
    const each *e = (const each *)node;
    for (uint32_t c = 0; c < node->channels_in; c++)
        e->inner->ops->save_state(e->inner, state_of(e, state, c),
                                  (char *)bytes + c * e->inner_footprint.saved_bytes);
}

static sinew_status load_state(const sinew_node *node, void *state, void *scratch,
                               const void *bytes, size_t n_bytes, sinew_error *error)
{
    const each *e = (const each *)node;
    size_t one = e->inner_footprint.saved_bytes;
    sinew_status status = SINEW_OK;
    if (n_bytes != node->channels_in * one)
        return sinew_fail(error, SINEW_ERR_DATA, "%zu bytes for the states of %u channels, not %zu",
                          n_bytes, node->channels_in, node->channels_in * one);
    for (uint32_t c = 0; !status && c < node->channels_in; c++)
        status = e->inner->ops->load_state(e->inner, state_of(e, state, c),
                                           (char *)scratch + 2 * piece_bytes(e, 0),
                                           (const char *)bytes + c * one, one, error);
    return status;
}

static void advance(const sinew_node *node, void *state, void *scratch, uint64_t n_frames)
{
    const each *e = (const each *)node;
    for (uint32_t c = 0; c < node->channels_in; c++)
        e->inner->ops->advance(e->inner, state_of(e, state, c),
                               (char *)scratch + 2 * piece_bytes(e, 0), n_frames);
}

/* "channel.1." in front of the node's own names, as far as these fit. */
static void put_channel(sinew_state_part *part, uint32_t channel, size_t offset)
{
    char name[SINEW_PART_NAME_BYTES + 32];
    snprintf(name, sizeof name, "channel.%u.%s", channel, part->name);
    memcpy(part->name, name, sizeof part->name - 1);
    part->name[sizeof part->name - 1] = 0;
    part->offset += offset;
}

static size_t parts(const sinew_node *node, sinew_state_part *out, size_t room)
{
    const each *e = (const each *)node;
    size_t n = 0;
    for (uint32_t c = 0; c < node->channels_in; c++) {
        size_t left = n < room ? room - n : 0;
        sinew_state_part *own = left > 0 ? out + n : NULL;
        size_t more = sinew_parts(e->inner, own, left);
        for (size_t k = 0; k < more && k < left; k++)
            put_channel(&own[k], c, c * e->inner_footprint.saved_bytes);
        n += more;
    }
    return n;
}

static void free_node(sinew_node *node)
{
    sinew_node_free(((each *)node)->inner);
    sinew_free(node);
}

static const sinew_node_ops ops = {.kind = "graph.each",
                                   .footprint = footprint,
                                   .reset = reset,
                                   .process = process,
                                   .save_state = save_state,
                                   .load_state = load_state,
                                   .advance = advance,
                                   .free = free_node,
                                   .parts = parts};

static sinew_status check(const sinew_node *node, uint32_t channels, sinew_error *error)
{
    if (channels == 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no channels");
    if (node->channels_in != 1 || node->channels_out != 1 || node->sample_in != SINEW_SAMPLE_F32 ||
        node->sample_out != SINEW_SAMPLE_F32)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "%s takes %u channels and gives %u: one of float32 runs on each",
                          node->ops->kind, node->channels_in, node->channels_out);
    return SINEW_OK;
}

sinew_status sinew_graph_new_each(sinew_node **out, sinew_node *node, uint32_t channels,
                                  sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!node)
        return sinew_fail_null(error);
    sinew_status status = check(node, channels, error);
    each *e = status ? NULL : sinew_alloc(1, sizeof *e);
    if (!e)
        return status ? status : sinew_fail_memory(error);
    uint64_t kind = sinew_hash(SINEW_HASH_START, ops.kind, strlen(ops.kind));
    kind = sinew_hash_count(kind, channels);
    e->node = *node; /* steps, latency, what it forgets */
    e->node.ops = &ops;
    e->node.channels_in = e->node.channels_out = channels;
    e->node.model_hash = sinew_hash_count(kind, node->model_hash);
    e->node.identity = node->identity ? sinew_hash_count(kind, node->identity) : 0;
    if (!node->ops->advance)
        e->node.flags &= ~(uint32_t)SINEW_NODE_FORGETS;
    e->inner = node;
    node->ops->footprint(node, SINEW_GRAPH_FRAMES, &e->inner_footprint);
    *out = &e->node;
    return SINEW_OK;
}
