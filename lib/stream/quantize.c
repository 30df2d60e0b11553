#include "stream/quantize.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/samples.h"

/* Each loop is compiled once for F64 and once for F32, the type being a constant in it. */
#define ALWAYS static inline __attribute__((always_inline))

/* Half to even, of |x| < 2^51: beside 1.5 2^52 a double has no fraction left, and the default
 * rounding of the addition is the one that is wanted. Where sums have excess precision that does
 * not hold; else it is rint without a call, which the oldest x86-64 needs for it. */
ALWAYS double round_even(double x)
{
#if FLT_EVAL_METHOD == 0
    return x + 0x1.8p52 - 0x1.8p52;
#else
    return rint(x);
#endif
}

/* What is counted is counted by way of int: gcc has no vectors for bool or 64 bits beside double.
 * Comparisons in this form are one instruction each (minpd, maxpd). */
ALWAYS double at_most(double x, double most)
{
    return x < most ? x : most;
}

ALWAYS double at_least(double x, double least)
{
    return x > least ? x : least;
}

/* Kept within one step beyond the ends before it is rounded, so that a huge number rounds well. */
ALWAYS uint64_t quantize(int *restrict out, const void *restrict samples, sinew_sample sample,
                         size_t n, int bits, double lowest)
{
    double scale = ldexp(1, bits - 1), highest = scale - 1, shift = ldexp(1, 32 - bits);
    double lower = lowest - 1;
    unsigned clipped = 0;
    for (size_t i = 0; i < n; i++) {
        double value = sinew_sample_get(samples, sample, i) * scale;
        double number = value == value ? value : 0, odd = value == value ? 0 : 1;
        double rounded = round_even(at_least(at_most(number, scale), lower));
        double inside = at_least(at_most(rounded, highest), lowest);
        odd += (rounded - inside) * (rounded - inside); /* 0, or a step from the end: 1 */
        clipped += (unsigned)(int)odd;
        out[i] = (int)(inside * shift);
    }
    return clipped;
}

uint64_t sinew_quantize(int *out, const void *samples, sinew_sample sample, size_t n, int bits,
                        double lowest)
{
    return sample == SINEW_SAMPLE_F64 ? quantize(out, samples, SINEW_SAMPLE_F64, n, bits, lowest)
                                      : quantize(out, samples, SINEW_SAMPLE_F32, n, bits, lowest);
}

enum { PIECE = 512 }; /* stays in the first-level cache between the two loops over it */

/* Whether nothing is to be saturated: |x| 2^15 < 32767.5 for all of them, which NaN and infinity
 * fail. */
ALWAYS bool all_fit_16(const void *samples, sinew_sample sample, size_t n)
{
    const double below = 32767.5 * 0x1p-15 - 0x1p-53; /* the last double below it */
    uint64_t any = 0;
    for (size_t i = 0; i < n; i++)
        any |= sinew_sample_beyond(sinew_sample_get(samples, sample, i), below);
    return !(any >> 63);
}

/* As round_even, which leaves the integer in the last bits of the sum. */
ALWAYS void convert_16(int16_t *restrict out, const void *restrict samples, sinew_sample sample,
                       size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double sum = sinew_sample_get(samples, sample, i) * 0x1p15 + 0x1.8p52;
        uint64_t bits;
        memcpy(&bits, &sum, sizeof bits);
        out[i] = (int16_t)bits;
    }
}

/* A piece where something saturates takes the long way. */
ALWAYS uint64_t quantize_piece_16(int16_t *restrict out, const void *restrict samples,
                                  sinew_sample sample, size_t n)
{
    if (FLT_EVAL_METHOD == 0 && all_fit_16(samples, sample, n)) {
        convert_16(out, samples, sample, n);
        return 0;
    }
    int wide[PIECE];
    uint64_t clipped = quantize(wide, samples, sample, n, 16, -32768);
    for (size_t i = 0; i < n; i++)
        out[i] = (int16_t)(wide[i] >> 16);
    return clipped;
}

ALWAYS uint64_t quantize_16(int16_t *out, const void *samples, sinew_sample sample, size_t n)
{
    uint64_t clipped = 0;
    for (size_t at = 0; at < n; at += PIECE) {
        const char *from = (const char *)samples + at * sinew_sample_bytes(sample);
        clipped += quantize_piece_16(out + at, from, sample, n - at < PIECE ? n - at : PIECE);
    }
    return clipped;
}

uint64_t sinew_quantize_16(int16_t *out, const void *samples, sinew_sample sample, size_t n)
{
    return sample == SINEW_SAMPLE_F64 ? quantize_16(out, samples, SINEW_SAMPLE_F64, n)
                                      : quantize_16(out, samples, SINEW_SAMPLE_F32, n);
}

ALWAYS void dequantize_16(void *restrict out, sinew_sample sample, const int16_t *restrict integers,
                          size_t n)
{
    for (size_t i = 0; i < n; i++)
        sinew_sample_put(out, sample, i, (double)integers[i] * 0x1p-15);
}

void sinew_dequantize_16(void *out, sinew_sample sample, const int16_t *integers, size_t n)
{
    if (sample == SINEW_SAMPLE_F64)
        dequantize_16(out, SINEW_SAMPLE_F64, integers, n);
    else
        dequantize_16(out, SINEW_SAMPLE_F32, integers, n);
}

ALWAYS void dequantize(void *restrict out, sinew_sample sample, const int *integers, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sinew_sample_put(out, sample, i, (double)integers[i] * 0x1p-31);
}

void sinew_dequantize(void *out, sinew_sample sample, const int *integers, size_t n)
{
    if (sample == SINEW_SAMPLE_F64)
        dequantize(out, SINEW_SAMPLE_F64, integers, n);
    else
        dequantize(out, SINEW_SAMPLE_F32, integers, n);
}

ALWAYS uint64_t saturate(double *restrict out, const void *restrict samples, sinew_sample sample,
                         size_t n)
{
    unsigned clipped = 0;
    for (size_t i = 0; i < n; i++) {
        double value = sinew_sample_get(samples, sample, i);
        double number = value == value ? value : 0;
        double inside = at_least(at_most(number, 1), -1);
        double changed = inside == value ? 0 : 1;
        clipped += (unsigned)(int)changed;
        out[i] = inside;
    }
    return clipped;
}

uint64_t sinew_saturate(double *out, const void *samples, sinew_sample sample, size_t n)
{
    return sample == SINEW_SAMPLE_F64 ? saturate(out, samples, SINEW_SAMPLE_F64, n)
                                      : saturate(out, samples, SINEW_SAMPLE_F32, n);
}
