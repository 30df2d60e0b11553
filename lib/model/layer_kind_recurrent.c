/* gru, lstm: by PyTorch's names of one layer; where there are none with _l0, those of a cell. */
#include "model/layer_kind.h"
#include "model/layer_tensors.h"
#include "sinew/recurrent.h"

typedef struct recurrent_spec {
    const char *prefix;
    sinew_recurrent_weights weights;
} recurrent_spec;

static void check(const sinew_at *at, void *into)
{
    static const sinew_tensor_name names[] = {
        {"weight_ih_l0", offsetof(recurrent_spec, weights.weight_ih), true},
        {"weight_hh_l0", offsetof(recurrent_spec, weights.weight_hh), true},
        {"bias_ih_l0", offsetof(recurrent_spec, weights.bias_ih), true},
        {"bias_hh_l0", offsetof(recurrent_spec, weights.bias_hh), true},
        {"weight_ih", offsetof(recurrent_spec, weights.weight_ih), false},
        {"weight_hh", offsetof(recurrent_spec, weights.weight_hh), false},
        {"bias_ih", offsetof(recurrent_spec, weights.bias_ih), true},
        {"bias_hh", offsetof(recurrent_spec, weights.bias_hh), true},
        {0}};
    const recurrent_spec *spec = into;
    sinew_tensors_below(at, spec->prefix, names, into);
}

static const sinew_key keys[] = {{.name = "prefix",
                                  .offset = offsetof(recurrent_spec, prefix),
                                  .range = {0, 200},
                                  .required = true},
                                 {.name = NULL}};
static const sinew_table table = {.keys = keys, .check = check};

static sinew_status build_gru(sinew_node **out, const sinew_spec_layer *layer, sinew_layer_build *b,
                              sinew_error *error)
{
    const recurrent_spec *spec = layer->values;
    return sinew_gru_new(out, &spec->weights, &b->opts, error);
}

static sinew_status build_lstm(sinew_node **out, const sinew_spec_layer *layer,
                               sinew_layer_build *b, sinew_error *error)
{
    const recurrent_spec *spec = layer->values;
    return sinew_lstm_new(out, &spec->weights, &b->opts, error);
}

const sinew_layer_kind sinew_layer_gru = {
    .key = {.name = "gru", .kind = SINEW_KEY_MAPPING, .table = &table},
    .bytes = sizeof(recurrent_spec),
    .one_rate = true,
    .build = build_gru,
};

const sinew_layer_kind sinew_layer_lstm = {
    .key = {.name = "lstm", .kind = SINEW_KEY_MAPPING, .table = &table},
    .bytes = sizeof(recurrent_spec),
    .one_rate = true,
    .build = build_lstm,
};
