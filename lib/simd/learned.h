/* learned: the operations that learned layers live by. Products may be contracted into fma, and
 * exp is ours, so that tables of two instruction sets differ in the last bits, as in `fused`.
 *
 * Every number that comes out is one fixed sum in one fixed order: it depends neither on how many
 * frames are computed in a call nor on how rows or channels are divided among threads. So prefill
 * is decode, to the bit.
 *
 * Pointers need the alignment of their type only; frames are `stride` numbers apart.
 */
#ifndef SINEW_SIMD_LEARNED_H
#define SINEW_SIMD_LEARNED_H

#include <stddef.h>
#include <stdint.h>

enum {
    SINEW_LEARNED_LANES = 16, /* channels side by side in states and in panels of int8 */
    SINEW_INT8_GROUP = 32     /* columns that share a scale */
};

/* A matrix (rows, columns), row by row as weights stand in files, `columns` apart. */
typedef struct sinew_rows {
    size_t rows, columns;
    const void *values; /* float, or uint16_t: bfloat16, binary16 */
} sinew_rows;

/* A matrix in int8: panels of 16 rows, padded with zeros; in a panel, group after group of 32
 * columns, padded with zeros; in a group, 8 times 4 columns of 16 rows, (8, 16, 4), each + 128;
 * behind them the 16 scales in binary16 of the rows. 544 bytes a group. */
typedef struct sinew_rows_int8 {
    size_t rows, columns, groups; /* groups: ceil(columns / 32) */
    const uint8_t *values;        /* (ceil(rows / 16), groups, 544) */
} sinew_rows_int8;

/* Frames for such a product, as integers of two int8 each, 254 high + low, up to 32384: the weights
 * alone are coarse, as they are what is read from memory. */
typedef struct sinew_frames_int8 {
    size_t groups;
    int8_t *values; /* (n, groups, 2, 32): high, low; zeros behind the columns */
    float *scales;  /* (n, groups) */
    int32_t *sums;  /* (n, groups): of a group's integers */
} sinew_frames_int8;

/* Selective channels of Mamba-1. Panels of 16 channels, padded. */
typedef struct sinew_selective {
    size_t channels, order;
    const float *A; /* (panels, order, 16): -exp(A_log) log2(e) */
    const float *D; /* (panels, 16) */
    int harmonic;   /* A is -(1 .. order) log2(e) in every channel: e^(delta A_n) is a power of
                     * e^(delta A_1), of 16 states at a time, which is another rounding: off by up
                     * to 1e-6 of itself */
    size_t u_stride, delta_stride, bc_stride, y_stride; /* of u, delta, B and C, y */
} sinew_selective;

/* Channels of S4D, each with modes of its own; panels of 16 channels, padded. */
typedef struct sinew_modes {
    size_t channels, order;
    size_t parts;           /* of a number: 2, re and im, or 1 */
    const float *a, *b, *c; /* (panels, order, parts, 16); of c the imaginary parts negated */
    const float *D;         /* (panels, 16) */
    size_t x_stride, y_stride;
} sinew_modes;

/* Heads of Mamba-2 and -3: h = a h + x b' (+ x2 b2'), y = h c + D x. Panels of 16 of a head's
 * channels, padded. */
typedef struct sinew_heads {
    size_t heads, head_dim, order;
    size_t group_heads; /* heads that share a b and c; with b and c of each head: 1 */
    const float *D;     /* (heads, head_dim) */
    size_t x_stride, a_stride, bc_stride, y_stride;
} sinew_heads;

/* What n frames bring to such heads, from the first on. */
typedef struct sinew_heads_in {
    const float *a;          /* (n, heads), a_stride: the decay */
    const float *w;          /* (n, heads), a_stride: x is multiplied by it for the state */
    const float *w2;         /* likewise for x2 */
    const float *x;          /* (n, heads, head_dim), x_stride */
    const float *x2;         /* NULL: there is no second product */
    const float *b, *c, *b2; /* (n, heads / group_heads, order), bc_stride */
} sinew_heads_in;

/* One line an operation: name, result, parameters. */
#define SINEW_LEARNED_OPS(OP)                                                                      \
    /* y[t][r] = sum_c W[r][c] x[t][c], for rows [first, last) and n frames. x is not read behind  \
     * its columns. */                                                                             \
    OP(rows_f32, void,                                                                             \
       (const sinew_rows *W, size_t first, size_t last, const float *x, size_t x_stride, float *y, \
        size_t y_stride, size_t n))                                                                \
    OP(rows_bf16, void,                                                                            \
       (const sinew_rows *W, size_t first, size_t last, const float *x, size_t x_stride, float *y, \
        size_t y_stride, size_t n))                                                                \
    OP(rows_f16, void,                                                                             \
       (const sinew_rows *W, size_t first, size_t last, const float *x, size_t x_stride, float *y, \
        size_t y_stride, size_t n))                                                                \
    /* first and last: multiples of 16, or last = rows */                                          \
    OP(rows_int8, void,                                                                            \
       (const sinew_rows_int8 *W, size_t first, size_t last, const sinew_frames_int8 *x, float *y, \
        size_t y_stride, size_t n))                                                                \
    /* a group by its largest magnitude, to nearest even */                                        \
    OP(round_int8, void,                                                                           \
       (const float *x, size_t x_stride, size_t columns, const sinew_frames_int8 *to, size_t n))   \
    /* y = f(x), n numbers; y may be x */                                                          \
    OP(exp, void, (const float *x, float *y, size_t n))                                            \
    OP(sigmoid, void, (const float *x, float *y, size_t n))                                        \
    OP(silu, void, (const float *x, float *y, size_t n))                                           \
    OP(softplus, void, (const float *x, float *y, size_t n))                                       \
    OP(tanh, void, (const float *x, float *y, size_t n))                                           \
    OP(gelu, void, (const float *x, float *y, size_t n))      /* x (1 + erf(x / sqrt 2)) / 2 */    \
    OP(gelu_tanh, void, (const float *x, float *y, size_t n)) /* its approximation by tanh */      \
    /* sine and cosine of x in [0, 2 pi], within 1e-7 */                                           \
    OP(sincos, void, (const float *x, float *sine, float *cosine, size_t n))                       \
    /* y *= silu(z) */                                                                             \
    OP(gate, void, (const float *z, float *y, size_t n))                                           \
    /* sum of squares, and y = x scale w (w NULL: ones) */                                         \
    OP(squares, float, (const float *x, size_t n))                                                 \
    OP(scaled, void, (const float *x, float scale, const float *w, float *y, size_t n))            \
    /* y[t][c] = bias[c] + sum_k w[k][c] x[t + k][c], t < n, k < taps; bias may be NULL */         \
    OP(taps, void,                                                                                 \
       (const float *w, const float *bias, size_t taps, size_t channels, const float *x,           \
        size_t x_stride, float *y, size_t y_stride, size_t n))                                     \
    /* n frames of channels [first, last), multiples of 16 or last = channels: for each state      \
     * h = 2^(delta A) h + (delta u) B, y = sum_n h C + D u. h: (panels, order, 16). */            \
    OP(selective, void,                                                                            \
       (const sinew_selective *s, size_t first, size_t last, float *h, const float *u,             \
        const float *delta, const float *B, const float *C, float *y, size_t n))                   \
    /* n frames of heads [first, last). h: (heads, ceil(head_dim / 16), order, 16). */             \
    OP(heads, void,                                                                                \
       (const sinew_heads *s, size_t first, size_t last, float *h, const sinew_heads_in *in,       \
        float *y, size_t n))                                                                       \
    /* n frames: h = a h + b x, y = sum over modes Re(c h) + D x. h as a; x, not y, and y are as   \
     * wide as the panels. */                                                                      \
    OP(modes, void, (const sinew_modes *m, float *h, const float *x, float *y, size_t n))

typedef struct sinew_learned {
    const char *name;
#define SINEW_LEARNED_MEMBER(op, result, parameters) result(*op) parameters;
    SINEW_LEARNED_OPS(SINEW_LEARNED_MEMBER)
#undef SINEW_LEARNED_MEMBER
} sinew_learned;

#endif
