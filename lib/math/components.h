/* Which states a matrix couples: a bank of filters, a modal model or appended systems fall apart
 * into groups that never see each other, and what is cubic in the order is so in that of a group.
 */
#ifndef SINEW_MATH_COMPONENTS_H
#define SINEW_MATH_COMPONENTS_H

#include <stddef.h>

#include "sinew/status.h"

/* The connected components of the graph whose edges are the nonzero entries of A. */
typedef struct sinew_components {
    size_t count;
    size_t *states; /* (n): component by component, rising within each */
    size_t *ends;   /* (count): component c is states [c > 0 ? ends[c - 1] : 0, ends[c]) */
} sinew_components;

/* Of A (n, n). Errors: SINEW_ERR_MEMORY. Finish in any case. */
sinew_status sinew_components_find(sinew_components *c, const double *A, size_t n,
                                   sinew_error *error);
void sinew_components_finish(sinew_components *c);

/* Where the states of component c start, and how many they are. */
static inline size_t sinew_component(const sinew_components *c, size_t which, const size_t **states)
{
    size_t from = which > 0 ? c->ends[which - 1] : 0;
    *states = c->states + from;
    return c->ends[which] - from;
}

/* to (size, size) = rows and columns `states` of A (n, n). */
void sinew_component_matrix(double *to, const double *A, size_t n, const size_t *states,
                            size_t size);

#endif
