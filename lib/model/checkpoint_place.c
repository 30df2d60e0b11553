/* The names of the tensors in both styles, and where each belongs. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "layer/parameters.h"
#include "model/checkpoint.h"

typedef struct place {
    const char *name;
    size_t offset; /* of the pointer, in sinew_checkpoint_layer */
    bool required;
} place;

#define NEEDED(kind_, name_, member_)                                                              \
    {                                                                                              \
        name_, offsetof(sinew_checkpoint_layer, kind_.member_), true                               \
    }
#define MAYBE(kind_, name_, member_)                                                               \
    {                                                                                              \
        name_, offsetof(sinew_checkpoint_layer, kind_.member_), false                              \
    }

static const place mamba1[] = {NEEDED(mamba1, "in_proj.weight", in_proj),
                               MAYBE(mamba1, "in_proj.bias", in_proj_bias),
                               NEEDED(mamba1, "conv1d.weight", conv),
                               MAYBE(mamba1, "conv1d.bias", conv_bias),
                               NEEDED(mamba1, "x_proj.weight", x_proj),
                               NEEDED(mamba1, "dt_proj.weight", dt_proj),
                               NEEDED(mamba1, "dt_proj.bias", dt_bias),
                               NEEDED(mamba1, "A_log", A_log),
                               NEEDED(mamba1, "D", D),
                               NEEDED(mamba1, "out_proj.weight", out_proj),
                               MAYBE(mamba1, "out_proj.bias", out_proj_bias),
                               {0}};

static const place mamba2[] = {NEEDED(mamba2, "in_proj.weight", in_proj),
                               MAYBE(mamba2, "in_proj.bias", in_proj_bias),
                               NEEDED(mamba2, "conv1d.weight", conv),
                               MAYBE(mamba2, "conv1d.bias", conv_bias),
                               NEEDED(mamba2, "dt_bias", dt_bias),
                               NEEDED(mamba2, "A_log", A_log),
                               NEEDED(mamba2, "D", D),
                               MAYBE(mamba2, "norm.weight", norm),
                               NEEDED(mamba2, "out_proj.weight", out_proj),
                               MAYBE(mamba2, "out_proj.bias", out_proj_bias),
                               {0}};

static const place mamba3[] = {NEEDED(mamba3, "in_proj.weight", in_proj),
                               MAYBE(mamba3, "in_proj.bias", in_proj_bias),
                               NEEDED(mamba3, "dt_bias", dt_bias),
                               NEEDED(mamba3, "B_bias", B_bias),
                               NEEDED(mamba3, "C_bias", C_bias),
                               NEEDED(mamba3, "B_norm.weight", B_norm),
                               NEEDED(mamba3, "C_norm.weight", C_norm),
                               NEEDED(mamba3, "D", D),
                               MAYBE(mamba3, "norm.weight", norm),
                               NEEDED(mamba3, "out_proj.weight", out_proj),
                               MAYBE(mamba3, "out_proj.bias", out_proj_bias),
                               {0}};

static const place *const places[] = {
    [SINEW_MAMBA1] = mamba1, [SINEW_MAMBA2] = mamba2, [SINEW_MAMBA3] = mamba3};

typedef struct finder {
    sinew_checkpoint *c;
    const char *prefix; /* "backbone." or "" */
    bool *used;         /* (tensors) */
    sinew_error *error;
} finder;

enum { NAME_BYTES = 160, LAYERS_MOST = 1 << 16 };

/* The tensor of this name, which is then known; NULL: there is none. */
static const sinew_tensor *find(finder *f, const char *name)
{
    const sinew_tensor *tensor = sinew_tensors_find(f->c->tensors, name);
    if (tensor)
        f->used[tensor - sinew_tensors_at(f->c->tensors, 0)] = true;
    return tensor;
}

__attribute__((format(printf, 3, 4))) static const char *
name_of(const finder *f, char name[NAME_BYTES], const char *format, ...)
{
    va_list args;
    int n = snprintf(name, NAME_BYTES, "%s", f->prefix);
    va_start(args, format);
    vsnprintf(name + n, (size_t)(NAME_BYTES - n), format, args);
    va_end(args);
    return name;
}

static sinew_status missing(const finder *f, const char *name)
{
    return sinew_fail(f->error, SINEW_ERR_MISMATCH, "the tensor %s is missing", name);
}

static const sinew_tensor **pointer(sinew_checkpoint_layer *layer, const place *p)
{
    return (const sinew_tensor **)(void *)((char *)layer + p->offset);
}

/* Does config.json say that there is this bias? */
static bool is_said(const sinew_config *config, const char *name)
{
    if (!strcmp(name, "conv1d.bias"))
        return config->conv_bias;
    return config->bias && strstr(name, "proj.bias");
}

/* Of layer i. What one layer has all have, in the same shape: a tensor that was lost or cut by the
 * way shows. */
static sinew_status place_tensor(finder *f, uint32_t i, const place *p)
{
    char name[NAME_BYTES];
    const sinew_tensor **to = pointer(&f->c->layers[i], p);
    const sinew_tensor *first = *pointer(&f->c->layers[0], p);
    *to = find(f, name_of(f, name, "layers.%u.mixer.%s", i, p->name));
    if (!*to)
        return p->required || first || is_said(&f->c->config, p->name) ? missing(f, name)
                                                                       : SINEW_OK;
    if (i == 0)
        return SINEW_OK;
    if (!first)
        return sinew_fail(f->error, SINEW_ERR_MISMATCH, "there is %s, but the first layer has none",
                          name);
    return sinew_parameter_check(*to, name, first->rank, first->shape, f->error);
}

static sinew_status place_mixer(finder *f, uint32_t i)
{
    sinew_status status = SINEW_OK;
    for (const place *p = places[f->c->config.kind]; !status && p->name; p++)
        status = place_tensor(f, i, p);
    return status;
}

/* A norm, (d_model) numbers, and its bias if it has one. */
static sinew_status place_norm(finder *f, const sinew_tensor **weight, const sinew_tensor **bias,
                               const char *norm)
{
    char name[NAME_BYTES];
    uint64_t shape[] = {f->c->d_model};
    *weight = find(f, name_of(f, name, "%s.weight", norm));
    sinew_status status =
        *weight ? sinew_parameter_check(*weight, name, 1, shape, f->error) : missing(f, name);
    *bias = find(f, name_of(f, name, "%s.bias", norm));
    if (!status && *bias)
        status = sinew_parameter_check(*bias, name, 1, shape, f->error);
    return status;
}

static sinew_status place_layers(finder *f)
{
    sinew_checkpoint *c = f->c;
    sinew_status status = SINEW_OK;
    c->layers = sinew_alloc(c->n_layer, sizeof *c->layers);
    if (!c->layers)
        return sinew_fail_memory(f->error);
    for (uint32_t i = 0; !status && i < c->n_layer; i++) {
        char norm[64];
        snprintf(norm, sizeof norm, "layers.%u.norm", i);
        status = place_norm(f, &c->layers[i].norm, &c->layers[i].norm_bias, norm);
        if (!status)
            status = place_mixer(f, i);
    }
    return status;
}

/* Both may be missing: only a language model needs them. */
static sinew_status place_ends(finder *f)
{
    sinew_checkpoint *c = f->c;
    char name[NAME_BYTES];
    uint64_t shape[] = {SINEW_ANY, c->d_model};
    sinew_status status = place_norm(f, &c->norm_f, &c->norm_f_bias, "norm_f");
    c->embedding = find(f, name_of(f, name, "embeddings.weight"));
    if (!c->embedding)
        c->embedding = find(f, name_of(f, name, "embedding.weight"));
    c->head = find(f, "lm_head.weight");
    const sinew_tensor *const ends[] = {c->embedding, c->head};
    for (size_t i = 0; !status && i < 2; i++)
        if (ends[i])
            status = sinew_parameter_check(ends[i], "embedding", 2, shape, f->error);
    return status;
}

/* ---- sizes ---- */

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static const char *prefix_of(const sinew_tensors *tensors)
{
    for (size_t i = 0; i < sinew_tensors_count(tensors); i++)
        if (begins(sinew_tensors_at(tensors, i)->name, "backbone."))
            return "backbone.";
    return "";
}

static const sinew_tensor *of_first_mixer(const finder *f, const char *what)
{
    char name[NAME_BYTES];
    return sinew_tensors_find(f->c->tensors, name_of(f, name, "layers.0.mixer.%s", what));
}

static sinew_checkpoint_kind kind_of(const finder *f)
{
    return of_first_mixer(f, "x_proj.weight")   ? SINEW_MAMBA1
           : of_first_mixer(f, "B_norm.weight") ? SINEW_MAMBA3
                                                : SINEW_MAMBA2;
}

/* One more than the largest number in a name "layers.3.". */
static uint32_t count_layers(const finder *f)
{
    char stem[NAME_BYTES];
    size_t n = strlen(name_of(f, stem, "layers."));
    unsigned long most = 0;
    for (size_t i = 0; i < sinew_tensors_count(f->c->tensors); i++) {
        const char *name = sinew_tensors_at(f->c->tensors, i)->name;
        char *end = NULL;
        unsigned long layer = begins(name, stem) ? strtoul(name + n, &end, 10) : 0;
        if (end && *end == '.' && layer < LAYERS_MOST && layer + 1 > most)
            most = layer + 1;
    }
    return (uint32_t)most;
}

/* That of the first matrix, unless config.json and the last norm agree on another one: then it is
 * the matrix that is wrong. */
static sinew_status find_width(finder *f)
{
    char name[NAME_BYTES];
    uint64_t said = (uint64_t)f->c->config.d_model;
    const sinew_tensor *in = of_first_mixer(f, "in_proj.weight");
    const sinew_tensor *norm_f =
        sinew_tensors_find(f->c->tensors, name_of(f, name, "norm_f.weight"));
    if (!in)
        return missing(f, name_of(f, name, "layers.0.mixer.in_proj.weight"));
    sinew_status status =
        sinew_parameter_check(in, name, 2, (uint64_t[]){SINEW_ANY, SINEW_ANY}, f->error);
    if (status)
        return status;
    uint64_t found = in->shape[1];
    if (norm_f && norm_f->rank == 1 && norm_f->shape[0] == said)
        found = said;
    if (found > UINT32_MAX)
        return sinew_fail(f->error, SINEW_ERR_MISMATCH, "%s is too wide", in->name);
    f->c->d_model = (uint32_t)found;
    return SINEW_OK;
}

static sinew_status find_sizes(finder *f)
{
    sinew_config *config = &f->c->config;
    if (!config->has_kind)
        config->kind = kind_of(f);
    f->c->n_layer = config->n_layer > 0 ? (uint32_t)config->n_layer : count_layers(f);
    return find_width(f);
}

static sinew_status check_unknown(const finder *f)
{
    for (size_t i = 0; i < sinew_tensors_count(f->c->tensors); i++)
        if (!f->used[i])
            return sinew_fail(f->error, SINEW_ERR_MISMATCH,
                              "the tensor %s is none of a %s of %u layers "
                              "(\"sinew_allow_unknown\": true in config.json lets it be)",
                              sinew_tensors_at(f->c->tensors, i)->name,
                              sinew_checkpoint_kind_name(f->c->config.kind), f->c->n_layer);
    return SINEW_OK;
}

sinew_status sinew_checkpoint_place(sinew_checkpoint *c, bool allow_unknown, sinew_error *error)
{
    finder f = {.c = c, .prefix = prefix_of(c->tensors), .error = error};
    f.used = sinew_alloc(sinew_tensors_count(c->tensors), sizeof *f.used);
    if (!f.used)
        return sinew_fail_memory(error);
    sinew_status status = find_sizes(&f);
    if (!status)
        status = place_ends(&f);
    if (!status)
        status = place_layers(&f);
    if (!status && !allow_unknown && !c->config.allow_unknown)
        status = check_unknown(&f);
    sinew_free(f.used);
    return status;
}
