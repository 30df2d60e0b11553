/* How far a small change may carry: condition numbers. */
#ifndef SINEW_MATH_CONDITION_H
#define SINEW_MATH_CONDITION_H

#include <stddef.h>

#include "sinew/status.h"

/* *condition: the 2-norm condition of the matrix whose columns are the eigenvectors of A (n, n),
 * each of length one, in balanced coordinates; infinite where they do not span. A perturbation of A
 * moves an eigenvalue by at most this times as much (Bauer, Fike 1960). *rcond: the reciprocal
 * condition of that matrix in the 1-norm. Both are 1 for n = 0. */
sinew_status sinew_condition_eigenvectors(double *condition, double *rcond, const double *A,
                                          size_t n, sinew_error *error);

/* LAPACK's estimate of 1 / (||M||_1 ||M^-1||_1); 0 for a singular M (n, n), 1 for n = 0. */
sinew_status sinew_condition_reciprocal(double *rcond, const double *M, size_t n,
                                        sinew_error *error);

#endif
