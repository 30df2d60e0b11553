/* Levels, units and their schedule: what does not depend on the sample type. */
#include "filter/partitioned.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "filter/partitioned_cost.h"
#include "math/transform.h"

static const sinew_partitioned_ops *ops_of(const sinew_partitioned *c)
{
    return c->real_bytes == sizeof(float) ? &sinew_partitioned_f32 : &sinew_partitioned_f64;
}

/* The most distant block of L that reaches a frame: its nearest tap is (d - 1) L + 1. */
static size_t farthest(size_t taps, size_t length)
{
    return taps < 2 ? 0 : (taps - 2) / length + 1;
}

/* ---- units ---- */

typedef struct unit_list {
    sinew_partitioned_unit *units; /* NULL: only counted */
    size_t n;
} unit_list;

static void add(unit_list *list, sinew_partitioned_unit unit)
{
    if (list->units)
        list->units[list->n] = unit;
    list->n++;
}

static void add_range(unit_list *list, sinew_partitioned_unit unit, size_t n, size_t piece)
{
    for (size_t at = 0; at < n; at += piece) {
        unit.from = (uint32_t)at;
        unit.to = (uint32_t)(at + piece < n ? at + piece : n);
        add(list, unit);
    }
}

static void add_forward(unit_list *list, const sinew_level *l, size_t input)
{
    size_t passes = sinew_transform_passes(l->length), quads = l->length / 64;
    sinew_partitioned_unit unit = {.what = UNIT_REAL, .channel = (uint16_t)input};
    add_range(list, unit, quads, SINEW_UNIT_QUADS);
    unit.what = UNIT_SPLIT;
    for (size_t p = 1; p < passes; p++) {
        unit.pass = (uint8_t)p;
        add_range(list, unit, quads, SINEW_UNIT_QUADS);
    }
    unit.what = UNIT_SPLIT_LANES;
    add_range(list, unit, l->length / SINEW_TRANSFORM_BINS, SINEW_UNIT_TILES);
}

static void add_backward(unit_list *list, const sinew_level *l, size_t output)
{
    size_t passes = sinew_transform_passes(l->length), quads = l->length / 64;
    size_t tiles = l->length / SINEW_TRANSFORM_BINS;
    sinew_partitioned_unit unit = {.what = UNIT_PRODUCTS, .channel = (uint16_t)output};
    for (size_t t = 0; t < tiles; t++) {
        unit.tile = (uint32_t)t;
        add_range(list, unit, sinew_level_partitions(l), SINEW_UNIT_PRODUCTS);
    }
    unit.tile = 0;
    unit.what = UNIT_MERGE_LANES;
    add_range(list, unit, tiles, SINEW_UNIT_TILES);
    unit.what = UNIT_MERGE;
    for (size_t p = passes - 1; p > 0; p--) {
        unit.pass = (uint8_t)p;
        add_range(list, unit, quads, SINEW_UNIT_QUADS);
    }
    unit.pass = 0;
    unit.what = UNIT_IMAG;
    add_range(list, unit, quads, SINEW_UNIT_QUADS);
}

static void list_units(unit_list *list, const sinew_partitioned *c, const sinew_level *l)
{
    for (size_t i = 0; i < c->inputs; i++)
        add_forward(list, l, i);
    for (size_t o = 0; o < c->outputs; o++)
        add_backward(list, l, o);
}

/* ---- the schedule ---- */

/* Of unit u in the work of block b, in nanoseconds. */
static double unit_cost(const sinew_partitioned *c, const sinew_level *l,
                        const sinew_partitioned_unit *u, uint64_t b)
{
    const sinew_partitioned_cost *cost = sinew_partitioned_costs(c->real_bytes, c->simd->name);
    double n = (double)(u->to - u->from);
    switch (u->what) {
    case UNIT_REAL:
    case UNIT_IMAG:
        return n * cost->quad * 0.7;
    case UNIT_SPLIT:
    case UNIT_MERGE:
        return n * cost->quad;
    case UNIT_SPLIT_LANES:
    case UNIT_MERGE_LANES:
        return n * cost->tile;
    default:
        break;
    }
    size_t skip = sinew_level_partitions(l) - sinew_level_count(l, b + l->nearest - 1);
    size_t from = u->from > skip ? u->from : skip;
    n = u->to > from ? (double)(u->to - from) : 0;
    return cost->unit + n * (double)c->inputs * sinew_partitioned_product(cost, c, l);
}

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
        total += unit_cost(c, l, &l->units[u], b);
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
            double cost = unit_cost(c, l, &l->units[u], b);
            if (s + 1 < n && filled + cost / 2 > room)
                break;
            filled += cost;
            load[s] += cost;
            u++;
        }
        done[s] = (uint32_t)u;
    }
}

/* The head of slot s, which reaches back to where its block begins. */
static double head_cost(const sinew_partitioned *c, size_t s)
{
    const size_t slots = SINEW_PARTITIONED_BLOCK / SINEW_PARTITIONED_SLOT;
    return (double)(c->inputs * c->outputs) * 0.5 * (double)(s % slots + 1) *
           sinew_partitioned_costs(c->real_bytes, c->simd->name)->head;
}

static sinew_status schedule(sinew_partitioned *c, sinew_error *error)
{
    double *load = sinew_alloc(c->slots, sizeof *load);
    if (!load)
        return sinew_fail_memory(error);
    for (size_t s = 0; s < c->slots; s++)
        load[s] = head_cost(c, s);
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
    double sum = head_cost(c, s);
    for (size_t i = 0; i < c->n_levels; i++) {
        const sinew_level *l = &c->levels[i];
        size_t n = l->length / SINEW_PARTITIONED_SLOT;
        for (size_t u = s % n ? l->done[s - 1] : 0; u < l->done[s]; u++)
            sum += unit_cost(c, l, &l->units[u], s / n);
    }
    return sum;
}

/* ---- the plan ---- */

static double level_cost(const sinew_partitioned *c, size_t i)
{
    const sinew_level *l = &c->levels[i];
    const sinew_partitioned_cost *cost = sinew_partitioned_costs(c->real_bytes, c->simd->name);
    double ends = (double)(c->inputs + c->outputs), runs = 1.0 / 64;
    double passes = (double)sinew_transform_passes(l->length) - 0.3;
    double transform = ends * (passes * runs * cost->quad + cost->tile / SINEW_TRANSFORM_BINS);
    double mean = l->ratio ? 1.5 * (double)l->ratio - 0.5 : (double)l->farthest;
    mean = fmin(mean, (double)l->farthest) + 1 - (double)l->nearest;
    double pairs = (double)(c->inputs * c->outputs);
    return transform + pairs * mean * sinew_partitioned_product(cost, c, l) / SINEW_TRANSFORM_BINS;
}

/* What the levels are, without memory for them. The last that would be empty are left out. */
static void lay_out(sinew_partitioned *c, const sinew_partitioned_opts *opts)
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

static double whole_cost(const sinew_partitioned *c)
{
    const sinew_partitioned_cost *cost = sinew_partitioned_costs(c->real_bytes, c->simd->name);
    double sum = (double)(c->inputs * c->outputs) * cost->head / SINEW_PARTITIONED_SLOT * 1.25;
    for (size_t i = 0; i < c->n_levels; i++)
        sum += level_cost(c, i);
    return sum;
}

/* How much more than a slot's share the callback carries in which a block begins: what is beyond
 * twice is as bad as a fifth of the whole cost. */
static double unevenness(const sinew_partitioned *c, double cost)
{
    if (c->n_levels == 0)
        return 0;
    double burst = level_cost(c, 0) * SINEW_PARTITIONED_BLOCK;
    return fmax(0, burst / (cost * SINEW_PARTITIONED_SLOT) - 2) / 5;
}

double sinew_partitioned_plan(sinew_partitioned_opts *plan, size_t inputs, size_t outputs,
                              size_t taps, sinew_sample sample)
{
    enum { GROWN = 5 }; /* lengths beyond the first: each may be there or not */
    double best = INFINITY;
    for (unsigned set = 0; set < 1u << GROWN; set++) {
        sinew_partitioned c = {.inputs = inputs,
                               .outputs = outputs,
                               .taps = taps,
                               .real_bytes = sinew_sample_bytes(sample),
                               .simd = sinew_simd_best()};
        sinew_partitioned_opts opts = {.n_levels = 1, .lengths = {SINEW_PARTITIONED_BLOCK}};
        for (unsigned k = 0; k < GROWN; k++)
            if (set >> k & 1)
                opts.lengths[opts.n_levels++] = (size_t)SINEW_PARTITIONED_BLOCK * 4 << 2 * k;
        lay_out(&c, &opts);
        if (c.n_levels < opts.n_levels && set > 0)
            continue;
        double cost = whole_cost(&c);
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
    sinew_partitioned c = {.inputs = inputs,
                           .outputs = outputs,
                           .taps = taps,
                           .real_bytes = sinew_sample_bytes(sample),
                           .simd = sinew_simd_best()};
    lay_out(&c, plan);
    double best = whole_cost(&c);
    size_t found = 0;
    for (size_t length = SINEW_PARTITIONED_BLOCK; length <= SINEW_PARTITIONED_LONGEST;
         length *= 4) {
        sinew_partitioned_opts opts = {.n_levels = 1, .lengths = {length}, .whole = true};
        if (call_frames == 0 || call_frames % length != 0)
            break;
        lay_out(&c, &opts);
        double cost = level_cost(&c, 0);
        if (cost < best) {
            best = cost;
            found = length;
        }
    }
    return found;
}

static sinew_status check(const sinew_partitioned_opts *opts, sinew_error *error)
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

/* ---- the making ---- */

static sinew_status init_level(sinew_partitioned *c, sinew_level *l, sinew_error *error)
{
    unit_list list = {0};
    list_units(&list, c, l);
    l->n_units = list.n;
    l->units = sinew_alloc(list.n, sizeof *l->units);
    l->done = sinew_alloc(c->slots, sizeof *l->done);
    l->constants = sinew_alloc(sinew_transform_constants(l->length), c->real_bytes);
    l->spectra = sinew_alloc(c->inputs * c->outputs * sinew_level_partitions(l),
                             2 * l->length * c->real_bytes);
    if (!l->units || !l->done || !l->constants || !l->spectra)
        return sinew_fail_memory(error);
    list = (unit_list){.units = l->units};
    list_units(&list, c, l);
    return SINEW_OK;
}

sinew_status sinew_partitioned_init(sinew_partitioned *c, size_t inputs, size_t outputs,
                                    size_t taps, const double *h, sinew_sample sample,
                                    const sinew_partitioned_opts *opts, sinew_error *error)
{
    *c = (sinew_partitioned){.inputs = inputs,
                             .outputs = outputs,
                             .taps = taps,
                             .real_bytes = sinew_sample_bytes(sample),
                             .simd = sinew_simd_best()};
    sinew_partitioned_opts plan = *opts;
    if (plan.n_levels == 0)
        sinew_partitioned_plan(&plan, inputs, outputs, taps, sample);
    sinew_status status = check(&plan, error);
    if (status)
        return status;
    lay_out(c, &plan);
    for (size_t i = 0; !status && i < c->n_levels; i++)
        status = init_level(c, &c->levels[i], error);
    c->head = sinew_alloc(inputs * outputs * SINEW_HEAD_PADDED, c->real_bytes);
    if (!status && !c->head)
        status = sinew_fail_memory(error);
    if (!status)
        status = schedule(c, error);
    return status ? status : ops_of(c)->fill(c, h, error);
}

void sinew_partitioned_finish(sinew_partitioned *c)
{
    for (size_t i = 0; i < c->n_levels; i++) {
        sinew_level *l = &c->levels[i];
        sinew_free(l->units);
        sinew_free(l->done);
        sinew_free(l->constants);
        sinew_free(l->spectra);
    }
    sinew_free(c->head);
}

/* ---- the state ---- */

size_t sinew_partitioned_state(const sinew_partitioned *c)
{
    size_t bytes = SINEW_ALIGN + sinew_aligned(c->inputs * c->ring * c->real_bytes) +
                   c->outputs * (1 + c->inputs) * SINEW_PARTITIONED_BLOCK * c->real_bytes;
    for (size_t i = 0; i < c->n_levels; i++) {
        const sinew_level *l = &c->levels[i];
        size_t numbers = 2 * c->inputs * sinew_level_partitions(l) + 2 + 2 * c->outputs;
        bytes += numbers * l->length * c->real_bytes;
    }
    return bytes;
}

static void set_frame(void *state, uint64_t frame)
{
    *(uint64_t *)state = frame;
}

static uint64_t frame_of(const void *state)
{
    return *(const uint64_t *)state;
}

void sinew_partitioned_reset(const sinew_partitioned *c, void *state)
{
    memset(state, 0, sinew_partitioned_state(c));
    set_frame(state, SINEW_PARTITIONED_START);
}

void sinew_partitioned_run(const sinew_partitioned *c, void *state,
                           const sinew_partitioned_frames *f)
{
    ops_of(c)->run(c, state, f);
}

uint32_t sinew_partitioned_phase(const void *state)
{
    return (uint32_t)(frame_of(state) % SINEW_PARTITIONED_LONGEST);
}

void sinew_partitioned_place(const sinew_partitioned *c, void *state, uint32_t phase)
{
    memset(state, 0, sinew_partitioned_state(c));
    set_frame(state, SINEW_PARTITIONED_START + phase % SINEW_PARTITIONED_LONGEST);
}

/* The longest block, of which whole ones are kept. */
static size_t longest(const sinew_partitioned *c)
{
    return c->n_levels ? c->levels[c->n_levels - 1].length : SINEW_PARTITIONED_BLOCK;
}

size_t sinew_partitioned_history(const sinew_partitioned *c)
{
    return c->ring - 1;
}

size_t sinew_partitioned_kept(const sinew_partitioned *c, const void *state)
{
    return c->ring - longest(c) + (size_t)(frame_of(state) % longest(c));
}

/* Where input t of those kept is: in a ring, or without levels in the last block and the present
 * one, which moves when the next begins. */
static size_t place_of(const sinew_partitioned *c, const void *state, size_t input, size_t t)
{
    uint64_t frame = frame_of(state), block = frame / longest(c) * longest(c);
    size_t at = t + (frame == block ? SINEW_PARTITIONED_BLOCK : 0);
    if (c->n_levels > 0)
        at = (size_t)((block - (c->ring - longest(c)) + t) % c->ring);
    return input * c->ring + at;
}

double sinew_partitioned_past(const sinew_partitioned *c, const void *state, size_t input, size_t t)
{
    const unsigned char *ring = (const unsigned char *)state + SINEW_ALIGN;
    size_t at = place_of(c, state, input, t);
    return c->real_bytes == sizeof(float) ? (double)((const float *)(const void *)ring)[at]
                                          : ((const double *)(const void *)ring)[at];
}

void sinew_partitioned_put(const sinew_partitioned *c, void *state, size_t input, size_t t,
                           double value)
{
    unsigned char *ring = (unsigned char *)state + SINEW_ALIGN;
    size_t at = place_of(c, state, input, t);
    if (c->real_bytes == sizeof(float))
        ((float *)(void *)ring)[at] = (float)value;
    else
        ((double *)(void *)ring)[at] = value;
}

void sinew_partitioned_resume(const sinew_partitioned *c, void *state)
{
    ops_of(c)->resume(c, state);
}

size_t sinew_partitioned_place_in_block(const sinew_partitioned *c, const void *state)
{
    return (size_t)(frame_of(state) % longest(c));
}

void sinew_partitioned_hand_over(const sinew_partitioned *from, const void *state,
                                 const sinew_partitioned *to, void *other)
{
    sinew_partitioned_place(to, other, sinew_partitioned_phase(state));
    size_t kept = sinew_partitioned_kept(from, state), wanted = sinew_partitioned_kept(to, other);
    size_t n = kept < wanted ? kept : wanted;
    for (size_t i = 0; i < from->inputs; i++)
        for (size_t t = 0; t < n; t++)
            sinew_partitioned_put(to, other, i, wanted - n + t,
                                  sinew_partitioned_past(from, state, i, kept - n + t));
    sinew_partitioned_resume(to, other);
}
