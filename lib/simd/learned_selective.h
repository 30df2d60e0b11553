/* The scan of Mamba-1 of learned.h: a panel of 16 channels in lanes, up to 16 of their states in
 * registers while a block of frames comes by. */
#ifndef SINEW_SIMD_LEARNED_SELECTIVE_H
#define SINEW_SIMD_LEARNED_SELECTIVE_H

#include <string.h>

#include "simd/learned.h"
#include "simd/learned_exp.h"

enum { PANEL = SINEW_LEARNED_LANES, SCAN_FRAMES = 32 };

/* A panel's frames. */
typedef struct scan_in {
    const float *u, *delta, *B, *C; /* B and C of the tile's first state */
    float *y;
    size_t u_stride, delta_stride, bc_stride, y_stride;
    const float *D; /* (16): of the first tile, y = D u + its sum; NULL: y += its sum */
} scan_in;

/* decay[i] = 2^(step A[i]). Where A is -(1 ..) log2(e): of the first state, which is a power of
 * itself too, times powers; the first tile's states begin with -1. */
INLINE void decays(vf *decay, const float *A, vf step, size_t states, int harmonic, int is_first)
{
    vf power[16] = {{0}};
    if (!harmonic) {
        UNROLL
        for (size_t i = 0; i < states; i++)
            decay[i] = exp2_of(step * load(A + i * PANEL));
        return;
    }
    decay[0] = exp2_of(step * load(A));
    power[1] = decay[0];
    if (!is_first)
        power[1] = exp2_of(step * (load(A + PANEL) - load(A)));
    UNROLL
    for (size_t i = 2; i < states; i++)
        power[i] = power[i / 2] * power[i - i / 2];
    UNROLL
    for (size_t i = 1; i < states; i++)
        decay[i] = decay[0] * power[i];
}

/* `states` states of a register of channels over n frames; A and h (states, 16). */
INLINE void scan_tile(const float *A, float *h, const scan_in *in, size_t n, size_t states,
                      int harmonic)
{
    vf state[16];
    UNROLL
    for (size_t i = 0; i < states; i++)
        state[i] = load(h + i * PANEL);
    ROLLED
    for (size_t t = 0; t < n; t++) {
        vf decay[16], sum[2] = {{0}};
        vf step = load(in->delta + t * in->delta_stride), u = load(in->u + t * in->u_stride);
        vf drive = step * u;
        const float *B = in->B + t * in->bc_stride, *C = in->C + t * in->bc_stride;
        float *y = in->y + t * in->y_stride;
        decays(decay, A, step, states, harmonic, in->D != NULL);
        UNROLL
        for (size_t i = 0; i < states; i++) {
            state[i] = madd_f32(decay[i], state[i], drive * SPLAT(B[i]));
            sum[i % 2] = madd_f32(state[i], SPLAT(C[i]), sum[i % 2]);
        }
        vf all = sum[0] + sum[1];
        if (in->D)
            store(y, madd_f32(u, load(in->D), all));
        else
            store(y, load(y) + all);
    }
    UNROLL
    for (size_t i = 0; i < states; i++)
        store(h + i * PANEL, state[i]);
}

static void scan_16(const float *A, float *h, const scan_in *in, size_t n)
{
    scan_tile(A, h, in, n, 16, 0);
}
static void scan_8(const float *A, float *h, const scan_in *in, size_t n)
{
    scan_tile(A, h, in, n, 8, 0);
}
static void scan_1(const float *A, float *h, const scan_in *in, size_t n)
{
    scan_tile(A, h, in, n, 1, 0);
}
static void scan_harmonic_16(const float *A, float *h, const scan_in *in, size_t n)
{
    scan_tile(A, h, in, n, 16, 1);
}
static void scan_harmonic_8(const float *A, float *h, const scan_in *in, size_t n)
{
    scan_tile(A, h, in, n, 8, 1);
}

/* All states of a panel: tiles in the order of the states, the sums of each added to y. */
static void scan_panel(const sinew_selective *s, const float *A, float *h, scan_in in, size_t n)
{
    for (size_t i = 0, states; i < s->order; i += states) {
        size_t left = s->order - i;
        states = left >= 16 ? 16 : left >= 8 ? 8 : 1;
        for (size_t r = 0; r < PANEL; r += VF) {
            scan_in part = in;
            part.u += r, part.delta += r, part.y += r;
            part.B += i, part.C += i;
            part.D = i == 0 ? in.D + r : NULL;
            (states == 16  ? s->harmonic ? scan_harmonic_16 : scan_16
             : states == 8 ? s->harmonic ? scan_harmonic_8 : scan_8
                           : scan_1)(A + i * PANEL + r, h + i * PANEL + r, &part, n);
        }
    }
}

/* frames (n, 16) of `count` channels of them, zeros behind */
static void gather(float *to, const float *from, size_t stride, size_t count, size_t n)
{
    for (size_t t = 0; t < n; t++)
        for (size_t c = 0; c < PANEL; c++)
            to[t * PANEL + c] = c < count ? from[t * stride + c] : 0;
}

/* The last panel, if it has fewer channels: in copies, so that nothing behind them is touched. */
static void scan_part(const sinew_selective *s, const float *A, float *h, scan_in in, size_t n,
                      size_t count)
{
    float u[SCAN_FRAMES * PANEL] ALIGNED, delta[SCAN_FRAMES * PANEL] ALIGNED;
    float y[SCAN_FRAMES * PANEL] ALIGNED;
    scan_in copies = in;
    gather(u, in.u, in.u_stride, count, n);
    gather(delta, in.delta, in.delta_stride, count, n);
    copies.u = u, copies.delta = delta, copies.y = y;
    copies.u_stride = copies.delta_stride = copies.y_stride = PANEL;
    scan_panel(s, A, h, copies, n);
    for (size_t t = 0; t < n; t++)
        memcpy(in.y + t * in.y_stride, y + t * PANEL, count * sizeof *y);
}

static void selective(const sinew_selective *s, size_t first, size_t last, float *h, const float *u,
                      const float *delta, const float *B, const float *C, float *y, size_t n)
{
    for (size_t t = 0, frames; t < n; t += frames) {
        frames = n - t < SCAN_FRAMES ? n - t : SCAN_FRAMES;
        for (size_t d = first; d < last; d += PANEL) {
            scan_in in = {.u = u + t * s->u_stride + d,
                          .delta = delta + t * s->delta_stride + d,
                          .B = B + t * s->bc_stride,
                          .C = C + t * s->bc_stride,
                          .y = y + t * s->y_stride + d,
                          .u_stride = s->u_stride,
                          .delta_stride = s->delta_stride,
                          .bc_stride = s->bc_stride,
                          .y_stride = s->y_stride,
                          .D = s->D + d};
            size_t at = d / PANEL * s->order * PANEL;
            if (last - d >= PANEL)
                scan_panel(s, s->A + at, h + at, in, frames);
            else
                scan_part(s, s->A + at, h + at, in, frames, last - d);
        }
    }
}

#endif
