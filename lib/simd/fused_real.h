/* The products of fused.h over one type: REAL, its REGISTER of so many LANES, SPLAT(), the rows of
 * a PANEL, OP(name) are fused.c's. */

enum { /* registers */
       OP(PER_PANEL) = PANEL / LANES,
       OP(PER_BLOCK) = SINEW_LIFTED_LENGTH / LANES
};

/* One panel of y_k += M u_k for WIDE vectors side by side, their sums in registers. */
#define TILE(wide_)                                                                                \
    static inline void OP(tile_##wide_)(const REAL *M, size_t from, size_t to, const REAL *u,      \
                                        size_t u_stride, REAL *y, size_t y_stride)                 \
    {                                                                                              \
        REGISTER sum[wide_][OP(PER_PANEL)];                                                        \
        for (int k = 0; k < wide_; k++)                                                            \
            for (int r = 0; r < OP(PER_PANEL); r++)                                                \
                sum[k][r] = *(const REGISTER *)(y + (size_t)k * y_stride + r * LANES);             \
        for (size_t j = from; j < to; j++) {                                                       \
            const REAL *at = M + j * PANEL;                                                        \
            for (int k = 0; k < wide_; k++)                                                        \
                for (int r = 0; r < OP(PER_PANEL); r++)                                            \
                    sum[k][r] = OP(madd)(*(const REGISTER *)(at + r * LANES),                      \
                                         SPLAT(u[(size_t)k * u_stride + (j - from)]), sum[k][r]);  \
        }                                                                                          \
        for (int k = 0; k < wide_; k++)                                                            \
            for (int r = 0; r < OP(PER_PANEL); r++)                                                \
                *(REGISTER *)(y + (size_t)k * y_stride + r * LANES) = sum[k][r];                   \
    }
TILE(8)
TILE(4)
TILE(2)
TILE(1)
#undef TILE

/* Where the rows [row, row + PANEL) of a block triangular matrix end. */
static inline size_t OP(end_of_panel)(const sinew_columns *c, size_t row)
{
    if (c->outputs == 0)
        return c->to;
    size_t last = ((row + PANEL - 1) / c->outputs + 1) * c->inputs;
    return last < c->to ? last : c->to;
}

#define ADD(tile)                                                                                  \
    tile(M, from, to, u + k * c->u_stride, c->u_stride, y + k * c->y_stride, c->y_stride)
/* As many vectors as there are registers for their sums. */
static void OP(columns)(const sinew_columns *c, const REAL *M, const REAL *u, REAL *y, size_t count)
{
    for (size_t row = 0; row < c->rows; row += PANEL, M += c->columns * PANEL, y += PANEL) {
        size_t from = c->from, to = OP(end_of_panel)(c, row), k = 0;
        if (to <= from)
            continue;
        for (; 8 * OP(PER_PANEL) < REGISTERS && k + 8 <= count; k += 8)
            ADD(OP(tile_8));
        for (; 4 * OP(PER_PANEL) < REGISTERS && k + 4 <= count; k += 4)
            ADD(OP(tile_4));
        for (; k + 2 <= count; k += 2)
            ADD(OP(tile_2));
        if (k < count)
            ADD(OP(tile_1));
    }
}
#undef ADD

/* keep now + (w + E x): the state itself is last, so that it is rounded once, and what is small
 * beside it is summed before. The even and the odd columns apart, so that no sum waits long for
 * itself: x is late. */
static inline REGISTER OP(chained)(const REAL *E, size_t n, REGISTER keep, REGISTER now, REGISTER w,
                                   const REAL *x)
{
    REGISTER even = w, odd = {0};
    for (size_t s = 0; s < n; s += 2) {
        even = OP(madd)(*(const REGISTER *)(E + s * PANEL), SPLAT(x[s]), even);
        odd = OP(madd)(*(const REGISTER *)(E + (s + 1) * PANEL), SPLAT(x[s + 1]), odd);
    }
    return OP(madd)(keep, now, even + odd);
}

static void OP(chain)(const REAL *E, size_t n, const REAL *keep, const REAL *x, const REAL *w,
                      REAL *next)
{
    for (size_t row = 0; row < n; row += PANEL, E += n * PANEL)
        for (size_t r = row; r < row + PANEL; r += LANES)
            *(REGISTER *)(next + r) =
                OP(chained)(E + (r - row), n, *(const REGISTER *)(keep + r),
                            *(const REGISTER *)(x + r), *(const REGISTER *)(w + r), x);
}

static void OP(pairs)(const PASTE(sinew_, OP(pairs)) * e, const REAL *x, const REAL *w, REAL *next)
{
    size_t n = e->pairs;
    for (size_t i = 0; i < n; i += LANES) {
        REGISTER x1 = *(const REGISTER *)(x + i), x2 = *(const REGISTER *)(x + n + i);
        REGISTER w1 = *(const REGISTER *)(w + i), w2 = *(const REGISTER *)(w + n + i);
        REGISTER k1 = *(const REGISTER *)(e->keep + i), k2 = *(const REGISTER *)(e->keep + n + i);
        REGISTER move1 = OP(madd)(*(const REGISTER *)(e->e12 + i), x2,
                                  OP(madd)(*(const REGISTER *)(e->e11 + i), x1, w1));
        REGISTER move2 = OP(madd)(*(const REGISTER *)(e->e22 + i), x2,
                                  OP(madd)(*(const REGISTER *)(e->e21 + i), x1, w2));
        *(REGISTER *)(next + i) = OP(madd)(k1, x1, move1);
        *(REGISTER *)(next + n + i) = OP(madd)(k2, x2, move2);
    }
}

/* Register r of a column of some panels. */
static inline REGISTER OP(part)(const REAL *M, size_t columns, size_t column, size_t r)
{
    return *(const REGISTER *)(M + (r / OP(PER_PANEL) * columns + column) * PANEL +
                               r % OP(PER_PANEL) * LANES);
}

/* Frame t of channel c is at [t stride + c]. */
static inline __attribute__((always_inline)) void OP(put)(REGISTER (*sum)[OP(PER_BLOCK)],
                                                          size_t channels, REAL *y, size_t stride)
{
    REAL out[2][SINEW_LIFTED_LENGTH] ALIGNED;
    if (channels == 1 && stride == 1) {
        UNROLL
        for (size_t r = 0; r < OP(PER_BLOCK); r++)
            *(REGISTER *)(y + r * LANES) = sum[0][r];
        return;
    }
    memcpy(out, sum, channels * sizeof out[0]);
    for (size_t t = 0; t < SINEW_LIFTED_LENGTH; t++)
        for (size_t c = 0; c < channels; c++)
            y[t * stride + c] = out[c][t];
}

/* Register r of the states a block later. */
static inline __attribute__((always_inline)) REGISTER
OP(later)(const PASTE(sinew_, OP(lifted)) * m, size_t n, size_t r, const REAL *x, REGISTER w)
{
    const REAL *E = m->E + r / OP(PER_PANEL) * n * PANEL + r % OP(PER_PANEL) * LANES;
    REGISTER now = *(const REGISTER *)(x + r * LANES);
    REGISTER keep = *(const REGISTER *)(m->keep + r * LANES);
    return OP(chained)(E, n, keep, now, w, x);
}

/* All of a block in registers, each part of a matrix loaded once for one or two channels; x:
 * (channels, 16). What does not wait for x overlaps with the block before. */
static inline __attribute__((always_inline)) size_t
OP(lifted_of)(const PASTE(sinew_, OP(lifted)) * m, size_t n, size_t channels, REAL (*x)[16],
              const REAL *u, REAL *y, size_t stride, size_t n_blocks)
{
    enum { LENGTH = SINEW_LIFTED_LENGTH, RY = OP(PER_BLOCK), RX = 16 / LANES };
    const size_t states = (n + LANES - 1) / LANES; /* registers */
    for (size_t b = 0; b < n_blocks; b++, u += LENGTH * stride, y += LENGTH * stride) {
        REGISTER sum[2][RY] = {{{0}}}, w[2][RX] = {{{0}}}, next[2][RX];
        UNROLL
        for (size_t s = 0; s < n; s++)
            for (size_t r = 0; r < RY; r++)
                for (size_t c = 0; c < channels; c++)
                    sum[c][r] = OP(madd)(OP(part)(m->O, n, s, r), SPLAT(x[c][s]), sum[c][r]);
        UNROLL
        for (size_t j = 0; j < LENGTH; j++) {
            for (size_t r = 0; r < states; r++)
                for (size_t c = 0; c < channels; c++)
                    w[c][r] =
                        OP(madd)(OP(part)(m->G, LENGTH, j, r), SPLAT(u[j * stride + c]), w[c][r]);
            for (size_t r = j / LANES; r < RY; r++)
                for (size_t c = 0; c < channels; c++)
                    sum[c][r] =
                        OP(madd)(OP(part)(m->T, LENGTH, j, r), SPLAT(u[j * stride + c]), sum[c][r]);
        }
        for (size_t c = 0; c < channels; c++) {
            for (size_t r = 0; r < RY; r++)
                DONE(sum[c][r]);
            for (size_t r = 0; r < states; r++)
                DONE(w[c][r]);
        }
        /* each entry of G u has heard of a NaN, as zero times it is one */
        for (size_t c = 0; c < channels; c++)
            if (!(w[c][0][0] * 0 == 0))
                return b;
        OP(put)(sum, channels, y, stride);
        for (size_t c = 0; c < channels; c++)
            for (size_t r = 0; r < states; r++)
                next[c][r] = OP(later)(m, n, r, x[c], w[c][r]);
        for (size_t c = 0; c < channels; c++)
            for (size_t r = 0; r < states; r++)
                *(REGISTER *)(x[c] + r * LANES) = next[c][r];
    }
    return n_blocks;
}

/* As lifted_of for one channel, two blocks at a time: what is loaded of a matrix serves both. */
static inline __attribute__((always_inline)) size_t
OP(lifted_twice)(const PASTE(sinew_, OP(lifted)) * m, size_t n, REAL (*x)[16], const REAL *u,
                 REAL *y, size_t n_blocks)
{
    enum { LENGTH = SINEW_LIFTED_LENGTH, RY = OP(PER_BLOCK), RX = 16 / LANES };
    const size_t states = (n + LANES - 1) / LANES; /* registers */
    REAL at[3][16] ALIGNED;
    size_t b = 0;
    memcpy(at[0], x, states * LANES * sizeof(REAL));
    for (; b + 2 <= n_blocks; b += 2, u += 2 * LENGTH, y += 2 * LENGTH) {
        REGISTER sum[2][RY] = {{{0}}}, w[2][RX] = {{{0}}};
        UNROLL
        for (size_t j = 0; j < LENGTH; j++)
            for (size_t r = 0; r < states; r++)
                for (size_t k = 0; k < 2; k++)
                    w[k][r] =
                        OP(madd)(OP(part)(m->G, LENGTH, j, r), SPLAT(u[k * LENGTH + j]), w[k][r]);
        for (size_t k = 0; k < 2; k++)
            for (size_t r = 0; r < states; r++)
                DONE(w[k][r]);
        if (!((w[0][0][0] + w[1][0][0]) * 0 == 0))
            break;
        for (size_t k = 0; k < 2; k++)
            for (size_t r = 0; r < states; r++)
                *(REGISTER *)(at[k + 1] + r * LANES) = OP(later)(m, n, r, at[k], w[k][r]);
        UNROLL
        for (size_t s = 0; s < n; s++)
            for (size_t r = 0; r < RY; r++)
                for (size_t k = 0; k < 2; k++)
                    sum[k][r] = OP(madd)(OP(part)(m->O, n, s, r), SPLAT(at[k][s]), sum[k][r]);
        UNROLL
        for (size_t j = 0; j < LENGTH; j++)
            for (size_t r = j / LANES; r < RY; r++)
                for (size_t k = 0; k < 2; k++)
                    sum[k][r] =
                        OP(madd)(OP(part)(m->T, LENGTH, j, r), SPLAT(u[k * LENGTH + j]), sum[k][r]);
        for (size_t k = 0; k < 2; k++)
            for (size_t r = 0; r < RY; r++)
                *(REGISTER *)(y + k * LENGTH + r * LANES) = sum[k][r];
        memcpy(at[0], at[2], states * LANES * sizeof(REAL));
    }
    memcpy(x, at[0], states * LANES * sizeof(REAL));
    return b + OP(lifted_of)(m, n, 1, x, u, y, 1, n_blocks - b);
}

/* One channel stands frame behind frame. */
static inline __attribute__((always_inline)) size_t
OP(lifted_any)(const PASTE(sinew_, OP(lifted)) * m, size_t n, size_t channels, REAL (*x)[16],
               const REAL *u, REAL *y, size_t stride, size_t n_blocks)
{
    return channels == 1 ? OP(lifted_twice)(m, n, x, u, y, n_blocks)
                         : OP(lifted_of)(m, n, channels, x, u, y, stride, n_blocks);
}

static inline __attribute__((always_inline)) size_t
OP(lifted_by_order)(const PASTE(sinew_, OP(lifted)) * m, size_t channels, REAL (*x)[16],
                    const REAL *u, REAL *y, size_t stride, size_t n_blocks)
{
    switch (m->n) {
    case 2:
        return OP(lifted_any)(m, 2, channels, x, u, y, stride, n_blocks);
    case 4:
        return OP(lifted_any)(m, 4, channels, x, u, y, stride, n_blocks);
    case 8:
        return OP(lifted_any)(m, 8, channels, x, u, y, stride, n_blocks);
    case 12:
        return OP(lifted_any)(m, 12, channels, x, u, y, stride, n_blocks);
    default:
        return OP(lifted_any)(m, 16, channels, x, u, y, stride, n_blocks);
    }
}

static size_t OP(lifted)(const PASTE(sinew_, OP(lifted)) * m, REAL *x, const REAL *u, REAL *y,
                         size_t n_blocks)
{
    return OP(lifted_by_order)(m, 1, (REAL(*)[16])x, u, y, 1, n_blocks);
}

static size_t OP(two)(const PASTE(sinew_, OP(lifted)) * m, REAL *x, const REAL *u, REAL *y,
                      size_t stride, size_t n_blocks)
{
    REAL at[2][16] ALIGNED = {{0}};
    for (size_t s = 0; s < m->n; s++)
        for (size_t c = 0; c < 2; c++)
            at[c][s] = x[2 * s + c];
    n_blocks = stride == 2 ? OP(lifted_by_order)(m, 2, at, u, y, 2, n_blocks)
                           : OP(lifted_by_order)(m, 2, at, u, y, stride, n_blocks);
    for (size_t s = 0; s < m->n; s++)
        for (size_t c = 0; c < 2; c++)
            x[2 * s + c] = at[c][s];
    return n_blocks;
}

/* Channels side by side: two registers of them; one, of two blocks; and where registers have
 * halves, half a register of two blocks in one. */
#define PLAIN_LOAD(p, g, between) (*(const LANE *)((p) + (g) * (between)))
#define PLAIN_STORE(p, g, between, v) (*(LANE *)((p) + (g) * (between)) = (v))

#define LANE REGISTER
#define WIDE LANES
#define GROUPS 2
#define BLOCKS 1
#define ROWS (REGISTERS / 4)
#define MADD OP(madd)
#define LOAD PLAIN_LOAD
#define STORE PLAIN_STORE
#define SIDE(name) PASTE(OP(name), _twice)
#include "simd/fused_lanes.h"

#define LANE REGISTER
#define WIDE LANES
#define GROUPS 1
#define BLOCKS 1
#define ROWS (REGISTERS / 4)
#define MADD OP(madd)
#define LOAD PLAIN_LOAD
#define STORE PLAIN_STORE
#define SIDE(name) PASTE(OP(name), _one)
#include "simd/fused_lanes.h"

#define LANE REGISTER
#define WIDE LANES
#define GROUPS 2
#define BLOCKS 2
#define ROWS (REGISTERS / 4)
#define MADD OP(madd)
#define LOAD PLAIN_LOAD
#define STORE PLAIN_STORE
#define SIDE(name) PASTE(OP(name), _pair)
#define ONE(name) PASTE(OP(name), _one)
#include "simd/fused_lanes.h"

#ifdef HALF
#define LANE HALF
#define WIDE (LANES / 2)
#define GROUPS 1
#define BLOCKS 1
#define ROWS (REGISTERS / 2)
#define MADD OP(madd_half)
#define LOAD PLAIN_LOAD
#define STORE PLAIN_STORE
#define SIDE(name) PASTE(OP(name), _half)
#include "simd/fused_lanes.h"

#define LANE REGISTER
#define WIDE LANES
#define GROUPS 1
#define BLOCKS 2
#define ROWS (REGISTERS / 2)
#define MADD OP(madd)
#define LOAD(p, g, between) OP(join)(*(const HALF *)(p), *(const HALF *)((p) + (between)))
#define STORE(p, g, between, v)                                                                    \
    (*(HALF *)(p) = OP(low)(v), *(HALF *)((p) + (between)) = OP(high)(v))
#define SIDE(name) PASTE(OP(name), _joined)
#define ONE(name) PASTE(OP(name), _half)
#include "simd/fused_lanes.h"
#endif

#undef PLAIN_LOAD
#undef PLAIN_STORE

static size_t OP(lanes)(const PASTE(sinew_, OP(lifted)) * m, size_t lanes, REAL *x, const REAL *u,
                        REAL *y, size_t stride, size_t n_blocks)
{
    if (lanes == 2)
        return OP(two)(m, x, u, y, stride, n_blocks);
#ifdef HALF
    if (lanes == LANES / 2)
        return PASTE(OP(blocks), _joined)(m, x, u, y, stride, n_blocks);
#endif
    return lanes == LANES ? PASTE(OP(blocks), _pair)(m, x, u, y, stride, n_blocks)
                          : PASTE(OP(blocks), _twice)(m, x, u, y, stride, n_blocks);
}

static void OP(gather)(const REAL *from, size_t stride, REAL *to, size_t n)
{
    if (stride == 2)
        for (size_t i = 0; i < n; i++)
            to[i] = from[2 * i];
    else
        for (size_t i = 0; i < n; i++)
            to[i] = from[i * stride];
}

static void OP(scatter)(const REAL *from, REAL *to, size_t stride, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i * stride] = from[i];
}
