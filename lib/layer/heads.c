#include "layer/heads.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "layer/parameters.h"
#include "layer/rms.h"

sinew_status sinew_heads_dim(size_t *head_dim, size_t inner, size_t heads, size_t groups,
                             sinew_error *error)
{
    if (inner % heads != 0)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "%zu channels are not to be dealt to %zu heads evenly", inner, heads);
    if (heads % groups != 0)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "%zu heads are not to be dealt to %zu groups evenly", heads, groups);
    *head_dim = inner / heads;
    return SINEW_OK;
}

sinew_status sinew_heads_spread(float **out, const float *of_heads, size_t heads, size_t head_dim,
                                sinew_error *error)
{
    float *values = sinew_alloc(heads * head_dim, sizeof *values);
    *out = values;
    if (!values)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < heads * head_dim; i++)
        values[i] = of_heads[i / head_dim];
    return SINEW_OK;
}

size_t sinew_heads_floats(size_t heads, size_t head_dim, size_t order)
{
    return heads * sinew_panels_floats(head_dim, order);
}

uint8_t *sinew_heads_put(uint8_t *at, const float *h, size_t heads, size_t head_dim, size_t order)
{
    for (size_t i = 0; i < heads; i++, h += sinew_panels_floats(head_dim, order))
        at = sinew_panels_put(at, h, head_dim, order);
    return at;
}

const uint8_t *sinew_heads_get(const uint8_t *at, float *h, size_t heads, size_t head_dim,
                               size_t order)
{
    for (size_t i = 0; i < heads; i++, h += sinew_panels_floats(head_dim, order))
        at = sinew_panels_get(at, h, head_dim, order);
    return at;
}

sinew_status sinew_gated_norm_init(sinew_gated_norm *norm, const sinew_tensor *weight,
                                   size_t channels, size_t groups, double eps, sinew_error *error)
{
    *norm = (sinew_gated_norm){
        .channels = channels, .groups = groups, .eps = eps > 0 ? (float)eps : 1e-5F};
    if (!(eps >= 0) || !isfinite(eps))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "an eps of %g: it must be above 0", eps);
    if (channels % groups != 0)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "%zu channels are not to be dealt to %zu groups of a norm evenly",
                          channels, groups);
    return sinew_parameter_floats(&norm->weight, weight, "norm.weight", 1, (uint64_t[]){channels},
                                  error);
}

void sinew_gated_norm_finish(sinew_gated_norm *norm)
{
    sinew_free(norm->weight);
    *norm = (sinew_gated_norm){0};
}

/* y (channels) = y / sqrt(mean(y^2) + eps) w, in each group */
static void normalise(const sinew_gated_norm *norm, const sinew_learned *ops, float *y)
{
    size_t width = norm->channels / norm->groups;
    for (size_t first = 0; first < norm->channels; first += width) {
        sinew_rms_scaled(ops, y + first, norm->eps, norm->weight + first, y + first, width);
    }
}

void sinew_gated_norm_apply(const sinew_gated_norm *norm, const sinew_learned *ops, const float *z,
                            size_t z_stride, float *y, size_t y_stride, size_t n)
{
    for (size_t t = 0; t < n; t++, z += z_stride, y += y_stride) {
        if (norm->weight && norm->before_gate)
            normalise(norm, ops, y);
        ops->gate(z, y, norm->channels);
        if (norm->weight && !norm->before_gate)
            normalise(norm, ops, y);
    }
}
