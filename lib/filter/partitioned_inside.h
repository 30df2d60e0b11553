/* What the files of partitioned convolution share. */
#ifndef SINEW_FILTER_PARTITIONED_INSIDE_H
#define SINEW_FILTER_PARTITIONED_INSIDE_H

#include "filter/partitioned.h"

/* What a unit does, in the order of a block's work: the transform of an input, by itself what makes
 * its spectrum X, comes before the products, then an output's transform back. */
enum {
    SINEW_PARTITIONED_SPLIT_REAL,
    SINEW_PARTITIONED_SPLIT,
    SINEW_PARTITIONED_SPLIT_LANES,
    SINEW_PARTITIONED_PRODUCTS,
    SINEW_PARTITIONED_MERGE_LANES,
    SINEW_PARTITIONED_MERGE,
    SINEW_PARTITIONED_MERGE_IMAG
};

/* How much a unit holds. */
enum {
    SINEW_PARTITIONED_UNIT_QUADS = 16,
    SINEW_PARTITIONED_UNIT_TILES = 2,
    SINEW_PARTITIONED_UNIT_PRODUCTS = 8
};

static inline bool sinew_unit_is_forward(const sinew_partitioned_unit *u)
{
    return u->what < SINEW_PARTITIONED_PRODUCTS;
}

static inline size_t sinew_level_partitions(const sinew_level *l)
{
    return l->farthest + 1 - l->nearest;
}

/* How many partitions, the nearest ones, count for the Y of block b. */
static inline size_t sinew_level_count(const sinew_level *l, uint64_t b)
{
    size_t far = l->ratio ? l->ratio + (size_t)(b % l->ratio) : l->farthest;
    return (far < l->farthest ? far : l->farthest) + 1 - l->nearest;
}

/* The first frame of all: far enough from zero for a past. */
#define SINEW_PARTITIONED_START (UINT64_C(1) << 40)

static inline bool sinew_partitioned_is_whole(const sinew_partitioned *c)
{
    return c->n_levels == 1 && c->levels[0].nearest == 0;
}

/* Without levels yet. */
static inline sinew_partitioned sinew_partitioned_of(size_t inputs, size_t outputs, size_t taps,
                                                     sinew_sample sample)
{
    return (sinew_partitioned){.inputs = inputs,
                               .outputs = outputs,
                               .taps = taps,
                               .real_bytes = sinew_sample_bytes(sample),
                               .simd = sinew_simd_best()};
}

/* partitioned_plan.c: SINEW_ERR_ARGUMENT for lengths that cannot be; then what the levels are,
 * without memory for them. */
sinew_status sinew_partitioned_check(const sinew_partitioned_opts *opts, sinew_error *error);
void sinew_partitioned_lay_out(sinew_partitioned *c, const sinew_partitioned_opts *opts);

/* partitioned_units.c: the units of a block of level l, in their order; units NULL: only counted.
 */
size_t sinew_level_units(sinew_partitioned_unit *units, const sinew_partitioned *c,
                         const sinew_level *l);

/* partitioned_schedule.c: fills `done` of all levels. */
sinew_status sinew_partitioned_schedule(sinew_partitioned *c, sinew_error *error);

/* partitioned_body.h, for each sample type. */
typedef struct sinew_partitioned_ops {
    sinew_status (*fill)(sinew_partitioned *c, const double *h, sinew_error *error);
    void (*run)(const sinew_partitioned *c, void *state, const sinew_partitioned_frames *f);
    void (*resume)(const sinew_partitioned *c, void *state);
} sinew_partitioned_ops;
extern const sinew_partitioned_ops sinew_partitioned_f32, sinew_partitioned_f64;

#endif
