/* The leading singular triplets of a block Hankel matrix. */
#ifndef SINEW_IDENTIFY_TRIPLETS_H
#define SINEW_IDENTIFY_TRIPLETS_H

#include <stdbool.h>

#include "identify/hankel.h"

typedef struct sinew_triplets {
    size_t n;      /* how many; fewer than the matrix has unless `all` */
    bool all;      /* no singular value is missing */
    double *sigma; /* (n), falling */
    double *left;  /* (n, outputs, rows): the left singular vectors */
    double *first; /* (n, inputs): the entries b = 0 of the right ones */
} sinew_triplets;

/* The `wanted` leading triplets, or all there are. A matrix that is not much larger is decomposed
 * whole; else a block Krylov space of a random start stands for it (Golub, Underwood 1977; Halko,
 * Martinsson, Tropp 2011; Musco, Musco 2015), always the same for the same data. */
sinew_status sinew_triplets_init(sinew_triplets *t, sinew_hankel *k, size_t wanted,
                                 sinew_error *error);
void sinew_triplets_finish(sinew_triplets *t);

#endif
