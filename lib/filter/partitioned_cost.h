/* What the pieces of a partitioned convolution cost, in nanoseconds, measured on one machine (a Zen
 * 5 with AVX-512; `bench_convolve pieces`, tests/bench, prints the rows for another): for the
 * choice of levels and for the schedule, where only their ratios count. They are no sinew_costs
 * (costs.h), which choose among engines: a kernel has one, and its levels are part of a node's
 * identity, which no measurement may change. */
#ifndef SINEW_FILTER_PARTITIONED_COST_H
#define SINEW_FILTER_PARTITIONED_COST_H

#include "filter/partitioned.h"

typedef struct sinew_partitioned_cost {
    double quad;      /* a pass over four runs */
    double tile;      /* the splits within a tile, and the turn */
    double near, far; /* a product of tiles from the second and from the third cache */
    double head;      /* a slot of the head that hears two, itself and the one before */
    double unit;      /* a call: estimated, alike for all */
} sinew_partitioned_cost;

const sinew_partitioned_cost *sinew_partitioned_costs(size_t real_bytes, const char *simd);

/* In nanoseconds: unit u in the work of block b of level l; the head of slot s; of a frame what is
 * level i's, and all of it. */
double sinew_partitioned_unit_cost(const sinew_partitioned *c, const sinew_level *l,
                                   const sinew_partitioned_unit *u, uint64_t b);
double sinew_partitioned_head_cost(const sinew_partitioned *c, size_t s);
double sinew_partitioned_level_cost(const sinew_partitioned *c, size_t i);
double sinew_partitioned_total_cost(const sinew_partitioned *c);

#endif
