/* The inside of a discretization: the matrices, and the form in which engines may run them.
 *
 * All forms share one state vector x (order) and one set of dense matrices A, B, C, D; a form
 * says which of their entries matter:
 *
 *   DENSE     nothing is known: n^2 products a frame.
 *   CASCADE   sections in series: the input of section i is the output of section i-1, the
 *             first gets u, the last gives y. D of the whole is the product of the d.
 *   PARALLEL  sections side by side: each gets u, y is the sum of c x of all plus d u once, in
 *             `direct`; the sections' own d are 0.
 *
 * Section i owns the next 1 or 2 entries of x. CASCADE and PARALLEL have one input and output.
 */
#ifndef SINEW_SSM_DISCRETIZED_H
#define SINEW_SSM_DISCRETIZED_H

#include <stdbool.h>

#include "sinew/discretization.h"

typedef enum sinew_form {
    SINEW_FORM_DENSE = 0,
    SINEW_FORM_CASCADE,
    SINEW_FORM_PARALLEL
} sinew_form;

/* x+ = A x + b v, output c x + d v. A section of one state uses A[0][0], b[0], c[0]; the rest
 * is 0. `less` is of a discrete section: A - I before it was rounded to A. */
typedef struct sinew_section {
    double A[2][2], b[2], c[2], d;
    double less[2][2];
    int states; /* 1 or 2 */
} sinew_section;

/* Whether a state moves by x += (A - I) x: where A's diagonal is nearer to one than to zero. Then
 * A - I is the exact part; elsewhere A is, and A - I would round a small A against one. */
static inline bool sinew_section_keeps(double a)
{
    return a > 0.5;
}

struct sinew_discretization {
    double step_s;
    sinew_method method;
    size_t order, inputs, outputs;
    double *A, *B, *C, *D; /* rows first, as in sinew_matrices */
    double *shift;         /* (order, inputs): foh's G2, else zeros */
    double *less;          /* A - I before it was rounded to A */
    double radius;         /* largest |eigenvalue| of A */
    double settle_frames;  /* until nothing of a state is left (settle.h) */
    sinew_form form;
    size_t n_sections;       /* 0 for DENSE */
    sinew_section *sections; /* (n_sections) */
    double direct;           /* PARALLEL: D */
    uint64_t hash;           /* of what was asked: the system, the step, the method */
    sinew_discretize_opts asked;
    sinew_system *origin; /* what it was made of, shared; NULL for discrete matrices as given */
    sinew_system *taken;  /* what the step is really of: `origin`, prewarped or as a twin; shared */
};

#endif
