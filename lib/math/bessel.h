/* The roots of Bessel polynomials. */
#ifndef SINEW_MATH_BESSEL_H
#define SINEW_MATH_BESSEL_H

#include <complex.h>
#include <stddef.h>

#include "sinew/status.h"

/* The n roots of the reverse Bessel polynomial theta_n(s) = (2n-1) theta_(n-1) + s^2 theta_(n-2),
 * theta_0 = 1, theta_1 = s + 1: the poles of Bessel's low-pass and, times 2, of the Pade
 * approximant of e^(-s). roots[i] and roots[n-1-i] are conjugates, exactly, and Im falls with i.
 * In long double, good to some units of its last place. */
sinew_status sinew_bessel_roots(long double complex *roots, size_t n, sinew_error *error);

#endif
