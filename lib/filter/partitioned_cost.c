#include "filter/partitioned_cost.h"

#include <string.h>

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

double sinew_partitioned_product(const sinew_partitioned_cost *cost, const sinew_partitioned *c,
                                 const sinew_level *l)
{
    const double cache = 400000; /* bytes of the second cache that are left for it */
    double pairs = (double)(c->inputs * c->outputs + c->inputs);
    double bytes = pairs * (double)(sinew_level_partitions(l) * 2 * l->length * c->real_bytes);
    double share = bytes < cache ? 0 : bytes < 2 * cache ? bytes / cache - 1 : 1;
    return cost->near + share * (cost->far - cost->near);
}
