#include "filter/convolver_cost.h"

#include <string.h>

static const struct {
    const char *simd;
    sinew_convolver_cost f32, f64;
} tables[] = {
    {"avx512", {6, 70, 12, 25, 60, 5}, {12, 140, 24, 50, 120, 5}},
    {"avx2", {12, 140, 20, 30, 120, 5}, {24, 280, 40, 60, 240, 5}},
    {"sse2", {40, 400, 60, 60, 400, 5}, {80, 800, 120, 120, 800, 5}},
};

const sinew_convolver_cost *sinew_convolver_costs(size_t real_bytes, const char *simd)
{
    size_t n = sizeof tables / sizeof *tables, at = 0;
    while (at + 1 < n && strcmp(tables[at].simd, simd) != 0)
        at++;
    return real_bytes == sizeof(float) ? &tables[at].f32 : &tables[at].f64;
}

double sinew_convolver_product(const sinew_convolver_cost *cost, const sinew_convolver *c,
                               const sinew_level *l)
{
    const double cache = 400000; /* bytes of the second cache that are left for it */
    double pairs = (double)(c->inputs * c->outputs + c->inputs);
    double bytes = pairs * (double)(sinew_level_partitions(l) * 2 * l->length * c->real_bytes);
    double share = bytes < cache ? 0 : bytes < 2 * cache ? bytes / cache - 1 : 1;
    return cost->near + share * (cost->far - cost->near);
}
