/* What all norms end in: a division by the root mean square. */
#ifndef SINEW_LAYER_RMS_H
#define SINEW_LAYER_RMS_H

#include <stdbool.h>
#include <stddef.h>

#include "simd/learned.h"

/* y = w x / sqrt(mean(x^2) + eps) for all that is finite, also where x^2 is not; x, y: (n), which
 * may be the same; w: (n) or NULL, ones. */
void sinew_rms_scaled(const sinew_learned *ops, const float *x, float eps, const float *w, float *y,
                      size_t n);

/* Does the sum of x^2 overflow? Then y = 2^-100 x, whose sum does not, and whose mean square is
 * beyond any eps; x, y may be the same. */
bool sinew_rms_shrink(const sinew_learned *ops, const float *x, float *y, size_t n);

#endif
