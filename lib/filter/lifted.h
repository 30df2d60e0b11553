/* lifted: a discretization over L frames at once, in double. With U and Y the L frames one behind
 * the other,
 *
 *     Y = O x + T U,   x+ = A^L x + G U
 *
 * O has the rows C A^t, G the columns A^(L-1-j) B, and T is block lower triangular, Toeplitz, of D
 * and C A^(t-1) B (Burrus 1972; Barnes, Shinnaka 1980). Powers of a matrix that is far from normal
 * lose digits: all are found in long double from what the recurrence steps (unrounded.h), group by
 * group of coupled states, and rounded once. */
#ifndef SINEW_FILTER_LIFTED_H
#define SINEW_FILTER_LIFTED_H

#include "ssm/discretized.h"

typedef struct sinew_lifted {
    size_t order, inputs, outputs, length;
    double *O;     /* (L outputs, order) */
    double *T;     /* (L outputs, L inputs) */
    double *G;     /* (order, L inputs) */
    double *E;     /* (order, order): A^L - I */
    double *power; /* (order, order): A^L */
} sinew_lifted;

/* L frames of `d`; length is a power of two. What grows beyond all doubles is infinite. Errors:
 * SINEW_ERR_MEMORY. Finish in any case. */
sinew_status sinew_lifted_init(sinew_lifted *l, const sinew_discretization *d, size_t length,
                               sinew_error *error);
sinew_status sinew_lifted_copy(sinew_lifted *to, const sinew_lifted *from, sinew_error *error);
void sinew_lifted_finish(sinew_lifted *l);

/* In other coordinates of the states, x = P z: O P, P^-1 G, P^-1 A^L P. P, inverse (order, order).
 * Errors: SINEW_ERR_MEMORY. */
sinew_status sinew_lifted_turn(sinew_lifted *l, const double *P, const double *inverse,
                               sinew_error *error);

#endif
