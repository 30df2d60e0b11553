/* How far samples are apart. fmax alone would pass over a NaN, and take it for agreement. */
#ifndef TESTS_FAR_H
#define TESTS_FAR_H

#include <math.h>

/* The larger of `most` and |x - y|; infinite where either is no number. */
static inline double farther(double most, double x, double y)
{
    return isfinite(x - y) ? fmax(most, fabs(x - y)) : HUGE_VAL;
}

#endif
