/* layer.linear: y = W x + b, at each frame. No state. */
#include "layer/linear.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "layer/affine.h"
#include "layer/layer.h"
#include "layer/stateless.h"

typedef struct linear {
    sinew_layer layer;
    sinew_affine map; /* (channels_out, channels_in) */
} linear;

/* Where the block is in place, the frames that are multiplied are copied first. */
static size_t copy_bytes(const linear *l)
{
    return sinew_aligned(SINEW_LAYER_FRAMES * l->map.weight.rows.columns * sizeof(float));
}

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    const linear *l = (const linear *)node;
    (void)max_frames;
    size_t product = sinew_weights_scratch(&l->map.weight, SINEW_LAYER_FRAMES);
    *out = (sinew_footprint){.scratch_bytes = copy_bytes(l) + product};
}

static void process(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                    sinew_block *out)
{
    const linear *l = (const linear *)node;
    size_t from = node->channels_in, to = node->channels_out;
    float *copy = scratch;
    void *work = (char *)scratch + copy_bytes(l);
    (void)state;
    for (size_t at = 0, n; at < in->n_frames; at += n) {
        n = in->n_frames - at < SINEW_LAYER_FRAMES ? in->n_frames - at : SINEW_LAYER_FRAMES;
        const float *x = (const float *)in->samples + at * from;
        float *y = (float *)out->samples + at * to;
        if (x == y)
            x = memcpy(copy, x, n * from * sizeof *x);
        sinew_affine_apply(&l->map, l->layer.workers, x, from, y, to, n, work);
    }
}

static void free_node(sinew_node *node)
{
    linear *l = (linear *)node;
    sinew_affine_finish(&l->map);
    sinew_layer_finish(&l->layer);
    sinew_free(l);
}

static const sinew_node_ops ops = {.kind = "layer.linear",
                                   .footprint = footprint,
                                   .reset = sinew_stateless_reset,
                                   .process = process,
                                   .save_state = sinew_stateless_save,
                                   .load_state = sinew_stateless_load,
                                   .free = free_node,
                                   .parts = sinew_stateless_parts};

const sinew_weights *sinew_linear_weights_of(const sinew_node *node)
{
    return node->ops == &ops ? &((const linear *)node)->map.weight : NULL;
}

static sinew_status init(linear *l, const sinew_linear_weights *weights,
                         const sinew_layer_opts *opts, sinew_error *error)
{
    sinew_status status = sinew_layer_init(&l->layer, &ops, opts, error);
    if (!status)
        status = sinew_affine_init(&l->map, weights->weight, weights->bias, "linear",
                                   (uint64_t[]){SINEW_ANY, SINEW_ANY}, l->layer.quantize, error);
    if (status)
        return status;
    l->layer.node.channels_in = (uint32_t)l->map.weight.rows.columns;
    l->layer.node.channels_out = (uint32_t)l->map.weight.rows.rows;
    sinew_layer_hash(&l->layer, weights->weight);
    sinew_layer_hash(&l->layer, weights->bias);
    sinew_layer_seal(&l->layer);
    return SINEW_OK;
}

sinew_status sinew_linear_new(sinew_node **out, const sinew_linear_weights *weights,
                              const sinew_layer_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!weights)
        return sinew_fail_null(error);
    linear *l = sinew_alloc(1, sizeof *l);
    if (!l)
        return sinew_fail_memory(error);
    sinew_status status = init(l, weights, opts, error);
    if (status) {
        free_node(&l->layer.node);
        return status;
    }
    *out = &l->layer.node;
    return SINEW_OK;
}
