/* Linear equations in memory that is there already, for what runs in real time; lu.h is for
 * design time, and leaves the matrix as it was. */
#ifndef SINEW_MATH_SOLVE_H
#define SINEW_MATH_SOLVE_H

#include <stdbool.h>
#include <stddef.h>

/* X = M^-1 X for X (n, columns) by Gauss with partial pivoting; M (n, n) is destroyed. False where
 * M is singular in rounded arithmetic, or not finite: X is then undefined. */
bool sinew_solve(double *M, double *X, size_t n, size_t columns);

#endif
