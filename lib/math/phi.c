#include "math/phi.h"

#include <math.h>

#include "math/complex.h"

/* e^z - 1: e^a cos b - 1 = (e^a - 1) cos b - 2 sin^2(b/2). */
static double complex complex_expm1(double complex z)
{
    double a = creal(z), b = cimag(z), half = sin(b / 2);
    return sinew_cmplx(expm1(a) * cos(b) - 2 * half * half, exp(a) * sin(b));
}

/* sum z^k / (k + 2)! for |z| < 1: 18 terms reach 1e-18. */
static double complex phi2_series(double complex z)
{
    double complex sum = 0;
    for (int k = 20; k >= 2; k--)
        sum = (sum * z + 1) / k;
    return sum;
}

double complex sinew_phi1(double complex z)
{
    return z == 0 ? 1 : complex_expm1(z) / z;
}

double complex sinew_phi2(double complex z)
{
    return cabs(z) < 1 ? phi2_series(z) : (sinew_phi1(z) - 1) / z;
}
