/* Mamba-3's mixer made of its tensors: what the sizes are, and that all else fits them. */
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "layer/mamba3.h"

/* S is what in_proj has beside z, v, B, C and three numbers a head. */
static sinew_status init_angles(sinew_mamba3 *m, const sinew_tensor *tensor, sinew_error *error)
{
    size_t rows = m->in_proj.weight.rows.rows;
    size_t others = 2 * m->inner + 2 * m->order * m->groups + 3 * m->heads;
    if (rows < others || rows - others > m->order / 2)
        return sinew_fail(
            error, SINEW_ERR_MISMATCH, "%s has %zu rows, expected are %zu and up to %zu for angles",
            sinew_parameter_name(tensor, "in_proj.weight"), rows, others, m->order / 2);
    m->angles = rows - others;
    return SINEW_OK;
}

/* H is that of dt_bias, N of B_norm, D of out_proj. */
static sinew_status init_sizes(sinew_mamba3 *m, const sinew_mamba3_weights *w, sinew_error *error)
{
    const uint64_t any[] = {SINEW_ANY, SINEW_ANY};
    m->groups = w->groups > 0 ? w->groups : 1;
    sinew_status status =
        sinew_parameter_required(&m->dt_bias, w->dt_bias, "dt_bias", 1, any, error);
    if (!status)
        status = sinew_parameter_required(&m->B_norm, w->B_norm, "B_norm.weight", 1, any, error);
    if (!status)
        status = sinew_affine_init(&m->out_proj, w->out_proj, w->out_proj_bias, "out_proj", any,
                                   m->layer.quantize, error);
    if (status)
        return status;
    m->heads = (size_t)w->dt_bias->shape[0];
    m->order = (size_t)w->B_norm->shape[0];
    m->inner = m->out_proj.weight.rows.columns;
    status = sinew_heads_dim(&m->head_dim, m->inner, m->heads, m->groups, error);
    if (!status)
        status = sinew_affine_init(&m->in_proj, w->in_proj, w->in_proj_bias, "in_proj",
                                   (uint64_t[]){SINEW_ANY, m->out_proj.weight.rows.rows},
                                   m->layer.quantize, error);
    return status ? status : init_angles(m, w->in_proj, error);
}

static sinew_status init_D(sinew_mamba3 *m, const sinew_tensor *tensor, sinew_error *error)
{
    float *of_heads = NULL;
    uint64_t heads = m->heads;
    sinew_status status = sinew_parameter_required(&of_heads, tensor, "D", 1, &heads, error);
    if (!status)
        status = sinew_heads_spread(&m->D, of_heads, m->heads, m->head_dim, error);
    sinew_free(of_heads);
    return status;
}

static sinew_status init_rest(sinew_mamba3 *m, const sinew_mamba3_weights *w, sinew_error *error)
{
    const uint64_t of_bias[] = {m->heads, 1, m->order}, order = m->order;
    sinew_status status =
        sinew_parameter_required(&m->B_bias, w->B_bias, "B_bias", 3, of_bias, error);
    if (!status)
        status = sinew_parameter_required(&m->C_bias, w->C_bias, "C_bias", 3, of_bias, error);
    if (!status)
        status = sinew_parameter_required(&m->C_norm, w->C_norm, "C_norm.weight", 1, &order, error);
    if (!status)
        status = init_D(m, w->D, error);
    if (!status)
        status = sinew_gated_norm_init(&m->norm, w->norm, m->inner, m->heads, w->norm_eps, error);
    m->norm.before_gate = true;
    m->eps = m->norm.eps;
    m->A_floor = w->A_floor > 0 ? (float)w->A_floor : 1e-4F;
    return status;
}

static void seal(sinew_mamba3 *m, const sinew_mamba3_weights *w)
{
    const sinew_tensor *tensors[] = {
        w->in_proj, w->dt_bias, w->B_bias,   w->C_bias,       w->B_norm,       w->C_norm,
        w->D,       w->norm,    w->out_proj, w->in_proj_bias, w->out_proj_bias};
    for (size_t i = 0; i < sizeof tensors / sizeof *tensors; i++)
        sinew_layer_hash(&m->layer, tensors[i]);
    sinew_layer_hash_number(&m->layer, (double)m->groups);
    sinew_layer_hash_number(&m->layer, (double)m->A_floor);
    sinew_layer_hash_number(&m->layer, (double)m->eps);
    sinew_layer_hash_steps(&m->layer);
    sinew_layer_seal(&m->layer);
}

static sinew_status init(sinew_mamba3 *m, const sinew_mamba3_weights *weights,
                         const sinew_layer_opts *opts, sinew_error *error)
{
    sinew_status status = sinew_layer_init(&m->layer, &sinew_mamba3_ops, opts, error);
    if (!status && (!(weights->A_floor >= 0) || !isfinite(weights->A_floor)))
        status = sinew_fail(error, SINEW_ERR_ARGUMENT, "an A_floor of %g: it must be above 0",
                            weights->A_floor);
    if (!status)
        status = init_sizes(m, weights, error);
    if (!status)
        status = init_rest(m, weights, error);
    if (status)
        return status;
    size_t stride = m->in_proj.weight.rows.rows;
    m->scan = (sinew_heads){.heads = m->heads,
                            .head_dim = m->head_dim,
                            .order = m->order,
                            .group_heads = 1,
                            .D = m->D,
                            .x_stride = stride,
                            .a_stride = m->heads,
                            .bc_stride = m->heads * m->order,
                            .y_stride = m->inner};
    m->layer.node.channels_in = (uint32_t)m->in_proj.weight.rows.columns;
    m->layer.node.channels_out = m->layer.node.channels_in;
    seal(m, weights);
    return SINEW_OK;
}

sinew_status sinew_mamba3_new(sinew_node **out, const sinew_mamba3_weights *weights,
                              const sinew_layer_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!weights)
        return sinew_fail_null(error);
    sinew_mamba3 *m = sinew_alloc(1, sizeof *m);
    if (!m)
        return sinew_fail_memory(error);
    sinew_status status = init(m, weights, opts, error);
    if (status) {
        sinew_mamba3_ops.free(&m->layer.node);
        return status;
    }
    *out = &m->layer.node;
    return SINEW_OK;
}
