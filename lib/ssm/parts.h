/* Matrices on their way to a system: taken apart and put together. */
#ifndef SINEW_SSM_PARTS_H
#define SINEW_SSM_PARTS_H

#include "sinew/system.h"

typedef struct sinew_parts {
    size_t n, q, p; /* order, inputs, outputs */
    double *A, *B, *C, *D;
} sinew_parts;

/* All zeros. */
sinew_status sinew_parts_alloc(sinew_parts *s, size_t n, size_t q, size_t p, sinew_error *error);
sinew_status sinew_parts_copy(sinew_parts *s, const sinew_matrices *m, sinew_error *error);
void sinew_parts_finish(sinew_parts *s);

/* A copy in units that balance A (sinew_balance), whose scale (n) is the caller's. */
sinew_status sinew_parts_copy_balanced(sinew_parts *s, double *scale, const sinew_matrices *m,
                                       sinew_error *error);
sinew_matrices sinew_parts_matrices(const sinew_parts *s);

/* Other units of the states, powers of two, until what drives a state and what it drives are within
 * a factor of two: Parlett and Reinsch's balancing with B and C, which count as much as A does, so
 * that it also finds the units of states that stand alone. Nothing is rounded. scale (n), or
 * NULL: the new state is scale times the old one. */
void sinew_parts_balance(sinew_parts *s, double *scale);

/* The sum of a stable system, which keeps D, and one whose poles are on the axis, within rounding,
 * or right of it. */
sinew_status sinew_parts_split(sinew_parts *stable, sinew_parts *rest, const sinew_matrices *m,
                               sinew_error *error);

/* a + b, side by side: A is block diagonal. */
sinew_status sinew_parts_beside(sinew_parts *out, const sinew_parts *a, const sinew_parts *b,
                                sinew_error *error);

/* a - b */
sinew_status sinew_parts_difference(sinew_parts *out, const sinew_matrices *a,
                                    const sinew_matrices *b, sinew_error *error);

#endif
