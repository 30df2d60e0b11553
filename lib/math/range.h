/* The range of a real matrix and what is orthogonal to it, by LAPACK's dgesvd. */
#ifndef SINEW_MATH_RANGE_H
#define SINEW_MATH_RANGE_H

#include <stddef.h>

#include "sinew/status.h"

/* U (rows, rows) orthogonal: its first *rank columns span the range of M (rows, columns), the
 * others what is orthogonal to it. Singular values up to `tolerance` count as 0, and those below
 * `relative` of the largest. A row of zeros is not mixed with others, so that zeros elsewhere which
 * come of a chain of subsystems stay zeros. */
sinew_status sinew_range(double *U, size_t *rank, const double *M, size_t rows, size_t columns,
                         double tolerance, double relative, sinew_error *error);

#endif
