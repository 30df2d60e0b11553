/* Numbers of 16 bits: bfloat16, the upper half of a float, and IEEE binary16. */
#ifndef SINEW_BASE_HALF_H
#define SINEW_BASE_HALF_H

#include <stdint.h>
#include <string.h>

static inline float sinew_bits_float(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint32_t sinew_float_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline float sinew_bf16_float(uint16_t half)
{
    return sinew_bits_float((uint32_t)half << 16);
}

/* To nearest even; a NaN stays one. */
static inline uint16_t sinew_float_bf16(float value)
{
    uint32_t bits = sinew_float_bits(value);
    if ((bits & 0x7FFFFFFF) > 0x7F800000)
        return (uint16_t)(bits >> 16 | 0x40);
    return (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

/* Exact, subnormals too: those are multiples of 2^-24. */
static inline float sinew_f16_float(uint16_t half)
{
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = half >> 10 & 31;
    uint32_t fraction = half & 0x3FF;
    if (exponent == 31)
        return sinew_bits_float(sign | 0x7F800000 | fraction << 13);
    if (exponent > 0)
        return sinew_bits_float(sign | (exponent + 112) << 23 | fraction << 13);
    float value = (float)fraction * 0x1p-24F;
    return sign ? -value : value;
}

/* To nearest even; what is too large becomes infinite, a NaN stays one. */
static inline uint16_t sinew_float_f16(float value)
{
    uint32_t bits = sinew_float_bits(value), magnitude = bits & 0x7FFFFFFF;
    uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
    if (magnitude > 0x7F800000)
        return (uint16_t)(sign | 0x7E00);
    if (magnitude >= 0x477FF000) /* 65520 */
        return (uint16_t)(sign | 0x7C00);
    if (magnitude < 0x38800000) { /* below 2^-14: adding 0.5 rounds to multiples of 2^-24 */
        float sum = sinew_bits_float(magnitude) + 0.5F;
        return (uint16_t)(sign | (sinew_float_bits(sum) - 0x3F000000));
    }
    magnitude += 0xFFF + (magnitude >> 13 & 1);
    return (uint16_t)(sign | ((magnitude >> 13) - (112 << 10)));
}

#endif
