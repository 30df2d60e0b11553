/* Elliptic integrals and functions of a real argument, all of them sums and products of positive
 * numbers: every answer is good to its last digits, however near 0 or 1 the modulus is.
 *
 * In long double, so that on x86 a double rounded from what is computed here is right to an ulp.
 */
#ifndef SINEW_MATH_ELLIPTIC_H
#define SINEW_MATH_ELLIPTIC_H

#include "math/quarter.h"

/* A modulus k in (0, 1) with its complement kc = sqrt(1 - k^2): where one is near 1, the other
 * cannot be had of it. */
typedef struct sinew_modulus {
    long double k, kc;
} sinew_modulus;

typedef struct sinew_jacobi {
    long double sn, cn, dn;
} sinew_jacobi;

/* The arithmetic-geometric mean of a, b > 0: K(k) = pi / (2 agm(1, kc)) (Gauss 1799). */
long double sinew_agm(long double a, long double b);

/* Carlson's R_F(x, y, z) = 1/2 int_0^inf dt / sqrt((t + x)(t + y)(t + z)), all > 0. */
long double sinew_carlson_rf(long double x, long double y, long double z);

/* log q of the nome q = exp(-pi K'/K), and the modulus of a nome: log_q < 0. */
long double sinew_modulus_log_nome(sinew_modulus m);
sinew_modulus sinew_modulus_of_nome(long double log_q);

/* sn, cn and dn at a part of the quarter period K. */
sinew_jacobi sinew_jacobi_at(sinew_modulus m, sinew_quarter part);

#endif
