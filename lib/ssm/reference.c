#include "ssm/reference.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "ssm/opts.h"
#include "ssm/parts.h"

typedef long double complex longc;

void sinew_reference_finish(sinew_reference *r)
{
    sinew_transfer_finish(&r->transfer);
    sinew_long_resolvent_finish(&r->matrices);
    sinew_long_resolvent_finish(&r->again);
    sinew_free(r->other);
}

typedef struct blocks {
    size_t n, q, p;
    long double *all, *a, *b, *c, *d;
} blocks;

static void widen(long double *to, const double *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = from[i];
}

static sinew_status blocks_init(blocks *k, const sinew_matrices *m, sinew_error *error)
{
    size_t n = m->order, q = m->inputs, p = m->outputs;
    sinew_parts balanced = {0};
    double *scale = sinew_alloc(n, sizeof *scale);
    *k = (blocks){.n = n, .q = q, .p = p, .all = sinew_alloc((n + p) * (n + q), sizeof *k->all)};
    sinew_status status = k->all && scale ? sinew_parts_copy_balanced(&balanced, scale, m, error)
                                          : sinew_fail_memory(error);
    if (!status) {
        k->a = k->all;
        k->b = k->a + n * n;
        k->c = k->b + n * q;
        k->d = k->c + p * n;
        widen(k->a, balanced.A, n * n);
        widen(k->b, balanced.B, n * q);
        widen(k->c, balanced.C, p * n);
        widen(k->d, balanced.D, p * q);
    }
    sinew_parts_finish(&balanced);
    sinew_free(scale);
    return status;
}

/* [[A T, B T, 0], [0, 0, I], [0, 0, 0]], the columns of B scaled by `down`. */
static void fill(long double *X, const blocks *k, double T, long double down)
{
    size_t n = k->n, q = k->q, size = n + 2 * q;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++)
            X[i * size + j] = k->a[i * n + j] * T;
        for (size_t j = 0; j < q; j++)
            X[i * size + n + j] = k->b[i * q + j] * T * down;
    }
    for (size_t j = 0; j < q; j++)
        X[(n + j) * size + n + q + j] = 1;
}

/* less = F - I, the discrete b into B, and d becomes discrete: the same formulas as in hold.c. */
static void read_back(blocks *k, long double *less, long double *B, const long double *E,
                      const sinew_step *step, long double down)
{
    size_t n = k->n, q = k->q, size = n + 2 * q;
    bool foh = step->method == SINEW_METHOD_FOH, impulse = step->method == SINEW_METHOD_IMPULSE;
    long double T = step->T;
    for (size_t i = 0; i < n * n; i++)
        less[i] = E[i / n * size + i % n];
    for (size_t j = 0; j < q; j++) {
        for (size_t r = 0; r < k->p; r++)
            for (size_t i = 0; i < n; i++)
                k->d[r * q + j] += k->c[r * n + i] * (impulse ? T * k->b[i * q + j]
                                                      : foh   ? E[i * size + n + q + j] / down
                                                              : 0);
        for (size_t i = 0; i < n; i++) {
            long double sum = impulse ? 0 : E[i * size + n + j] / down;
            for (size_t m = 0; m < n && foh; m++)
                sum += less[i * n + m] * E[m * size + n + q + j] / down;
            for (size_t m = 0; m < n && impulse; m++)
                sum += T * less[i * n + m] * k->b[m * q + j];
            B[i * q + j] = impulse ? sum + T * k->b[i * q + j] : sum;
        }
    }
}

static sinew_status hold(sinew_long_resolvent *w, const sinew_matrices *m, const sinew_step *step,
                         int further, sinew_error *error)
{
    blocks k;
    size_t n = m->order, size = n + 2 * m->inputs;
    long double *X = sinew_alloc(size * size, sizeof *X), *E = sinew_alloc(size * size, sizeof *E);
    long double *less = sinew_alloc(n * n, sizeof *less);
    sinew_status status = blocks_init(&k, m, error);
    if (!status && (!X || !E || !less))
        status = sinew_fail_memory(error);
    if (!status) {
        long double largest = 0;
        for (size_t i = 0; i < n * m->inputs; i++)
            largest = fmaxl(largest, fabsl(k.b[i]));
        long double down = largest > 0 ? scalbnl(1, -ilogbl(largest)) / step->T : 1;
        fill(X, &k, step->T, down);
        status = sinew_long_expm1(E, X, size, further, error);
        if (!status)
            read_back(&k, less, X, E, step, down); /* X is not needed now */
    }
    if (!status)
        status = sinew_long_resolvent_init(w, n, m->inputs, m->outputs, less, X, k.c, k.d, error);
    sinew_free(k.all);
    sinew_free(X);
    sinew_free(E);
    sinew_free(less);
    return status;
}

static sinew_status by_matrices(sinew_reference *r, const sinew_system *system, sinew_error *error)
{
    sinew_matrices m = sinew_system_matrices(system);
    sinew_status status;
    r->twice = r->rule == SINEW_RULE_HOLD;
    if (r->twice) {
        status = hold(&r->matrices, &m, &r->step, 0, error);
        return status ? status : hold(&r->again, &m, &r->step, 3, error);
    }
    blocks k;
    status = blocks_init(&k, &m, error);
    if (!status)
        status = sinew_long_resolvent_init(&r->matrices, m.order, m.inputs, m.outputs, k.a, k.b,
                                           k.c, k.d, error);
    sinew_free(k.all);
    return status;
}

/* For an exponential the resolvent is in z - 1, for a substitution in s. */
static bool matrices_at(longc *out, long double *off, sinew_reference *r, double angle)
{
    long double half = sinl((long double)angle / 2);
    longc less = sinew_cmplxl(-2 * half * half, sinl(angle)), s = less;
    if (r->rule == SINEW_RULE_SUBSTITUTE)
        s = less / (r->step.T * (1 + (long double)r->step.alpha * less));
    if (!sinew_long_resolvent_at(out, &r->matrices, s))
        return false;
    if (!r->twice)
        return true;
    if (!sinew_long_resolvent_at(r->other, &r->again, s))
        return false;
    for (size_t i = 0; i < r->p * r->q; i++)
        *off = fmaxl(*off, cabsl(out[i] - r->other[i]));
    return true;
}

sinew_status sinew_reference_init(sinew_reference *r, const sinew_discretization *d,
                                  sinew_error *error)
{
    *r = (sinew_reference){.rule = sinew_method_rule(d->method),
                           .step = sinew_opts_step(&d->asked, d->step_s),
                           .q = d->inputs,
                           .p = d->outputs};
    r->other = sinew_alloc(d->inputs * d->outputs, sizeof *r->other);
    sinew_status status =
        r->other ? sinew_transfer_init(&r->transfer, d, error) : sinew_fail_memory(error);
    return status || r->transfer.known ? status : by_matrices(r, d->taken, error);
}

sinew_status sinew_reference_at(longc *out, long double *off, bool *finite, sinew_reference *r,
                                double angle, sinew_error *error)
{
    *off = 0;
    if (r->transfer.known)
        return sinew_transfer_at(out, off, finite, &r->transfer, angle, error);
    *finite = matrices_at(out, off, r, angle);
    return SINEW_OK;
}
