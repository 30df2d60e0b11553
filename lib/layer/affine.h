/* affine: y = W x + b within a layer. */
#ifndef SINEW_LAYER_AFFINE_H
#define SINEW_LAYER_AFFINE_H

#include "layer/weights.h"

typedef struct sinew_affine {
    sinew_weights weight; /* (rows, columns) */
    float *bias;          /* (rows) or NULL */
} sinew_affine;

/* shape: (rows, columns) as for sinew_weights_init; bias (rows) or NULL. Messages call them
 * NAME.weight and NAME.bias where they have no names. Finish in any case. */
sinew_status sinew_affine_init(sinew_affine *a, const sinew_tensor *weight,
                               const sinew_tensor *bias, const char *name, const uint64_t shape[2],
                               sinew_quantize quantize, sinew_error *error);
void sinew_affine_finish(sinew_affine *a); /* zeroed is fine */

/* Bytes of scratch memory that products of n frames with each of the maps take, one after another.
 */
size_t sinew_affines_scratch(const sinew_affine *const *maps, size_t n_maps, size_t n);

/* x (n, columns), y (n, rows), frames x_stride and y_stride apart. */
void sinew_affine_apply(const sinew_affine *a, sinew_workers *workers, const float *x,
                        size_t x_stride, float *y, size_t y_stride, size_t n, void *scratch);

#endif
