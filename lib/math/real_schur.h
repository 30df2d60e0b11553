/* The real Schur form A = Z T Z' as LAPACK has it: T upper triangular but for standardised blocks
 * of 2 on its diagonal, Z orthogonal, both in *columns* (entry i, j at i + j n), unlike the rest of
 * the library, because what follows it are LAPACK's own operations on T and Z. */
#ifndef SINEW_MATH_REAL_SCHUR_H
#define SINEW_MATH_REAL_SCHUR_H

#include <lapacke.h>
#include <stddef.h>

#include "sinew/status.h"

typedef struct sinew_real_schur {
    size_t n;
    double *T, *Z;   /* (n, n) in columns */
    double *re, *im; /* (n) eigenvalues in the order of T's diagonal, Im > 0 first */
} sinew_real_schur;

/* A (n, n) in rows. Nothing is balanced here. */
sinew_status sinew_real_schur_init(sinew_real_schur *s, const double *A, size_t n,
                                   sinew_error *error);
void sinew_real_schur_finish(sinew_real_schur *s);

/* Bring the eigenvalues with chosen[i] to the top; of a pair both or none are chosen. */
sinew_status sinew_real_schur_order(sinew_real_schur *s, const lapack_logical *chosen,
                                    sinew_error *error);

/* 2 where a block of two starts at i, else 1. */
static inline size_t sinew_real_schur_block(const sinew_real_schur *s, size_t i)
{
    return i + 1 < s->n && s->T[i + 1 + i * s->n] != 0 ? 2 : 1;
}

#endif
