#include "model/checkpoint_config.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "model/keys.h"

/* Two styles, and the ssm_cfg of the original, whose keys have the names of that style. */
typedef struct mixer_keys {
    const char *layer;
    int64_t d_state, groups;
    double limits[2], A_floor; /* limits[1] 0: none said */
    bool norm_before_gate, is_mimo, bias, conv_bias;
} mixer_keys;

typedef struct config_keys {
    const char *model_type, *hidden_act;
    int64_t hidden_size, d_model, num_hidden_layers, n_layer, vocab, state_size, n_groups;
    int64_t norm_groups;
    double eps, step_s;
    double time_step_limit[2];
    bool rms_norm_given, rms_norm, use_bias, use_conv_bias, allow_unknown;
    mixer_keys top, ssm_cfg; /* the top has what Mamba-3 has there */
} config_keys;

/* A number, Infinity, or {"__float__": "Infinity"}, in which JSON that is one says it. */
static bool read_limit(const sinew_at *at, double *out)
{
    sinew_at inside;
    bool quoted;
    const char *text = sinew_at_text(at, &quoted);
    if (!text && sinew_at_find(at, "__float__", &inside))
        text = sinew_at_text(&inside, &quoted);
    if (text && (!strcmp(text, "Infinity") || !strcmp(text, "inf"))) {
        *out = INFINITY;
        return true;
    }
    if (text && !sinew_number_parse(out, text, SINEW_UNIT_NONE) && *out >= 0)
        return true;
    sinew_at_problem(at, "must be a number of at least 0, or Infinity");
    return false;
}

/* [low, high] */
static void read_limits(const sinew_at *at, void *into)
{
    double *limits = into;
    if (sinew_at_count(at) != 2 || at->value->type != YAML_SEQUENCE_NODE) {
        sinew_at_problem(at, "must be a list of two numbers");
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        sinew_at item = sinew_at_item(at, i);
        if (!read_limit(&item, &limits[i]))
            return;
    }
    if (!(limits[1] > 0) || limits[0] > limits[1])
        sinew_at_problem(at, "the first number is above the second, or both are 0");
}

#define INTEGER(type_, name_, member_, most_)                                                      \
    {                                                                                              \
        .name = name_, .kind = SINEW_KEY_INTEGER, .offset = offsetof(type_, member_), .range = {   \
            0,                                                                                     \
            most_                                                                                  \
        }                                                                                          \
    }
#define NUMBER(type_, name_, member_)                                                              \
    {                                                                                              \
        .name = name_, .kind = SINEW_KEY_NUMBER, .offset = offsetof(type_, member_), .range = {    \
            0,                                                                                     \
            1e9                                                                                    \
        }                                                                                          \
    }
#define BOOLEAN(type_, name_, member_)                                                             \
    {                                                                                              \
        .name = name_, .kind = SINEW_KEY_BOOLEAN, .offset = offsetof(type_, member_)               \
    }
#define TEXT(type_, name_, member_)                                                                \
    {                                                                                              \
        .name = name_, .kind = SINEW_KEY_TEXT, .offset = offsetof(type_, member_)                  \
    }
#define LIMITS(type_, name_, member_)                                                              \
    {                                                                                              \
        .name = name_, .kind = SINEW_KEY_READER, .offset = offsetof(type_, member_),               \
        .read = read_limits                                                                        \
    }

enum { SIZE_MOST = 1 << 24, LAYERS_MOST = 1 << 16 };

static const sinew_key mixer_key_list[] = {
    TEXT(mixer_keys, "layer", layer),
    INTEGER(mixer_keys, "d_state", d_state, SIZE_MOST),
    INTEGER(mixer_keys, "ngroups", groups, SIZE_MOST),
    LIMITS(mixer_keys, "dt_limit", limits),
    NUMBER(mixer_keys, "A_floor", A_floor),
    BOOLEAN(mixer_keys, "norm_before_gate", norm_before_gate),
    BOOLEAN(mixer_keys, "is_mimo", is_mimo),
    BOOLEAN(mixer_keys, "bias", bias),
    BOOLEAN(mixer_keys, "conv_bias", conv_bias),
    {0}};
static const sinew_table mixer_table = {.keys = mixer_key_list, .open = true};

static const sinew_key config_key_list[] = {
    TEXT(config_keys, "model_type", model_type),
    TEXT(config_keys, "hidden_act", hidden_act),
    INTEGER(config_keys, "hidden_size", hidden_size, SIZE_MOST),
    INTEGER(config_keys, "d_model", d_model, SIZE_MOST),
    INTEGER(config_keys, "num_hidden_layers", num_hidden_layers, LAYERS_MOST),
    INTEGER(config_keys, "n_layer", n_layer, LAYERS_MOST),
    INTEGER(config_keys, "vocab_size", vocab, INT32_MAX),
    INTEGER(config_keys, "state_size", state_size, SIZE_MOST),
    INTEGER(config_keys, "n_groups", n_groups, SIZE_MOST),
    INTEGER(config_keys, "sinew_norm_groups", norm_groups, SIZE_MOST),
    NUMBER(config_keys, "layer_norm_epsilon", eps),
    NUMBER(config_keys, "sinew_step_s", step_s),
    BOOLEAN(config_keys, "sinew_allow_unknown", allow_unknown),
    LIMITS(config_keys, "time_step_limit", time_step_limit),
    {.name = "rms_norm",
     .kind = SINEW_KEY_BOOLEAN,
     .offset = offsetof(config_keys, rms_norm),
     .given = SINEW_KEY_GIVEN(config_keys, rms_norm_given)},
    BOOLEAN(config_keys, "use_bias", use_bias),
    BOOLEAN(config_keys, "use_conv_bias", use_conv_bias),
    INTEGER(config_keys, "d_state", top.d_state, SIZE_MOST),
    INTEGER(config_keys, "ngroups", top.groups, SIZE_MOST),
    NUMBER(config_keys, "A_floor", top.A_floor),
    BOOLEAN(config_keys, "norm_before_gate", top.norm_before_gate),
    BOOLEAN(config_keys, "is_mimo", top.is_mimo),
    {.name = "ssm_cfg",
     .kind = SINEW_KEY_MAPPING,
     .offset = offsetof(config_keys, ssm_cfg),
     .table = &mixer_table},
    {0}};
static const sinew_table config_table = {.keys = config_key_list, .open = true};

/* "mamba" and "Mamba1" are Mamba-1, and so on. */
static bool kind_named(sinew_checkpoint_kind *kind, const char *name)
{
    static const char *const names[][2] = {
        {"mamba", "Mamba1"}, {"mamba2", "Mamba2"}, {"mamba3", "Mamba3"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i][0]) || !strcmp(name, names[i][1])) {
            *kind = (sinew_checkpoint_kind)i;
            return true;
        }
    return false;
}

static sinew_status take_kind(sinew_config *out, const config_keys *keys, const char *path,
                              sinew_error *error)
{
    const char *name = keys->model_type ? keys->model_type : keys->ssm_cfg.layer;
    out->has_kind = name != NULL;
    if (name && !kind_named(&out->kind, name))
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "%s: a model of the kind '%.40s': mamba, mamba2 and mamba3 are read",
                          path, name);
    if (keys->hidden_act && strcmp(keys->hidden_act, "silu") != 0)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED, "%s: hidden_act '%.40s': only silu is made",
                          path, keys->hidden_act);
    if (keys->top.is_mimo || keys->ssm_cfg.is_mimo)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "%s: is_mimo: only Mamba-3 of one input and output a head is made", path);
    return SINEW_OK;
}

static int64_t first(int64_t a, int64_t b)
{
    return a ? a : b;
}

/* The keys of both styles into one. */
static void merge(sinew_config *out, const config_keys *keys)
{
    const mixer_keys *top = &keys->top, *ssm = &keys->ssm_cfg;
    const double *limits = keys->time_step_limit[1] > 0 ? keys->time_step_limit : ssm->limits;
    out->d_model = first(keys->hidden_size, keys->d_model);
    out->n_layer = first(keys->num_hidden_layers, keys->n_layer);
    out->vocab = keys->vocab;
    out->groups = first(keys->n_groups, first(top->groups, ssm->groups));
    out->d_state = first(keys->state_size, first(top->d_state, ssm->d_state));
    out->norm_groups = keys->norm_groups;
    out->eps = keys->eps;
    out->step_s = keys->step_s;
    out->A_floor = top->A_floor > 0 ? top->A_floor : ssm->A_floor;
    out->dt_min = limits[0];
    out->dt_max = limits[1];
    out->norm_before_gate = top->norm_before_gate || ssm->norm_before_gate;
    out->layer_norm = !keys->model_type && keys->rms_norm_given && !keys->rms_norm;
    out->bias = keys->use_bias || ssm->bias;
    out->conv_bias = keys->use_conv_bias || ssm->conv_bias;
    out->allow_unknown = keys->allow_unknown;
}

sinew_status sinew_config_open(sinew_config *out, const char *path, sinew_error *error)
{
    sinew_problems problems = {0};
    sinew_document *document = NULL;
    config_keys keys = {0};
    *out = (sinew_config){0};
    if (sinew_document_open(&document, path, &problems))
        sinew_keys_read(document, &config_table, &keys);
    sinew_status status = sinew_problems_fail(&problems, error);
    if (!status)
        status = take_kind(out, &keys, path, error);
    if (!status)
        merge(out, &keys);
    sinew_document_free(document);
    sinew_problems_finish(&problems);
    return status;
}
