/* The inside of a kernel. */
#ifndef SINEW_FILTER_KERNEL_H
#define SINEW_FILTER_KERNEL_H

#include <stdint.h>

#include "sinew/kernel.h"

struct sinew_kernel {
    size_t outputs, inputs, taps;
    double rate_hz;
    double *h;     /* (outputs, inputs, taps) */
    uint64_t hash; /* of all of this */
};

#endif
