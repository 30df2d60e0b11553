/* One sample of an array of F64 or F32, as double and back. */
#ifndef SINEW_BASE_SAMPLES_H
#define SINEW_BASE_SAMPLES_H

#include <stdint.h>
#include <string.h>

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

/* The top bit is set where |value| > limit, and for a NaN; limit >= 0. The bits of positive doubles
 * are ordered as their values are, infinity above all numbers and NaN above it; the sign of a
 * difference stands for the comparison of 64-bit integers, which SSE2 lacks. Or these of many
 * samples in a loop without branches, which becomes vectors. */
static inline uint64_t sinew_sample_beyond(double value, double limit)
{
    uint64_t bits, most;
    memcpy(&bits, &value, sizeof bits);
    memcpy(&most, &limit, sizeof most);
    return most - (bits & INT64_MAX);
}

#endif
