/* layer.embedding: y = row `id` of a matrix. No state. */
#include <math.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "layer/layer.h"
#include "layer/linear.h"
#include "layer/stateless.h"

typedef struct embedding {
    sinew_layer layer;
    sinew_weights weight; /* (ids, channels_out) */
} embedding;

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    (void)node;
    (void)max_frames;
    *out = (sinew_footprint){0};
}

static void process(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                    sinew_block *out)
{
    const embedding *l = (const embedding *)node;
    size_t channels = node->channels_out;
    const int32_t *ids = in->samples; /* (n_frames) */
    float *y = out->samples;          /* (n_frames, channels) */
    (void)state;
    (void)scratch;
    for (size_t t = 0; t < in->n_frames; t++, y += channels)
        if (ids[t] >= 0 && (size_t)ids[t] < l->weight.rows.rows)
            sinew_weights_row(&l->weight, (size_t)ids[t], y);
        else
            for (size_t c = 0; c < channels; c++)
                y[c] = NAN;
}

static void free_node(sinew_node *node)
{
    embedding *l = (embedding *)node;
    sinew_weights_finish(&l->weight);
    sinew_layer_finish(&l->layer);
    sinew_free(l);
}

static const sinew_node_ops ops = {.kind = "layer.embedding",
                                   .footprint = footprint,
                                   .reset = sinew_stateless_reset,
                                   .process = process,
                                   .save_state = sinew_stateless_save,
                                   .load_state = sinew_stateless_load,
                                   .free = free_node,
                                   .parts = sinew_stateless_parts};

static void set_channels(embedding *l)
{
    l->layer.node.sample_in = SINEW_SAMPLE_I32;
    l->layer.node.channels_in = 1;
    l->layer.node.channels_out = (uint32_t)l->weight.rows.columns;
}

static sinew_status init(embedding *l, const sinew_embedding_weights *weights,
                         const sinew_layer_opts *opts, sinew_error *error)
{
    sinew_status status = sinew_layer_init(&l->layer, &ops, opts, error);
    if (!status)
        status = sinew_weights_init(&l->weight, weights->weight, "weight",
                                    (uint64_t[]){SINEW_ANY, SINEW_ANY}, l->layer.quantize, error);
    if (status)
        return status;
    set_channels(l);
    sinew_layer_hash(&l->layer, weights->weight);
    sinew_layer_seal(&l->layer);
    return SINEW_OK;
}

/* What a linear layer is made of says what its rows are. */
static sinew_status init_tied(embedding *l, const sinew_node *head, const sinew_layer_opts *opts,
                              sinew_error *error)
{
    const sinew_weights *shared = sinew_linear_weights_of(head);
    if (!shared)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "an embedding is tied to a layer.linear, not to a %s", head->ops->kind);
    sinew_status status = sinew_layer_init(&l->layer, &ops, opts, error);
    if (status)
        return status;
    sinew_weights_share(&l->weight, shared);
    set_channels(l);
    l->layer.quantize = ((const sinew_layer *)head)->quantize;
    l->layer.node.model_hash = sinew_hash_count(l->layer.node.model_hash, head->model_hash);
    sinew_layer_seal(&l->layer);
    return SINEW_OK;
}

static sinew_status finish(sinew_node **out, embedding *l, sinew_status status)
{
    if (status)
        free_node(&l->layer.node);
    else
        *out = &l->layer.node;
    return status;
}

sinew_status sinew_embedding_new(sinew_node **out, const sinew_embedding_weights *weights,
                                 const sinew_layer_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!weights)
        return sinew_fail_null(error);
    embedding *l = sinew_alloc(1, sizeof *l);
    if (!l)
        return sinew_fail_memory(error);
    return finish(out, l, init(l, weights, opts, error));
}

sinew_status sinew_embedding_new_tied(sinew_node **out, const sinew_node *head,
                                      const sinew_layer_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!head)
        return sinew_fail_null(error);
    embedding *l = sinew_alloc(1, sizeof *l);
    if (!l)
        return sinew_fail_memory(error);
    return finish(out, l, init_tied(l, head, opts, error));
}
