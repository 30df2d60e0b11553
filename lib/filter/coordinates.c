#include "filter/coordinates.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/components.h"
#include "math/lu.h"
#include "math/matrix.h"
#include "ssm/balanced.h"

/* A Hankel value below this part of the largest is taken as it: what hardly counts would need huge
 * coordinates to look balanced. */
static const double least_hankel = 0x1p-40;

/* Fewer digits than these of P's inverse would not give the state back. */
static const double least_rcond = 0x1p-40;

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

/* P = Lc V sigma^-1/2 of the group and its inverse; false where they are not good for much. */
static sinew_status balance(double *P, double *inverse, bool *good, const sinew_balanced *b,
                            sinew_error *error)
{
    size_t n = b->n;
    double *V = sinew_alloc(n * n, sizeof *V), *unit = sinew_alloc(n * n, sizeof *unit), rcond = 0;
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
    if (!status && *good)
        status = sinew_lu_rcond(&rcond, &lu, sinew_matrix_norm_1(P, n), error);
    *good = *good && !lu.singular && rcond >= least_rcond;
    if (!status && *good)
        status = sinew_lu_left(&lu, inverse, unit, n, error);
    sinew_lu_finish(&lu);
    sinew_free(V);
    sinew_free(unit);
    return status;
}

/* What is known of all groups together. */
typedef struct known {
    double *reached, *seen; /* (order, order): factors of the gramians */
    double *P, *inverse;    /* (order, order) */
    bool settles, good;
} known;

static void known_finish(known *k)
{
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

static sinew_status know_group(known *k, const sinew_discretization *d, const size_t *states,
                               size_t size, sinew_error *error)
{
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

static sinew_status know(known *k, const sinew_discretization *d, const sinew_components *groups,
                         sinew_error *error)
{
    size_t square = d->order * d->order;
    *k = (known){.reached = sinew_alloc(square, sizeof(double)),
                 .seen = sinew_alloc(square, sizeof(double)),
                 .P = sinew_alloc(square, sizeof(double)),
                 .inverse = sinew_alloc(square, sizeof(double)),
                 .settles = sinew_discretization_settle_frames(d) < SIZE_MAX,
                 .good = true};
    if (!k->reached || !k->seen || !k->P || !k->inverse)
        return sinew_fail_memory(error);
    sinew_status status = SINEW_OK;
    for (size_t c = 0; !status && k->settles && c < groups->count; c++) {
        const size_t *states;
        size_t size = sinew_component(groups, c, &states);
        status = know_group(k, d, states, size, error);
    }
    return status;
}

static double length_of(const double *row, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum = hypot(sum, row[i]);
    return sum;
}

/* Frames of an impulse response that are looked at: more only count for filters slower than a
 * second or so. */
enum { MOST_FRAMES = 65536, CHUNK_FRAMES = 256 };

/* energy[o] = hypot over the frames of an impulse into `input`. u, y: a chunk. */
static void add_energies(double *energy, const sinew_recurrence *r, size_t input, size_t frames,
                         double *x, double *u, double *y, double *scratch)
{
    memset(u, 0, CHUNK_FRAMES * r->inputs * sizeof *u);
    memset(x, 0, r->order * sizeof *x);
    u[input] = 1;
    for (size_t at = 0; at < frames; at += CHUNK_FRAMES) {
        sinew_recurrence_run(r, x, u, y, CHUNK_FRAMES, scratch);
        for (size_t t = 0; t < CHUNK_FRAMES; t++)
            for (size_t o = 0; o < r->outputs; o++)
                energy[o] = hypot(energy[o], y[t * r->outputs + o]);
        u[input] = 0;
    }
}

/* The root of the energy of output o after impulses into each input. */
static sinew_status find_energies(double *energy, const sinew_recurrence *r, size_t settle,
                                  sinew_error *error)
{
    size_t frames = settle < MOST_FRAMES ? settle : MOST_FRAMES;
    double *x = sinew_alloc(r->order, sizeof *x);
    double *u = sinew_alloc(r->inputs, CHUNK_FRAMES * sizeof *u);
    double *y = sinew_alloc(r->outputs, CHUNK_FRAMES * sizeof *y);
    double *scratch = sinew_alloc(sinew_recurrence_scratch(r), sizeof *scratch);
    sinew_status status = x && u && y && scratch ? SINEW_OK : sinew_fail_memory(error);
    for (size_t i = 0; !status && i < r->inputs; i++)
        add_energies(energy, r, i, frames, x, u, y, scratch);
    sinew_free(x);
    sinew_free(u);
    sinew_free(y);
    sinew_free(scratch);
    return status;
}

/* In coordinates whose gramians have these factors (n, n). */
static sinew_status find_growth(double *growth, const sinew_lifted *l, const double *reached,
                                const double *seen, const double *energy, sinew_error *error)
{
    size_t n = l->order, p = l->outputs;
    double *reach = sinew_alloc(n, sizeof *reach), noise = 0;
    if (!reach)
        return sinew_fail_memory(error);
    for (size_t s = 0; s < n; s++) {
        reach[s] = length_of(reached + s * n, n);
        noise = hypot(noise, reach[s] * length_of(seen + s * n, n));
    }
    *growth = noise > 0 ? noise / sqrt((double)l->length) / length_of(energy, p) : 0;
    for (size_t r = 0; r < l->length * p; r++) {
        double sum = 0;
        for (size_t s = 0; s < n; s++)
            sum += fabs(l->O[r * n + s]) * reach[s];
        if (sum > 0)
            *growth = fmax(*growth, sum / energy[r % p]);
    }
    sinew_free(reach);
    return SINEW_OK;
}

/* Into balanced coordinates, and how they grow there. */
static sinew_status turn(sinew_coordinates *c, double *growth, known *k, sinew_lifted *l,
                         const double *energy, sinew_error *error)
{
    size_t n = l->order;
    double *memory = sinew_alloc(3 * n * n, sizeof *memory);
    sinew_status status =
        memory ? sinew_lifted_turn(l, k->P, k->inverse, error) : sinew_fail_memory(error);
    if (!status) {
        double *reached = memory, *seen = memory + n * n, *turned = memory + 2 * n * n;
        sinew_matrix_multiply(reached, k->inverse, k->reached, n, n, n);
        sinew_matrix_transpose(turned, k->P, n, n);
        sinew_matrix_multiply(seen, turned, k->seen, n, n, n);
        status = find_growth(growth, l, reached, seen, energy, error);
        c->P = k->P;
        c->inverse = k->inverse;
        k->P = k->inverse = NULL;
    }
    sinew_free(memory);
    return status;
}

sinew_status sinew_coordinates_choose(sinew_coordinates *c, sinew_lifted *l,
                                      const sinew_discretization *d, const sinew_recurrence *r,
                                      const sinew_components *groups, double kept, double most,
                                      bool unsettled, sinew_error *error)
{
    *c = (sinew_coordinates){.fits = true};
    if (d->order == 0)
        return SINEW_OK;
    known k;
    double growth = INFINITY, *energy = sinew_alloc(d->outputs, sizeof *energy);
    sinew_status status = know(&k, d, groups, error);
    if (!status && !energy)
        status = sinew_fail_memory(error);
    if (!status && !k.settles) {
        c->fits = unsettled;
    } else if (!status) {
        status = find_energies(energy, r, sinew_discretization_settle_frames(d), error);
        if (!status)
            status = find_growth(&growth, l, k.reached, k.seen, energy, error);
        if (!status && !(growth <= kept) && k.good)
            status = turn(c, &growth, &k, l, energy, error);
        c->fits = growth <= most;
    }
    known_finish(&k);
    sinew_free(energy);
    return status;
}

void sinew_coordinates_finish(sinew_coordinates *c)
{
    sinew_free(c->P);
    sinew_free(c->inverse);
}
