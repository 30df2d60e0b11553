/* attention: by the names of its tensors in Llama's checkpoints (q_proj.weight, ..., o_proj.weight)
 * or in PyTorch's (in_proj_weight, in_proj_bias, out_proj.weight). */
#include "model/layer_kind.h"
#include "model/layer_tensors.h"
#include "sinew/attention.h"

typedef struct attention_spec {
    const char *prefix;
    sinew_attention_weights weights;
    int64_t heads, kv_heads, context_frames;
} attention_spec;

#define TENSOR(name, member, optional)                                                             \
    {                                                                                              \
        name, offsetof(attention_spec, weights.member), optional                                   \
    }

static void check(const sinew_at *at, void *into)
{
    static const sinew_tensor_name together[] = {TENSOR("in_proj_weight", qkv, true),
                                                 TENSOR("in_proj_bias", qkv_bias, true),
                                                 TENSOR("o_proj.weight", out, true),
                                                 TENSOR("o_proj.bias", out_bias, true),
                                                 TENSOR("out_proj.weight", out, false),
                                                 TENSOR("out_proj.bias", out_bias, true),
                                                 {0}};
    static const sinew_tensor_name apart[] = {TENSOR("q_proj.weight", q, false),
                                              TENSOR("k_proj.weight", k, false),
                                              TENSOR("v_proj.weight", v, false),
                                              TENSOR("q_proj.bias", q_bias, true),
                                              TENSOR("k_proj.bias", k_bias, true),
                                              TENSOR("v_proj.bias", v_bias, true),
                                              {0}};
    attention_spec *spec = into;
    sinew_tensors_below(at, spec->prefix, together, spec);
    if (!spec->weights.qkv)
        sinew_tensors_below(at, spec->prefix, apart, spec);
    spec->weights.heads = (uint32_t)spec->heads;
    spec->weights.kv_heads = (uint32_t)spec->kv_heads;
    spec->weights.context_frames = (uint32_t)spec->context_frames;
}

static const sinew_key keys[] = {{.name = "prefix",
                                  .offset = offsetof(attention_spec, prefix),
                                  .range = {0, 200},
                                  .required = true},
                                 {.name = "heads",
                                  .kind = SINEW_KEY_INTEGER,
                                  .offset = offsetof(attention_spec, heads),
                                  .range = {1, 4096},
                                  .required = true},
                                 {.name = "kv_heads",
                                  .kind = SINEW_KEY_INTEGER,
                                  .offset = offsetof(attention_spec, kv_heads),
                                  .range = {1, 4096}},
                                 {.name = "context_frames",
                                  .kind = SINEW_KEY_INTEGER,
                                  .offset = offsetof(attention_spec, context_frames),
                                  .range = {1, SINEW_ATTENTION_CONTEXT_MAX},
                                  .required = true},
                                 {.name = "rope_base",
                                  .kind = SINEW_KEY_NUMBER,
                                  .offset = offsetof(attention_spec, weights.rope_base),
                                  .range = {1, 1e12}},
                                 {.name = "rope_interleaved",
                                  .kind = SINEW_KEY_BOOLEAN,
                                  .offset = offsetof(attention_spec, weights.rope_interleaved)},
                                 {.name = NULL}};
static const sinew_table table = {.keys = keys, .check = check};

static sinew_status build(sinew_node **out, const sinew_spec_layer *layer, sinew_layer_build *b,
                          sinew_error *error)
{
    const attention_spec *spec = layer->values;
    return sinew_attention_new(out, &spec->weights, &b->opts, error);
}

const sinew_layer_kind sinew_layer_attention = {
    .key = {.name = "attention", .kind = SINEW_KEY_MAPPING, .table = &table},
    .bytes = sizeof(attention_spec),
    .one_rate = true,
    .build = build,
};
