/* The recurrence of one input and output in 256 bits. */
#ifndef WIDE_RECURRENCE_H
#define WIDE_RECURRENCE_H

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "math/wide.h"
#include "ssm/discretized.h"

enum { LIMBS = 8, MOST = 32 };

static inline void add_product(sinew_wide *sum, double a, const sinew_wide *b)
{
    sinew_wide product;
    sinew_wide_set(&product, a, LIMBS);
    sinew_wide_multiply(&product, &product, b);
    sinew_wide_add(sum, sum, &product);
}

/* `a` x of the state itself, which is kept where that is what is rounded less. */
static inline void add_own(sinew_wide *sum, double a, double less, const sinew_wide *x)
{
    if (sinew_section_keeps(a))
        sinew_wide_add(sum, sum, x);
    add_product(sum, sinew_section_keeps(a) ? less : a, x);
}

static inline void step_dense(const sinew_discretization *d, sinew_wide *x, const sinew_wide *u,
                              sinew_wide *y)
{
    size_t n = d->order;
    sinew_wide next[MOST];
    add_product(y, d->D[0], u);
    for (size_t i = 0; i < n; i++) {
        sinew_wide_set(&next[i], 0, LIMBS);
        add_product(y, d->C[i], &x[i]);
        add_product(&next[i], d->B[i], u);
        for (size_t j = 0; j < n; j++)
            if (i == j)
                add_own(&next[i], d->A[i * n + i], d->less[i * n + i], &x[i]);
            else
                add_product(&next[i], d->A[i * n + j], &x[j]);
    }
    memcpy(x, next, n * sizeof *x);
}

/* `out` becomes c x + d v. */
static inline void step_section(const sinew_section *s, sinew_wide *x, const sinew_wide *v,
                                sinew_wide *out)
{
    sinew_wide next[2];
    sinew_wide_set(out, 0, LIMBS);
    add_product(out, s->d, v);
    for (int i = 0; i < s->states; i++) {
        sinew_wide_set(&next[i], 0, LIMBS);
        add_product(out, s->c[i], &x[i]);
        add_product(&next[i], s->b[i], v);
        add_own(&next[i], s->A[i][i], s->less[i][i], &x[i]);
        if (s->states == 2)
            add_product(&next[i], s->A[i][1 - i], &x[1 - i]);
    }
    memcpy(x, next, (size_t)s->states * sizeof *x);
}

static inline void step_sections(const sinew_discretization *d, sinew_wide *x, const sinew_wide *u,
                                 sinew_wide *y)
{
    sinew_wide v = *u, out;
    bool chained = d->form == SINEW_FORM_CASCADE;
    for (const sinew_section *s = d->sections; s < d->sections + d->n_sections; s++) {
        step_section(s, x, &v, &out);
        if (chained)
            v = out;
        else
            sinew_wide_add(y, y, &out);
        x += s->states;
    }
    if (chained)
        *y = v;
    else
        add_product(y, d->direct, u);
}

static inline double step(const sinew_discretization *d, sinew_wide *x, double u)
{
    sinew_wide in, y;
    sinew_wide_set(&in, u, LIMBS);
    sinew_wide_set(&y, 0, LIMBS);
    if (d->form == SINEW_FORM_DENSE)
        step_dense(d, x, &in, &y);
    else
        step_sections(d, x, &in, &y);
    return sinew_wide_get(&y);
}

static inline void clear(sinew_wide *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sinew_wide_set(&x[i], 0, LIMBS);
}

/* Largest distance of `a` from `b`, and size of `b`. */
typedef struct apart {
    double distance, size;
} apart;

static inline void compare(apart *to, double a, double b)
{
    cr_assert(isfinite(a) && isfinite(b));
    to->distance = fmax(to->distance, fabs(a - b));
    to->size = fmax(to->size, fabs(b));
}

#endif
