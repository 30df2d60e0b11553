/* fused: the operations that engines over blocks live by. Products may be contracted into fma, so
 * that the tables of two instruction sets differ in the last bits, within the tolerance of their
 * engine; a node that uses them makes the table's name part of its identity.
 *
 * Every sum has one order, fixed by the operation and not by how much is computed beside it (E x:
 * even and odd columns apart): an engine may do the same sums for one frame or for many, and gets
 * the same bits.
 *
 * Matrices come in panels of 64 bytes of rows (8 doubles, 16 floats), columns first in each panel,
 * rows padded with zeros: entry (r, c) is at ((r / W) cols + c) W + r % W with W rows a panel.
 */
#ifndef SINEW_SIMD_FUSED_H
#define SINEW_SIMD_FUSED_H

#include <stddef.h>

enum {
    SINEW_FUSED_F64 = 8,      /* rows of a panel in double */
    SINEW_FUSED_F32 = 16,     /* ... and in float */
    SINEW_LIFTED_LENGTH = 16, /* frames of a block of `lifted` */
    SINEW_FUSED_LANES = 32    /* the most that `lanes` is in any table */
};

/* Which part of a product of panels and columns. `from`, `to`: columns of M. Where `outputs` is not
 * 0, M is block lower triangular, `outputs` rows by `inputs` columns a frame, and what is zero is
 * left out. Vector k of u and y is at u + k u_stride, y + k y_stride; u's first entry goes with
 * column `from`. */
typedef struct sinew_columns {
    size_t rows, columns; /* of M; rows a multiple of a panel */
    size_t from, to;
    size_t inputs, outputs;
    size_t u_stride, y_stride;
} sinew_columns;

/* Frames 16 by 16 of one input and output: y = O x + T u, x = keep x + (G u + E x), with O (16, n),
 * T (16, 16), G (n, 16), E (n, n); n 2, 4, 8, 12 or 16. */
#define SINEW_LIFTED(real)                                                                         \
    {                                                                                              \
        size_t n;                                                                                  \
        const real *O, *T, *G, *E, *keep;                                                          \
    }
typedef struct sinew_lifted_f64 SINEW_LIFTED(double) sinew_lifted_f64;
typedef struct sinew_lifted_f32 SINEW_LIFTED(float) sinew_lifted_f32;

/* x+ = keep x + (w + E x) of pairs of states: x1 and x2 are (pairs), pairs a multiple of a panel,
 * x2 behind x1. */
#define SINEW_PAIRS(real)                                                                          \
    {                                                                                              \
        size_t pairs;                                                                              \
        const real *keep, *e11, *e12, *e21, *e22; /* keep: (2 pairs) */                            \
    }
typedef struct sinew_pairs_f64 SINEW_PAIRS(double) sinew_pairs_f64;
typedef struct sinew_pairs_f32 SINEW_PAIRS(float) sinew_pairs_f32;

/* One line an operation: name, result, parameters. */
#define SINEW_FUSED_OPS(OP)                                                                        \
    SINEW_FUSED_REAL(OP, f64, double)                                                              \
    SINEW_FUSED_REAL(OP, f32, float)                                                               \
    SINEW_FUSED_TRANSFORM(OP, f64, double)                                                         \
    SINEW_FUSED_TRANSFORM(OP, f32, float)

#define SINEW_FUSED_REAL(OP, type, real)                                                           \
    /* y_k += M u_k for `count` vectors. */                                                        \
    OP(columns_##type, void,                                                                       \
       (const sinew_columns *c, const real *M, const real *u, real *y, size_t count))              \
    /* next = keep x + (w + E x): E (n, n) in panels, n even; next, x, w, keep: whole panels. */   \
    OP(chain_##type, void,                                                                         \
       (const real *E, size_t n, const real *keep, const real *x, const real *w, real *next))      \
    OP(pairs_##type, void,                                                                         \
       (const sinew_pairs_##type *e, const real *x, const real *w, real *next))                    \
    /* Up to n_blocks times 16 frames; how many were done: none from the first on in which u is    \
     * not finite, or G u. u and y may be the same. x: whole panels. */                            \
    OP(lifted_##type, size_t,                                                                      \
       (const sinew_lifted_##type *m, real *x, const real *u, real *y, size_t n_blocks))           \
    /* The same for `lanes` channels side by side, to the bit: frames are `stride` apart in u and  \
     * in y, x is (n, lanes). */                                                                   \
    OP(lanes_##type, size_t,                                                                       \
       (const sinew_lifted_##type *m, size_t lanes, real *x, const real *u, real *y,               \
        size_t stride, size_t n_blocks))                                                           \
    /* n numbers, `stride` apart, one behind the other; and back. */                               \
    OP(gather_##type, void, (const real *from, size_t stride, real *to, size_t n))                 \
    OP(scatter_##type, void, (const real *from, real *to, size_t stride, size_t n))

/* Transforms and products of convolution (math/transform.h: runs, tiles, constants). */
#define SINEW_FUSED_TRANSFORM(OP, type, real)                                                      \
    /* quads [from, to) of a pass, of the first one of real samples x */                           \
    OP(split_##type, void, (real * data, const real *c, size_t quarter, size_t from, size_t to))   \
    OP(split_real_##type, void,                                                                    \
       (real * data, const real *x, const real *c, size_t quarter, size_t from, size_t to))        \
    /* sixteen runs -> a tile, by the last four halvings */                                        \
    OP(split_lanes_##type, void, (const real *runs, const real *c, real *tile))                    \
    /* the inverses, without their factors of one half; of the last one the imaginary part */      \
    OP(merge_lanes_##type, void, (real * tile, const real *c, real *runs))                         \
    OP(merge_##type, void, (real * data, const real *c, size_t quarter, size_t from, size_t to))   \
    OP(merge_imag_##type, void,                                                                    \
       (const real *data, real *y, const real *c, size_t quarter, size_t from, size_t to))         \
    /* sum += x[p] h[p], p < n: tiles */                                                           \
    OP(products_##type, void, (real * sum, const real *x, const real *h, size_t n))                \
    /* y[t] += sum_j h[t - j] u[j] for t in [first, last), multiples of 16, over the j in [from,   \
     * to) with 0 <= t - j < taps; h has 64 zeros before and 128 behind its taps. */               \
    OP(head_##type, void,                                                                          \
       (const real *h, size_t taps, const real *u, ptrdiff_t from, ptrdiff_t to, real *y,          \
        size_t first, size_t last))

typedef struct sinew_fused {
    const char *name;
    unsigned widths_f64, widths_f32; /* sum of the powers of two that `lanes` may be */
#define SINEW_FUSED_MEMBER(op, result, parameters) result(*op) parameters;
    SINEW_FUSED_OPS(SINEW_FUSED_MEMBER)
#undef SINEW_FUSED_MEMBER
} sinew_fused;

#endif
