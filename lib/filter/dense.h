/* dense: the recurrence of a model of which nothing is known, ready to be stepped: what A and B
 * couple is multiplied, in panels of eight rows, and what they do not is left out. */
#ifndef SINEW_FILTER_DENSE_H
#define SINEW_FILTER_DENSE_H

#include "simd/ops.h"
#include "ssm/discretized.h"

typedef struct sinew_dense_run {
    sinew_dense kernel;
    size_t *places; /* (order): state i of the kernel is state places[i] of the model, so that
                     * states which are coupled are neighbours */
} sinew_dense_run;

/* Errors: SINEW_ERR_MEMORY. Finish in any case. */
sinew_status sinew_dense_init(sinew_dense_run *r, const sinew_discretization *d,
                              sinew_error *error);
void sinew_dense_finish(sinew_dense_run *r);

/* Doubles of scratch that `step` needs. */
size_t sinew_dense_scratch(const sinew_dense_run *r);

/* n frames, as sinew_recurrence_run. Real time. */
void sinew_dense_step(const sinew_dense_run *r, const sinew_simd *simd, double *x, const double *u,
                      double *y, size_t n, double *scratch);

/* How many columns of eight rows a frame multiplies: what it costs. */
double sinew_dense_columns(const sinew_discretization *d);

#endif
