/* The roots of a real quadratic, by its closed form without cancellation. */
#ifndef SINEW_MATH_QUADRATIC_H
#define SINEW_MATH_QUADRATIC_H

#include <complex.h>
#include <stddef.h>

/* The roots of c[0] x^2 + c[1] x + c[2], all finite: leading zeros lower the degree, and their
 * number is returned, 0 also for c = 0. Conjugates are exact, Im > 0 first. What overflows is
 * infinite. */
size_t sinew_quadratic_roots(double complex roots[2], const double c[3]);

#endif
