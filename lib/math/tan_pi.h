/* tan(pi r), as good near a half as near 0. */
#ifndef SINEW_MATH_TAN_PI_H
#define SINEW_MATH_TAN_PI_H

#include <math.h>

/* 0 <= r < 1/2 */
static inline double sinew_tan_pi(double r)
{
    return r <= 0.25 ? tan(M_PI * r) : 1 / tan(M_PI * (0.5 - r));
}

#endif
