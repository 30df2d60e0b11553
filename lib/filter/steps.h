/* steps: what a node over irregular time does with a step: F, G1, G2 of ssm/held.h for it, computed
 * while the node runs and kept for some recent distinct steps.
 *
 *     x(t + dt) = F x + G1 u0 + G2 (u1 - u0)
 *
 * A diagonal entry of F near 1 is taken as 1 and F - I, so that slow modes keep the digits that
 * rounding F would take. What is kept changes no bit of what comes out. */
#ifndef SINEW_FILTER_STEPS_H
#define SINEW_FILTER_STEPS_H

#include "ssm/held.h"

typedef struct sinew_steps {
    sinew_held held;
    size_t extra;     /* doubles beside, which the user computes */
    size_t kept;      /* how many distinct steps: 2 to 32, 256 KiB at most where that is two */
    size_t of_a_step; /* doubles: F (entries), near (order), G1, G2 (order, inputs), extra */
} sinew_steps;

/* One step. F (entries of held), near (order): 1 where F - I stands on the diagonal. */
typedef struct sinew_step_at {
    const double *F, *near, *G1, *G2;
    double *extra; /* to be computed where the step is fresh */
    bool fresh;
} sinew_step_at;

/* holds: as of sinew_held_init. Finish in any case. */
sinew_status sinew_steps_init(sinew_steps *s, const sinew_matrices *m, int holds, size_t extra,
                              sinew_error *error);
void sinew_steps_finish(sinew_steps *s);

/* What is kept: so many doubles, part of a node's state but not of what is saved. */
size_t sinew_steps_doubles(const sinew_steps *s);
void sinew_steps_forget(const sinew_steps *s, double *kept);

/* For dt > 0; scratch: sinew_steps_scratch doubles. Real time. */
sinew_step_at sinew_steps_find(const sinew_steps *s, double *kept, double dt, double *scratch);
size_t sinew_steps_scratch(const sinew_steps *s);

/* x (order) over the step, from input u0 to u1; NULL: no input. moved: (order), not x. */
void sinew_steps_move(const sinew_steps *s, const sinew_step_at *at, const double *x,
                      const double *u0, const double *u1, double *moved);

#endif
