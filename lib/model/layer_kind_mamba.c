/* mamba1, mamba2, mamba3: a mixer, by the names that checkpoints give its tensors. Running at
 * another rate than the trained one scales its time step. */
#include "model/layer_kind.h"
#include "model/layer_tensors.h"
#include "sinew/mamba.h"

#define NEEDED(type, name, member)                                                                 \
    {                                                                                              \
        name, offsetof(type, weights.member), false                                                \
    }
#define MAYBE(type, name, member)                                                                  \
    {                                                                                              \
        name, offsetof(type, weights.member), true                                                 \
    }
#define PREFIX(type)                                                                               \
    {                                                                                              \
        .name = "prefix", .offset = offsetof(type, prefix), .range = {0, 200}, .required = true    \
    }
#define GROUPS(type, word, member)                                                                 \
    {                                                                                              \
        .name = word, .kind = SINEW_KEY_INTEGER, .offset = offsetof(type, member), .range = {      \
            1,                                                                                     \
            4096                                                                                   \
        }                                                                                          \
    }
#define ABOVE_ZERO(type, word, member, most)                                                       \
    {                                                                                              \
        .name = word, .kind = SINEW_KEY_NUMBER, .offset = offsetof(type, member),                  \
        .range = {0, most}, .above = true                                                          \
    }

/* ---- mamba1 ---- */

typedef struct mamba1_spec {
    const char *prefix;
    sinew_mamba1_weights weights;
} mamba1_spec;

static void check_mamba1(const sinew_at *at, void *into)
{
    static const sinew_tensor_name names[] = {NEEDED(mamba1_spec, "in_proj.weight", in_proj),
                                              MAYBE(mamba1_spec, "in_proj.bias", in_proj_bias),
                                              NEEDED(mamba1_spec, "conv1d.weight", conv),
                                              MAYBE(mamba1_spec, "conv1d.bias", conv_bias),
                                              NEEDED(mamba1_spec, "x_proj.weight", x_proj),
                                              NEEDED(mamba1_spec, "dt_proj.weight", dt_proj),
                                              MAYBE(mamba1_spec, "dt_proj.bias", dt_bias),
                                              MAYBE(mamba1_spec, "dt_bias", dt_bias),
                                              NEEDED(mamba1_spec, "A_log", A_log),
                                              NEEDED(mamba1_spec, "D", D),
                                              NEEDED(mamba1_spec, "out_proj.weight", out_proj),
                                              MAYBE(mamba1_spec, "out_proj.bias", out_proj_bias),
                                              {0}};
    sinew_tensors_below(at, ((const mamba1_spec *)into)->prefix, names, into);
}

static const sinew_key mamba1_keys[] = {PREFIX(mamba1_spec), {.name = NULL}};
static const sinew_table mamba1_table = {.keys = mamba1_keys, .check = check_mamba1};

static sinew_status build_mamba1(sinew_node **out, const sinew_spec_layer *layer,
                                 sinew_layer_build *b, sinew_error *error)
{
    const mamba1_spec *spec = layer->values;
    return sinew_mamba1_new(out, &spec->weights, &b->opts, error);
}

const sinew_layer_kind sinew_layer_mamba1 = {
    .key = {.name = "mamba1", .kind = SINEW_KEY_MAPPING, .table = &mamba1_table},
    .bytes = sizeof(mamba1_spec),
    .build = build_mamba1,
};

/* ---- mamba2 ---- */

typedef struct mamba2_spec {
    const char *prefix;
    sinew_mamba2_weights weights;
    int64_t groups, norm_groups;
} mamba2_spec;

static void check_mamba2(const sinew_at *at, void *into)
{
    static const sinew_tensor_name names[] = {NEEDED(mamba2_spec, "in_proj.weight", in_proj),
                                              MAYBE(mamba2_spec, "in_proj.bias", in_proj_bias),
                                              NEEDED(mamba2_spec, "conv1d.weight", conv),
                                              MAYBE(mamba2_spec, "conv1d.bias", conv_bias),
                                              NEEDED(mamba2_spec, "dt_bias", dt_bias),
                                              NEEDED(mamba2_spec, "A_log", A_log),
                                              NEEDED(mamba2_spec, "D", D),
                                              MAYBE(mamba2_spec, "norm.weight", norm),
                                              NEEDED(mamba2_spec, "out_proj.weight", out_proj),
                                              MAYBE(mamba2_spec, "out_proj.bias", out_proj_bias),
                                              {0}};
    mamba2_spec *spec = into;
    sinew_tensors_below(at, spec->prefix, names, into);
    spec->weights.groups = (uint32_t)spec->groups;
    spec->weights.norm_groups = (uint32_t)spec->norm_groups;
}

static const sinew_key mamba2_keys[] = {PREFIX(mamba2_spec),
                                        GROUPS(mamba2_spec, "groups", groups),
                                        GROUPS(mamba2_spec, "norm_groups", norm_groups),
                                        ABOVE_ZERO(mamba2_spec, "dt_min", weights.dt_min, 1e6),
                                        ABOVE_ZERO(mamba2_spec, "dt_max", weights.dt_max, 1e6),
                                        ABOVE_ZERO(mamba2_spec, "eps", weights.norm_eps, 1),
                                        {.name = "norm_before_gate",
                                         .kind = SINEW_KEY_BOOLEAN,
                                         .offset = offsetof(mamba2_spec, weights.norm_before_gate)},
                                        {.name = NULL}};
static const sinew_table mamba2_table = {.keys = mamba2_keys, .check = check_mamba2};

static sinew_status build_mamba2(sinew_node **out, const sinew_spec_layer *layer,
                                 sinew_layer_build *b, sinew_error *error)
{
    const mamba2_spec *spec = layer->values;
    return sinew_mamba2_new(out, &spec->weights, &b->opts, error);
}

const sinew_layer_kind sinew_layer_mamba2 = {
    .key = {.name = "mamba2", .kind = SINEW_KEY_MAPPING, .table = &mamba2_table},
    .bytes = sizeof(mamba2_spec),
    .build = build_mamba2,
};

/* ---- mamba3 ---- */

typedef struct mamba3_spec {
    const char *prefix;
    sinew_mamba3_weights weights;
    int64_t groups;
} mamba3_spec;

static void check_mamba3(const sinew_at *at, void *into)
{
    static const sinew_tensor_name names[] = {NEEDED(mamba3_spec, "in_proj.weight", in_proj),
                                              NEEDED(mamba3_spec, "dt_bias", dt_bias),
                                              NEEDED(mamba3_spec, "B_bias", B_bias),
                                              NEEDED(mamba3_spec, "C_bias", C_bias),
                                              NEEDED(mamba3_spec, "B_norm.weight", B_norm),
                                              NEEDED(mamba3_spec, "C_norm.weight", C_norm),
                                              NEEDED(mamba3_spec, "D", D),
                                              MAYBE(mamba3_spec, "norm.weight", norm),
                                              NEEDED(mamba3_spec, "out_proj.weight", out_proj),
                                              {0}};
    mamba3_spec *spec = into;
    sinew_tensors_below(at, spec->prefix, names, into);
    spec->weights.groups = (uint32_t)spec->groups;
}

static const sinew_key mamba3_keys[] = {PREFIX(mamba3_spec),
                                        GROUPS(mamba3_spec, "groups", groups),
                                        ABOVE_ZERO(mamba3_spec, "A_floor", weights.A_floor, 1e6),
                                        ABOVE_ZERO(mamba3_spec, "eps", weights.norm_eps, 1),
                                        {.name = NULL}};
static const sinew_table mamba3_table = {.keys = mamba3_keys, .check = check_mamba3};

static sinew_status build_mamba3(sinew_node **out, const sinew_spec_layer *layer,
                                 sinew_layer_build *b, sinew_error *error)
{
    const mamba3_spec *spec = layer->values;
    return sinew_mamba3_new(out, &spec->weights, &b->opts, error);
}

const sinew_layer_kind sinew_layer_mamba3 = {
    .key = {.name = "mamba3", .kind = SINEW_KEY_MAPPING, .table = &mamba3_table},
    .bytes = sizeof(mamba3_spec),
    .build = build_mamba3,
};
