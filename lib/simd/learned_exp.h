/* exp and 2^x of a register: 2^n e^r, n an integer, e^r a polynomial of degree 6 with a relative
 * error of 2e-9 where |r| <= ln(2) / 2, found by Remez's exchange. */
#ifndef SINEW_SIMD_LEARNED_EXP_H
#define SINEW_SIMD_LEARNED_EXP_H

#include "simd/learned_lanes.h"

/* 1.5 2^23 more than a number is its nearest integer, in the lowest bits. */
#define INTEGER 0x1.8p23F

INLINE vf either(vi mask, vf yes, vf no)
{
    return (vf)((mask & (vi)yes) | (~mask & (vi)no));
}

/* A NaN stays one. */
INLINE vf at_least(vf x, float least)
{
#if WIDTH == 64
    return (vf)_mm512_max_ps(_mm512_set1_ps(least), (__m512)x);
#elif WIDTH == 32
    return (vf)_mm256_max_ps(_mm256_set1_ps(least), (__m256)x);
#else
    return either(x < SPLAT(least), SPLAT(least), x);
#endif
}

INLINE vf at_most(vf x, float most)
{
#if WIDTH == 64
    return (vf)_mm512_min_ps(_mm512_set1_ps(most), (__m512)x);
#elif WIDTH == 32
    return (vf)_mm256_min_ps(_mm256_set1_ps(most), (__m256)x);
#else
    return either(x > SPLAT(most), SPLAT(most), x);
#endif
}

/* c[0] + c[1] x + ... c[degree] x^degree */
INLINE vf polynomial(vf x, const float *c, size_t degree)
{
    vf sum = SPLAT(c[degree]);
    UNROLL
    for (size_t i = degree; i-- > 0;)
        sum = madd_f32(sum, x, SPLAT(c[i]));
    return sum;
}

/* 2^n of the integer in the lowest bits of INTEGER + n; 0 for n = -127 */
INLINE vf power_of_2(vi bits)
{
    return (vf)(((vu)bits << 23) + (127U << 23));
}

/* e^x within 2 units of the last place; 0 where that is below the smallest number, subnormal ones
 * to their own last place. */
INLINE vf exp_of(vf x)
{
    static const float c[] = {0x1p0F,         0x1p0F,         0x1.fffffcp-2F, 0x1.555418p-3F,
                              0x1.555824p-5F, 0x1.12682ep-7F, 0x1.6ae70ap-10F};
    x = at_most(at_least(x, -104), 89);
    vf biased = madd_f32(x, SPLAT(0x1.715476p0F), SPLAT(INTEGER)), n = biased - INTEGER;
    vf r = madd_f32(n, SPLAT(-0x1.63p-1F), x); /* exact: ln 2 = 0x1.63p-1 + ... */
    r = madd_f32(n, SPLAT(0x1.bd0106p-13F), r);
    vf value = polynomial(r, c, 6);
#if WIDTH == 64
    return (vf)_mm512_scalef_ps((__m512)value, (__m512)n);
#else
    /* twice half of it: n is from -150 to 128 */
    vi half = ((vi)biased - (vi)SPLAT(INTEGER)) >> 1;
    vi rest = (vi)biased - (vi)SPLAT(INTEGER) - half;
    return value * power_of_2(half) * power_of_2(rest);
#endif
}

/* 2^x for x <= 127, a relative error of 1.5e-7; below 2^-126 it may be 0. */
INLINE vf exp2_of(vf x)
{
    static const float c[] = {1,
                              0x1.62e43p-1F,
                              0x1.ebfbdcp-3F,
                              0x1.c6aee6p-5F,
                              0x1.3b2d5p-7F,
                              0x1.5f3f3p-10F,
                              0x1.41fb9ap-13F};
#if WIDTH == 64
    vf n = (vf)_mm512_roundscale_ps((__m512)x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    return (vf)_mm512_scalef_ps((__m512)polynomial(x - n, c, 6), (__m512)n);
#else
    x = at_least(x, -127);
    vf biased = x + INTEGER;
    return polynomial(x - (biased - INTEGER), c, 6) * power_of_2((vi)biased);
#endif
}

#endif
