/* Of learned.h: what norms and short convolutions are made of. */
#ifndef SINEW_SIMD_LEARNED_VECTORS_H
#define SINEW_SIMD_LEARNED_VECTORS_H

#include "simd/learned_lanes.h"

/* Four registers of sums, so that none waits for itself. */
static float squares(const float *x, size_t n)
{
    vf sum[4] = {{0}};
    size_t i = 0;
    for (; i + 4 * VF <= n; i += 4 * VF)
        UNROLL
    for (size_t k = 0; k < 4; k++)
        sum[k] = madd_f32(load(x + i + k * VF), load(x + i + k * VF), sum[k]);
    for (; i + VF <= n; i += VF)
        sum[0] = madd_f32(load(x + i), load(x + i), sum[0]);
    if (i < n) {
        vf part = load_part(x + i, n - i);
        sum[1] = madd_f32(part, part, sum[1]);
    }
    v4 all = sums(sum[0], sum[1], sum[2], sum[3]);
    return all[0] + all[1] + (all[2] + all[3]);
}

static void scaled(const float *x, float scale, const float *w, float *y, size_t n)
{
    size_t i = 0;
    if (!w)
        for (; i < n; i++)
            y[i] = x[i] * scale;
    for (; i < n; i++)
        y[i] = x[i] * scale * w[i];
}

/* One register of channels at frame t: x is its first tap's. */
INLINE vf tapped(const float *w, const float *bias, size_t n_taps, size_t channels, const float *x,
                 size_t x_stride)
{
    vf sum = bias ? load(bias) : (vf){0};
    for (size_t k = 0; k < n_taps; k++)
        sum = madd_f32(load(w + k * channels), load(x + k * x_stride), sum);
    return sum;
}

INLINE vf tapped_part(const float *w, const float *bias, size_t n_taps, size_t channels,
                      const float *x, size_t x_stride, size_t count)
{
    vf sum = bias ? load_part(bias, count) : (vf){0};
    for (size_t k = 0; k < n_taps; k++)
        sum = madd_f32(load_part(w + k * channels, count), load_part(x + k * x_stride, count), sum);
    return sum;
}

INLINE void taps_of(const float *w, const float *bias, size_t n_taps, size_t channels,
                    const float *x, size_t x_stride, float *y, size_t y_stride, size_t n)
{
    for (size_t t = 0; t < n; t++, x += x_stride, y += y_stride) {
        size_t c = 0;
        for (; c + VF <= channels; c += VF)
            store(y + c, tapped(w + c, bias ? bias + c : NULL, n_taps, channels, x + c, x_stride));
        if (c < channels)
            store_part(y + c,
                       tapped_part(w + c, bias ? bias + c : NULL, n_taps, channels, x + c, x_stride,
                                   channels - c),
                       channels - c);
    }
}

static void taps(const float *w, const float *bias, size_t n_taps, size_t channels, const float *x,
                 size_t x_stride, float *y, size_t y_stride, size_t n)
{
    if (n_taps == 4)
        taps_of(w, bias, 4, channels, x, x_stride, y, y_stride, n);
    else
        taps_of(w, bias, n_taps, channels, x, x_stride, y, y_stride, n);
}

#endif
