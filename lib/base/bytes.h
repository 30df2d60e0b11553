/* Little-endian numbers in a byte array, whatever the machine; each returns the place behind. */
#ifndef SINEW_BASE_BYTES_H
#define SINEW_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint8_t *sinew_put_u64(uint8_t *at, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        at[i] = (uint8_t)(value >> (8 * i));
    return at + 8;
}

static inline uint8_t *sinew_put_u32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (8 * i));
    return at + 4;
}

static inline uint8_t *sinew_put_f64(uint8_t *at, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return sinew_put_u64(at, bits);
}

static inline uint8_t *sinew_put_f32(uint8_t *at, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return sinew_put_u32(at, bits);
}

static inline uint64_t sinew_get_u64(const uint8_t *at)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value |= (uint64_t)at[i] << (8 * i);
    return value;
}

static inline uint32_t sinew_get_u32(const uint8_t *at)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++)
        value |= (uint32_t)at[i] << (8 * i);
    return value;
}

static inline float sinew_get_f32(const uint8_t *at)
{
    uint32_t bits = sinew_get_u32(at);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline double sinew_get_f64(const uint8_t *at)
{
    uint64_t bits = sinew_get_u64(at);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
