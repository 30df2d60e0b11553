/* blockwise: the block engine. L frames at once by the lifted matrices (lifted.h):
 *
 *     Y = O x + T U,   x+ = A^L x + G U
 *
 * Blocks are anchored where the stream began. Whole blocks in a call go together: products of
 * matrices, with the states of all of them found in between, one from the other; of up to 16 states
 * and one input and output a block goes through registers alone. Frames that do not fill a block
 * add their columns of T and G to sums that are kept. An output is the same sum in the same order
 * either way, so it is equal to the bit for any cuts. T's upper part is zero, but zero times NaN is
 * not: blocks that are not finite go frame by frame.
 *
 * States are ordered so that coupled ones are neighbours; where A couples no more than two, they
 * are pairs, and A^L costs next to nothing. The engine is written once over the type it calculates
 * in, blockwise_body.h; a float stream whose states fit no float (coordinates.h) is calculated in
 * double.
 *
 * How much goes together (blockwise_layout.h) counts for the cost too (blockwise_work.c).
 */
#ifndef SINEW_FILTER_BLOCKWISE_H
#define SINEW_FILTER_BLOCKWISE_H

#include "filter/coordinates.h"
#include "filter/filter.h"
#include "math/components.h"

enum {
    SINEW_BLOCKWISE_VECTORS = 32, /* of a product: blocks, of all copies that go together, */
    SINEW_BLOCKWISE_COPIES = 16   /* which are so many at most */
};

typedef struct sinew_blockwise {
    sinew_filter filter;
    sinew_sample type; /* what is calculated in */
    size_t length;     /* L */
    size_t states;     /* columns of O: the order and zeros, an even number */
    size_t padded;     /* states in whole panels: rows of G */
    size_t rows;       /* L outputs in whole panels: rows of O and T */
    bool registers;    /* one input and output, few states: a block fits into registers */
    bool pairs;        /* first states of pairs, then second ones, each in whole panels */
    size_t *places;    /* (states): state i is the model's state places[i]; SIZE_MAX: a zero */
    sinew_coordinates coordinates; /* in the model's order */
    /* of `type`, in panels (fused.h) */
    void *O;    /* (rows, states) */
    void *T;    /* (rows, L inputs) */
    void *G;    /* (padded, L inputs) */
    void *keep; /* (padded), no matrix: 1 for a state that is kept, as little is added to it */
    void *E;    /* A^L less keep, (padded, states); of pairs e11 e12 e21 e22, (states / 2) each */
} sinew_blockwise;

/* Lengths and places alone, and the groups of states that they come from (to be finished in any
 * case). */
sinew_status sinew_blockwise_shape(sinew_blockwise *b, sinew_components *groups,
                                   const sinew_discretization *d, sinew_sample type,
                                   sinew_error *error);

/* Whether blocks of that length are no larger than is worth it. */
bool sinew_blockwise_holds(const sinew_blockwise *b, const sinew_discretization *d);

/* Of `copies` channels that are left, how many go through registers side by side next: the widest
 * that the instruction set has; 1: each by itself. `sample`: of the stream. */
size_t sinew_blockwise_lanes(const sinew_blockwise *b, const sinew_fused *fused,
                             sinew_sample sample, size_t copies);

/* Of `copies`, how many share products of matrices; SINEW_BLOCKWISE_VECTORS holds some blocks of
 * each. */
size_t sinew_blockwise_together(size_t copies);

/* What is double for every type: lengths, places, and the lifted matrices in the coordinates of the
 * engine. *fits: false where the type has too few digits. `type`: what is calculated in. */
sinew_status sinew_blockwise_init(sinew_blockwise *b, sinew_lifted *l,
                                  const sinew_discretization *d, sinew_sample type, bool *fits,
                                  sinew_error *error);
void sinew_blockwise_finish(sinew_blockwise *b);

/* SINEW_ERR_NUMERIC where no coordinates fit. */
sinew_status sinew_blockwise_new_f64(sinew_node **out, const sinew_discretization *d,
                                     const sinew_filter_opts *opts, sinew_error *error);
sinew_status sinew_blockwise_new_f32(sinew_node **out, const sinew_discretization *d,
                                     const sinew_filter_opts *opts, sinew_error *error);

#endif
