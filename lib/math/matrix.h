/* Dense real matrices, row after row in one array: the few products and norms that the design
 * floor needs. LAPACK does the factorisations; it reads our rows as columns, so it sees the
 * transpose, and the files that call it say how they make up for that. */
#ifndef SINEW_MATH_MATRIX_H
#define SINEW_MATH_MATRIX_H

#include <stdbool.h>
#include <stddef.h>

/* out = a b: (rows, inner) (inner, columns). out is none of the others. A zero of `a` skips its
 * row of `b`: a triangular matrix stays one, and 0 x Inf does not spread. */
void sinew_matrix_multiply(double *out, const double *a, const double *b, size_t rows, size_t inner,
                           size_t columns);

/* out = a transposed; a is (rows, columns). */
void sinew_matrix_transpose(double *out, const double *a, size_t rows, size_t columns);

/* The largest column sum of |a|; a is (n, n). */
double sinew_matrix_norm_1(const double *a, size_t n);

/* The root of the sum of the squares of n entries, of any size. */
double sinew_norm_all(const double *a, size_t n);

bool sinew_all_finite(const double *a, size_t n);

/* Scale-only balancing (LAPACK dgebal; Parlett, Reinsch 1969). On return A holds S A S^-1 and
 * scale[i] the powers of two on S's diagonal, so B becomes S B and C becomes C S^-1, without
 * rounding. Never fails: without an answer S is the identity. */
void sinew_balance(double *A, double *scale, size_t n);

/* What goes with it: S B in place of B (n, q) and C S^-1 in place of C (p, n). */
void sinew_balance_sides(double *B, double *C, const double *scale, size_t n, size_t q, size_t p);

/* The way back: S^-1 A S; S^-1 B and C S. Nothing is rounded here either. */
void sinew_unbalance(double *A, const double *scale, size_t n);
void sinew_unbalance_sides(double *B, double *C, const double *scale, size_t n, size_t q, size_t p);

#endif
