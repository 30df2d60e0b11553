/* Fractions of a frame. */
#ifndef SINEW_SSM_THIRAN_H
#define SINEW_SSM_THIRAN_H

#include "ssm/discretized.h"

/* The all-pass of `order` poles whose group delay at 0 is `frames`, maximally flat (J.-P. Thiran
 * 1971, IEEE Trans. Circuit Theory 18:659), as discrete sections in series: at most `order`, their
 * number into *count. Stable for frames > order - 1. */
sinew_status sinew_thiran(sinew_section *sections, size_t *count, double frames, size_t order,
                          sinew_error *error);

#endif
