/* Nonlinear least squares: sum r(x)^2 made small by the method of Levenberg 1944 and Marquardt
 * 1963, for a few dozen parameters. */
#ifndef SINEW_MATH_LEVENBERG_H
#define SINEW_MATH_LEVENBERG_H

#include <stddef.h>

#include "sinew/status.h"

typedef struct sinew_least_squares {
    size_t params, points;
    double bound; /* every parameter stays within -bound .. bound, and moves by 1 at most */
    /* residual (points), slope (points, params): dr_i / dx_j; slope may be NULL. */
    void (*evaluate)(const void *context, const double *x, double *residual, double *slope);
    const void *context;
} sinew_least_squares;

/* From x (params) to where no step of up to `rounds` helps any more; *sum is what is left. */
sinew_status sinew_levenberg(double *x, double *sum, const sinew_least_squares *problem, int rounds,
                             sinew_error *error);

#endif
