#include "math/quadratic.h"

#include <math.h>

#include "math/complex.h"

/* a b - c d to two units of its last digit (Kahan; Jeannerod, Louvet, Muller 2013). */
static double difference(double a, double b, double c, double d)
{
    double cd = c * d, error = fma(-c, d, cd);
    return fma(a, b, -cd) + error;
}

/* a x^2 + 2 h x + c, where 1/4 <= |a|, |c| < 2 and |h| < 2^500. */
static void scaled_roots(double complex roots[2], double a, double h, double c)
{
    double d = difference(h, h, a, c);
    if (d < 0) {
        roots[0] = sinew_cmplx(-h / a, sqrt(-d) / fabs(a));
        roots[1] = conj(roots[0]);
        return;
    }
    /* the larger root is a sum of two numbers of one sign, the other c / a divided by it */
    double q = -(h + copysign(sqrt(d), h));
    roots[0] = q / a;
    roots[1] = c / q;
}

/* With x = 2^e y the first and last coefficient become alike. */
size_t sinew_quadratic_roots(double complex roots[2], const double c[3])
{
    if (c[0] == 0) {
        if (c[1] == 0)
            return 0;
        roots[0] = -c[2] / c[1];
        return 1;
    }
    if (c[2] == 0) {
        roots[0] = -c[1] / c[0];
        roots[1] = 0;
        return 2;
    }
    int first, last;
    double a = frexp(c[0], &first), end = frexp(c[2], &last);
    int e = (last - first) / 2; /* end 2^(last - first - 2e), an exponent of -1, 0 or 1 */
    end = ldexp(end, last - first - 2 * e);
    double h = ldexp(c[1], -first - e - 1);
    if (fabs(h) >= 0x1p500) { /* so far apart that neither root knows of the other */
        roots[0] = -c[1] / c[0];
        roots[1] = -c[2] / c[1];
        return 2;
    }
    scaled_roots(roots, a, h, end);
    for (int i = 0; i < 2; i++)
        roots[i] = sinew_cmplx(ldexp(creal(roots[i]), e), ldexp(cimag(roots[i]), e));
    return 2;
}
