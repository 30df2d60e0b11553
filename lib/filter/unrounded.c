#include "filter/unrounded.h"

#include "base/error.h"
#include "base/memory.h"

/* Entry (i, i) as it is stepped: by A - I where it is kept, by A elsewhere. */
static void put_diagonal(sinew_unrounded *m, size_t n, size_t i, double a, double less)
{
    bool keeps = sinew_section_keeps(a);
    m->A[i * n + i] = keeps ? 1 + (long double)less : (long double)a;
    m->less[i * n + i] = keeps ? (long double)less : (long double)a - 1;
}

static void put_beside(sinew_unrounded *m, size_t n, size_t i, size_t j, long double a)
{
    m->A[i * n + j] = m->less[i * n + j] = a;
}

static void fill_dense(sinew_unrounded *m, const sinew_discretization *d)
{
    size_t n = d->order;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++)
            put_beside(m, n, i, j, d->A[i * n + j]);
        put_diagonal(m, n, i, d->A[i * n + i], d->less[i * n + i]);
    }
    for (size_t i = 0; i < n * d->inputs; i++)
        m->B[i] = d->B[i];
    for (size_t i = 0; i < d->outputs * n; i++)
        m->C[i] = d->C[i];
    for (size_t i = 0; i < d->outputs * d->inputs; i++)
        m->D[i] = d->D[i];
}

static void put_section(sinew_unrounded *m, size_t n, const sinew_section *s, size_t at)
{
    for (size_t i = 0; i < (size_t)s->states; i++) {
        for (size_t j = 0; j < (size_t)s->states; j++)
            put_beside(m, n, at + i, at + j, s->A[i][j]);
        put_diagonal(m, n, at + i, s->A[i][i], s->less[i][i]);
    }
}

/* Each section hears what C and D say of those before it, and adds itself to them. */
static void fill_cascade(sinew_unrounded *m, const sinew_discretization *d)
{
    size_t n = d->order, at = 0;
    m->D[0] = 1;
    for (const sinew_section *s = d->sections; s < d->sections + d->n_sections; s++) {
        size_t states = (size_t)s->states;
        put_section(m, n, s, at);
        for (size_t i = 0; i < states; i++) {
            for (size_t j = 0; j < at; j++)
                put_beside(m, n, at + i, j, s->b[i] * m->C[j]);
            m->B[at + i] = s->b[i] * m->D[0];
        }
        for (size_t j = 0; j < at; j++)
            m->C[j] *= s->d;
        for (size_t i = 0; i < states; i++)
            m->C[at + i] = s->c[i];
        m->D[0] *= s->d;
        at += states;
    }
}

static void fill_parallel(sinew_unrounded *m, const sinew_discretization *d)
{
    size_t n = d->order, at = 0;
    m->D[0] = d->direct;
    for (const sinew_section *s = d->sections; s < d->sections + d->n_sections; s++) {
        put_section(m, n, s, at);
        for (size_t i = 0; i < (size_t)s->states; i++, at++) {
            m->B[at] = s->b[i];
            m->C[at] = s->c[i];
        }
    }
}

sinew_status sinew_unrounded_init(sinew_unrounded *m, const sinew_discretization *d,
                                  sinew_error *error)
{
    size_t n = d->order;
    *m = (sinew_unrounded){.A = sinew_alloc(n * n, sizeof *m->A),
                           .less = sinew_alloc(n * n, sizeof *m->less),
                           .B = sinew_alloc(n * d->inputs, sizeof *m->B),
                           .C = sinew_alloc(d->outputs * n, sizeof *m->C),
                           .D = sinew_alloc(d->outputs * d->inputs, sizeof *m->D)};
    if (!m->A || !m->less || !m->B || !m->C || !m->D)
        return sinew_fail_memory(error);
    switch (d->form) {
    case SINEW_FORM_DENSE:
        fill_dense(m, d);
        break;
    case SINEW_FORM_CASCADE:
        fill_cascade(m, d);
        break;
    case SINEW_FORM_PARALLEL:
        fill_parallel(m, d);
        break;
    }
    return SINEW_OK;
}

void sinew_unrounded_finish(sinew_unrounded *m)
{
    sinew_free(m->A);
    sinew_free(m->less);
    sinew_free(m->B);
    sinew_free(m->C);
    sinew_free(m->D);
}
