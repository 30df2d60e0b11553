/* From a checkpoint to a node: its layers and the graph of them. */
#include <stdio.h>

#include "base/error.h"
#include "base/memory.h"
#include "model/checkpoint.h"
#include "sinew/graph.h"

typedef struct builder {
    const sinew_checkpoint *c;
    sinew_layer_opts opts;
    sinew_error *error;
} builder;

/* ---- layers ---- */

static sinew_status norm(sinew_node **out, const builder *b, const sinew_tensor *weight,
                         const sinew_tensor *bias)
{
    const sinew_config *config = &b->c->config;
    sinew_norm_weights w = {.weight = weight,
                            .bias = bias,
                            .kind = bias || config->layer_norm ? SINEW_NORM_LAYER : SINEW_NORM_RMS,
                            .eps = config->eps};
    return sinew_norm_new(out, &w, &b->opts, b->error);
}

/* Of config.json, or so many that each has d_state columns of B: conv is over D + 2 G N channels,
 * out_proj has D. */
static uint32_t groups_of(const sinew_config *config, const sinew_mamba2_weights *w)
{
    if (config->groups > 0 || config->d_state == 0 || w->conv->rank < 1 || w->out_proj->rank < 2)
        return (uint32_t)config->groups;
    uint64_t channels = w->conv->shape[0], inner = w->out_proj->shape[1];
    uint64_t both = channels > inner ? channels - inner : 0;
    return (uint32_t)(both / 2 / (uint64_t)config->d_state);
}

static sinew_status mamba2(sinew_node **out, const builder *b, const sinew_checkpoint_layer *layer)
{
    const sinew_config *config = &b->c->config;
    sinew_mamba2_weights w = layer->mamba2;
    w.groups = groups_of(config, &w);
    w.norm_groups = (uint32_t)config->norm_groups;
    w.dt_min = config->dt_min;
    w.dt_max = config->dt_max;
    w.norm_eps = config->eps;
    w.norm_before_gate = config->norm_before_gate;
    return sinew_mamba2_new(out, &w, &b->opts, b->error);
}

static sinew_status mamba3(sinew_node **out, const builder *b, const sinew_checkpoint_layer *layer)
{
    const sinew_config *config = &b->c->config;
    sinew_mamba3_weights w = layer->mamba3;
    w.groups = (uint32_t)config->groups;
    w.A_floor = config->A_floor;
    w.norm_eps = config->eps;
    return sinew_mamba3_new(out, &w, &b->opts, b->error);
}

static sinew_status mixer(sinew_node **out, const builder *b, uint32_t i)
{
    const sinew_checkpoint_layer *layer = &b->c->layers[i];
    switch (b->c->config.kind) {
    case SINEW_MAMBA1:
        return sinew_mamba1_new(out, &layer->mamba1, &b->opts, b->error);
    case SINEW_MAMBA2:
        return mamba2(out, b, layer);
    case SINEW_MAMBA3:
        break;
    }
    return mamba3(out, b, layer);
}

/* ---- graphs ---- */

/* Takes the nodes over, also where it fails: where one of them could not be made, `status` says
 * so. */
static sinew_status sequence(sinew_node **out, const builder *b, sinew_status status,
                             sinew_node **nodes, const char *const *names, size_t n)
{
    if (!status)
        status = sinew_graph_new_sequence(out, nodes, names, n, b->error);
    for (size_t i = 0; status && i < n; i++)
        sinew_node_free(nodes[i]);
    return status;
}

static const char *const unnamed[] = {"", "", ""};

/* r + mixer(norm(r)) */
static sinew_status layer(sinew_node **out, const builder *b, uint32_t i)
{
    const sinew_checkpoint_layer *of = &b->c->layers[i];
    sinew_node *parts[2] = {NULL}, *inner = NULL;
    sinew_status status = norm(&parts[0], b, of->norm, of->norm_bias);
    if (!status)
        status = mixer(&parts[1], b, i);
    status = sequence(&inner, b, status, parts, unnamed, 2);
    if (!status)
        status = sinew_graph_new_residual(out, inner, b->error);
    if (status)
        sinew_node_free(inner);
    return status;
}

static sinew_status layers(sinew_node **out, const builder *b)
{
    size_t n = b->c->n_layer;
    sinew_node **nodes = sinew_alloc(n, sizeof(sinew_node *));
    sinew_status status = nodes ? SINEW_OK : sinew_fail_memory(b->error);
    for (uint32_t i = 0; !status && i < n; i++)
        status = layer(&nodes[i], b, i);
    status = sequence(out, b, status, nodes, NULL, nodes ? n : 0);
    sinew_free(nodes);
    return status;
}

static sinew_status stack(sinew_node **out, const builder *b)
{
    sinew_node *parts[2] = {NULL};
    sinew_status status = layers(&parts[0], b);
    if (!status)
        status = norm(&parts[1], b, b->c->norm_f, b->c->norm_f_bias);
    return sequence(out, b, status, parts, (const char *const[]){"layers", ""}, 2);
}

/* Layer or mixer i, whose states have the names that they have in the stack. */
static sinew_status one(sinew_node **out, const builder *b, uint32_t i, bool whole)
{
    char name[32];
    sinew_node *part = NULL;
    if (i >= b->c->n_layer)
        return sinew_fail(b->error, SINEW_ERR_ARGUMENT, "no layer %u: there are %u, from 0", i,
                          b->c->n_layer);
    snprintf(name, sizeof name, "layers.%u", i);
    sinew_status status = whole ? layer(&part, b, i) : mixer(&part, b, i);
    return sequence(out, b, status, &part, (const char *const[]){name}, 1);
}

static sinew_status head(sinew_node **out, const builder *b)
{
    const sinew_checkpoint *c = b->c;
    sinew_linear_weights w = {.weight = c->head ? c->head : c->embedding};
    if (!c->embedding)
        return sinew_fail(b->error, SINEW_ERR_MISMATCH,
                          "the checkpoint has no embedding (backbone.embeddings.weight): it is no "
                          "language model");
    return sinew_linear_new(out, &w, &b->opts, b->error);
}

/* tied_to: a head of the same matrix, which is then held once; NULL: none. */
static sinew_status embedding(sinew_node **out, const builder *b, const sinew_node *tied_to)
{
    if (tied_to && !b->c->head)
        return sinew_embedding_new_tied(out, tied_to, &b->opts, b->error);
    sinew_embedding_weights w = {.weight = b->c->embedding};
    return sinew_embedding_new(out, &w, &b->opts, b->error);
}

static sinew_status language_model(sinew_node **out, const builder *b)
{
    sinew_node *parts[3] = {NULL};
    sinew_status status = head(&parts[2], b);
    if (!status)
        status = embedding(&parts[0], b, parts[2]);
    if (!status)
        status = stack(&parts[1], b);
    return sequence(out, b, status, parts, unnamed, 3);
}

static sinew_status body(sinew_node **out, const builder *b, const sinew_node *tied_to)
{
    sinew_node *parts[2] = {NULL};
    sinew_status status = embedding(&parts[0], b, tied_to);
    if (!status)
        status = stack(&parts[1], b);
    return sequence(out, b, status, parts, unnamed, 2);
}

sinew_status sinew_checkpoint_build(sinew_node **out, const sinew_checkpoint *c,
                                    const sinew_checkpoint_build_opts *given, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!c)
        return sinew_fail_null(error);
    sinew_checkpoint_build_opts opts = given ? *given : (sinew_checkpoint_build_opts){0};
    builder b = {.c = c, .opts = opts.layers, .error = error};
    if (!(b.opts.trained_step_s > 0))
        b.opts.trained_step_s = c->config.step_s;
    switch (opts.part) {
    case SINEW_CHECKPOINT_STACK:
        return stack(out, &b);
    case SINEW_CHECKPOINT_LAYER:
    case SINEW_CHECKPOINT_MIXER:
        return one(out, &b, opts.layer, opts.part == SINEW_CHECKPOINT_LAYER);
    case SINEW_CHECKPOINT_LM:
        return language_model(out, &b);
    case SINEW_CHECKPOINT_BODY:
        return body(out, &b, opts.head);
    case SINEW_CHECKPOINT_HEAD:
        return head(out, &b);
    }
    return sinew_fail(error, SINEW_ERR_ARGUMENT, "no such part: %d", opts.part);
}
