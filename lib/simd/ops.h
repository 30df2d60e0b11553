/* ops: the inner loops that are worth a vector unit, one table of functions per instruction set.
 *
 * exact.c is compiled once for each instruction set; a node takes the widest table that the
 * processor meets when it is built and keeps the pointer. Every table computes the same bits:
 * sums run over a fixed number of lanes whatever the width of a register, and products are never
 * contracted into fma. So a stream may move between machines, and `tests/simd` asks for equality.
 *
 * Pointers need the alignment of their type only, but aligned to 64 bytes is faster.
 */
#ifndef SINEW_SIMD_OPS_H
#define SINEW_SIMD_OPS_H

#include <stddef.h>

#include "simd/fused.h"
#include "simd/learned.h"

enum {
    SINEW_SECTION_LANES = 4, /* sections that run side by side */
    SINEW_PANEL_ROWS = 8,    /* rows of a matrix that are computed together */
    SINEW_FIR_QUANTUM = 16   /* the length of a direct FIR is a multiple of this */
};

/* Coefficients of four two-state sections in lanes; see ssm/discretized.h. A state with `keep` 1
 * moves by x += (A - I) x + b u, and the a11 or a22 is of A - I: a slow pole's distance from one
 * is then not rounded against one. keep 0: x = A x + b u. */
typedef struct sinew_section_lanes {
    double keep1[SINEW_SECTION_LANES], keep2[SINEW_SECTION_LANES];
    double a11[SINEW_SECTION_LANES], a12[SINEW_SECTION_LANES];
    double a21[SINEW_SECTION_LANES], a22[SINEW_SECTION_LANES];
    double b1[SINEW_SECTION_LANES], b2[SINEW_SECTION_LANES];
    double c1[SINEW_SECTION_LANES], c2[SINEW_SECTION_LANES];
} sinew_section_lanes;

/* A matrix cut into panels of eight rows, columns first in each panel, rows padded with zeros:
 * entry (r, c) is at values[((r / 8) * cols + c) * 8 + r % 8]. */
typedef struct sinew_panels {
    size_t rows, cols;
    double *values; /* (ceil(rows / 8), cols, 8) */
} sinew_panels;

/* Columns [from, from + count) of a matrix. */
typedef struct sinew_span {
    size_t from, count;
} sinew_span;

/* The columns of some rows that are not empty. */
typedef struct sinew_dense_part {
    sinew_span inputs, states;
} sinew_dense_part;

/* The recurrence x+ = A x + B u, y = C x + D u of a dense model, empty columns left out; x+ of a
 * state with `keep` 1 has x added, and its row of A is one of A - I. */
typedef struct sinew_dense {
    size_t order, inputs, outputs;
    sinew_dense_part *panels; /* (ceil(order / 8)): of eight rows of [B A] */
    sinew_dense_part *rows;   /* (outputs): of a row of [D C] */
    double *keep;             /* (order rounded up to 8): 1 or 0 */
    double *values; /* panel after panel: its columns of eight rows, inputs first; then row
                     * after row: inputs, states, each padded with zeros to a multiple of 8 */
} sinew_dense;

/* One line an operation: name, result, parameters. */
#define SINEW_SIMD_OPS(OP)                                                                         \
    /* y[t] += sum over the lanes of c x, x+ = keep x + A x + b u, for n frames; x1, x2: (4). */   \
    OP(sections, void,                                                                             \
       (const sinew_section_lanes *s, double *x1, double *x2, const double *u, double *y,          \
        size_t n))                                                                                 \
    /* y += M x; y: rows rounded up to 8. */                                                       \
    OP(multiply, void, (const sinew_panels *m, const double *x, double *y))                        \
    /* n frames: u (n, inputs), y (n, outputs). `now` and `next` take turns; now (and, after an    \
     * odd n, next) holds x (order), zeros up to eight more than order rounded up to 8. */         \
    OP(dense, void,                                                                                \
       (const sinew_dense *d, double *now, double *next, const double *u, double *y, size_t n))    \
    /* y[t] = sum_i h[i] u[t + i], i < taps, for n outputs; taps a multiple of 16. */              \
    OP(fir_f64, void, (const double *h, size_t taps, const double *u, double *y, size_t n))        \
    OP(fir_f32, void, (const float *h, size_t taps, const float *u, float *y, size_t n))           \
    /* y += a b, complex, real and imaginary parts apart. */                                       \
    OP(cmac_f64, void,                                                                             \
       (double *yr, double *yi, const double *ar, const double *ai, const double *br,              \
        const double *bi, size_t n))                                                               \
    OP(cmac_f32, void,                                                                             \
       (float *yr, float *yi, const float *ar, const float *ai, const float *br, const float *bi,  \
        size_t n))

typedef struct sinew_simd {
    const char *name;             /* "scalar", "sse2" or "neon", "avx2", "avx512" */
    const sinew_fused *fused;     /* what may differ in the last bits */
    const sinew_learned *learned; /* likewise, of learned layers */
#define SINEW_SIMD_MEMBER(op, result, parameters) result(*op) parameters;
    SINEW_SIMD_OPS(SINEW_SIMD_MEMBER)
#undef SINEW_SIMD_MEMBER
} sinew_simd;

/* The widest table for this processor, or the one that the environment variable SINEW_SIMD
 * names if the processor can run it; any other word counts as none. */
const sinew_simd *sinew_simd_best(void);

/* Table i of those that this processor can run, narrowest first; NULL behind the last. */
const sinew_simd *sinew_simd_table(size_t i);

/* M = the rows x cols matrix `a` (rows first) in panels; false without memory. */
int sinew_panels_init(sinew_panels *m, const double *a, size_t rows, size_t cols);
void sinew_panels_finish(sinew_panels *m);

#endif
