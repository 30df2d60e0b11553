#include "filter/steps.h"

#include <math.h>
#include <string.h>

enum { KEPT_LEAST = 2, KEPT_MOST = 32, KEPT_DOUBLES = 1 << 15 };

/* What is kept: how many hold, which is replaced next; the steps; their matrices. */
enum { FILLED, NEXT, HEAD };

sinew_status sinew_steps_init(sinew_steps *s, const sinew_matrices *m, int holds, size_t extra,
                              sinew_error *error)
{
    *s = (sinew_steps){.extra = extra};
    sinew_status status = sinew_held_init(&s->held, m, holds, error);
    s->of_a_step = s->held.entries + m->order * (1 + (size_t)holds * m->inputs) + extra;
    s->kept = s->of_a_step > 0 ? KEPT_DOUBLES / s->of_a_step : KEPT_LEAST;
    s->kept = s->kept < KEPT_LEAST ? KEPT_LEAST : s->kept > KEPT_MOST ? KEPT_MOST : s->kept;
    return status;
}

void sinew_steps_finish(sinew_steps *s)
{
    sinew_held_finish(&s->held);
}

size_t sinew_steps_doubles(const sinew_steps *s)
{
    return HEAD + s->kept * (1 + s->of_a_step);
}

void sinew_steps_forget(const sinew_steps *s, double *kept)
{
    memset(kept, 0, sinew_steps_doubles(s) * sizeof *kept);
}

size_t sinew_steps_scratch(const sinew_steps *s)
{
    return s->held.entries + sinew_held_memory(&s->held);
}

/* scratch: as of find */
static void compute(const sinew_steps *s, double dt, double *at, double *scratch)
{
    const sinew_held *held = &s->held;
    size_t n = held->order;
    double *F = at, *near = at + held->entries, *less = scratch;
    sinew_held_out out = {F, less, near + n, near + n + n * held->inputs};
    sinew_held_at(held, dt, &out, scratch + held->entries);
    for (size_t k = 0; k < held->n_blocks; k++) {
        const sinew_held_block *b = &held->blocks[k];
        for (size_t i = 0; i < b->order; i++) {
            double *entry = F + i * (b->order + 1);
            near[b->at + i] = *entry > 0.5 ? 1 : 0;
            if (*entry > 0.5)
                *entry = less[i * (b->order + 1)];
        }
        F += b->order * b->order;
        less += b->order * b->order;
    }
}

sinew_step_at sinew_steps_find(const sinew_steps *s, double *kept, double dt, double *scratch)
{
    size_t filled = (size_t)kept[FILLED], slot = 0, n = s->held.order;
    double *steps = kept + HEAD;
    dt = fmin(dt, s->held.step_most);
    while (slot < filled && steps[slot] != dt)
        slot++;
    bool fresh = slot == filled;
    if (fresh) {
        slot = (size_t)kept[NEXT];
        kept[NEXT] = (double)((slot + 1) % s->kept);
        kept[FILLED] = (double)(filled < s->kept ? filled + 1 : filled);
        steps[slot] = dt;
    }
    double *at = steps + s->kept + slot * s->of_a_step;
    if (fresh)
        compute(s, dt, at, scratch);
    double *near = at + s->held.entries;
    return (sinew_step_at){.F = at,
                           .near = near,
                           .G1 = near + n,
                           .G2 = near + n + n * s->held.inputs,
                           .extra = at + s->of_a_step - s->extra,
                           .fresh = fresh};
}

static double dot(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

void sinew_steps_move(const sinew_steps *s, const sinew_step_at *at, const double *x,
                      const double *u0, const double *u1, double *moved)
{
    const sinew_held *held = &s->held;
    size_t q = held->inputs;
    sinew_held_apply(held, at->F, x, moved);
    for (size_t i = 0; i < held->order; i++) {
        if (u0 && held->holds > 0)
            moved[i] += dot(at->G1 + i * q, u0, q);
        for (size_t j = 0; u0 && held->holds == 2 && j < q; j++)
            moved[i] += at->G2[i * q + j] * (u1[j] - u0[j]);
        if (at->near[i] > 0)
            moved[i] += x[i];
    }
}
