/* shortconv: a causal convolution of each channel over some frames. */
#include "model/layer_kind.h"
#include "model/layer_tensors.h"

typedef struct shortconv_spec {
    const char *prefix;
    sinew_shortconv_weights weights;
} shortconv_spec;

static void check(const sinew_at *at, void *into)
{
    static const sinew_tensor_name names[] = {
        {"weight", offsetof(shortconv_spec, weights.weight), false},
        {"bias", offsetof(shortconv_spec, weights.bias), true},
        {0}};
    sinew_tensors_below(at, ((const shortconv_spec *)into)->prefix, names, into);
}

static const sinew_key keys[] = {
    {.name = "prefix",
     .offset = offsetof(shortconv_spec, prefix),
     .range = {0, 200},
     .group = 1,
     .required = true},
    {.name = "weight",
     .kind = SINEW_KEY_READER,
     .read = sinew_value_tensor,
     .offset = offsetof(shortconv_spec, weights.weight),
     .group = 1},
    {.name = "bias",
     .kind = SINEW_KEY_READER,
     .read = sinew_value_tensor,
     .offset = offsetof(shortconv_spec, weights.bias)},
    {.name = "silu", .kind = SINEW_KEY_BOOLEAN, .offset = offsetof(shortconv_spec, weights.silu)},
    {.name = NULL}};
static const sinew_table table = {.keys = keys, .check = check};

static sinew_status build(sinew_node **out, const sinew_spec_layer *layer, sinew_layer_build *b,
                          sinew_error *error)
{
    const shortconv_spec *spec = layer->values;
    return sinew_shortconv_new(out, &spec->weights, &b->opts, error);
}

const sinew_layer_kind sinew_layer_shortconv = {
    .key = {.name = "shortconv", .kind = SINEW_KEY_MAPPING, .table = &table},
    .bytes = sizeof(shortconv_spec),
    .one_rate = true,
    .build = build,
};
