/* Rounding to int8, and what a group of a panel gives with a frame: 16 exact sums. */
#ifndef SINEW_SIMD_LEARNED_INT8_H
#define SINEW_SIMD_LEARNED_INT8_H

#include "simd/learned.h"
#include "simd/learned_half.h"
#include "simd/learned_lanes.h"

enum { GROUP = SINEW_INT8_GROUP, GROUP_BYTES = 16 * GROUP + 32 };

typedef int8_t vb __attribute__((vector_size(WIDTH / 4), aligned(1), may_alias));

INLINE int32_t most_of(vi v)
{
#if WIDTH == 64
    return _mm512_reduce_max_epi32((__m512i)v);
#else
    int32_t most = v[0];
    for (size_t i = 1; i < VF; i++)
        most = v[i] > most ? v[i] : most;
    return most;
#endif
}

INLINE int32_t sum_of(vi v)
{
#if WIDTH == 64
    return _mm512_reduce_add_epi32((__m512i)v);
#else
    int32_t sum = v[0];
    for (size_t i = 1; i < VF; i++)
        sum += v[i];
    return sum;
#endif
}

/* As numbers magnitudes are ordered as their bits are, NaN above all. */
INLINE float largest_magnitude(const float *x)
{
    vi most = {0};
    UNROLL
    for (size_t c = 0; c < GROUP; c += VF) {
        vi bits = *(const vi *)(x + c) & 0x7FFFFFFF, above = bits > most;
        most = (above & bits) | (~above & most);
    }
    int32_t bits = most_of(most);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

enum { LARGEST = 127 * 254 + 126 }; /* of the integers: 254 high + low, neither of them -128 */

/* To the nearest: 1.5 2^23 more than a small number has no other digits. */
INLINE vf nearest(vf x)
{
    vf bias = SPLAT(0x1.8p23F);
    return (x + bias) - bias;
}

/* Small integers as int8; what is not finite gives any number. */
INLINE vb narrowed(vf x)
{
    vf bias = SPLAT(0x1.8p23F);
    return __builtin_convertvector((vi)(x + bias) - (vi)bias, vb);
}

/* q = round(x 32384 / most) = 254 high + low. What has no float for 32384 / most is zero; what is
 * not finite leaves its scale so. */
INLINE void round_group(const float *x, int8_t *values, float *scale, int32_t *sum)
{
    float most = largest_magnitude(x);
    int small = most < 0x1p-110F;
    vf inverse = SPLAT(small ? 0 : LARGEST / most);
    vi total = {0};
    UNROLL
    for (size_t c = 0; c < GROUP; c += VF) {
        vf q = nearest(load(x + c) * inverse), high = nearest(q * (1 / 254.F));
        vb first = narrowed(high), second = narrowed(madd_f32(high, SPLAT(-254), q));
        *(vb *)(values + c) = first;
        *(vb *)(values + GROUP + c) = second;
        total += 254 * __builtin_convertvector(first, vi) + __builtin_convertvector(second, vi);
    }
    *scale = small ? 0 : most / LARGEST;
    *sum = sum_of(total);
}

static void round_int8(const float *x, size_t x_stride, size_t columns, const sinew_frames_int8 *to,
                       size_t n)
{
    size_t whole = columns / GROUP;
    for (size_t t = 0; t < n; t++) {
        const float *from = x + t * x_stride;
        size_t at = t * to->groups, g = 0;
        for (; g < whole; g++)
            round_group(from + g * GROUP, to->values + (at + g) * 2 * GROUP, to->scales + at + g,
                        to->sums + at + g);
        float part[GROUP] ALIGNED = {0};
        for (size_t c = whole * GROUP; c < columns; c++)
            part[c - whole * GROUP] = from[c];
        if (g < to->groups)
            round_group(part, to->values + (at + g) * 2 * GROUP, to->scales + at + g,
                        to->sums + at + g);
    }
}

/* sum (16): of w x over a group's 32 columns, w in (8, 16, 4) each + 128. */
#if defined(__AVX2__)
/* |w| times x with the sign of w: no pair of products is above 16 bits, as no |w| or |x| is 128. */
INLINE __m256i products_of_8(__m256i sum, const uint8_t *w, __m256i x)
{
    __m256i value = _mm256_xor_si256(_mm256_loadu_si256((const void *)w), _mm256_set1_epi8(-128));
    __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(value), _mm256_sign_epi8(x, value));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

/* 254 high + low */
INLINE __m256i joined(__m256i high, __m256i low)
{
    __m256i most = _mm256_sub_epi32(_mm256_slli_epi32(high, 8), _mm256_slli_epi32(high, 1));
    return _mm256_add_epi32(most, low);
}

INLINE __m256i four_of(const int8_t *x)
{
    int32_t four;
    memcpy(&four, x, sizeof four);
    return _mm256_set1_epi32(four);
}

INLINE void group_sums(vi *sum, const uint8_t *group, const int8_t *x, int32_t x_sum)
{
    __m256i part[2][2] = {{_mm256_setzero_si256(), _mm256_setzero_si256()},
                          {_mm256_setzero_si256(), _mm256_setzero_si256()}}; /* rows, high or low */
    (void)x_sum;
    UNROLL
    for (size_t c = 0; c < GROUP / 4; c++) {
        __m256i high = four_of(x + 4 * c), low = four_of(x + GROUP + 4 * c);
        UNROLL
        for (size_t r = 0; r < 2; r++) {
            part[r][0] = products_of_8(part[r][0], group + 64 * c + 32 * r, high);
            part[r][1] = products_of_8(part[r][1], group + 64 * c + 32 * r, low);
        }
    }
    __m256i first = joined(part[0][0], part[0][1]), second = joined(part[1][0], part[1][1]);
#if WIDTH == 64
    sum[0] = (vi)_mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
#else
    sum[0] = (vi)first;
    sum[1] = (vi)second;
#endif
}
#else
INLINE void group_sums(vi *sum, const uint8_t *group, const int8_t *x, int32_t x_sum)
{
    int32_t of_row[16] ALIGNED;
    for (size_t r = 0; r < 16; r++)
        of_row[r] = -128 * x_sum;
    for (size_t c = 0; c < GROUP / 4; c++)
        for (size_t r = 0; r < 16; r++)
            for (size_t i = 0; i < 4; i++)
                of_row[r] +=
                    group[(c * 16 + r) * 4 + i] * (254 * x[4 * c + i] + x[GROUP + 4 * c + i]);
    memcpy(sum, of_row, sizeof of_row);
}
#endif

#define TARGET
#define SUMS group_sums
#define INT8(name) name##_plain
#include "simd/learned_int8_rows.h"
#undef TARGET
#undef SUMS
#undef INT8

#if defined(__AVX512F__)
/* The same sums by one instruction a register, where there is one: asked for at each call, as all
 * else in the table is the same. */
#define TARGET __attribute__((target("avx512vnni")))
TARGET INLINE void group_sums_vnni(vi *sum, const uint8_t *group, const int8_t *x, int32_t x_sum)
{
    __m512i high = _mm512_setzero_si512(), low = _mm512_set1_epi32(-128 * x_sum);
    UNROLL
    for (size_t c = 0; c < GROUP / 4; c++) {
        int32_t four[2];
        memcpy(&four[0], x + 4 * c, sizeof four[0]);
        memcpy(&four[1], x + GROUP + 4 * c, sizeof four[1]);
        __m512i w = _mm512_loadu_si512(group + 64 * c);
        high = _mm512_dpbusd_epi32(high, w, _mm512_set1_epi32(four[0]));
        low = _mm512_dpbusd_epi32(low, w, _mm512_set1_epi32(four[1]));
    }
    __m512i most = _mm512_sub_epi32(_mm512_slli_epi32(high, 8), _mm512_slli_epi32(high, 1));
    sum[0] = (vi)_mm512_add_epi32(most, low);
}
#define SUMS group_sums_vnni
#define INT8(name) name##_vnni
#include "simd/learned_int8_rows.h"
#undef TARGET
#undef SUMS
#undef INT8
#endif

static void rows_int8(const sinew_rows_int8 *W, size_t first, size_t last,
                      const sinew_frames_int8 *x, float *y, size_t y_stride, size_t n)
{
#if defined(__AVX512F__)
    if (__builtin_cpu_supports("avx512vnni")) {
        rows_vnni(W, first, last, x, y, y_stride, n);
        return;
    }
#endif
    rows_plain(W, first, last, x, y, y_stride, n);
}

#endif
