/* Block diagonal coordinates: A = V T W with W = V^-1 and T block diagonal, each block a piece of a
 * real Schur form.
 *
 * T and V are in columns, W is in rows (that is, its transpose is in columns), as LAPACK's
 * operations on a Schur form leave them. */
#ifndef SINEW_MATH_DECOUPLE_H
#define SINEW_MATH_DECOUPLE_H

#include "math/real_schur.h"

typedef struct sinew_decoupled {
    size_t n, n_blocks;
    double *T, *V, *W;
    size_t *sizes;   /* (n_blocks) of room for n */
    size_t n_stable; /* of sinew_decouple_stable */
} sinew_decoupled;

/* As many blocks as there may be while no entry of a step's transformation is above `growth`; of
 * eigenvalues that this cannot part, the block is larger (Bavely, Stewart 1979, SIAM J. Numer.
 * Anal. 16:359). A (n, n) in rows; it is not balanced here. */
sinew_status sinew_decouple(sinew_decoupled *d, const double *A, size_t n, double growth,
                            sinew_error *error);

/* Two blocks: the eigenvalues with Re < -margin, n_stable of them, then the others; one where there
 * are none of either. */
sinew_status sinew_decouple_stable(sinew_decoupled *d, const double *A, size_t n, double margin,
                                   sinew_error *error);

void sinew_decoupled_finish(sinew_decoupled *d);

#endif
