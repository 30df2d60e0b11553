/* The plan: which levels there are. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "filter/partitioned_cost.h"
#include "filter/partitioned_inside.h"
#include "math/transform.h"

/* The most distant block of L that reaches a frame: its nearest tap is (d - 1) L + 1. */
static size_t farthest(size_t taps, size_t length)
{
    return taps < 2 ? 0 : (taps - 2) / length + 1;
}

/* The last levels that would be empty are left out. */
void sinew_partitioned_lay_out(sinew_partitioned *c, const sinew_partitioned_opts *opts)
{
    size_t lengths[SINEW_KERNEL_LEVELS_MAX] = {SINEW_PARTITIONED_BLOCK};
    c->reach = c->taps < SINEW_PARTITIONED_BLOCK ? c->taps : SINEW_PARTITIONED_BLOCK;
    c->n_levels = 0;
    c->slots = SINEW_PARTITIONED_BLOCK / SINEW_PARTITIONED_SLOT;
    c->ring = 2 * SINEW_PARTITIONED_BLOCK;
    if (c->taps <= SINEW_PARTITIONED_BLOCK && !opts->whole)
        return;
    memcpy(lengths, opts->lengths, opts->n_levels * sizeof *lengths);
    for (size_t i = 0; i < opts->n_levels; i++) {
        sinew_level *l = &c->levels[c->n_levels];
        *l = (sinew_level){.length = lengths[i], .nearest = i == 0 ? !opts->whole : 2};
        l->farthest = farthest(c->taps, l->length);
        if (l->farthest < l->nearest)
            break;
        if (i > 0) {
            sinew_level *before = l - 1;
            before->ratio = l->length / before->length;
            if (before->farthest > 2 * before->ratio - 1)
                before->farthest = 2 * before->ratio - 1;
        }
        c->n_levels++;
    }
    const sinew_level *last = &c->levels[c->n_levels - 1];
    c->slots = last->length / SINEW_PARTITIONED_SLOT;
    c->ring = (last->farthest + 1) * last->length;
}

/* How much more than a slot's share the callback carries in which a block begins: what is beyond
 * twice is as bad as a fifth of the whole cost. */
static double unevenness(const sinew_partitioned *c, double cost)
{
    if (c->n_levels == 0)
        return 0;
    double burst = sinew_partitioned_level_cost(c, 0) * SINEW_PARTITIONED_BLOCK;
    return fmax(0, burst / (cost * SINEW_PARTITIONED_SLOT) - 2) / 5;
}

double sinew_partitioned_plan(sinew_partitioned_opts *plan, size_t inputs, size_t outputs,
                              size_t taps, sinew_sample sample)
{
    enum { GROWN = 5 }; /* lengths beyond the first: each may be there or not */
    double best = INFINITY;
    for (unsigned set = 0; set < 1u << GROWN; set++) {
        sinew_partitioned c = sinew_partitioned_of(inputs, outputs, taps, sample);
        sinew_partitioned_opts opts = {.n_levels = 1, .lengths = {SINEW_PARTITIONED_BLOCK}};
        for (unsigned k = 0; k < GROWN; k++)
            if (set >> k & 1)
                opts.lengths[opts.n_levels++] = (size_t)SINEW_PARTITIONED_BLOCK * 4 << 2 * k;
        sinew_partitioned_lay_out(&c, &opts);
        if (c.n_levels < opts.n_levels && set > 0)
            continue;
        double cost = sinew_partitioned_total_cost(&c);
        cost += cost * unevenness(&c, cost);
        if (cost < best) {
            best = cost;
            *plan = opts;
        }
    }
    return best;
}

size_t sinew_partitioned_plan_whole(const sinew_partitioned_opts *plan, size_t inputs,
                                    size_t outputs, size_t taps, sinew_sample sample,
                                    size_t call_frames)
{
    sinew_partitioned c = sinew_partitioned_of(inputs, outputs, taps, sample);
    sinew_partitioned_lay_out(&c, plan);
    double best = sinew_partitioned_total_cost(&c);
    size_t found = 0;
    if (taps <= SINEW_PARTITIONED_BLOCK) /* summed directly: one tap is a product, and no more */
        return 0;
    for (size_t length = SINEW_PARTITIONED_BLOCK; length <= SINEW_PARTITIONED_LONGEST;
         length *= 4) {
        sinew_partitioned_opts opts = {.n_levels = 1, .lengths = {length}, .whole = true};
        if (call_frames == 0 || call_frames % length != 0)
            break;
        sinew_partitioned_lay_out(&c, &opts);
        double cost = sinew_partitioned_level_cost(&c, 0);
        if (cost < best) {
            best = cost;
            found = length;
        }
    }
    return found;
}

sinew_status sinew_partitioned_check(const sinew_partitioned_opts *opts, sinew_error *error)
{
    size_t before = SINEW_PARTITIONED_BLOCK;
    if (opts->n_levels > SINEW_KERNEL_LEVELS_MAX)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%zu levels of partitions: at most %d can be",
                          opts->n_levels, SINEW_KERNEL_LEVELS_MAX);
    for (size_t i = 0; i < opts->n_levels; i++) {
        size_t length = opts->lengths[i];
        if (!sinew_transform_holds(length) || length > SINEW_PARTITIONED_LONGEST ||
            (i == 0 ? length != before && !opts->whole : length <= before))
            return sinew_fail(error, SINEW_ERR_ARGUMENT,
                              "a level of partitions of %zu frames: they are 256, and then "
                              "rising of 1024, 4096, 16384, 65536, 262144",
                              length);
        before = length;
    }
    return SINEW_OK;
}
