/* A complex number from its parts: CMPLX of C11, which clang's headers do not give everywhere.
 * (re + im * I would make a NaN of an infinite part.) */
#ifndef SINEW_MATH_COMPLEX_H
#define SINEW_MATH_COMPLEX_H

#include <complex.h>

static inline double complex sinew_cmplx(double re, double im)
{
    union {
        double part[2];
        double complex whole;
    } z = {{re, im}};
    return z.whole;
}

static inline long double complex sinew_cmplxl(long double re, long double im)
{
    union {
        long double part[2];
        long double complex whole;
    } z = {{re, im}};
    return z.whole;
}

#endif
