/* One step: how the matrices of a continuous system become those of a discrete one. The whole
 * of a system, or one section of it, goes through the same functions. */
#ifndef SINEW_SSM_STEP_H
#define SINEW_SSM_STEP_H

#include <stdbool.h>

#include "sinew/discretization.h"

typedef struct sinew_step {
    sinew_method method;
    double T;          /* step in seconds; for bilinear with prewarp 2 tan(wT/2)/w */
    double alpha;      /* of the substitutions: s = (z - 1) / (T (alpha z + 1 - alpha)) */
    bool substitution; /* bilinear, euler, backward, gbt; else an exponential method */
} sinew_step;

/* Where the answer goes: as in sinew_matrices; shift (order, inputs) of foh; and less, A - I
 * before it was rounded to A: how far slow poles are from one. */
typedef struct sinew_step_out {
    double *A, *B, *C, *D, *shift, *less;
} sinew_step_out;

/* The discrete matrices in the coordinates of `m`. SINEW_ERR_NUMERIC for a pole that the
 * method cannot map or an answer that is not finite. */
sinew_status sinew_step_matrices(const sinew_step_out *out, const sinew_matrices *m,
                                 const sinew_step *step, sinew_error *error);

/* Its two halves: substitute.c and hold.c. */
sinew_status sinew_step_substitute(const sinew_step_out *out, const sinew_matrices *m,
                                   const sinew_step *step, sinew_error *error);
sinew_status sinew_step_hold(const sinew_step_out *out, const sinew_matrices *m,
                             const sinew_step *step, sinew_error *error);

#endif
