/* unrounded: the matrices of what a recurrence steps, in long double. The sections of a cascade are
 * not multiplied out in double, and a state that is kept has the A - I that was known before A was
 * rounded: what is derived from these, and rounded once, is as good as the recurrence itself. */
#ifndef SINEW_FILTER_UNROUNDED_H
#define SINEW_FILTER_UNROUNDED_H

#include "ssm/discretized.h"

typedef struct sinew_unrounded {
    long double *A, *less; /* (order, order): A, and A - I */
    long double *B, *C;    /* (order, inputs), (outputs, order) */
    long double *D;        /* (outputs, inputs) */
} sinew_unrounded;

/* Errors: SINEW_ERR_MEMORY. Finish in any case. */
sinew_status sinew_unrounded_init(sinew_unrounded *m, const sinew_discretization *d,
                                  sinew_error *error);
void sinew_unrounded_finish(sinew_unrounded *m);

#endif
