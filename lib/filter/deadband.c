#include "filter/deadband.h"

#include <math.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/lu.h"
#include "math/matrix.h"
#include "ssm/discretized.h"

typedef struct band {
    const sinew_lifted *l;
    const sinew_components *groups;
    double *rest;       /* (order, order): (I - A^L)^-1 */
    double *carried;    /* (rows, order): O rest, what a frame has of what rounds in every block */
    double *u;          /* (length): one input over a block */
    double *w, *x;      /* (order): G u and where the states rest */
    double *rounded;    /* (order): what rounds of each, in units */
    double *top, *most; /* (outputs): peak, and what it is carried off by */
    bool rests;
} band;

static sinew_status band_init(band *b, const sinew_lifted *l, const sinew_components *groups,
                              sinew_error *error)
{
    size_t n = l->order, rows = l->length * l->outputs;
    *b = (band){.l = l,
                .groups = groups,
                .rest = sinew_alloc(n * n, sizeof(double)),
                .carried = sinew_alloc(rows * n, sizeof(double)),
                .u = sinew_alloc(l->length, sizeof(double)),
                .w = sinew_alloc(n, sizeof(double)),
                .x = sinew_alloc(n, sizeof(double)),
                .rounded = sinew_alloc(n, sizeof(double)),
                .top = sinew_alloc(l->outputs, sizeof(double)),
                .most = sinew_alloc(l->outputs, sizeof(double)),
                .rests = true};
    bool all = b->rest && b->carried && b->u && b->w && b->x && b->rounded && b->top && b->most;
    return all ? SINEW_OK : sinew_fail_memory(error);
}

static void band_finish(band *b)
{
    sinew_free(b->rest);
    sinew_free(b->carried);
    sinew_free(b->u);
    sinew_free(b->w);
    sinew_free(b->x);
    sinew_free(b->rounded);
    sinew_free(b->top);
    sinew_free(b->most);
}

/* Its part of `rest`. */
static sinew_status invert_group(band *b, const size_t *states, size_t size, sinew_error *error)
{
    size_t n = b->l->order;
    double *less = sinew_alloc(2 * size * size, sizeof *less);
    if (!less)
        return sinew_fail_memory(error);
    double *inverse = less + size * size;
    sinew_lu lu = {0};
    for (size_t i = 0; i < size; i++) {
        for (size_t j = 0; j < size; j++)
            less[i * size + j] = -b->l->E[states[i] * n + states[j]];
        inverse[i * size + i] = 1;
    }
    b->rests = b->rests && sinew_all_finite(less, size * size);
    sinew_status status = b->rests ? sinew_lu_init(&lu, less, size, error) : SINEW_OK;
    b->rests = b->rests && !lu.singular;
    if (!status && b->rests)
        status = sinew_lu_left(&lu, inverse, inverse, size, error);
    for (size_t i = 0; !status && i < size; i++)
        for (size_t j = 0; j < size; j++)
            b->rest[states[i] * n + states[j]] = inverse[i * size + j];
    sinew_lu_finish(&lu);
    sinew_free(less);
    return status;
}

static void carry_group(band *b, const size_t *states, size_t size)
{
    size_t n = b->l->order;
    for (size_t r = 0; r < b->l->length * b->l->outputs; r++)
        for (size_t i = 0; i < size; i++) {
            double seen = b->l->O[r * n + states[i]];
            for (size_t j = 0; j < size; j++)
                b->carried[r * n + states[j]] += seen * b->rest[states[i] * n + states[j]];
        }
}

/* Where `u` of an input leaves the states of a group, and what rounds there: the sum, and in it and
 * in its coefficients the parts of it. */
static void rest_group(band *b, size_t input, const size_t *states, size_t size)
{
    const sinew_lifted *l = b->l;
    size_t n = l->order;
    for (size_t i = 0; i < size; i++) {
        const double *G = l->G + states[i] * l->length * l->inputs + input;
        double sum = 0, parts = 0;
        for (size_t t = 0; t < l->length; t++) {
            sum += G[t * l->inputs] * b->u[t];
            parts = hypot(parts, G[t * l->inputs] * b->u[t]);
        }
        b->w[states[i]] = sum;
        b->rounded[states[i]] = parts;
    }
    for (size_t i = 0; i < size; i++) {
        b->x[states[i]] = 0;
        for (size_t j = 0; j < size; j++)
            b->x[states[i]] += b->rest[states[i] * n + states[j]] * b->w[states[j]];
    }
    for (size_t i = 0; i < size; i++) {
        size_t s = states[i];
        double rounded = hypot(b->rounded[s], b->x[s]);
        for (size_t j = 0; j < size; j++) {
            size_t at = s * n + states[j];
            bool keeps = i == j && sinew_section_keeps(l->power[at]);
            rounded = hypot(rounded, (keeps ? l->E[at] : l->power[at]) * b->x[states[j]]);
        }
        b->rounded[s] = rounded;
    }
}

/* What row r of the block gives, and what is carried into it. */
static void look_at(band *b, size_t input, size_t r)
{
    const sinew_lifted *l = b->l;
    size_t n = l->order, columns = l->length * l->inputs, o = r % l->outputs;
    double y = 0, off = 0;
    for (size_t t = 0; t < l->length; t++)
        y += l->T[r * columns + t * l->inputs + input] * b->u[t];
    for (size_t s = 0; s < n; s++) {
        y += l->O[r * n + s] * b->x[s];
        off += pow(b->carried[r * n + s] * b->rounded[s], 2);
    }
    b->top[o] = fmax(b->top[o], fabs(y));
    b->most[o] = fmax(b->most[o], sqrt(off));
}

static void look(band *b, size_t input, size_t cycles)
{
    const sinew_lifted *l = b->l;
    for (size_t t = 0; t < l->length; t++)
        b->u[t] = cos(2 * M_PI * (double)(cycles * t % l->length) / (double)l->length);
    for (size_t c = 0; c < b->groups->count; c++) {
        const size_t *states;
        size_t size = sinew_component(b->groups, c, &states);
        rest_group(b, input, states, size);
    }
    for (size_t r = 0; r < l->length * l->outputs; r++)
        look_at(b, input, r);
}

static double worst(const band *b)
{
    double worst = 0;
    for (size_t o = 0; o < b->l->outputs; o++)
        if (!(b->most[o] <= 0)) /* NaN is no rest */
            worst = isnan(b->most[o]) ? INFINITY : fmax(worst, b->most[o] / b->top[o]);
    return worst;
}

sinew_status sinew_deadband_find(double *deadband, const sinew_lifted *l,
                                 const sinew_components *groups, const double *peak,
                                 sinew_error *error)
{
    band b;
    sinew_status status = band_init(&b, l, groups, error);
    for (size_t c = 0; !status && b.rests && c < groups->count; c++) {
        const size_t *states;
        size_t size = sinew_component(groups, c, &states);
        status = invert_group(&b, states, size, error);
        if (!status && b.rests)
            carry_group(&b, states, size);
    }
    *deadband = status || b.rests ? 0 : INFINITY;
    for (size_t o = 0; !status && o < l->outputs; o++)
        b.top[o] = peak[o];
    for (size_t cycles = 0; !status && b.rests && cycles <= l->length / 2; cycles++) {
        for (size_t i = 0; i < l->inputs; i++)
            look(&b, i, cycles);
        if (cycles == 0)
            *deadband = worst(&b);
    }
    if (!status && b.rests)
        *deadband = fmax(*deadband, worst(&b));
    band_finish(&b);
    return status;
}
