/* layer.activation: y = f(x), each number by itself; sinew/layer.h says which f there are. No
 * state. */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "layer/layer.h"
#include "layer/stateless.h"

typedef void function(const float *x, float *y, size_t n);

typedef struct activation {
    sinew_layer layer;
    function *f;
} activation;

/* NaN stays what it is. */
static void relu(const float *x, float *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] < 0 ? 0 : x[i];
}

static void same(const float *x, float *y, size_t n)
{
    if (x != y)
        memcpy(y, x, n * sizeof *y);
}

static function *function_of(const sinew_learned *ops, sinew_activation kind)
{
    switch (kind) {
    case SINEW_ACTIVATION_SILU:
        return ops->silu;
    case SINEW_ACTIVATION_GELU:
        return ops->gelu;
    case SINEW_ACTIVATION_GELU_TANH:
        return ops->gelu_tanh;
    case SINEW_ACTIVATION_RELU:
        return relu;
    case SINEW_ACTIVATION_SIGMOID:
        return ops->sigmoid;
    case SINEW_ACTIVATION_TANH:
        return ops->tanh;
    case SINEW_ACTIVATION_SOFTPLUS:
        return ops->softplus;
    case SINEW_ACTIVATION_EXP:
        return ops->exp;
    case SINEW_ACTIVATION_IDENTITY:
        return same;
    }
    return NULL;
}

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    (void)node;
    (void)max_frames;
    *out = (sinew_footprint){0};
}

static void process(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                    sinew_block *out)
{
    (void)state;
    (void)scratch;
    ((const activation *)node)->f(in->samples, out->samples, in->n_frames * node->channels_in);
}

static void free_node(sinew_node *node)
{
    activation *l = (activation *)node;
    sinew_layer_finish(&l->layer);
    sinew_free(l);
}

static const sinew_node_ops ops = {.kind = "layer.activation",
                                   .footprint = footprint,
                                   .reset = sinew_stateless_reset,
                                   .process = process,
                                   .save_state = sinew_stateless_save,
                                   .load_state = sinew_stateless_load,
                                   .free = free_node,
                                   .parts = sinew_stateless_parts};

static sinew_status init(activation *l, sinew_activation kind, uint32_t channels,
                         const sinew_layer_opts *opts, sinew_error *error)
{
    sinew_status status = sinew_layer_init(&l->layer, &ops, opts, error);
    if (status)
        return status;
    l->f = function_of(l->layer.ops, kind);
    if (!l->f)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no such activation: %d", (int)kind);
    if (channels == 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "an activation of 0 channels");
    l->layer.node.channels_in = l->layer.node.channels_out = channels;
    sinew_layer_hash_number(&l->layer, (double)kind);
    sinew_layer_hash_number(&l->layer, channels);
    sinew_layer_seal(&l->layer);
    return SINEW_OK;
}

sinew_status sinew_activation_new(sinew_node **out, sinew_activation kind, uint32_t channels,
                                  const sinew_layer_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    activation *l = sinew_alloc(1, sizeof *l);
    if (!l)
        return sinew_fail_memory(error);
    sinew_status status = init(l, kind, channels, opts, error);
    if (status) {
        free_node(&l->layer.node);
        return status;
    }
    *out = &l->layer.node;
    return SINEW_OK;
}
