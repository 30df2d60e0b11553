#include "math/phi.h"

#include <math.h>

#include "math/complex.h"

/* e^z - 1: e^a cos b - 1 = (e^a - 1) cos b - 2 sin^2(b/2). */
static double complex complex_expm1(double complex z)
{
    double a = creal(z), b = cimag(z), half = sin(b / 2);
    return sinew_cmplx(expm1(a) * cos(b) - 2 * half * half, exp(a) * sin(b));
}

/* sum z^k / (k + order)! for |z| < 1: 18 terms reach 1e-18. Imaginary parts, of the size of z, keep
 * their digits, which the quotients below would round against one. */
static double complex series(double complex z, int order)
{
    double complex sum = 0;
    for (int k = 18 + order; k >= order; k--)
        sum = (sum * z + 1) / k;
    for (int k = order - 1; k > 1; k--)
        sum /= k;
    return sum;
}

double complex sinew_phi1(double complex z)
{
    return cabs(z) < 1 ? series(z, 1) : complex_expm1(z) / z;
}

double complex sinew_phi2(double complex z)
{
    return cabs(z) < 1 ? series(z, 2) : (sinew_phi1(z) - 1) / z;
}
