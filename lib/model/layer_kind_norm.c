/* norm: rms or layer; activation: a function of each number. */
#include "model/layer_kind.h"
#include "model/layer_tensors.h"

typedef struct norm_spec {
    sinew_norm_weights weights;
    const char *prefix;
    int64_t channels;
} norm_spec;

static void check_norm(const sinew_at *at, void *into)
{
    static const sinew_tensor_name names[] = {
        {"weight", offsetof(norm_spec, weights.weight), false},
        {"bias", offsetof(norm_spec, weights.bias), true},
        {0}};
    norm_spec *spec = into;
    sinew_tensors_below(at, spec->prefix, names, spec);
}

static const char *const norm_names[] = {"rms", "layer", NULL};

static const sinew_key norm_keys[] = {
    {.name = "kind",
     .kind = SINEW_KEY_CHOICE,
     .choices = norm_names,
     .offset = offsetof(norm_spec, weights.kind),
     .fallback = "rms"},
    {.name = "prefix", .offset = offsetof(norm_spec, prefix), .range = {0, 200}, .group = 1},
    {.name = "weight",
     .kind = SINEW_KEY_READER,
     .read = sinew_value_tensor,
     .offset = offsetof(norm_spec, weights.weight),
     .group = 1},
    {.name = "bias",
     .kind = SINEW_KEY_READER,
     .read = sinew_value_tensor,
     .offset = offsetof(norm_spec, weights.bias)},
    {.name = "eps",
     .kind = SINEW_KEY_NUMBER,
     .offset = offsetof(norm_spec, weights.eps),
     .range = {0, 1},
     .above = true},
    {.name = "channels",
     .kind = SINEW_KEY_INTEGER,
     .offset = offsetof(norm_spec, channels),
     .range = {1, 65536}},
    {.name = NULL}};
static const sinew_table norm_table = {.keys = norm_keys, .check = check_norm};

static sinew_status build_norm(sinew_node **out, const sinew_spec_layer *layer,
                               sinew_layer_build *b, sinew_error *error)
{
    const norm_spec *spec = layer->values;
    sinew_norm_weights weights = spec->weights;
    if (!weights.weight && !weights.bias &&
        !(weights.channels = sinew_layer_channels(b, spec->channels, error)))
        return SINEW_ERR_ARGUMENT;
    return sinew_norm_new(out, &weights, &b->opts, error);
}

const sinew_layer_kind sinew_layer_norm = {
    .key = {.name = "norm", .kind = SINEW_KEY_MAPPING, .table = &norm_table},
    .bytes = sizeof(norm_spec),
    .build = build_norm,
};

typedef struct activation_spec {
    sinew_activation kind;
    int64_t channels;
} activation_spec;

/* in the order of sinew_activation */
static const char *const activations[] = {"silu", "gelu",     "gelu_tanh", "relu",     "sigmoid",
                                          "tanh", "softplus", "exp",       "identity", NULL};

static const sinew_key activation_keys[] = {{.name = "kind",
                                             .kind = SINEW_KEY_CHOICE,
                                             .choices = activations,
                                             .offset = offsetof(activation_spec, kind),
                                             .required = true},
                                            {.name = "channels",
                                             .kind = SINEW_KEY_INTEGER,
                                             .offset = offsetof(activation_spec, channels),
                                             .range = {1, 65536}},
                                            {.name = NULL}};
static const sinew_table activation_table = {.keys = activation_keys};

static sinew_status build_activation(sinew_node **out, const sinew_spec_layer *layer,
                                     sinew_layer_build *b, sinew_error *error)
{
    const activation_spec *spec = layer->values;
    uint32_t channels = sinew_layer_channels(b, spec->channels, error);
    if (channels == 0)
        return SINEW_ERR_ARGUMENT;
    return sinew_activation_new(out, spec->kind, channels, &b->opts, error);
}

const sinew_layer_kind sinew_layer_activation = {
    .key = {.name = "activation", .kind = SINEW_KEY_MAPPING, .table = &activation_table},
    .bytes = sizeof(activation_spec),
    .build = build_activation,
};
