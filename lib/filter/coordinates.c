#include "filter/coordinates.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "filter/deadband.h"
#include "filter/growth.h"
#include "math/lu.h"
#include "math/matrix.h"
#include "ssm/balanced.h"

/* A Hankel value below this part of the largest is taken as it: what hardly counts would need huge
 * coordinates to look balanced. */
static const double least_hankel = 0x1p-40;

/* The sections of a cascade fill one after the other, and its output starts as small as it is. In
 * balanced coordinates all states sum up to it and cancel: of a cascade they are worth it where
 * noise grows by half as much. */
static double worth(const sinew_discretization *d)
{
    return d->form == SINEW_FORM_CASCADE ? 0.5 : 1;
}

/* The group's matrices, A less I. */
static sinew_status take_group(sinew_parts *to, const sinew_discretization *d, const size_t *states,
                               size_t size, sinew_error *error)
{
    size_t n = d->order;
    sinew_status status = sinew_parts_alloc(to, size, d->inputs, d->outputs, error);
    for (size_t i = 0; !status && i < size; i++) {
        for (size_t j = 0; j < size; j++)
            to->A[i * size + j] =
                i == j ? d->less[states[i] * n + states[i]] : d->A[states[i] * n + states[j]];
        memcpy(to->B + i * d->inputs, d->B + states[i] * d->inputs, d->inputs * sizeof *to->B);
        for (size_t o = 0; o < d->outputs; o++)
            to->C[o * size + i] = d->C[o * n + states[i]];
    }
    return status;
}

/* P = Lc V sigma^-1/2 of the group and its inverse; *good: false where there is none. */
static sinew_status balance(double *P, double *inverse, bool *good, const sinew_balanced *b,
                            sinew_error *error)
{
    size_t n = b->n;
    double *V = sinew_alloc(n * n, sizeof *V), *unit = sinew_alloc(n * n, sizeof *unit);
    sinew_lu lu = {0};
    sinew_status status = V && unit ? SINEW_OK : sinew_fail_memory(error);
    for (size_t k = 0; !status && k < n; k++) {
        double sigma = fmax(b->sigma[k], least_hankel * b->sigma[0]);
        for (size_t i = 0; i < n; i++)
            V[i * n + k] = b->Vt[k * n + i] / sqrt(sigma);
        unit[k * n + k] = 1;
    }
    if (!status) {
        sinew_matrix_multiply(P, b->reached, V, n, n, n);
        *good = sinew_all_finite(P, n * n);
        status = *good ? sinew_lu_init(&lu, P, n, error) : SINEW_OK;
    }
    *good = *good && !lu.singular;
    if (!status && *good)
        status = sinew_lu_left(&lu, inverse, unit, n, error);
    sinew_lu_finish(&lu);
    sinew_free(V);
    sinew_free(unit);
    return status;
}

/* What is chosen for, and what is known of all groups together. */
typedef struct choice {
    const sinew_discretization *d;
    const sinew_recurrence *r;
    const sinew_components *groups;
    const sinew_digits *digits;
    sinew_lifted *l;
    size_t settle;          /* frames */
    double *energy, *peak;  /* (outputs) */
    double *reached, *seen; /* (order, order): factors of the gramians */
    double *P, *inverse;    /* (order, order) */
    bool settles, good;     /* there are gramians; there are P and its inverse */
} choice;

static sinew_status alloc(choice *k, sinew_error *error)
{
    size_t square = k->d->order * k->d->order;
    k->energy = sinew_alloc(k->d->outputs, sizeof(double));
    k->peak = sinew_alloc(k->d->outputs, sizeof(double));
    k->reached = sinew_alloc(square, sizeof(double));
    k->seen = sinew_alloc(square, sizeof(double));
    k->P = sinew_alloc(square, sizeof(double));
    k->inverse = sinew_alloc(square, sizeof(double));
    bool all = k->energy && k->peak && k->reached && k->seen && k->P && k->inverse;
    return all ? SINEW_OK : sinew_fail_memory(error);
}

static void finish(choice *k)
{
    sinew_free(k->energy);
    sinew_free(k->peak);
    sinew_free(k->reached);
    sinew_free(k->seen);
    sinew_free(k->P);
    sinew_free(k->inverse);
}

static void put_group(double *to, const double *from, size_t n, const size_t *states, size_t size)
{
    for (size_t i = 0; i < size; i++)
        for (size_t j = 0; j < size; j++)
            to[states[i] * n + states[j]] = from[i * size + j];
}

static sinew_status know_group(choice *k, const size_t *states, size_t size, sinew_error *error)
{
    const sinew_discretization *d = k->d;
    sinew_parts group = {0};
    sinew_balanced b = {0};
    bool good = false;
    double *P = sinew_alloc(2 * size * size, sizeof *P), *inverse = P ? P + size * size : NULL;
    sinew_status status = P ? take_group(&group, d, states, size, error) : sinew_fail_memory(error);
    if (!status) {
        sinew_matrices m = sinew_parts_matrices(&group);
        status = sinew_balanced_init(&b, &m, SINEW_LYAPUNOV_DISCRETE, error);
        if (status == SINEW_ERR_NUMERIC) {
            k->settles = false;
            status = SINEW_OK;
        } else if (!status) {
            status = balance(P, inverse, &good, &b, error);
            put_group(k->reached, b.reached, d->order, states, size);
            put_group(k->seen, b.seen, d->order, states, size);
            put_group(k->P, P, d->order, states, size);
            put_group(k->inverse, inverse, d->order, states, size);
        }
    }
    k->good = k->good && good;
    sinew_balanced_finish(&b);
    sinew_parts_finish(&group);
    sinew_free(P);
    return status;
}

static sinew_status know(choice *k, sinew_error *error)
{
    sinew_status status = SINEW_OK;
    for (size_t c = 0; !status && k->settles && c < k->groups->count; c++) {
        const size_t *states;
        size_t size = sinew_component(k->groups, c, &states);
        status = know_group(k, states, size, error);
    }
    return status;
}

/* By how much coordinates magnify rounding. */
typedef struct magnified {
    double noise, deadband; /* growth.h, deadband.h */
} magnified;

static bool holds(const sinew_digits *digits, const magnified *m)
{
    return m->noise <= digits->most && m->deadband <= digits->most;
}

static sinew_status magnify(magnified *m, const sinew_lifted *l, const double *reached,
                            const double *seen, const choice *k, sinew_error *error)
{
    sinew_status status = sinew_growth_find(&m->noise, l, reached, seen, k->energy, error);
    return status ? status : sinew_deadband_find(&m->deadband, l, k->groups, k->peak, error);
}

/* Of `turned`, which is in balanced coordinates. */
static sinew_status magnify_turned(magnified *m, const sinew_lifted *turned, const choice *k,
                                   sinew_error *error)
{
    size_t n = turned->order;
    double *memory = sinew_alloc(3 * n * n, sizeof *memory);
    if (!memory)
        return sinew_fail_memory(error);
    double *reached = memory, *seen = memory + n * n, *across = memory + 2 * n * n;
    sinew_matrix_multiply(reached, k->inverse, k->reached, n, n, n);
    sinew_matrix_transpose(across, k->P, n, n);
    sinew_matrix_multiply(seen, across, k->seen, n, n, n);
    sinew_status status = magnify(m, turned, reached, seen, k, error);
    sinew_free(memory);
    return status;
}

/* Balanced coordinates, where they are worth it and turning loses less than rounding does: *given
 * is theirs then. */
static sinew_status turn(sinew_coordinates *c, magnified *given, choice *k, sinew_error *error)
{
    sinew_lifted turned;
    magnified other = {INFINITY, INFINITY};
    double lost = INFINITY;
    sinew_status status = sinew_lifted_copy(&turned, k->l, error);
    if (!status)
        status = sinew_lifted_turn(&turned, k->P, k->inverse, error);
    if (!status)
        status = magnify_turned(&other, &turned, k, error);
    if (!status && (holds(k->digits, &other) || !holds(k->digits, given)) &&
        other.noise < worth(k->d) * given->noise)
        status = sinew_growth_lost(&lost, k->l, &turned, k->groups, k->energy, k->settle, error);
    if (!status && lost <= k->digits->unit * other.noise) {
        sinew_lifted before = *k->l;
        *k->l = turned;
        turned = before;
        c->P = k->P;
        c->inverse = k->inverse;
        k->P = k->inverse = NULL;
        *given = other;
    }
    sinew_lifted_finish(&turned);
    return status;
}

/* To the type's digits; its range is not looked at here. */
static void round_all(double *a, size_t n, double unit)
{
    for (size_t i = 0; i < n; i++) {
        int exponent;
        double mantissa = frexp(a[i], &exponent);
        a[i] = isfinite(a[i]) ? ldexp(round(mantissa / unit) * unit, exponent) : a[i];
    }
}

/* As the engine holds it: of a state that is kept, what is beside one is rounded. */
static void round_lifted(sinew_lifted *l, double unit)
{
    size_t n = l->order, rows = l->length * l->outputs, columns = l->length * l->inputs;
    round_all(l->O, rows * n, unit);
    round_all(l->T, rows * columns, unit);
    round_all(l->G, n * columns, unit);
    round_all(l->E, n * n, unit);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double *E = &l->E[i * n + j], *power = &l->power[i * n + j];
            if (i == j && sinew_section_keeps(*power))
                *power = 1 + *E;
            else
                round_all(power, 1, unit);
            *E = *power - (i == j);
        }
}

/* What rounded matrices alone make of the response: where many poles are close together, rounding
 * moves them far, even outside of the circle. */
static sinew_status find_misplaced(double *lost, const choice *k, sinew_error *error)
{
    sinew_lifted rounded;
    sinew_status status = sinew_lifted_copy(&rounded, k->l, error);
    if (!status) {
        round_lifted(&rounded, k->digits->unit);
        status = sinew_growth_lost(lost, k->l, &rounded, k->groups, k->energy, k->settle, error);
    }
    sinew_lifted_finish(&rounded);
    return status;
}

static sinew_status choose(sinew_coordinates *c, choice *k, sinew_error *error)
{
    magnified m = {INFINITY, INFINITY};
    sinew_status status = sinew_growth_energies(k->energy, k->peak, k->r, k->settle, error);
    if (!status)
        status = magnify(&m, k->l, k->reached, k->seen, k, error);
    bool kept = m.noise <= k->digits->kept && holds(k->digits, &m);
    if (!status && !kept && k->good)
        status = turn(c, &m, k, error);
    double lost = 0;
    if (!status && holds(k->digits, &m))
        status = find_misplaced(&lost, k, error);
    c->fits = holds(k->digits, &m) && lost <= k->digits->most * k->digits->unit;
    return status;
}

sinew_status sinew_coordinates_choose(sinew_coordinates *c, sinew_lifted *l,
                                      const sinew_discretization *d, const sinew_recurrence *r,
                                      const sinew_components *groups, const sinew_digits *digits,
                                      sinew_error *error)
{
    *c = (sinew_coordinates){.fits = d->order == 0};
    if (d->order == 0)
        return SINEW_OK;
    choice k = {.d = d,
                .r = r,
                .groups = groups,
                .digits = digits,
                .l = l,
                .settle = sinew_discretization_settle_frames(d),
                .good = true};
    k.settles = k.settle < SIZE_MAX;
    sinew_status status = alloc(&k, error);
    if (!status)
        status = know(&k, error);
    if (!status && k.settles)
        status = choose(c, &k, error);
    finish(&k);
    return status;
}

void sinew_coordinates_finish(sinew_coordinates *c)
{
    sinew_free(c->P);
    sinew_free(c->inverse);
}
