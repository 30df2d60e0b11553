/* Many long vectors, one after another in memory: a tall matrix by its columns. Products of them in
 * tiles that stay in registers, where a plain BLAS would wait for memory. */
#ifndef SINEW_MATH_VECTORS_H
#define SINEW_MATH_VECTORS_H

#include <stddef.h>

#include "sinew/status.h"

/* out[i][j] = a_i . b_j: out (n_a, n_b), a (n_a, length), b (n_b, length). The vectors of a set
 * start `stride` apart, which is the same for both. */
void sinew_vectors_products(double *out, const double *a, size_t n_a, const double *b, size_t n_b,
                            size_t length, size_t stride);

/* out_i = sum_j by[i][j] x_j: out (n_out, length), by (n_out, n_x), x (n_x, length). */
void sinew_vectors_combine(double *out, const double *by, size_t n_out, const double *x, size_t n_x,
                           size_t length);

/* x (n, length), whose first `done` vectors are orthonormal, becomes so as a whole: x_before = R^T
 * x, R (n, n) upper triangular, NULL where it is not wanted (only with done = 0). `near`: how many
 * of the vectors before one are known to hold most of it, as in a Krylov space; 0 where nothing is
 * known. What depends on the vectors before it becomes a vector of zeros. Block Gram-Schmidt, again
 * where much was lost: twice is enough (Giraud, Langou, Rozloznik, van den Eshof 2005). */
sinew_status sinew_vectors_orthonormalise(double *x, size_t done, size_t n, size_t length,
                                          size_t near, double *R, sinew_error *error);

#endif
