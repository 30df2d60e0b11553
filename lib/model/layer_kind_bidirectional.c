/* bidirectional: one list of layers hears the signal from its beginning, the other from its end;
 * what they give is joined. The whole input is needed before the output begins. */
#include "base/error.h"
#include "model/layer_kind.h"
#include "sinew/graph.h"

enum { LAYERS_MOST = 4096 };

/* As SINEW_GRAPH_SUM and those behind it. */
static const char *const joins[] = {"sum", "product", "concat", NULL};

typedef struct bidirectional_spec {
    sinew_items forward, backward; /* sinew_spec_layer */
    int join;
} bidirectional_spec;

#define LAYERS(word, member)                                                                       \
    {                                                                                              \
        .name = word, .kind = SINEW_KEY_SEQUENCE, .item = &sinew_layer_item,                       \
        .item_bytes = sizeof(sinew_spec_layer), .offset = offsetof(bidirectional_spec, member),    \
        .range = {0, LAYERS_MOST}, .required = true                                                \
    }

static const sinew_key keys[] = {LAYERS("forward", forward),
                                 LAYERS("backward", backward),
                                 {.name = "join",
                                  .kind = SINEW_KEY_CHOICE,
                                  .choices = joins,
                                  .offset = offsetof(bidirectional_spec, join)},
                                 {.name = NULL}};
static const sinew_table table = {.keys = keys};

/* An empty list may wait for what the other one says of the channels. */
static sinew_status build_both(sinew_node *nodes[2], const sinew_items *lists[2],
                               sinew_layer_build *b, sinew_error *error)
{
    size_t first = lists[0]->n == 0;
    sinew_status status = sinew_layers_build(&nodes[first], lists[first], b, error);
    if (status)
        return status;
    b->channels = nodes[first]->channels_in;
    return sinew_layers_build(&nodes[!first], lists[!first], b, error);
}

static sinew_status build(sinew_node **out, const sinew_spec_layer *layer, sinew_layer_build *b,
                          sinew_error *error)
{
    const bidirectional_spec *spec = layer->values;
    const sinew_items *lists[] = {&spec->forward, &spec->backward};
    sinew_node *nodes[2] = {NULL, NULL};
    sinew_status status = build_both(nodes, lists, b, error);
    if (!status)
        status = sinew_graph_new_bidirectional(out, nodes[0], nodes[1],
                                               (sinew_graph_join)spec->join, error);
    for (size_t i = 0; status && i < 2; i++)
        sinew_node_free(nodes[i]);
    return status;
}

const sinew_layer_kind sinew_layer_bidirectional = {
    .key = {.name = "bidirectional", .kind = SINEW_KEY_MAPPING, .table = &table},
    .bytes = sizeof(bidirectional_spec),
    .build = build,
};
