/* residual: y = x + layers(x); sum, product, concat: lists of layers side by side. An empty list
 * changes nothing: a gate is product: [[], [layers of the gate]]. */
#include "base/error.h"
#include "base/memory.h"
#include "model/layer_kind.h"
#include "sinew/graph.h"

enum { LAYERS_MOST = 4096, BRANCHES_MOST = 256 };

static sinew_status build_residual(sinew_node **out, const sinew_spec_layer *layer,
                                   sinew_layer_build *b, sinew_error *error)
{
    sinew_node *inner = NULL;
    sinew_status status = sinew_layers_build(&inner, layer->values, b, error);
    if (!status)
        status = sinew_graph_new_residual(out, inner, error);
    if (status)
        sinew_node_free(inner);
    return status;
}

const sinew_layer_kind sinew_layer_residual = {
    .key = {.name = "residual",
            .kind = SINEW_KEY_SEQUENCE,
            .item = &sinew_layer_item,
            .item_bytes = sizeof(sinew_spec_layer),
            .range = {1, LAYERS_MOST}},
    .bytes = sizeof(sinew_items),
    .build = build_residual,
};

/* All branches see the same frames; empty ones may wait for what the others say of them. */
static sinew_status build_branches(sinew_node **nodes, const sinew_items *lists,
                                   sinew_layer_build *b, sinew_error *error)
{
    const sinew_items *list = lists->items;
    uint32_t channels = b->channels;
    for (int empty = 0; empty < 2; empty++)
        for (size_t i = 0; i < lists->n; i++) {
            if ((list[i].n == 0) != empty)
                continue;
            b->channels = channels;
            sinew_status status = sinew_layers_build(&nodes[i], &list[i], b, error);
            if (status)
                return status;
            channels = nodes[i]->channels_in;
        }
    return SINEW_OK;
}

static sinew_status build_join(sinew_node **out, const sinew_spec_layer *layer,
                               sinew_layer_build *b, sinew_graph_join join, sinew_error *error)
{
    const sinew_items *lists = layer->values;
    sinew_node **nodes = sinew_alloc(lists->n, sizeof(sinew_node *));
    if (!nodes)
        return sinew_fail_memory(error);
    sinew_status status = build_branches(nodes, lists, b, error);
    if (!status)
        status = sinew_graph_new_branches(out, join, nodes, NULL, lists->n, error);
    for (size_t i = 0; status && i < lists->n; i++)
        sinew_node_free(nodes[i]);
    sinew_free(nodes);
    return status;
}

static sinew_status build_sum(sinew_node **out, const sinew_spec_layer *layer, sinew_layer_build *b,
                              sinew_error *error)
{
    return build_join(out, layer, b, SINEW_GRAPH_SUM, error);
}

static sinew_status build_product(sinew_node **out, const sinew_spec_layer *layer,
                                  sinew_layer_build *b, sinew_error *error)
{
    return build_join(out, layer, b, SINEW_GRAPH_PRODUCT, error);
}

static sinew_status build_concat(sinew_node **out, const sinew_spec_layer *layer,
                                 sinew_layer_build *b, sinew_error *error)
{
    return build_join(out, layer, b, SINEW_GRAPH_CONCAT, error);
}

static const sinew_key branch = {.kind = SINEW_KEY_SEQUENCE,
                                 .item = &sinew_layer_item,
                                 .item_bytes = sizeof(sinew_spec_layer),
                                 .range = {0, LAYERS_MOST}};

#define BRANCHES(word)                                                                             \
    {                                                                                              \
        .name = word, .kind = SINEW_KEY_SEQUENCE, .item = &branch,                                 \
        .item_bytes = sizeof(sinew_items), .range = {                                              \
            1,                                                                                     \
            BRANCHES_MOST                                                                          \
        }                                                                                          \
    }

const sinew_layer_kind sinew_layer_sum = {
    .key = BRANCHES("sum"), .bytes = sizeof(sinew_items), .build = build_sum};
const sinew_layer_kind sinew_layer_product = {
    .key = BRANCHES("product"), .bytes = sizeof(sinew_items), .build = build_product};
const sinew_layer_kind sinew_layer_concat = {
    .key = BRANCHES("concat"), .bytes = sizeof(sinew_items), .build = build_concat};
