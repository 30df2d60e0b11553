/* What the tests of learned.h share. Memory behind what an operation may read holds NaN, behind
 * what it may write a number that has to stay. */
#ifndef TESTS_SIMD_TABLES_H
#define TESTS_SIMD_TABLES_H

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/half.h"
#include "simd/ops.h"

/* Table i of those that this machine can run; NULL behind the last. */
static inline const sinew_learned *table(size_t i)
{
    const sinew_simd *simd = sinew_simd_table(i);
    return simd ? simd->learned : NULL;
}

#define EACH_TABLE(ops)                                                                            \
    for (struct { size_t i; } at_ = {0}; table(at_.i); at_.i++)                                    \
        for (const sinew_learned *ops = table(at_.i); ops; ops = NULL)

#define EACH(type, name, list)                                                                     \
    for (const type *name = list; name < list + sizeof list / sizeof *list; name++)

enum { PAD = 19 }; /* numbers between frames, so that they are not aligned */

static const size_t counts[] = {1, 2, 5, 6, 7, 13, 64};

static uint64_t random_state = 88172645463325252u;

static inline float noise(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (float)((double)(int64_t)random_state * 0x1p-63);
}

static inline float *room(size_t n, float fill)
{
    float *p = malloc((n + 1) * sizeof *p);
    cr_assert(p);
    for (size_t i = 0; i < n; i++)
        p[i] = fill;
    return p;
}

/* (frames, width), `stride` apart, NaN between and behind */
static inline float *frames_of_noise(size_t frames, size_t width, size_t stride)
{
    float *p = room(frames * stride, NAN);
    for (size_t t = 0; t < frames; t++)
        for (size_t c = 0; c < width; c++)
            p[t * stride + c] = noise();
    return p;
}

static inline bool same(const float *a, const float *b, size_t n)
{
    return memcmp(a, b, n * sizeof *a) == 0;
}

/* The distance in units of the last place of the expected number's float. */
static inline double ulps(float got, long double expected)
{
    float near = (float)expected;
    if (isnan(near) || isnan(got))
        return isnan(near) && isnan(got) ? 0 : HUGE_VAL;
    if (isinf(near) || isinf(got))
        return near == got ? 0 : HUGE_VAL;
    int exponent;
    frexpl(expected, &exponent);
    return (double)(fabsl((long double)got - expected) /
                    ldexpl(1, (exponent < -125 ? -125 : exponent) - 24));
}

#endif
