/* The parts of the block engine that are double for every type: lengths, order of states, cost. */
#include "filter/blockwise.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/components.h"

enum { SHORTEST = 4, LONGEST = 64, MOST_BYTES = 64 << 20 };

/* What float holds (coordinates.h): beyond a growth of 8 balanced coordinates are tried, beyond 64,
 * or such a deadband, it has too few digits. */
static const sinew_digits float_digits = {.kept = 8, .most = 64, .unit = 0x1p-24};

/* Few states of one input and output go through registers, in blocks of a fixed length. */
static bool fits_registers(const sinew_discretization *d)
{
    return sinew_filter_is_single(d) && d->order <= 16;
}

/* Multiply-adds a frame of L frames at once. */
static double products(const sinew_discretization *d, double length, bool pairs)
{
    double n = (double)d->order, q = (double)d->inputs, p = (double)d->outputs;
    return n * (p + q) + q * p * (length + 1) / 2 + (pairs ? 2 * n : n * n) / length;
}

static size_t best_length(const sinew_discretization *d, bool pairs)
{
    if (fits_registers(d))
        return SINEW_LIFTED_LENGTH;
    size_t best = SHORTEST;
    for (size_t length = SHORTEST; length <= LONGEST; length *= 2)
        if (products(d, (double)length, pairs) < products(d, (double)best, pairs))
            best = length;
    return best;
}

static size_t rounded(size_t n, size_t by)
{
    return (n + by - 1) / by * by;
}

size_t sinew_blockwise_together(size_t copies)
{
    return copies < SINEW_BLOCKWISE_COPIES ? copies : SINEW_BLOCKWISE_COPIES;
}

size_t sinew_blockwise_lanes(const sinew_blockwise *b, const sinew_fused *fused,
                             sinew_sample sample, size_t copies)
{
    unsigned offered = b->type == SINEW_SAMPLE_F64 ? fused->widths_f64 : fused->widths_f32;
    size_t lanes = b->registers && sample == b->type ? SINEW_FUSED_LANES : 1;
    while (lanes > 1 && !((lanes & offered) && lanes <= copies))
        lanes /= 2;
    return lanes;
}

/* T has L inputs by L outputs, of which each block asks for half. Where that is beyond all caches
 * every call waits for memory, which the recurrence does not: D is L^2 times smaller. And a node
 * is not to take gigabytes where the model takes some megabytes. */
bool sinew_blockwise_holds(const sinew_blockwise *b, const sinew_discretization *d)
{
    double wide = (double)(d->inputs > d->outputs ? d->inputs : d->outputs);
    double side = (double)b->length * wide;
    return side * side * sizeof(double) <= MOST_BYTES;
}

/* Whether no state is coupled with more than one other. */
static bool all_pairs(const sinew_components *groups)
{
    const size_t *states;
    for (size_t c = 0; c < groups->count; c++)
        if (sinew_component(groups, c, &states) > 2)
            return false;
    return true;
}

/* The columns of registers that the order fits into. */
static size_t register_columns(size_t order)
{
    static const size_t columns[] = {2, 4, 8, 12, 16};
    size_t i = 0;
    while (columns[i] < order)
        i++;
    return columns[i];
}

static sinew_status place(sinew_blockwise *b, const sinew_discretization *d,
                          const sinew_components *groups, size_t panel, sinew_error *error)
{
    size_t n = d->order, count = rounded(groups->count, panel);
    size_t least = n > 0 ? n : 1; /* one row of G, as its product tells of a NaN */
    b->registers = fits_registers(d);
    b->pairs = !b->registers && n > 0 && all_pairs(groups);
    b->states = b->pairs ? 2 * count : b->registers ? register_columns(n) : rounded(least, 2);
    b->padded = rounded(b->states, panel);
    b->places = sinew_alloc(b->states, sizeof *b->places);
    if (!b->places)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < b->states; i++)
        b->places[i] = !b->pairs && i < n ? groups->states[i] : SIZE_MAX;
    for (size_t c = 0; b->pairs && c < groups->count; c++) {
        const size_t *states;
        size_t size = sinew_component(groups, c, &states);
        b->places[c] = states[0];
        if (size == 2)
            b->places[count + c] = states[1];
    }
    return SINEW_OK;
}

/* The groups of states that A couples. Few states are one group: no structure would pay, and
 * balanced together nothing cancels between them. */
static sinew_status find_groups(sinew_components *groups, const sinew_discretization *d,
                                sinew_error *error)
{
    size_t n = d->order;
    sinew_status status = sinew_components_find(groups, d->A, n, error);
    for (size_t i = 0; !status && fits_registers(d) && i < n; i++)
        groups->states[i] = i;
    if (!status && fits_registers(d) && n > 0) {
        groups->count = 1;
        groups->ends[0] = n;
    }
    return status;
}

sinew_status sinew_blockwise_shape(sinew_blockwise *b, sinew_components *groups,
                                   const sinew_discretization *d, sinew_sample type,
                                   sinew_error *error)
{
    size_t panel = type == SINEW_SAMPLE_F64 ? SINEW_FUSED_F64 : SINEW_FUSED_F32;
    b->type = type;
    sinew_status status = find_groups(groups, d, error);
    if (!status)
        status = place(b, d, groups, panel, error);
    if (!status) {
        b->length = best_length(d, b->pairs);
        b->rows = rounded(b->length * d->outputs, panel);
    }
    return status;
}

/* Whether no entry is beyond `most`: room is left for samples, and for what is small beside it. */
static bool is_within(const double *a, size_t n, double most)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabs(a[i]) <= most))
            return false;
    return true;
}

static bool are_within(const sinew_lifted *l, double most)
{
    size_t n = l->order, rows = l->length * l->outputs, columns = l->length * l->inputs;
    return is_within(l->O, rows * n, most) && is_within(l->T, rows * columns, most) &&
           is_within(l->G, n * columns, most) && is_within(l->E, n * n, most);
}

sinew_status sinew_blockwise_init(sinew_blockwise *b, sinew_lifted *l,
                                  const sinew_discretization *d, sinew_sample type, bool *fits,
                                  sinew_error *error)
{
    bool is_double = type == SINEW_SAMPLE_F64;
    sinew_components groups;
    sinew_status status = sinew_blockwise_shape(b, &groups, d, type, error);
    if (!status)
        status = sinew_lifted_init(l, d, b->length, error);
    if (!status && !is_double)
        status = sinew_coordinates_choose(&b->coordinates, l, d, &b->filter.recurrence, &groups,
                                          &float_digits, error);
    sinew_components_finish(&groups);
    *fits = !status && (is_double || b->coordinates.fits) &&
            are_within(l, is_double ? 0x1p1000 : 0x1p100);
    return status;
}

void sinew_blockwise_finish(sinew_blockwise *b)
{
    sinew_free(b->places);
    sinew_free(b->O);
    sinew_free(b->T);
    sinew_free(b->G);
    sinew_free(b->E);
    sinew_free(b->keep);
    sinew_coordinates_finish(&b->coordinates);
    sinew_filter_finish(&b->filter);
}

/* Float, where float has the digits. */
sinew_status sinew_blockwise_new(sinew_node **out, const sinew_discretization *d,
                                 const sinew_filter_opts *opts, sinew_error *error)
{
    sinew_status status = SINEW_ERR_NUMERIC;
    if (opts->sample == SINEW_SAMPLE_F32)
        status = sinew_blockwise_new_f32(out, d, opts, error);
    if (status == SINEW_ERR_NUMERIC)
        status = sinew_blockwise_new_f64(out, d, opts, error);
    return status;
}

void sinew_blockwise_tell(sinew_plan *plan, const sinew_node *node)
{
    const sinew_blockwise *b = (const sinew_blockwise *)node;
    plan->arithmetic = b->type;
    plan->length = b->length;
    plan->coordinates = b->coordinates.P ? "balanced" : "given";
    plan->computes_by = b->registers ? "registers" : "products";
    plan->lanes = sinew_blockwise_lanes(b, b->filter.recurrence.simd->fused,
                                        b->filter.node.sample_in, b->filter.copies);
    if (plan->lanes > 1)
        plan->computes_by = "channels";
}
