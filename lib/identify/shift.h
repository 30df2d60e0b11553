/* From an observability matrix to A and C, the step that ERA and N4SID share.
 *
 * U S^1/2 = [C; C A; C A^2; ...] for orthonormal left vectors U and singular values S. C is its
 * first block; A takes all blocks but the last to all but the first, in least squares (Kung 1978),
 * which leaves no sample out. As U1^T U1 = I - W W^T, where W^T is the last block row of U, that
 * costs one product for all orders at once:
 *
 *     A = S^-1/2 (I + W (I - W^T W)^-1 W^T) (U1^T U2) S^1/2 */
#ifndef SINEW_IDENTIFY_SHIFT_H
#define SINEW_IDENTIFY_SHIFT_H

#include <stddef.h>

#include "sinew/status.h"

typedef struct sinew_shift {
    size_t n, outputs, rows; /* vectors, and the blocks that each is made of */
    const double *left;      /* (n, outputs, rows) */
    const double *sigma;     /* (n), falling */
    double *product;         /* (n, n): U1^T U2 */
} sinew_shift;

/* `left` and `sigma` are not copied. */
sinew_status sinew_shift_init(sinew_shift *s, size_t n, size_t outputs, size_t rows,
                              const double *left, const double *sigma, sinew_error *error);
void sinew_shift_finish(sinew_shift *s);

/* A (order, order) and C (outputs, order), 1 <= order <= n. SINEW_ERR_NUMERIC where the rows are
 * too few for the order. */
sinew_status sinew_shift_realize(double *A, double *C, const sinew_shift *s, size_t order,
                                 sinew_error *error);

#endif
