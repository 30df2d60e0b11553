/* weights: a matrix of a linear layer as it is multiplied: where it stands in its file, in float32,
 * bfloat16 or binary16; or in memory of its own, rounded to bfloat16 or int8. */
#ifndef SINEW_LAYER_WEIGHTS_H
#define SINEW_LAYER_WEIGHTS_H

#include <stdatomic.h>

#include "simd/ops.h"
#include "sinew/layer.h"

typedef enum sinew_weights_form {
    SINEW_WEIGHTS_F32 = 0,
    SINEW_WEIGHTS_BF16,
    SINEW_WEIGHTS_F16,
    SINEW_WEIGHTS_INT8
} sinew_weights_form;

typedef struct sinew_weights {
    const sinew_learned *ops;
    sinew_weights_form form;
    sinew_rows rows; /* all forms: rows and columns */
    sinew_rows_int8 int8;
    void *own;             /* NULL: `rows` points into the file */
    atomic_size_t *owners; /* of own */
    sinew_tensors *file;   /* kept; NULL */
} sinew_weights;

/* shape: (rows, columns), SINEW_ANY where it does not matter. Finish in any case. */
sinew_status sinew_weights_init(sinew_weights *w, const sinew_tensor *tensor, const char *what,
                                const uint64_t shape[2], sinew_quantize quantize,
                                sinew_error *error);
/* The same matrix once more, at no cost. Finish too. */
void sinew_weights_share(sinew_weights *w, const sinew_weights *from);
void sinew_weights_finish(sinew_weights *w); /* zeroed is fine */

/* Bytes of scratch memory that a product of n frames takes, a multiple of 64. */
size_t sinew_weights_scratch(const sinew_weights *w, size_t n);

/* y[t] = W x[t]: x (n, columns), y (n, rows), frames x_stride and y_stride apart. */
void sinew_weights_multiply(const sinew_weights *w, sinew_workers *workers, const float *x,
                            size_t x_stride, float *y, size_t y_stride, size_t n, void *scratch);

/* Row r as floats: (columns). */
void sinew_weights_row(const sinew_weights *w, size_t r, float *out);

#endif
