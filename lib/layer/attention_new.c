/* layer.attention from its weights. */
#include "sinew/attention.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "layer/attention.h"

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    const sinew_attention *l = (const sinew_attention *)node;
    (void)max_frames;
    *out = (sinew_footprint){.state_bytes = sinew_attention_state_bytes(l),
                             .saved_bytes = sinew_attention_saved_bytes(l),
                             .scratch_bytes = sinew_attention_scratch(l)};
}

static void free_node(sinew_node *node)
{
    sinew_attention *l = (sinew_attention *)node;
    for (size_t i = 0; i < 3; i++)
        sinew_affine_finish(&l->in[i]);
    sinew_affine_finish(&l->out_map);
    sinew_rope_finish(&l->rope);
    sinew_layer_finish(&l->layer);
    sinew_free(l);
}

static const sinew_node_ops ops = {.kind = "layer.attention",
                                   .footprint = footprint,
                                   .reset = sinew_attention_reset,
                                   .process = sinew_attention_process,
                                   .save_state = sinew_attention_save,
                                   .load_state = sinew_attention_load,
                                   .free = free_node,
                                   .parts = sinew_attention_parts};

static sinew_status check(const sinew_attention_weights *w, sinew_error *error)
{
    uint32_t kv_heads = w->kv_heads ? w->kv_heads : w->heads;
    if (w->qkv && (w->q || w->k || w->v))
        return sinew_fail(error, SINEW_ERR_MISMATCH, "attention of q, k, v or of qkv, not of both");
    if (w->heads == 0 || w->heads % kv_heads != 0)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "attention of %u heads with keys and values of %u: they share these in "
                          "groups of one size",
                          w->heads, kv_heads);
    if (w->context_frames < 1 || w->context_frames > SINEW_ATTENTION_CONTEXT_MAX)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a context of %u frames, not of 1 to %d",
                          w->context_frames, SINEW_ATTENTION_CONTEXT_MAX);
    if (w->rope_base != 0 && (!(w->rope_base >= 1) || !isfinite(w->rope_base)))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a rope_base of %g: it must be 0 or above 1",
                          w->rope_base);
    return SINEW_OK;
}

/* From the rows of q, or of all. */
static sinew_status init_sizes(sinew_attention *l, const sinew_attention_weights *w,
                               sinew_error *error)
{
    const sinew_tensor *first = w->qkv ? w->qkv : w->q;
    const char *what = w->qkv ? "qkv.weight" : "q.weight";
    sinew_status status =
        sinew_parameter_check(first, what, 2, (uint64_t[]){SINEW_ANY, SINEW_ANY}, error);
    if (status)
        return status;
    l->heads = w->heads;
    l->kv_heads = w->kv_heads ? w->kv_heads : w->heads;
    size_t parts = w->qkv ? l->heads + 2 * l->kv_heads : l->heads, rows = (size_t)first->shape[0];
    if (rows % parts != 0)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "%s has %zu rows, which are not those of %zu heads",
                          sinew_parameter_name(first, what), rows, parts);
    l->head_dim = rows / parts;
    if (w->rope_base > 0 && l->head_dim % 2 != 0)
        return sinew_fail(error, SINEW_ERR_MISMATCH, "RoPE turns pairs, not heads of %zu numbers",
                          l->head_dim);
    l->rows = (l->heads + 2 * l->kv_heads) * l->head_dim;
    l->context = w->context_frames;
    l->slots = sinew_attention_slots(l->context);
    l->layer.node.channels_in = (uint32_t)first->shape[1];
    return SINEW_OK;
}

static sinew_status init_maps(sinew_attention *l, const sinew_attention_weights *w,
                              sinew_error *error)
{
    uint64_t queries = l->heads * l->head_dim, keys = l->kv_heads * l->head_dim;
    const struct {
        sinew_affine *to;
        const sinew_tensor *weight, *bias;
        const char *name;
        uint64_t shape[2];
    } all[] = {{&l->in[0], w->qkv, w->qkv_bias, "qkv", {l->rows, l->layer.node.channels_in}},
               {&l->in[0], w->q, w->q_bias, "q", {queries, l->layer.node.channels_in}},
               {&l->in[1], w->k, w->k_bias, "k", {keys, l->layer.node.channels_in}},
               {&l->in[2], w->v, w->v_bias, "v", {keys, l->layer.node.channels_in}},
               {&l->out_map, w->out, w->out_bias, "out", {SINEW_ANY, queries}}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        bool packed = i == 0, apart = i >= 1 && i <= 3;
        if (w->qkv ? apart : packed)
            continue;
        sinew_status status = sinew_affine_init(all[i].to, all[i].weight, all[i].bias, all[i].name,
                                                all[i].shape, l->layer.quantize, error);
        if (status)
            return status;
        sinew_layer_hash(&l->layer, all[i].weight);
        sinew_layer_hash(&l->layer, all[i].bias);
    }
    return SINEW_OK;
}

static sinew_status init(sinew_attention *l, const sinew_attention_weights *w,
                         const sinew_layer_opts *opts, sinew_error *error)
{
    sinew_status status = sinew_layer_init(&l->layer, &ops, opts, error);
    if (!status)
        status = check(w, error);
    if (!status)
        status = init_sizes(l, w, error);
    if (!status)
        status = init_maps(l, w, error);
    if (!status && w->rope_base > 0 &&
        !sinew_rope_init(&l->rope, l->head_dim, w->rope_base, w->rope_interleaved))
        status = sinew_fail_memory(error);
    if (status)
        return status;
    l->layer.node.channels_out = (uint32_t)l->out_map.weight.rows.rows;
    const double numbers[] = {(double)l->heads, (double)l->kv_heads, (double)l->context,
                              w->rope_base, w->rope_interleaved};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sinew_layer_hash_number(&l->layer, numbers[i]);
    sinew_layer_seal(&l->layer);
    return SINEW_OK;
}

sinew_status sinew_attention_new(sinew_node **out, const sinew_attention_weights *weights,
                                 const sinew_layer_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!weights)
        return sinew_fail_null(error);
    sinew_attention *l = sinew_alloc(1, sizeof *l);
    if (!l)
        return sinew_fail_memory(error);
    sinew_status status = init(l, weights, opts, error);
    if (status) {
        free_node(&l->layer.node);
        return status;
    }
    *out = &l->layer.node;
    return SINEW_OK;
}
