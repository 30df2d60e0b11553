/* linear: y = W x + b; embedding: a row for each id. Their tensors are named, or below a prefix. */
#include "model/layer_kind.h"
#include "model/layer_tensors.h"

typedef struct linear_spec {
    const char *prefix;
    sinew_linear_weights weights;
} linear_spec;

static void check_linear(const sinew_at *at, void *into)
{
    static const sinew_tensor_name names[] = {
        {"weight", offsetof(linear_spec, weights.weight), false},
        {"bias", offsetof(linear_spec, weights.bias), true},
        {0}};
    linear_spec *spec = into;
    sinew_tensors_below(at, spec->prefix, names, spec);
}

static const sinew_key linear_keys[] = {{.name = "prefix",
                                         .offset = offsetof(linear_spec, prefix),
                                         .range = {0, 200},
                                         .group = 1,
                                         .required = true},
                                        {.name = "weight",
                                         .kind = SINEW_KEY_READER,
                                         .read = sinew_value_tensor,
                                         .offset = offsetof(linear_spec, weights.weight),
                                         .group = 1},
                                        {.name = "bias",
                                         .kind = SINEW_KEY_READER,
                                         .read = sinew_value_tensor,
                                         .offset = offsetof(linear_spec, weights.bias)},
                                        {.name = NULL}};
static const sinew_table linear_table = {.keys = linear_keys, .check = check_linear};

static sinew_status build_linear(sinew_node **out, const sinew_spec_layer *layer,
                                 sinew_layer_build *b, sinew_error *error)
{
    const linear_spec *spec = layer->values;
    return sinew_linear_new(out, &spec->weights, &b->opts, error);
}

const sinew_layer_kind sinew_layer_linear = {
    .key = {.name = "linear", .kind = SINEW_KEY_MAPPING, .table = &linear_table},
    .bytes = sizeof(linear_spec),
    .build = build_linear,
};

typedef struct embedding_spec {
    const char *prefix;
    sinew_embedding_weights weights;
} embedding_spec;

static void check_embedding(const sinew_at *at, void *into)
{
    static const sinew_tensor_name names[] = {
        {"weight", offsetof(embedding_spec, weights.weight), false}, {0}};
    embedding_spec *spec = into;
    sinew_tensors_below(at, spec->prefix, names, spec);
}

static const sinew_key embedding_keys[] = {{.name = "prefix",
                                            .offset = offsetof(embedding_spec, prefix),
                                            .range = {0, 200},
                                            .group = 1,
                                            .required = true},
                                           {.name = "weight",
                                            .kind = SINEW_KEY_READER,
                                            .read = sinew_value_tensor,
                                            .offset = offsetof(embedding_spec, weights.weight),
                                            .group = 1},
                                           {.name = NULL}};
static const sinew_table embedding_table = {.keys = embedding_keys, .check = check_embedding};

static sinew_status build_embedding(sinew_node **out, const sinew_spec_layer *layer,
                                    sinew_layer_build *b, sinew_error *error)
{
    const embedding_spec *spec = layer->values;
    return sinew_embedding_new(out, &spec->weights, &b->opts, error);
}

const sinew_layer_kind sinew_layer_embedding = {
    .key = {.name = "embedding", .kind = SINEW_KEY_MAPPING, .table = &embedding_table},
    .bytes = sizeof(embedding_spec),
    .build = build_embedding,
};
