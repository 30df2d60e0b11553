/* C (s I - A)^-1 B + D of a system that is only known by its matrices, at one s after another. */
#ifndef SINEW_SSM_RESOLVENT_H
#define SINEW_SSM_RESOLVENT_H

#include <complex.h>
#include <stdbool.h>

#include "sinew/system.h"
#include "ssm/slope.h"

/* A, B, C in coordinates where A is lower triangular but for blocks of 2 on its diagonal, so
 * that an s costs n^2: as they are, with the states counted from the other end, or in Schur
 * coordinates. */
typedef struct sinew_resolvent {
    size_t n, q, p;
    double *A, *B, *C;
    const double *D;
    unsigned char *sizes;
    double complex *x, *right; /* (n) */
} sinew_resolvent;

/* D is not copied. */
sinew_status sinew_resolvent_init(sinew_resolvent *w, const sinew_matrices *m, sinew_error *error);
void sinew_resolvent_finish(sinew_resolvent *w);

/* out (outputs, inputs); false where s is a pole. */
bool sinew_resolvent_at(sinew_complex *out, sinew_resolvent *w, double complex s);

/* out (outputs, inputs); false where s is a pole. */
bool sinew_resolvent_slope(sinew_slope *out, sinew_resolvent *w, double complex s);

#endif
