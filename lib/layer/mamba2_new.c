/* Mamba-2's mixer made of its tensors: what the sizes are, and that all else fits them. */
#include "base/error.h"
#include "base/memory.h"
#include "layer/mamba2.h"

/* H is that of A_log, D of out_proj, 2 G N what the convolution has beside D. */
static sinew_status init_sizes(sinew_mamba2 *m, const sinew_mamba2_weights *w, sinew_error *error)
{
    const uint64_t any[] = {SINEW_ANY, SINEW_ANY};
    m->groups = w->groups > 0 ? w->groups : 1;
    sinew_status status = sinew_parameter_required(&m->A, w->A_log, "A_log", 1, any, error);
    if (!status)
        status = sinew_affine_init(&m->out_proj, w->out_proj, w->out_proj_bias, "out_proj", any,
                                   m->layer.quantize, error);
    if (!status)
        status = sinew_history_init(&m->conv, w->conv, w->conv_bias, SINEW_ANY, error);
    if (status)
        return status;
    m->heads = (size_t)w->A_log->shape[0];
    m->inner = m->out_proj.weight.rows.columns;
    status = sinew_heads_dim(&m->head_dim, m->inner, m->heads, m->groups, error);
    if (status)
        return status;
    size_t channels = m->conv.channels;
    if (channels <= m->inner || (channels - m->inner) % (2 * m->groups) != 0)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "%s has %zu channels, expected are %zu and twice as many as states in "
                          "%zu groups",
                          sinew_parameter_name(w->conv, "conv1d.weight"), channels, m->inner,
                          m->groups);
    m->order = (channels - m->inner) / (2 * m->groups);
    for (size_t h = 0; h < m->heads; h++)
        m->A[h] = sinew_mamba_rate((double)m->A[h], 1);
    return SINEW_OK;
}

/* D of each head, or of each channel, as one of each channel. */
static sinew_status init_D(sinew_mamba2 *m, const sinew_tensor *tensor, sinew_error *error)
{
    uint64_t inner = m->inner, heads = m->heads;
    if (tensor && tensor->rank == 1 && tensor->shape[0] == inner)
        return sinew_parameter_required(&m->D, tensor, "D", 1, &inner, error);
    float *of_heads = NULL;
    sinew_status status = sinew_parameter_required(&of_heads, tensor, "D", 1, &heads, error);
    if (!status)
        status = sinew_heads_spread(&m->D, of_heads, m->heads, m->head_dim, error);
    sinew_free(of_heads);
    return status;
}

static sinew_status check_limits(const sinew_mamba2_weights *w, sinew_error *error)
{
    if (w->dt_max == 0 && w->dt_min == 0)
        return SINEW_OK;
    if (!(w->dt_min >= 0) || !(w->dt_max > 0) || w->dt_min > w->dt_max)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "dt limits of %g to %g", w->dt_min, w->dt_max);
    return SINEW_OK;
}

static sinew_status init_rest(sinew_mamba2 *m, const sinew_mamba2_weights *w, sinew_error *error)
{
    uint64_t heads = m->heads, rows = m->inner + m->conv.channels + m->heads;
    sinew_status status = sinew_affine_init(&m->in_proj, w->in_proj, w->in_proj_bias, "in_proj",
                                            (uint64_t[]){rows, m->out_proj.weight.rows.rows},
                                            m->layer.quantize, error);
    if (!status)
        status = sinew_parameter_required(&m->dt_bias, w->dt_bias, "dt_bias", 1, &heads, error);
    if (!status)
        status = init_D(m, w->D, error);
    if (!status)
        status = sinew_gated_norm_init(&m->norm, w->norm, m->inner,
                                       w->norm_groups > 0 ? w->norm_groups : m->groups, w->norm_eps,
                                       error);
    m->norm.before_gate = w->norm_before_gate;
    m->dt_min = (float)w->dt_min;
    m->dt_max = (float)w->dt_max;
    return status;
}

static void seal(sinew_mamba2 *m, const sinew_mamba2_weights *w)
{
    const sinew_tensor *tensors[] = {w->in_proj,  w->in_proj_bias, w->conv, w->conv_bias,
                                     w->dt_bias,  w->A_log,        w->D,    w->norm,
                                     w->out_proj, w->out_proj_bias};
    const double numbers[] = {(double)m->groups, (double)m->norm.groups, w->dt_min,
                              w->dt_max,         (double)m->norm.eps,    m->norm.before_gate};
    for (size_t i = 0; i < sizeof tensors / sizeof *tensors; i++)
        sinew_layer_hash(&m->layer, tensors[i]);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sinew_layer_hash_number(&m->layer, numbers[i]);
    sinew_layer_hash_steps(&m->layer);
    sinew_layer_seal(&m->layer);
}

static sinew_status init(sinew_mamba2 *m, const sinew_mamba2_weights *weights,
                         const sinew_layer_opts *opts, sinew_error *error)
{
    sinew_status status = sinew_layer_init(&m->layer, &sinew_mamba2_ops, opts, error);
    if (!status)
        status = check_limits(weights, error);
    if (!status)
        status = init_sizes(m, weights, error);
    if (!status)
        status = init_rest(m, weights, error);
    if (status)
        return status;
    m->scan = (sinew_heads){.heads = m->heads,
                            .head_dim = m->head_dim,
                            .order = m->order,
                            .group_heads = m->heads / m->groups,
                            .D = m->D,
                            .x_stride = m->conv.channels,
                            .a_stride = m->heads,
                            .bc_stride = m->conv.channels,
                            .y_stride = m->in_proj.weight.rows.rows};
    m->layer.node.channels_in = (uint32_t)m->in_proj.weight.rows.columns;
    m->layer.node.channels_out = m->layer.node.channels_in;
    seal(m, weights);
    return SINEW_OK;
}

sinew_status sinew_mamba2_new(sinew_node **out, const sinew_mamba2_weights *weights,
                              const sinew_layer_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!weights)
        return sinew_fail_null(error);
    sinew_mamba2 *m = sinew_alloc(1, sizeof *m);
    if (!m)
        return sinew_fail_memory(error);
    sinew_status status = init(m, weights, opts, error);
    if (status) {
        sinew_mamba2_ops.free(&m->layer.node);
        return status;
    }
    *out = &m->layer.node;
    return SINEW_OK;
}
