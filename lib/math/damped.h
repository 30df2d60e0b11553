/* The two roots of s^2 + 2 h w s + w^2. */
#ifndef SINEW_MATH_DAMPED_H
#define SINEW_MATH_DAMPED_H

#include <math.h>

#include "math/complex.h"

/* w > 0, any h; conjugates with Im > 0 first. Two real ones are taken without cancellation: the
 * larger as a sum, the other from their product. */
static inline void sinew_damped_roots(double complex roots[2], double w, double h)
{
    double rest = (1 - h) * (1 + h);
    if (rest > 0) {
        roots[0] = sinew_cmplx(-h * w, w * sqrt(rest));
        roots[1] = conj(roots[0]);
        return;
    }
    double far = -copysign(fabs(h) + sqrt(-rest), h);
    roots[0] = far * w;
    roots[1] = w / far;
}

#endif
