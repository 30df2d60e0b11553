/* The roots of a real polynomial whose coefficients are wide. */
#ifndef SINEW_MATH_WIDE_ROOTS_H
#define SINEW_MATH_WIDE_ROOTS_H

#include <stddef.h>

#include "math/wide.h"
#include "sinew/status.h"

/* The `degree` roots of c[0] + ... + c[degree] x^degree, c[0] and c[degree] not 0, less a real
 * `less`, rounded to double: conjugates adjacent and exact, Im > 0 first. By Aberth's iteration
 * (1973) from the radii of Newton's polygon (Bini 1996), with more and more of the bits.
 * SINEW_ERR_NUMERIC where it does not come to rest. */
sinew_status sinew_wide_roots(double complex *roots, const sinew_wide *c, size_t degree,
                              double less, sinew_error *error);

#endif
