/* Registers of floats from weights of 16 bits; exact, as base/half.h. */
#ifndef SINEW_SIMD_LEARNED_HALF_H
#define SINEW_SIMD_LEARNED_HALF_H

#include "simd/learned_lanes.h"

typedef uint16_t vh __attribute__((vector_size(WIDTH / 2), aligned(2), may_alias));

INLINE vh load_part_16(const uint16_t *p, size_t count)
{
    uint16_t copy[VF] ALIGNED = {0};
    ROLLED
    for (size_t i = 0; i < count; i++)
        copy[i] = p[i];
    return *(const vh *)copy;
}

/* The upper half of each float; for a wide register one permutation does what widening and shifting
 * do in two steps, beside products. */
#if WIDTH == 64
INLINE vf widen_bf16(vh half)
{
    static const uint16_t from[32] ALIGNED = {0, 0, 0, 1, 0, 2,  0, 3,  0, 4,  0, 5,  0, 6,  0, 7,
                                              0, 8, 0, 9, 0, 10, 0, 11, 0, 12, 0, 13, 0, 14, 0, 15};
    return (vf)_mm512_maskz_permutexvar_epi16(0xAAAAAAAA, _mm512_load_si512(from),
                                              _mm512_castsi256_si512((__m256i)half));
}
#else
INLINE vf widen_bf16(vh half)
{
    return (vf)(__builtin_convertvector(half, vu) << 16);
}
#endif

#if WIDTH == 64
INLINE vf widen_f16(vh half)
{
    return (vf)_mm512_cvtph_ps((__m256i)half);
}
#elif defined(__F16C__) && WIDTH == 32
INLINE vf widen_f16(vh half)
{
    return (vf)_mm256_cvtph_ps((__m128i)half);
}
#else
/* Subnormals are multiples of 2^-24: no float is subnormal on the way, where a processor may take
 * it for zero. */
INLINE vf widen_f16(vh half)
{
    vu bits = __builtin_convertvector(half, vu), sign = (bits & 0x8000) << 16;
    vu exponent = bits & 0x7C00, magnitude = (bits & 0x7FFF) << 13;
    vu normal = magnitude + ((vu)(exponent == 0x7C00) & (112U << 23)) + (112U << 23);
    vu small = (vu)(__builtin_convertvector((vi)(bits & 0x3FF), vf) * 0x1p-24F);
    vu is_small = (vu)(exponent == 0);
    return (vf)(sign | (is_small & small) | (~is_small & normal));
}
#endif

INLINE vf bf16_load(const uint16_t *p)
{
    return widen_bf16(*(const vh *)p);
}
INLINE vf bf16_load_part(const uint16_t *p, size_t count)
{
    return widen_bf16(load_part_16(p, count));
}
INLINE vf f16_load(const uint16_t *p)
{
    return widen_f16(*(const vh *)p);
}
INLINE vf f16_load_part(const uint16_t *p, size_t count)
{
    return widen_f16(load_part_16(p, count));
}

#endif
