/* Triangular roots of covariances, P = U'U with U upper triangular, and the rotations that turn a
 * taller root into one: P stays positive semidefinite whatever is rounded. */
#ifndef SINEW_MATH_ROOT_H
#define SINEW_MATH_ROOT_H

#include <stdbool.h>
#include <stddef.h>

/* M (rows, columns) becomes upper trapezoidal, M'M the same, by rotations of pairs of rows
 * (Givens): a row of large numbers does not spoil one of small numbers, as reflections would let
 * it. */
void sinew_root_turn(double *M, size_t rows, size_t columns);

/* U (n, n), upper triangular, of a positive semidefinite P. False where P is none, by more than
 * rounding. work: 2 n (n + 1) doubles */
bool sinew_root_of(double *U, const double *P, size_t n, double *work);

/* P (n, n) = U'U */
void sinew_root_square(double *P, const double *U, size_t n);

/* In place: x (n) = U'^-1 x. Where U has a 0 on its diagonal x is 0: the least of all answers. */
void sinew_root_solve(const double *U, size_t stride, double *x, size_t n);

#endif
