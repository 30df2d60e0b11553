/* 2 x 2 matrices in closed form, and matrices that are block triangular with blocks of 1 or 2
 * on the diagonal: the shape of a cascade of sections, and of a real Schur form. */
#ifndef SINEW_MATH_BLOCKS_H
#define SINEW_MATH_BLOCKS_H

#include <complex.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum sinew_shape {
    SINEW_SHAPE_FULL = 0,
    SINEW_SHAPE_LOWER, /* nothing above the diagonal blocks */
    SINEW_SHAPE_UPPER  /* nothing below them */
} sinew_shape;

/* The shape of A (n, n). sizes (n): 1 or 2 where a diagonal block starts, 0 on the second row
 * of a block of 2. Nothing of `sizes` counts for SINEW_SHAPE_FULL. A diagonal matrix is LOWER. */
sinew_shape sinew_blocks_find(const double *A, size_t n, unsigned char *sizes);

/* A is block diagonal with blocks of 1 or 2; sizes as above. */
bool sinew_blocks_diagonal(const double *A, size_t n, unsigned char *sizes);

/* out = exp(a) for a real 2 x 2 matrix, row after row; and exp(a) - I. */
void sinew_block2_exp(double out[4], const double a[4]);
void sinew_block2_expm1(double out[4], const double a[4]);

/* Both eigenvalues; a complex pair has Im >= 0 first. */
void sinew_block2_eigenvalues(double complex out[2], const double a[4]);

#endif
