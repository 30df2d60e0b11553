/* recurrence: a discretization ready to be stepped, in double.
 *
 *     x[k+1] = A x[k] + B u[k],   y[k] = C x[k] + D u[k]
 *
 * A state whose own entry of A is near one is stepped as x += (A - I) x + B u, from the A - I that
 * was known before A was rounded: at a pole of 1 Hz on 48 kHz that is four digits.
 *
 * The form (ssm/discretized.h) decides the inner loop: sections side by side in SIMD lanes, a
 * cascade, or [B A] in panels (filter/dense.h). This is what the scan engine runs, and what the
 * other engines fold their states with.
 */
#ifndef SINEW_FILTER_RECURRENCE_H
#define SINEW_FILTER_RECURRENCE_H

#include <stdbool.h>

#include "filter/costs.h"
#include "filter/dense.h"
#include "simd/ops.h"
#include "ssm/discretized.h"

/* x+ = keep x + A x + b v, output c x + d v; keep is 1 or 0, and A less I where it is 1. */
typedef struct sinew_section_step {
    double keep[2], A[2][2], b[2], c[2], d;
    int states; /* 1 or 2 */
} sinew_section_step;

typedef struct sinew_recurrence {
    const sinew_simd *simd;
    sinew_form form;
    size_t order, inputs, outputs;
    size_t n_sections;
    sinew_section_step *sections; /* CASCADE (n_sections) */
    sinew_section_lanes *lanes;   /* PARALLEL (ceil(n_sections / 4)) */
    size_t *states_at;     /* PARALLEL (4 ceil(n_sections / 4)): where a section's states are in
                            * x; bit 0 of the shifted value says that it has two */
    double direct;         /* PARALLEL */
    sinew_dense_run dense; /* DENSE */
} sinew_recurrence;

/* Errors: SINEW_ERR_MEMORY. Finish in any case. */
sinew_status sinew_recurrence_init(sinew_recurrence *r, const sinew_discretization *d,
                                   const sinew_simd *simd, sinew_error *error);
void sinew_recurrence_finish(sinew_recurrence *r);

/* Doubles of scratch that `run` needs. */
size_t sinew_recurrence_scratch(const sinew_recurrence *r);

/* n frames: u (n, inputs), y (n, outputs), not overlapping; x (order) moves on. Real time. */
void sinew_recurrence_run(const sinew_recurrence *r, double *x, const double *u, double *y,
                          size_t n, double *scratch);

/* Add the work of so many frames in so many pieces. */
void sinew_recurrence_work(sinew_work *work, const sinew_discretization *d, size_t frames,
                           size_t chunks);

#endif
