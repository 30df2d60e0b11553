/* transform: the one under partitioned convolution.
 *
 * A block of L real samples is a polynomial modulo x^L - i; its product with g0 + i g1 (L taps and
 * the L after them) has as imaginary part exactly what the block gives to another block, with
 * nothing to be overlapped or thrown away but the real part ("right-angle convolution", Nussbaumer
 * 1981; Wefers 2014). The ring is split in four, x^4m - c into four x^m - c', with the c' the
 * fourth roots of c, until x - c' is left: a product is then one of L complex numbers. Nothing is
 * put in order, as products do not mind, and every split is its own step, so that a transform may
 * be cut anywhere and spread over time.
 *
 * Layout: a *run* is 16 real parts, then 16 imaginary ones; a *tile* 16 runs. Splits down to x^16
 * work on runs, of which lanes are coefficients; then tiles are turned so that lanes are rings, and
 * the last two splits work on the runs of a tile. L is 256, 1024, 4096, ...: one tile times 4^k.
 *
 * Constants of a node x^4m - e^ia: s = e^ia/2 and q = e^ia/4 (real, imaginary each); its children
 * have c' = q, -q, iq, -iq.
 */
#ifndef SINEW_MATH_TRANSFORM_H
#define SINEW_MATH_TRANSFORM_H

#include <stddef.h>

enum {
    SINEW_TRANSFORM_RUN = 32,            /* numbers of a run */
    SINEW_TRANSFORM_TILE = 512,          /* and of a tile, which holds ... */
    SINEW_TRANSFORM_BINS = 256,          /* ... so many bins */
    SINEW_TRANSFORM_TILE_CONSTANTS = 320 /* constants of a tile's own splits */
};

/* Is L a length of these transforms? */
int sinew_transform_holds(size_t length);

/* Passes over runs, from the root down. */
size_t sinew_transform_passes(size_t length);

/* Where the constants of a pass begin (4 for each of its 4^pass nodes), and behind the last one
 * those of the tiles (SINEW_TRANSFORM_TILE_CONSTANTS each); the count of all. */
size_t sinew_transform_offset(size_t length, size_t pass);
size_t sinew_transform_constants(size_t length);

void sinew_transform_fill(double *constants, size_t length);

/* The transform of complex coefficients, in runs, in place into tiles; work: (TILE). For design
 * time: the kernels. */
void sinew_transform_split(double *data, const double *constants, size_t length, double *work);

#endif
