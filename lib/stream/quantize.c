#include "stream/quantize.h"

#include <float.h>
#include <math.h>

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
