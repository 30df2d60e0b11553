/* Balanced coordinates of a stable system, and the system in fewer of them. */
#ifndef SINEW_SSM_BALANCED_H
#define SINEW_SSM_BALANCED_H

#include <stdbool.h>

#include "math/lyapunov.h"
#include "ssm/parts.h"

typedef struct sinew_balanced {
    size_t n;
    double *reached, *seen; /* Lc, Lo (n, n) */
    double *U, *Vt, *sigma; /* (n, n), (n, n), (n): the Hankel singular values, falling */
    size_t rank;            /* how many of them are more than rounding */
} sinew_balanced;

/* `kind`: of a continuous system, or of a discrete one given by A - I in place of A.
 * SINEW_ERR_NUMERIC where `m` is not stable. After failure there is still something to finish. */
sinew_status sinew_balanced_init(sinew_balanced *b, const sinew_matrices *m, sinew_lyapunov kind,
                                 sinew_error *error);
void sinew_balanced_finish(sinew_balanced *b);

/* 2 (sigma_r+1 + ... + sigma_n) */
double sinew_balanced_bound(const sinew_balanced *b, size_t r);

/* How many Hankel values are above this part of the first. */
size_t sinew_balanced_rank(const sinew_balanced *b, double tolerance);

/* r <= rank states of what `b` was made of; match_dc: with its response at 0, not at infinity.
 * SINEW_ERR_NUMERIC where that is not stable. */
sinew_status sinew_balanced_cut(sinew_parts *out, const sinew_balanced *b, const sinew_matrices *m,
                                size_t r, bool match_dc, sinew_error *error);

#endif
