/* LU with partial pivoting of a real matrix M (n, n), solved from the left and from the right.
 *
 * A refined solve takes one step of iterative refinement whose residual is summed in long
 * double (Higham 2002, chapter 12): with the 64-bit mantissa of x86 the answer is then good to
 * about an ulp as long as M is not almost singular; elsewhere it is backward stable entry by
 * entry. */
#ifndef SINEW_MATH_LU_H
#define SINEW_MATH_LU_H

#include <lapacke.h>
#include <stdbool.h>
#include <stddef.h>

#include "sinew/status.h"

typedef struct sinew_lu {
    size_t n;
    double *factors;    /* (n, n) of M's transpose, as LAPACK reads our rows */
    lapack_int *pivots; /* (n) */
    bool singular;      /* exactly, in rounded arithmetic: nothing may be solved */
} sinew_lu;

/* A singular M is no error here: the caller looks at lu->singular. */
sinew_status sinew_lu_init(sinew_lu *lu, const double *M, size_t n, sinew_error *error);
void sinew_lu_finish(sinew_lu *lu);

/* An estimate of 1 / (|M| |M^-1|) in the 1-norm (Higham 1988; LAPACK's dgecon), given |M|: 0 for a
 * singular M, 1 where n is 0. */
sinew_status sinew_lu_rcond(double *rcond, const sinew_lu *lu, double norm_1, sinew_error *error);

/* X = M^-1 R; X and R are (n, columns) and may be one. */
sinew_status sinew_lu_left(const sinew_lu *lu, double *X, const double *R, size_t columns,
                           sinew_error *error);

/* X = M^-1 R and X = R M^-1, refined against M (and, from the left, R) in long double; X is not R.
 * left: X, R (n, columns). right: X, R (rows, n). */
sinew_status sinew_lu_left_refined(const sinew_lu *lu, const long double *M, double *X,
                                   const long double *R, size_t columns, sinew_error *error);
sinew_status sinew_lu_right_refined(const sinew_lu *lu, const long double *M, double *X,
                                    const double *R, size_t rows, sinew_error *error);

#endif
