/* The scan of Mamba-2 and -3 of learned.h: 16 channels of a head in lanes, up to 16 of their
 * states in registers while a block of frames comes by. */
#ifndef SINEW_SIMD_LEARNED_HEADS_H
#define SINEW_SIMD_LEARNED_HEADS_H

#include <string.h>

#include "simd/learned.h"
#include "simd/learned_lanes.h"

/* A panel's frames; of b, c and b2 the tile's first state. */
typedef struct head_in {
    const float *a, *w, *w2, *x, *x2, *b, *c, *b2;
    float *y;
    size_t a_stride, x_stride, bc_stride, y_stride;
    const float *D; /* (16): of the first tile, y = D x + its sum; NULL: y += its sum */
} head_in;

/* `states` states of a register of channels over n frames; h (states, 16). */
INLINE void head_tile(float *h, const head_in *in, size_t n, size_t states, int two)
{
    vf state[16];
    UNROLL
    for (size_t i = 0; i < states; i++)
        state[i] = load(h + i * 16);
    ROLLED
    for (size_t t = 0; t < n; t++) {
        vf x = load(in->x + t * in->x_stride), a = SPLAT(in->a[t * in->a_stride]);
        vf drive = x * in->w[t * in->a_stride], drive2 = {0}, sum[2] = {{0}};
        const float *b = in->b + t * in->bc_stride, *c = in->c + t * in->bc_stride;
        const float *b2 = two ? in->b2 + t * in->bc_stride : NULL;
        float *y = in->y + t * in->y_stride;
        if (two)
            drive2 = load(in->x2 + t * in->x_stride) * in->w2[t * in->a_stride];
        UNROLL
        for (size_t i = 0; i < states; i++) {
            vf driven = drive * SPLAT(b[i]);
            if (two)
                driven = madd_f32(drive2, SPLAT(b2[i]), driven);
            state[i] = madd_f32(a, state[i], driven);
            sum[i % 2] = madd_f32(state[i], SPLAT(c[i]), sum[i % 2]);
        }
        vf all = sum[0] + sum[1];
        if (in->D)
            store(y, madd_f32(x, load(in->D), all));
        else
            store(y, load(y) + all);
    }
    UNROLL
    for (size_t i = 0; i < states; i++)
        store(h + i * 16, state[i]);
}

static void head_16(float *h, const head_in *in, size_t n)
{
    if (in->x2)
        head_tile(h, in, n, 16, 1);
    else
        head_tile(h, in, n, 16, 0);
}
static void head_1(float *h, const head_in *in, size_t n)
{
    if (in->x2)
        head_tile(h, in, n, 1, 1);
    else
        head_tile(h, in, n, 1, 0);
}

/* All states of a panel: tiles in the order of the states, the sums of each added to y. */
static void head_panel(size_t order, float *h, const head_in *in, size_t n)
{
    for (size_t i = 0, states; i < order; i += states) {
        states = order - i >= 16 ? 16 : 1;
        for (size_t r = 0; r < 16; r += VF) {
            head_in part = *in;
            part.x += r, part.y += r;
            part.b += i, part.c += i;
            if (in->x2)
                part.x2 += r, part.b2 += i;
            part.D = i == 0 ? in->D + r : NULL;
            (states == 16 ? head_16 : head_1)(h + i * 16 + r, &part, n);
        }
    }
}

/* frames (n, 16) of `count` channels of them, zeros behind */
static void head_gather(float *to, const float *from, size_t stride, size_t count, size_t n)
{
    for (size_t t = 0; t < n; t++)
        for (size_t c = 0; c < 16; c++)
            to[t * 16 + c] = c < count ? from[t * stride + c] : 0;
}

enum { HEAD_FRAMES = 32 };

/* A head's last panel, if it has fewer channels: in copies, so that nothing behind is touched. */
static void head_part(size_t order, float *h, const head_in *in, size_t n, size_t count)
{
    float x[HEAD_FRAMES * 16] ALIGNED, x2[HEAD_FRAMES * 16] ALIGNED, D[16] ALIGNED;
    float y[HEAD_FRAMES * 16] ALIGNED;
    head_in copies = *in;
    head_gather(x, in->x, in->x_stride, count, n);
    head_gather(D, in->D, 0, count, 1);
    if (in->x2)
        head_gather(x2, in->x2, in->x_stride, count, n);
    copies.x = x, copies.x2 = in->x2 ? x2 : NULL, copies.y = y, copies.D = D;
    copies.x_stride = copies.y_stride = 16;
    head_panel(order, h, &copies, n);
    for (size_t t = 0; t < n; t++)
        memcpy(in->y + t * in->y_stride, y + t * 16, count * sizeof *y);
}

/* Head `head` from frame t on. h: (ceil(head_dim / 16), order, 16) */
static void one_head(const sinew_heads *s, size_t head, float *h, const sinew_heads_in *in,
                     float *y, size_t t, size_t n)
{
    size_t of_a = t * s->a_stride + head;
    size_t of_b = t * s->bc_stride + head / s->group_heads * s->order;
    for (size_t p = 0; p < s->head_dim; p += 16, h += s->order * 16) {
        size_t channel = head * s->head_dim + p, of_x = t * s->x_stride + channel;
        head_in part = {.a = in->a + of_a,
                        .w = in->w + of_a,
                        .w2 = in->x2 ? in->w2 + of_a : NULL,
                        .x = in->x + of_x,
                        .x2 = in->x2 ? in->x2 + of_x : NULL,
                        .b = in->b + of_b,
                        .c = in->c + of_b,
                        .b2 = in->x2 ? in->b2 + of_b : NULL,
                        .y = y + t * s->y_stride + channel,
                        .a_stride = s->a_stride,
                        .x_stride = s->x_stride,
                        .bc_stride = s->bc_stride,
                        .y_stride = s->y_stride,
                        .D = s->D + channel};
        if (s->head_dim - p >= 16)
            head_panel(s->order, h, &part, n);
        else
            head_part(s->order, h, &part, n, s->head_dim - p);
    }
}

static void heads(const sinew_heads *s, size_t first, size_t last, float *h,
                  const sinew_heads_in *in, float *y, size_t n)
{
    size_t each = (s->head_dim + 15) / 16 * s->order * 16;
    for (size_t t = 0, frames; t < n; t += frames) {
        frames = n - t < HEAD_FRAMES ? n - t : HEAD_FRAMES;
        for (size_t head = first; head < last; head++)
            one_head(s, head, h + head * each, in, y, t, frames);
    }
}

#endif
