#include "filter/recurrence.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"

enum { LANES = SINEW_SECTION_LANES };

static size_t groups_of(size_t n, size_t by)
{
    return (n + by - 1) / by;
}

/* A section ready to be stepped: entries of A, or of A - I where a state is kept. */
static sinew_section_step step_of(const sinew_section *s)
{
    bool one = sinew_section_keeps(s->A[0][0]),
         two = s->states == 2 && sinew_section_keeps(s->A[1][1]);
    return (sinew_section_step){.keep = {one, two},
                                .A = {{one ? s->less[0][0] : s->A[0][0], s->A[0][1]},
                                      {s->A[1][0], two ? s->less[1][1] : s->A[1][1]}},
                                .b = {s->b[0], s->b[1]},
                                .c = {s->c[0], s->c[1]},
                                .d = s->d,
                                .states = s->states};
}

/* PARALLEL: the sections in groups of four lanes; lanes without a section stay zero. */
static int init_parallel(sinew_recurrence *r, const sinew_discretization *d)
{
    size_t n_groups = groups_of(d->n_sections, LANES), at = 0;
    r->lanes = sinew_alloc(n_groups, sizeof *r->lanes);
    r->states_at = sinew_alloc(n_groups * LANES, sizeof *r->states_at);
    r->direct = d->direct;
    if (!r->lanes || !r->states_at)
        return 0;
    for (size_t i = 0; i < d->n_sections; i++) {
        sinew_section_step s = step_of(&d->sections[i]);
        sinew_section_lanes *to = &r->lanes[i / LANES];
        size_t lane = i % LANES;
        to->keep1[lane] = s.keep[0];
        to->keep2[lane] = s.keep[1];
        to->a11[lane] = s.A[0][0];
        to->a12[lane] = s.A[0][1];
        to->a21[lane] = s.A[1][0];
        to->a22[lane] = s.A[1][1];
        to->b1[lane] = s.b[0];
        to->b2[lane] = s.b[1];
        to->c1[lane] = s.c[0];
        to->c2[lane] = s.c[1];
        r->states_at[i] = 2 * at + (s.states == 2);
        at += (size_t)s.states;
    }
    return 1;
}

static int init_cascade(sinew_recurrence *r, const sinew_discretization *d)
{
    r->sections = sinew_alloc(d->n_sections, sizeof *r->sections);
    for (size_t i = 0; r->sections && i < d->n_sections; i++)
        r->sections[i] = step_of(&d->sections[i]);
    return r->sections != NULL;
}

sinew_status sinew_recurrence_init(sinew_recurrence *r, const sinew_discretization *d,
                                   const sinew_simd *simd, sinew_error *error)
{
    *r = (sinew_recurrence){.simd = simd,
                            .form = d->form,
                            .order = d->order,
                            .inputs = d->inputs,
                            .outputs = d->outputs,
                            .n_sections = d->n_sections};
    int ok = 0;
    switch (d->form) {
    case SINEW_FORM_DENSE:
        return sinew_dense_init(&r->dense, d, error);
    case SINEW_FORM_PARALLEL:
        ok = init_parallel(r, d);
        break;
    case SINEW_FORM_CASCADE:
        ok = init_cascade(r, d);
        break;
    }
    return ok ? SINEW_OK : sinew_fail_memory(error);
}

void sinew_recurrence_finish(sinew_recurrence *r)
{
    sinew_free(r->sections);
    sinew_free(r->lanes);
    sinew_free(r->states_at);
    sinew_dense_finish(&r->dense);
}

size_t sinew_recurrence_scratch(const sinew_recurrence *r)
{
    return r->form == SINEW_FORM_DENSE ? sinew_dense_scratch(&r->dense) : 0;
}

static void run_parallel(const sinew_recurrence *r, double *x, const double *u, double *y, size_t n)
{
    for (size_t t = 0; t < n; t++)
        y[t] = r->direct * u[t];
    for (size_t g = 0; g * LANES < r->n_sections; g++) {
        double x1[LANES] = {0}, x2[LANES] = {0};
        size_t here = r->n_sections - g * LANES < LANES ? r->n_sections - g * LANES : LANES;
        const size_t *at = r->states_at + g * LANES;
        for (size_t i = 0; i < here; i++) {
            x1[i] = x[at[i] / 2];
            x2[i] = at[i] % 2 ? x[at[i] / 2 + 1] : 0;
        }
        r->simd->sections(&r->lanes[g], x1, x2, u, y, n);
        for (size_t i = 0; i < here; i++) {
            x[at[i] / 2] = x1[i];
            if (at[i] % 2)
                x[at[i] / 2 + 1] = x2[i];
        }
    }
}

/* Frame by frame through the chain: while one section waits for its own past, the processor
 * works on the others. */
static void run_cascade(const sinew_recurrence *r, double *x, const double *u, double *y, size_t n)
{
    for (size_t t = 0; t < n; t++) {
        double v = u[t], *at = x;
        for (const sinew_section_step *s = r->sections; s < r->sections + r->n_sections; s++) {
            double x1 = at[0], out = s->c[0] * x1 + s->d * v;
            if (s->states == 1) {
                at[0] = (s->keep[0] * x1 + s->b[0] * v) + s->A[0][0] * x1;
                at += 1;
            } else {
                double x2 = at[1];
                out = s->c[0] * x1 + s->c[1] * x2 + s->d * v;
                at[0] = (s->A[0][1] * x2 + s->A[0][0] * x1) + (s->keep[0] * x1 + s->b[0] * v);
                at[1] = (s->A[1][0] * x1 + s->A[1][1] * x2) + (s->keep[1] * x2 + s->b[1] * v);
                at += 2;
            }
            v = out;
        }
        y[t] = v;
    }
}

void sinew_recurrence_run(const sinew_recurrence *r, double *x, const double *u, double *y,
                          size_t n, double *scratch)
{
    switch (r->form) {
    case SINEW_FORM_DENSE:
        sinew_dense_step(&r->dense, r->simd, x, u, y, n, scratch);
        return;
    case SINEW_FORM_PARALLEL:
        run_parallel(r, x, u, y, n);
        return;
    case SINEW_FORM_CASCADE:
        run_cascade(r, x, u, y, n);
        return;
    }
}

void sinew_recurrence_work(sinew_work *work, const sinew_discretization *d, size_t frames,
                           size_t chunks)
{
    double n = (double)frames, groups = (double)groups_of(d->n_sections, LANES);
    work->of[SINEW_COST_SCAN_RUN] += (double)chunks;
    switch (d->form) {
    case SINEW_FORM_PARALLEL:
        work->of[SINEW_COST_SCAN_ENTER] += (double)chunks * groups;
        work->of[SINEW_COST_SCAN_GROUP] += n * groups;
        return;
    case SINEW_FORM_CASCADE:
        work->of[SINEW_COST_SCAN_CASCADE] += n;
        work->of[SINEW_COST_SCAN_SECTION] += n * (double)d->order / 2;
        return;
    case SINEW_FORM_DENSE:
        work->of[SINEW_COST_SCAN_START] += (double)chunks;
        work->of[SINEW_COST_SCAN_STATE] += (double)(chunks * d->order);
        work->of[SINEW_COST_SCAN_DENSE] += n;
        work->of[SINEW_COST_SCAN_COLUMN] += n * sinew_dense_columns(d);
        return;
    }
}
