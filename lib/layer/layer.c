#include "layer/layer.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"

static sinew_status check_steps(const sinew_layer_opts *opts, sinew_error *error)
{
    const double steps[] = {opts->trained_step_s, opts->step_s};
    for (size_t i = 0; i < 2; i++)
        if (!(steps[i] >= 0) || !isfinite(steps[i]))
            return sinew_fail(error, SINEW_ERR_ARGUMENT, "a %s of %g s: it must be above 0",
                              i == 0 ? "trained step" : "step", steps[i]);
    return SINEW_OK;
}

sinew_status sinew_layer_init(sinew_layer *layer, const sinew_node_ops *ops,
                              const sinew_layer_opts *given, sinew_error *error)
{
    sinew_layer_opts opts = given ? *given : (sinew_layer_opts){0};
    sinew_status status = check_steps(&opts, error);
    if (status)
        return status;
    if ((unsigned)opts.quantize > SINEW_QUANTIZE_INT8)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no such quantization: %d", opts.quantize);
    layer->ops = sinew_simd_best()->learned;
    layer->workers = sinew_workers_keep(opts.workers);
    layer->quantize = opts.quantize;
    layer->trained_step_s = opts.trained_step_s > 0 ? opts.trained_step_s : 1;
    layer->node = (sinew_node){.ops = ops,
                               .sample_in = SINEW_SAMPLE_F32,
                               .sample_out = SINEW_SAMPLE_F32,
                               .flags = SINEW_NODE_TAKES_STEPS,
                               .step_s = opts.step_s > 0 ? opts.step_s : layer->trained_step_s};
    layer->delta_scale = (float)(layer->node.step_s / layer->trained_step_s);
    layer->node.model_hash = sinew_hash(SINEW_HASH_START, ops->kind, strlen(ops->kind));
    return SINEW_OK;
}

void sinew_layer_finish(sinew_layer *layer)
{
    sinew_workers_free(layer->workers);
    layer->workers = NULL;
}

void sinew_layer_hash(sinew_layer *layer, const sinew_tensor *tensor)
{
    layer->node.model_hash = sinew_parameter_hash(layer->node.model_hash, tensor);
}

void sinew_layer_hash_number(sinew_layer *layer, double number)
{
    layer->node.model_hash = sinew_hash_numbers(layer->node.model_hash, &number, 1);
}

void sinew_layer_hash_steps(sinew_layer *layer)
{
    sinew_layer_hash_number(layer, layer->trained_step_s);
    sinew_layer_hash_number(layer, layer->node.step_s);
}

void sinew_layer_seal(sinew_layer *layer)
{
    const char *table = layer->ops->name;
    uint64_t identity = sinew_hash(layer->node.model_hash, table, strlen(table));
    layer->node.identity = sinew_hash_count(identity, layer->quantize);
}
