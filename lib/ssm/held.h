/* held: how a system moves over a time T while its input is held, or joined by lines:
 *
 *   x(T) = F x(0) + G1 u(0) + G2 (u(T) - u(0))
 *   F = e^{AT},  G1 = int_0^T e^{As} ds B,  G2 = (1/T) int_0^T e^{A(T-s)} s ds B
 *
 * for one system and many T. What does not depend on T is found once; the rest is done in memory
 * that is there already, so a node may do it while it runs. F, G1, G2 come from one exponential
 * of a block matrix (Van Loan 1978),
 *
 *   exp(T [[A, B, 0], [0, 0, I], [0, 0, 0]]) = [[F, G1, T G2], ...]
 *
 * so a singular A is no exception; of a single pole, or a pair in coupled form, from phi functions.
 * A block diagonal A goes block by block; all is balanced first. What A does not join F does not
 * either, to the last bit: beside e^40 rounding would be a path. */
#ifndef SINEW_SSM_HELD_H
#define SINEW_SSM_HELD_H

#include <complex.h>
#include <stdbool.h>

#include "math/expm.h"
#include "sinew/system.h"

/* Rows and columns [at, at + order) of A, and rows of B. */
typedef struct sinew_held_block {
    size_t at, order;
    bool coupled; /* A is [[s, w], [-w, s]] or a number, `pole` is s - jw */
    double complex pole;
    sinew_expm_plan plan;       /* else: of the block matrix */
    size_t at_A, first, second; /* where A, and the inputs of G1 and G2, stand in it */
    double *Z, *Zt; /* (order, order): A = Z S Zt, and S is what stands there; NULL: A itself */
} sinew_held_block;

typedef struct sinew_held {
    size_t order, inputs;
    int holds;        /* 0: F alone; 1: and G1; 2: and G2 */
    double *B;        /* (order, inputs), balanced */
    double *scale;    /* (order): x balanced is scale times x of the system */
    int *exponent;    /* (blocks, inputs): of two, that take each column of B below A */
    int *slope;       /* (blocks): the same for I */
    bool *reach;      /* (order, order): that state j moves state i; NULL: all do */
    bool *driven;     /* (order, inputs), where there is a reach: that input j moves state i */
    double norm;      /* of A, balanced: the 1-norm */
    double step_most; /* a longer T is taken as this: what decays has, and nothing overflows */
    size_t n_blocks, entries; /* entries: of all blocks, sum of order^2 */
    sinew_held_block *blocks;
} sinew_held;

/* Where the answer goes. F, less: (entries), block after block; G1, G2: (order, inputs), NULL
 * where they are not held. less: F - I before it was rounded to F. */
typedef struct sinew_held_out {
    double *F, *less, *G1, *G2;
} sinew_held_out;

/* Of A and B of `m`. Finish in any case. */
sinew_status sinew_held_init(sinew_held *h, const sinew_matrices *m, int holds, sinew_error *error);
void sinew_held_finish(sinew_held *h);

/* Doubles of memory that `at` needs. */
size_t sinew_held_memory(const sinew_held *h);

/* moved (order) = F x, F block after block as in sinew_held_out. Real time. */
void sinew_held_apply(const sinew_held *h, const double *F, const double *x, double *moved);

/* Over T >= 0. False where something is not finite: all the same it is what it is. Real time. */
bool sinew_held_at(const sinew_held *h, double T, const sinew_held_out *out, double *memory);

#endif
