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

/* Rows a and b by the rotation that makes b[pivot] zero, from that column on. */
void sinew_root_rotate(double *a, double *b, size_t pivot, size_t columns);

/* The first n of M's columns are a root, what stands behind them goes along: M becomes a root with
 * its largest directions first. Row by row the largest number left, in units of scale (n), is
 * brought up and its column cleared below it, so that rounding in a row is that of the row, however
 * large the rows above: a covariance of e^80 one way and 1 another keeps the digits of both. What
 * cancels to the rounding of its terms becomes 0. Returns the rank r: rows from r on are 0 in the n
 * columns. sizes: (rows, n) */
size_t sinew_root_grade(double *M, size_t rows, size_t columns, size_t n, const double *scale,
                        double *sizes);

/* The column of a graded U (n, n) that is cleared below row i; n: row i is 0. */
size_t sinew_root_pivot(const double *U, size_t i, size_t n, const double *scale);

/* U (n, n), upper triangular, of a positive semidefinite P. False where P is none, by more than
 * rounding. work: 2 n (n + 1) doubles */
bool sinew_root_of(double *U, const double *P, size_t n, double *work);

/* P (n, n) = U'U, for any square U */
void sinew_root_square(double *P, const double *U, size_t n);

/* In place: x (n) = U'^-1 x. Where U has a 0 on its diagonal x is 0: the least of all answers. */
void sinew_root_solve(const double *U, size_t stride, double *x, size_t n);

#endif
