/* What the bodies of learned.h share: parts of a register, and its sum in one fixed order. */
#ifndef SINEW_SIMD_LEARNED_LANES_H
#define SINEW_SIMD_LEARNED_LANES_H

#include <string.h>

#include "simd/registers.h"

#if defined(__AVX512F__) || defined(__aarch64__)
#define REGISTERS 32
#else
#define REGISTERS 16
#endif

#define INLINE static inline __attribute__((always_inline))
#define SPLAT(x) ((x) - (vf){0})

typedef uint32_t vu __attribute__((vector_size(WIDTH), aligned(4), may_alias));
typedef float v4 __attribute__((vector_size(16), aligned(4), may_alias));

INLINE vf load(const float *p)
{
    return *(const vf *)p;
}

INLINE void store(float *p, vf v)
{
    *(vf *)p = v;
}

/* `count` < VF numbers, zeros behind them; what is behind them is neither read nor written. */
#if WIDTH == 64
INLINE vf load_part(const float *p, size_t count)
{
    return (vf)_mm512_maskz_loadu_ps((__mmask16)((1U << count) - 1), p);
}

INLINE void store_part(float *p, vf v, size_t count)
{
    _mm512_mask_storeu_ps(p, (__mmask16)((1U << count) - 1), (__m512)v);
}
#else
INLINE vf load_part(const float *p, size_t count)
{
    float copy[VF] ALIGNED = {0};
    ROLLED
    for (size_t i = 0; i < count; i++)
        copy[i] = p[i];
    return load(copy);
}

INLINE void store_part(float *p, vf v, size_t count)
{
    float copy[VF] ALIGNED;
    store(copy, v);
    ROLLED
    for (size_t i = 0; i < count; i++)
        p[i] = copy[i];
}
#endif

/* The sums of four registers: of each, the upper half is added to the lower one until one number
 * is left. */
#if WIDTH == 64
INLINE v4 sums(vf a, vf b, vf c, vf d)
{
#define LOW 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define HIGH 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31
    vf ab = __builtin_shufflevector(a, b, LOW) + __builtin_shufflevector(a, b, HIGH);
    vf cd = __builtin_shufflevector(c, d, LOW) + __builtin_shufflevector(c, d, HIGH);
    /* of a, b, c, d four numbers each */
    vf fours =
        __builtin_shufflevector(ab, cd, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27) +
        __builtin_shufflevector(ab, cd, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
    vf twos = fours + __builtin_shufflevector(fours, fours, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9,
                                              14, 15, 12, 13);
    vf ones = twos + __builtin_shufflevector(twos, twos, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13,
                                             12, 15, 14);
    return __builtin_shufflevector(ones, ones, 0, 4, 8, 12);
#undef LOW
#undef HIGH
}
#elif WIDTH == 32
INLINE v4 sums(vf a, vf b, vf c, vf d)
{
    vf ab = __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11) +
            __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
    vf cd = __builtin_shufflevector(c, d, 0, 1, 2, 3, 8, 9, 10, 11) +
            __builtin_shufflevector(c, d, 4, 5, 6, 7, 12, 13, 14, 15);
    /* a a c c, b b d d */
    vf twos = __builtin_shufflevector(ab, cd, 0, 1, 8, 9, 4, 5, 12, 13) +
              __builtin_shufflevector(ab, cd, 2, 3, 10, 11, 6, 7, 14, 15);
    vf ones = twos + __builtin_shufflevector(twos, twos, 1, 0, 3, 2, 5, 4, 7, 6);
    return __builtin_shufflevector(ones, ones, 0, 4, 2, 6);
}
#elif WIDTH == 16
INLINE v4 sums(vf a, vf b, vf c, vf d)
{
    vf ab = __builtin_shufflevector(a, b, 0, 1, 4, 5) + __builtin_shufflevector(a, b, 2, 3, 6, 7);
    vf cd = __builtin_shufflevector(c, d, 0, 1, 4, 5) + __builtin_shufflevector(c, d, 2, 3, 6, 7);
    return __builtin_shufflevector(ab, cd, 0, 2, 4, 6) +
           __builtin_shufflevector(ab, cd, 1, 3, 5, 7);
}
#else
INLINE v4 sums(vf a, vf b, vf c, vf d)
{
    return (v4){a[0] + a[1], b[0] + b[1], c[0] + c[1], d[0] + d[1]};
}
#endif

#endif
