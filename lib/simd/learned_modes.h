/* The modes of diagonal state spaces of learned.h: a register of channels, a few of their modes in
 * registers while all frames come by. */
#ifndef SINEW_SIMD_LEARNED_MODES_H
#define SINEW_SIMD_LEARNED_MODES_H

#include "simd/learned.h"
#include "simd/learned_lanes.h"

/* `states` modes, whose numbers stand `parts` panels apart: y += sum Re(c h), h = a h + b x. */
INLINE void modes_tile(const sinew_modes *m, size_t at, size_t states, int parts, float *h,
                       const float *x, float *y, size_t n)
{
    enum { PANEL = SINEW_LEARNED_LANES, MOST = 2 };
    vf a[MOST][2], b[MOST][2], c[MOST][2], now[MOST][2], minus[MOST];
    UNROLL
    for (size_t i = 0; i < states; i++)
        UNROLL
    for (int k = 0; k < parts; k++) {
        size_t place = at + (i * (size_t)parts + (size_t)k) * PANEL;
        a[i][k] = load(m->a + place);
        b[i][k] = load(m->b + place);
        c[i][k] = load(m->c + place);
        now[i][k] = load(h + place);
    }
    UNROLL
    for (size_t i = 0; parts == 2 && i < states; i++)
        minus[i] = -a[i][1];
    for (size_t t = 0; t < n; t++) {
        vf in = load(x + t * m->x_stride), sum = load(y + t * m->y_stride);
        UNROLL
        for (size_t i = 0; i < states; i++) {
            vf re = madd_f32(a[i][0], now[i][0], b[i][0] * in);
            if (parts == 2) {
                vf im = madd_f32(a[i][0], now[i][1], b[i][1] * in);
                re = madd_f32(minus[i], now[i][1], re);
                now[i][1] = madd_f32(a[i][1], now[i][0], im);
                sum = madd_f32(c[i][1], now[i][1], sum);
            }
            now[i][0] = re;
            sum = madd_f32(c[i][0], re, sum);
        }
        store(y + t * m->y_stride, sum);
    }
    UNROLL
    for (size_t i = 0; i < states; i++)
        UNROLL
    for (int k = 0; k < parts; k++)
        store(h + at + (i * (size_t)parts + (size_t)k) * PANEL, now[i][k]);
}

INLINE void modes_register(const sinew_modes *m, size_t at, int parts, float *h, const float *x,
                           float *y, size_t n)
{
    size_t i = 0, mode = (size_t)parts * SINEW_LEARNED_LANES;
    for (; i + 2 <= m->order; i += 2)
        modes_tile(m, at + i * mode, 2, parts, h, x, y, n);
    if (i < m->order)
        modes_tile(m, at + i * mode, 1, parts, h, x, y, n);
}

static void modes(const sinew_modes *m, float *h, const float *x, float *y, size_t n)
{
    for (size_t channel = 0; channel < m->channels; channel += VF) {
        size_t panel = channel / SINEW_LEARNED_LANES, lane = channel % SINEW_LEARNED_LANES;
        size_t at = panel * m->order * m->parts * SINEW_LEARNED_LANES + lane;
        for (size_t t = 0; t < n; t++)
            store(y + t * m->y_stride + channel,
                  load(m->D + channel) * load(x + t * m->x_stride + channel));
        if (m->parts == 2)
            modes_register(m, at, 2, h, x + channel, y + channel, n);
        else
            modes_register(m, at, 1, h, x + channel, y + channel, n);
    }
}

#endif
