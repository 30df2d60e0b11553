#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "model/layer_kind.h"
#include "model/values.h"
#include "sinew/graph.h"

extern const sinew_layer_kind sinew_layer_linear;
extern const sinew_layer_kind sinew_layer_embedding;
extern const sinew_layer_kind sinew_layer_norm;
extern const sinew_layer_kind sinew_layer_activation;
extern const sinew_layer_kind sinew_layer_shortconv;
extern const sinew_layer_kind sinew_layer_gru;
extern const sinew_layer_kind sinew_layer_lstm;
extern const sinew_layer_kind sinew_layer_s4d;
extern const sinew_layer_kind sinew_layer_s5;
extern const sinew_layer_kind sinew_layer_mamba1;
extern const sinew_layer_kind sinew_layer_mamba2;
extern const sinew_layer_kind sinew_layer_mamba3;
extern const sinew_layer_kind sinew_layer_attention;
extern const sinew_layer_kind sinew_layer_residual;
extern const sinew_layer_kind sinew_layer_sum;
extern const sinew_layer_kind sinew_layer_product;
extern const sinew_layer_kind sinew_layer_concat;
extern const sinew_layer_kind sinew_layer_bidirectional;
extern const sinew_layer_kind sinew_layer_system;
extern const sinew_layer_kind sinew_layer_stft;

/* clang-format off */
static const sinew_layer_kind *const kinds[] = {
    &sinew_layer_linear,
    &sinew_layer_embedding,
    &sinew_layer_norm,
    &sinew_layer_activation,
    &sinew_layer_shortconv,
    &sinew_layer_gru,
    &sinew_layer_lstm,
    &sinew_layer_s4d,
    &sinew_layer_s5,
    &sinew_layer_mamba1,
    &sinew_layer_mamba2,
    &sinew_layer_mamba3,
    &sinew_layer_attention,
    &sinew_layer_residual,
    &sinew_layer_sum,
    &sinew_layer_product,
    &sinew_layer_concat,
    &sinew_layer_bidirectional,
    &sinew_layer_system,
    &sinew_layer_stft,
};
/* clang-format on */

enum { KINDS = sizeof kinds / sizeof *kinds, ALIGN = 16 };

/* ---- read ---- */

static size_t aligned(size_t bytes)
{
    return (bytes + (ALIGN - 1)) / ALIGN * ALIGN;
}

/* What stands beside the kinds, in front of their values. */
typedef struct beside {
    sinew_method method;
    bool has_method;
    bool has[KINDS];
} beside;

static void check_method(const sinew_at *at, const beside *values, const sinew_spec_layer *layer)
{
    sinew_at place = *at;
    sinew_at_find(at, "method", &place);
    if (values->has_method && layer->kind != &sinew_layer_system)
        sinew_at_problem(&place, "only a system has a method");
    else if (values->method == SINEW_METHOD_GBT)
        sinew_at_problem(&place, "gbt needs an alpha, for which there is no place in a graph");
}

/* A mapping with exactly one kind -> sinew_spec_layer. */
static void read_layer(const sinew_at *at, void *into)
{
    sinew_spec_layer *layer = into;
    sinew_key keys[KINDS + 2] = {{0}};
    size_t end = aligned(sizeof(beside));
    for (size_t i = 0; i < KINDS; i++) {
        keys[i] = kinds[i]->key;
        keys[i].offset = end;
        keys[i].given = offsetof(beside, has) + i * sizeof(bool) + 1;
        keys[i].group = 1;
        keys[i].required = i == 0;
        end += aligned(kinds[i]->bytes);
    }
    keys[KINDS] = (sinew_key){.name = "method",
                              .kind = SINEW_KEY_READER,
                              .read = sinew_value_method,
                              .offset = offsetof(beside, method),
                              .given = SINEW_KEY_GIVEN(beside, has_method)};
    beside *values = sinew_document_alloc(at->document, end, 1);
    sinew_table table = {.keys = keys};
    sinew_key whole = {.kind = SINEW_KEY_MAPPING, .table = &table};
    if (!values || !sinew_key_read(at, &whole, values))
        return;
    for (size_t i = 0; i < KINDS; i++) {
        sinew_at place = *at;
        if (!values->has[i])
            continue;
        sinew_at_find(at, kinds[i]->key.name, &place);
        *layer = (sinew_spec_layer){.kind = kinds[i],
                                    .values = (const char *)values + keys[i].offset,
                                    .at = sinew_at_keep(&place),
                                    .method = values->method};
    }
    check_method(at, values, layer);
}

const sinew_key sinew_layer_item = {.kind = SINEW_KEY_READER, .read = read_layer};

/* ---- built ---- */

uint32_t sinew_layer_channels(const sinew_layer_build *b, int64_t given, sinew_error *error)
{
    uint32_t channels = given > 0 ? (uint32_t)given : b->channels > 0 ? b->channels : b->outside;
    if (channels == 0)
        sinew_fail(error, SINEW_ERR_ARGUMENT,
                   "nothing says how many channels there are: the key 'channels' can");
    return channels;
}

static sinew_status check_rate(const sinew_layer_kind *kind, const sinew_layer_build *b,
                               sinew_error *error)
{
    if (!kind->one_rate || !(b->trained_step_s > 0) || !(b->step_s > 0) ||
        fabs(b->step_s - b->trained_step_s) <= 1e-9 * b->trained_step_s)
        return SINEW_OK;
    return sinew_fail(error, SINEW_ERR_MISMATCH,
                      "%s was trained at %.10g frames a second and cannot run at %.10g: it means "
                      "frames, not seconds",
                      kind->key.name, 1 / b->trained_step_s, 1 / b->step_s);
}

static sinew_status check_node(const sinew_spec_layer *layer, const sinew_node *node,
                               const sinew_layer_build *b, sinew_error *error)
{
    if (b->channels > 0 && node->channels_in != b->channels)
        return sinew_fail(error, SINEW_ERR_MISMATCH, "takes %u channels, but %u come",
                          node->channels_in, b->channels);
    if (b->steps && !(node->flags & SINEW_NODE_TAKES_STEPS))
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "%s does not take a time step for each frame", layer->kind->key.name);
    return SINEW_OK;
}

static sinew_status build_layer(sinew_node **out, const sinew_spec_layer *layer,
                                sinew_layer_build *b, sinew_error *error)
{
    uint32_t channels = b->channels;
    sinew_status status = check_rate(layer->kind, b, error);
    if (!status)
        status = layer->kind->build(out, layer, b, error);
    b->channels = channels;
    if (!status)
        status = check_node(layer, *out, b, error);
    if (status && !b->blamed)
        b->blamed = layer->at;
    if (!status)
        b->channels = (*out)->channels_out;
    return status;
}

static sinew_status build_same(sinew_node **out, const sinew_layer_build *b, sinew_error *error)
{
    uint32_t channels = sinew_layer_channels(b, 0, error);
    if (channels == 0)
        return SINEW_ERR_ARGUMENT;
    return sinew_activation_new(out, SINEW_ACTIVATION_IDENTITY, channels, &b->opts, error);
}

sinew_status sinew_layers_build(sinew_node **out, const sinew_items *layers, sinew_layer_build *b,
                                sinew_error *error)
{
    const sinew_spec_layer *list = layers->items;
    sinew_status status = SINEW_OK;
    if (layers->n == 0)
        return build_same(out, b, error);
    sinew_node **nodes = sinew_alloc(layers->n, sizeof(sinew_node *));
    if (!nodes)
        return sinew_fail_memory(error);
    for (size_t i = 0; !status && i < layers->n; i++)
        status = build_layer(&nodes[i], &list[i], b, error);
    if (!status)
        status = sinew_graph_new_sequence(out, nodes, NULL, layers->n, error);
    for (size_t i = 0; status && i < layers->n; i++)
        sinew_node_free(nodes[i]);
    sinew_free(nodes);
    return status;
}
