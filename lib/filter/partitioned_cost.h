/* What the pieces of a partitioned convolution cost, in nanoseconds, measured on one machine (a Zen
 * 5 with AVX-512, tests/bench/convolve.c): for the choice of levels and for the schedule, where
 * only their ratios count. They are no sinew_costs (plan.h), which choose among engines: a kernel
 * has one, and its levels are part of a node's identity, which no measurement may change. */
#ifndef SINEW_FILTER_PARTITIONED_COST_H
#define SINEW_FILTER_PARTITIONED_COST_H

#include "filter/partitioned.h"

/* How much a unit holds. */
enum { SINEW_UNIT_QUADS = 16, SINEW_UNIT_TILES = 2, SINEW_UNIT_PRODUCTS = 8 };

typedef struct sinew_partitioned_cost {
    double quad;      /* a pass over four runs */
    double tile;      /* the splits within a tile, and the turn */
    double near, far; /* a product of tiles from the second and from the third cache */
    double head;      /* a slot of the head, of its outputs with 64 inputs */
    double unit;      /* what comes on top of each unit */
} sinew_partitioned_cost;

const sinew_partitioned_cost *sinew_partitioned_costs(size_t real_bytes, const char *simd);

/* A product of tiles of this level: by how much memory a round of it goes through. */
double sinew_partitioned_product(const sinew_partitioned_cost *cost, const sinew_partitioned *c,
                                 const sinew_level *l);

#endif
