/* The schedule: after which slot each unit of a block is done, such that all slots carry about the
 * same by what units are estimated to take. */
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "filter/partitioned_cost.h"
#include "filter/partitioned_inside.h"

/* The height to which `total` fills a vessel with a floor `load`. */
static double water_level(const double *load, size_t n, double total)
{
    double low = 0, high = total;
    for (size_t s = 0; s < n; s++)
        high = fmax(high, load[s] + total);
    for (int step = 0; step < 60; step++) {
        double middle = (low + high) / 2, holds = 0;
        for (size_t s = 0; s < n; s++)
            holds += fmax(0, middle - load[s]);
        *(holds < total ? &low : &high) = middle;
    }
    return high;
}

/* Units of block b of level l over its slots, whose load so far is `load`. */
static void schedule_block(const sinew_partitioned *c, const sinew_level *l, uint64_t b,
                           double *load, uint32_t *done)
{
    size_t n = l->length / SINEW_PARTITIONED_SLOT;
    double total = 0, level = 0, filled = 0, room = 0;
    for (size_t u = 0; u < l->n_units; u++)
        total += sinew_partitioned_unit_cost(c, l, &l->units[u], b);
    if (l->nearest < 2) { /* wanted at once */
        load[0] += total;
        for (size_t s = 0; s < n; s++)
            done[s] = (uint32_t)l->n_units;
        return;
    }
    level = water_level(load, n, total);
    size_t u = 0;
    for (size_t s = 0; s < n; s++) {
        room += fmax(0, level - load[s]);
        while (u < l->n_units) {
            double cost = sinew_partitioned_unit_cost(c, l, &l->units[u], b);
            if (s + 1 < n && filled + cost / 2 > room)
                break;
            filled += cost;
            load[s] += cost;
            u++;
        }
        done[s] = (uint32_t)u;
    }
}

sinew_status sinew_partitioned_schedule(sinew_partitioned *c, sinew_error *error)
{
    double *load = sinew_alloc(c->slots, sizeof *load);
    if (!load)
        return sinew_fail_memory(error);
    for (size_t s = 0; s < c->slots; s++)
        load[s] = sinew_partitioned_head_cost(c, s);
    for (size_t i = 0; i < c->n_levels; i++) {
        sinew_level *l = &c->levels[i];
        size_t n = l->length / SINEW_PARTITIONED_SLOT;
        for (size_t s = 0; s < c->slots; s += n)
            schedule_block(c, l, s / n, load + s, l->done + s);
    }
    sinew_free(load);
    return SINEW_OK;
}

double sinew_partitioned_slot_cost(const sinew_partitioned *c, size_t s)
{
    double sum = sinew_partitioned_head_cost(c, s);
    for (size_t i = 0; i < c->n_levels; i++) {
        const sinew_level *l = &c->levels[i];
        size_t n = l->length / SINEW_PARTITIONED_SLOT;
        for (size_t u = s % n ? l->done[s - 1] : 0; u < l->done[s]; u++)
            sum += sinew_partitioned_unit_cost(c, l, &l->units[u], s / n);
    }
    return sum;
}
