#include "layer/modes.h"

#include <math.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"

enum { PANEL = SINEW_LEARNED_LANES };

size_t sinew_mode_floats(const sinew_mode_set *set)
{
    return (set->channels + PANEL - 1) / PANEL * PANEL * set->order * set->parts;
}

size_t sinew_mode_place(const sinew_mode_set *set, size_t channel, size_t mode)
{
    return (channel / PANEL * set->order + mode) * set->parts * PANEL + channel % PANEL;
}

/* ---- a step ---- */

typedef struct pair {
    double re, im;
} pair;

static pair times(pair a, pair b)
{
    return (pair){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

static pair over(pair a, pair b)
{
    double square = b.re * b.re + b.im * b.im;
    return (pair){(a.re * b.re + a.im * b.im) / square, (a.im * b.re - a.re * b.im) / square};
}

/* e^z, and what is left of it without the 1, which a short step would lose. */
static void exponential(pair z, pair *e, pair *less_1)
{
    double size = exp(z.re), half = sin(z.im / 2);
    *e = (pair){size * cos(z.im), size * sin(z.im)};
    *less_1 = (pair){expm1(z.re) * cos(z.im) - 2 * half * half, e->im};
}

/* What a mode keeps of itself, and takes of B x, in a step. */
static void at_step(bool bilinear, pair lambda, double step, pair *keeps, pair *takes)
{
    pair z = {step * lambda.re, step * lambda.im}, less_1;
    if (bilinear) {
        pair below = {1 - z.re / 2, -z.im / 2};
        *keeps = over((pair){1 + z.re / 2, z.im / 2}, below);
        *takes = over((pair){step, 0}, below);
        return;
    }
    exponential(z, keeps, &less_1);
    *takes = lambda.re == 0 && lambda.im == 0 ? (pair){step, 0} : over(less_1, lambda);
}

/* a and b at the step times `ratio`: in panels. */
static void set_at(const sinew_mode_set *set, double ratio, float *a, float *b)
{
    memset(a, 0, sinew_mode_floats(set) * sizeof *a);
    memset(b, 0, sinew_mode_floats(set) * sizeof *b);
    for (size_t c = 0; c < set->channels; c++)
        for (size_t k = 0; k < set->order; k++) {
            size_t i = c * set->order + k, place = sinew_mode_place(set, c, k);
            pair lambda = {set->lambda[2 * i], set->lambda[2 * i + 1]}, keeps, takes;
            at_step(set->bilinear, lambda, set->step[i] * ratio, &keeps, &takes);
            takes = times(takes, (pair){set->B[2 * i], set->B[2 * i + 1]});
            a[place] = (float)keeps.re;
            b[place] = (float)takes.re;
            if (set->parts == 2) {
                a[place + PANEL] = (float)keeps.im;
                b[place + PANEL] = (float)takes.im;
            }
        }
}

static double own_ratio(const sinew_layer *layer)
{
    return layer->node.step_s / layer->trained_step_s;
}

sinew_status sinew_mode_set_own(sinew_mode_set *set, const sinew_layer *layer, sinew_error *error)
{
    size_t n = sinew_mode_floats(set);
    set->a = sinew_alloc(n, sizeof *set->a);
    set->b = sinew_alloc(n, sizeof *set->b);
    if (!set->a || !set->b)
        return sinew_fail_memory(error);
    set_at(set, own_ratio(layer), set->a, set->b);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(set->a[i]) || !isfinite(set->b[i]))
            return sinew_fail(error, SINEW_ERR_NUMERIC,
                              "a mode of %s is not finite at a step of %g s", layer->node.ops->kind,
                              layer->node.step_s);
    return SINEW_OK;
}

sinew_mode_run sinew_mode_run_at(const sinew_mode_set *set, const sinew_layer *layer,
                                 const sinew_block *in, size_t first, size_t end, size_t *last,
                                 float *scratch, double *made)
{
    sinew_mode_run own = {set->a, set->b}, here = {scratch, scratch + sinew_mode_floats(set)};
    *last = end;
    if (!in->step_s)
        return own;
    double step = in->step_s[first];
    double ratio = step > 0 ? step / layer->trained_step_s : 0; /* one that is none: no time */
    for (*last = first + 1; *last < end && in->step_s[*last] == step;)
        ++*last;
    if (ratio == own_ratio(layer))
        return own;
    if (ratio != *made)
        set_at(set, ratio, scratch, scratch + sinew_mode_floats(set));
    *made = ratio;
    return here;
}

/* ---- the saved state ---- */

void sinew_mode_part(const sinew_mode_set *set, bool flat, sinew_state_arrays *arrays)
{
    uint64_t shape[3] = {set->channels};
    uint32_t rank = 1;
    if (!flat)
        shape[rank++] = set->order;
    if (set->parts == 2)
        shape[rank++] = 2;
    sinew_state_arrays_add(arrays, "ssm", rank, shape);
}

void sinew_mode_put(const sinew_mode_set *set, const float *h, uint8_t *at)
{
    for (size_t c = 0; c < set->channels; c++)
        for (size_t k = 0; k < set->order; k++)
            for (size_t part = 0; part < set->parts; part++)
                at = sinew_put_f32(at, h[sinew_mode_place(set, c, k) + part * PANEL]);
}

void sinew_mode_get(const sinew_mode_set *set, float *h, const uint8_t *at)
{
    memset(h, 0, sinew_mode_floats(set) * sizeof *h);
    for (size_t c = 0; c < set->channels; c++)
        for (size_t k = 0; k < set->order; k++)
            for (size_t part = 0; part < set->parts; part++, at += sizeof(float))
                h[sinew_mode_place(set, c, k) + part * PANEL] = sinew_get_f32(at);
}
