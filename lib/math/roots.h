/* The roots of a real polynomial. */
#ifndef SINEW_MATH_ROOTS_H
#define SINEW_MATH_ROOTS_H

#include <complex.h>
#include <stddef.h>

#include "sinew/status.h"

/* The `degree` roots of c[0] x^degree + ... + c[degree], c[0] != 0, all finite: conjugates
 * adjacent and exact, Im > 0 first. From the balanced companion matrix (Edelman, Murakami 1995),
 * then polished by Newton's rule in twice a long double. */
sinew_status sinew_roots(double complex *roots, const double *c, size_t degree, sinew_error *error);

#endif
