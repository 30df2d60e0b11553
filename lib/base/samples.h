/* One sample of an array of F64 or F32, as double and back; and what holds for all of them. */
#ifndef SINEW_BASE_SAMPLES_H
#define SINEW_BASE_SAMPLES_H

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
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

/* Without branches in the loops, which become vectors. */
static inline bool sinew_samples_finite(const void *samples, sinew_sample sample, size_t n)
{
    uint64_t beyond = 0;
    unsigned bad = 0;
    if (sample == SINEW_SAMPLE_F64)
        for (size_t i = 0; i < n; i++)
            beyond |= sinew_sample_beyond(((const double *)samples)[i], DBL_MAX);
    else
        for (size_t i = 0; i < n; i++)
            bad |= !(fabsf(((const float *)samples)[i]) <= FLT_MAX);
    return !(beyond >> 63) && !bad;
}

#endif
