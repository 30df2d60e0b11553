/* One sample of an array of F64 or F32, as double and back. */
#ifndef SINEW_BASE_SAMPLES_H
#define SINEW_BASE_SAMPLES_H

#include "sinew/block.h"

static inline double sinew_sample_get(const void *samples, sinew_sample sample, size_t i)
{
    return sample == SINEW_SAMPLE_F64 ? ((const double *)samples)[i]
                                      : (double)((const float *)samples)[i];
}

static inline void sinew_sample_put(void *samples, sinew_sample sample, size_t i, double value)
{
    if (sample == SINEW_SAMPLE_F64)
        ((double *)samples)[i] = value;
    else
        ((float *)samples)[i] = (float)value;
}

#endif
