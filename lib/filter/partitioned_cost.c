#include "filter/partitioned_cost.h"

#include <math.h>
#include <string.h>

#include "filter/partitioned_inside.h"
#include "math/transform.h"

/* The first pass has no imaginary parts to read and the last one no real parts to write: three of
 * the four arrays that a pass goes through. */
static const double real_pass = 0.7;

/* What a slot of the head takes for each slot that it hears: the cost is of one that hears two. */
static const double heard_slot = 0.5;

enum { BLOCK_SLOTS = SINEW_PARTITIONED_BLOCK / SINEW_PARTITIONED_SLOT };

static const struct {
    const char *simd;
    sinew_partitioned_cost f32, f64;
} tables[] = {
    {"avx512", {4, 47, 25, 40, 140, 8}, {8, 77, 50, 93, 230, 8}},
    {"avx2", {6.5, 70, 35, 45, 165, 8}, {13, 131, 80, 145, 310, 8}},
    {"scalar", {28, 280, 88, 120, 600, 8}, {58, 590, 330, 414, 3100, 8}},
    {"sse2", {15, 166, 60, 66, 290, 8}, {30, 290, 146, 177, 540, 8}}, /* neon too */
};

const sinew_partitioned_cost *sinew_partitioned_costs(size_t real_bytes, const char *simd)
{
    size_t n = sizeof tables / sizeof *tables, at = 0;
    while (at + 1 < n && strcmp(tables[at].simd, simd) != 0)
        at++;
    return real_bytes == sizeof(float) ? &tables[at].f32 : &tables[at].f64;
}

/* A product of tiles of this level: by how much memory a round of it goes through. */
static double product(const sinew_partitioned_cost *cost, const sinew_partitioned *c,
                      const sinew_level *l)
{
    const double cache = 400000; /* bytes of the second cache that are left for it */
    double pairs = (double)(c->inputs * c->outputs + c->inputs);
    double bytes = pairs * (double)(sinew_level_partitions(l) * 2 * l->length * c->real_bytes);
    double share = bytes < cache ? 0 : bytes < 2 * cache ? bytes / cache - 1 : 1;
    return cost->near + share * (cost->far - cost->near);
}

double sinew_partitioned_unit_cost(const sinew_partitioned *c, const sinew_level *l,
                                   const sinew_partitioned_unit *u, uint64_t b)
{
    const sinew_partitioned_cost *cost = sinew_partitioned_costs(c->real_bytes, c->simd->name);
    double n = (double)(u->to - u->from);
    switch (u->what) {
    case SINEW_PARTITIONED_SPLIT_REAL:
    case SINEW_PARTITIONED_MERGE_IMAG:
        return n * cost->quad * real_pass;
    case SINEW_PARTITIONED_SPLIT:
    case SINEW_PARTITIONED_MERGE:
        return n * cost->quad;
    case SINEW_PARTITIONED_SPLIT_LANES:
    case SINEW_PARTITIONED_MERGE_LANES:
        return n * cost->tile;
    default:
        break;
    }
    size_t skip = sinew_level_partitions(l) - sinew_level_count(l, b + l->nearest - 1);
    size_t from = u->from > skip ? u->from : skip;
    n = u->to > from ? (double)(u->to - from) : 0;
    return cost->unit + n * (double)c->inputs * product(cost, c, l);
}

/* It hears the slots from where its block begins up to itself. */
double sinew_partitioned_head_cost(const sinew_partitioned *c, size_t s)
{
    return (double)(c->inputs * c->outputs) * heard_slot * (double)(s % BLOCK_SLOTS + 1) *
           sinew_partitioned_costs(c->real_bytes, c->simd->name)->head;
}

/* How many partitions count for a block, about the mean of sinew_level_count. */
static double mean_count(const sinew_level *l)
{
    double ratio = (double)l->ratio, farthest = (double)l->farthest;
    double far = l->ratio ? ratio + (ratio - 1) / 2 : farthest;
    return fmin(far, farthest) + 1 - (double)l->nearest;
}

double sinew_partitioned_level_cost(const sinew_partitioned *c, size_t i)
{
    const sinew_level *l = &c->levels[i];
    const sinew_partitioned_cost *cost = sinew_partitioned_costs(c->real_bytes, c->simd->name);
    double ends = (double)(c->inputs + c->outputs), runs = 1.0 / 64;
    double passes = (double)sinew_transform_passes(l->length) - 1 + real_pass;
    double transform = ends * (passes * runs * cost->quad + cost->tile / SINEW_TRANSFORM_BINS);
    double pairs = (double)(c->inputs * c->outputs);
    return transform + pairs * mean_count(l) * product(cost, c, l) / SINEW_TRANSFORM_BINS;
}

double sinew_partitioned_total_cost(const sinew_partitioned *c)
{
    double block = 0;
    for (size_t s = 0; s < BLOCK_SLOTS; s++)
        block += sinew_partitioned_head_cost(c, s);
    double sum = block / SINEW_PARTITIONED_BLOCK;
    for (size_t i = 0; i < c->n_levels; i++)
        sum += sinew_partitioned_level_cost(c, i);
    return sum;
}
