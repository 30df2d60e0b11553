#include "layer/affine.h"

#include <stdio.h>

#include "base/memory.h"
#include "layer/parameters.h"

enum { NAME_BYTES = 64 };

sinew_status sinew_affine_init(sinew_affine *a, const sinew_tensor *weight,
                               const sinew_tensor *bias, const char *name, const uint64_t shape[2],
                               sinew_quantize quantize, sinew_error *error)
{
    char what[NAME_BYTES];
    *a = (sinew_affine){0};
    snprintf(what, sizeof what, "%s.weight", name);
    sinew_status status = sinew_weights_init(&a->weight, weight, what, shape, quantize, error);
    if (status)
        return status;
    snprintf(what, sizeof what, "%s.bias", name);
    return sinew_parameter_floats(&a->bias, bias, what, 1, (uint64_t[]){a->weight.rows.rows},
                                  error);
}

void sinew_affine_finish(sinew_affine *a)
{
    sinew_weights_finish(&a->weight);
    sinew_free(a->bias);
    *a = (sinew_affine){0};
}

size_t sinew_affines_scratch(const sinew_affine *const *maps, size_t n_maps, size_t n)
{
    size_t most = 0;
    for (size_t i = 0; i < n_maps; i++) {
        size_t bytes = sinew_weights_scratch(&maps[i]->weight, n);
        most = bytes > most ? bytes : most;
    }
    return most;
}

void sinew_affine_apply(const sinew_affine *a, sinew_workers *workers, const float *x,
                        size_t x_stride, float *y, size_t y_stride, size_t n, void *scratch)
{
    sinew_weights_multiply(&a->weight, workers, x, x_stride, y, y_stride, n, scratch);
    for (size_t t = 0; a->bias && t < n; t++)
        for (size_t r = 0; r < a->weight.rows.rows; r++)
            y[t * y_stride + r] += a->bias[r];
}
