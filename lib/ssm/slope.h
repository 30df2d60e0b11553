/* A response and how it changes. */
#ifndef SINEW_SSM_SLOPE_H
#define SINEW_SSM_SLOPE_H

#include <complex.h>

/* H, dH/ds, and the sum of the sizes of what H was summed from: it says how much of H is rounding.
 */
typedef struct sinew_slope {
    double complex value, slope;
    double size;
} sinew_slope;

#endif
