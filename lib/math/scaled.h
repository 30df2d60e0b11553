/* A complex number as mantissa 2^exponent: a product of many differences of poles and zeros leaves
 * the range of any type. */
#ifndef SINEW_MATH_SCALED_H
#define SINEW_MATH_SCALED_H

#include <complex.h>
#include <math.h>

#include "math/complex.h"

typedef struct sinew_scaled {
    long double complex mantissa;
    long exponent;
} sinew_scaled;

static inline void sinew_scaled_normalise(sinew_scaled *x)
{
    long double size = fmaxl(fabsl(creall(x->mantissa)), fabsl(cimagl(x->mantissa)));
    int e = size > 0 && isfinite(size) ? ilogbl(size) : 0;
    x->mantissa = sinew_cmplxl(scalbnl(creall(x->mantissa), -e), scalbnl(cimagl(x->mantissa), -e));
    x->exponent += e;
}

static inline void sinew_scaled_multiply(sinew_scaled *x, long double complex factor)
{
    x->mantissa *= factor;
    sinew_scaled_normalise(x);
}

static inline void sinew_scaled_divide(sinew_scaled *x, long double complex divisor)
{
    x->mantissa /= divisor;
    sinew_scaled_normalise(x);
}

#endif
