/* rounded: whether the states still fade when A^L is rounded to float.
 *
 * Where many poles are close together the eigenvalues of A^L move by the n-th root of what its
 * entries do: a chain of thirty equal poles that has all but forgotten in L frames may grow when
 * its entries are floats. */
#ifndef SINEW_FILTER_ROUNDED_H
#define SINEW_FILTER_ROUNDED_H

#include <stdbool.h>

#include "filter/lifted.h"
#include "math/components.h"

/* *fades: no eigenvalue of the rounded A^L is further out than half way from radius^L to 1, radius
 * being that of A; true where A does not fade. `groups`: no two of them are coupled. Errors:
 * SINEW_ERR_MEMORY, SINEW_ERR_NUMERIC. */
sinew_status sinew_rounded_fades(bool *fades, const sinew_lifted *l, double radius,
                                 const sinew_components *groups, sinew_error *error);

#endif
