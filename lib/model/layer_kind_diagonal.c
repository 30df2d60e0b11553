/* s4d, s5: diagonal state spaces, by the names of their published code: log_A_real, A_imag, log_dt;
 * Lambda_re, Lambda_im, log_step. At another rate than the trained one their step is scaled. */
#include "model/layer_kind.h"
#include "model/layer_tensors.h"
#include "sinew/diagonal.h"

static const char *const methods[] = {"zoh", "bilinear", NULL};

#define TENSOR(type, name, member, optional)                                                       \
    {                                                                                              \
        name, offsetof(type, weights.member), optional                                             \
    }
/* Both have these, by either's names. */
#define SHARED(type)                                                                               \
    TENSOR(type, "log_A_real", log_A_real, true), TENSOR(type, "A_real", A_real, true),            \
        TENSOR(type, "Lambda_re", A_real, true), TENSOR(type, "A_imag", A_imag, true),             \
        TENSOR(type, "Lambda_im", A_imag, true), TENSOR(type, "C", C, false),                      \
        TENSOR(type, "D", D, true), TENSOR(type, "log_dt", log_step, true),                        \
        TENSOR(type, "log_step", log_step, false)
#define KEYS(type)                                                                                 \
    {.name = "prefix", .offset = offsetof(type, prefix), .range = {0, 200}, .required = true},     \
        {.name = "method",                                                                         \
         .kind = SINEW_KEY_CHOICE,                                                                 \
         .choices = methods,                                                                       \
         .offset = offsetof(type, method)},                                                        \
        {.name = "whole", .kind = SINEW_KEY_BOOLEAN, .offset = offsetof(type, weights.whole)},     \
    {                                                                                              \
        .name = NULL                                                                               \
    }

typedef struct s4d_spec {
    const char *prefix;
    int method;
    sinew_s4d_layer_weights weights;
} s4d_spec;

static void check_s4d(const sinew_at *at, void *into)
{
    static const sinew_tensor_name names[] = {
        SHARED(s4d_spec), TENSOR(s4d_spec, "B", B, true), {0}};
    s4d_spec *spec = into;
    sinew_tensors_below(at, spec->prefix, names, spec);
    spec->weights.bilinear = spec->method == 1;
}

static const sinew_key s4d_keys[] = {KEYS(s4d_spec)};
static const sinew_table s4d_table = {.keys = s4d_keys, .check = check_s4d};

static sinew_status build_s4d(sinew_node **out, const sinew_spec_layer *layer, sinew_layer_build *b,
                              sinew_error *error)
{
    const s4d_spec *spec = layer->values;
    return sinew_s4d_layer_new(out, &spec->weights, &b->opts, error);
}

const sinew_layer_kind sinew_layer_s4d = {
    .key = {.name = "s4d", .kind = SINEW_KEY_MAPPING, .table = &s4d_table},
    .bytes = sizeof(s4d_spec),
    .build = build_s4d,
};

typedef struct s5_spec {
    const char *prefix;
    int method;
    sinew_s5_layer_weights weights;
} s5_spec;

static void check_s5(const sinew_at *at, void *into)
{
    static const sinew_tensor_name names[] = {SHARED(s5_spec), TENSOR(s5_spec, "B", B, false), {0}};
    s5_spec *spec = into;
    sinew_tensors_below(at, spec->prefix, names, spec);
    spec->weights.bilinear = spec->method == 1;
}

static const sinew_key s5_keys[] = {KEYS(s5_spec)};
static const sinew_table s5_table = {.keys = s5_keys, .check = check_s5};

static sinew_status build_s5(sinew_node **out, const sinew_spec_layer *layer, sinew_layer_build *b,
                             sinew_error *error)
{
    const s5_spec *spec = layer->values;
    return sinew_s5_layer_new(out, &spec->weights, &b->opts, error);
}

const sinew_layer_kind sinew_layer_s5 = {
    .key = {.name = "s5", .kind = SINEW_KEY_MAPPING, .table = &s5_table},
    .bytes = sizeof(s5_spec),
    .build = build_s5,
};
