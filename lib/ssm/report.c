/* The report of a realization: how far what runs, whose coefficients were rounded, is from what was
 * meant. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "math/condition.h"
#include "math/eigen.h"
#include "math/matrix.h"
#include "ssm/method.h"
#include "ssm/opts.h"
#include "ssm/reference.h"

enum { EVEN_POINTS = 48, POLE_POINTS = 96, REFERENCE_ORDER_MOST = 192 };

typedef long double complex longc;

/* ---- the realization, evaluated so that only its rounding counts ---- */

/* A diagonal entry less 1 as it is stepped. */
static long double stepped(double A, double less)
{
    return sinew_section_keeps(A) ? (long double)less : (long double)A - 1;
}

typedef struct realized {
    const sinew_discretization *d;
    sinew_long_resolvent dense;
} realized;

static sinew_status realized_init(realized *w, const sinew_discretization *d, sinew_error *error)
{
    size_t n = d->order, q = d->inputs, p = d->outputs;
    *w = (realized){.d = d};
    if (d->form != SINEW_FORM_DENSE)
        return SINEW_OK;
    double *balanced = sinew_copy(d->A, n * n, sizeof *balanced);
    double *scale = sinew_alloc(n, sizeof *scale);
    long double *all = sinew_alloc(n * n + n * q + p * n + p * q, sizeof *all);
    sinew_status status = balanced && scale && all ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        long double *A = all, *B = A + n * n, *C = B + n * q, *D = C + p * n;
        sinew_balance(balanced, scale, n);
        for (size_t i = 0; i < n * n; i++)
            A[i] = i % (n + 1) == 0 ? stepped(d->A[i], d->less[i]) : (long double)balanced[i];
        for (size_t i = 0; i < n * q; i++)
            B[i] = d->B[i] * scale[i / q];
        for (size_t i = 0; i < p * n; i++)
            C[i] = d->C[i] / scale[i % n];
        for (size_t i = 0; i < p * q; i++)
            D[i] = d->D[i];
        status = sinew_long_resolvent_init(&w->dense, n, q, p, A, B, C, D, error);
    }
    sinew_free(balanced);
    sinew_free(scale);
    sinew_free(all);
    return status;
}

static bool section_at(longc *out, const sinew_section *s, longc less_one)
{
    longc p = less_one - stepped(s->A[0][0], s->less[0][0]);
    if (s->states == 1) {
        *out = (long double)s->c[0] * s->b[0] / p + s->d;
        return p != 0;
    }
    longc q = less_one - stepped(s->A[1][1], s->less[1][1]);
    longc det = p * q - (long double)s->A[0][1] * s->A[1][0];
    longc top = q * (long double)s->b[0] + (long double)s->A[0][1] * s->b[1];
    longc bottom = (long double)s->A[1][0] * s->b[0] + p * (long double)s->b[1];
    *out = (s->c[0] * top + s->c[1] * bottom) / det + s->d;
    return det != 0;
}

/* At z = 1 + less_one. */
static bool realized_at(longc *out, realized *w, longc less_one)
{
    const sinew_discretization *d = w->d;
    if (d->form == SINEW_FORM_DENSE)
        return sinew_long_resolvent_at(out, &w->dense, less_one);
    bool series = d->form == SINEW_FORM_CASCADE;
    longc whole = series ? 1 : d->direct, part;
    for (size_t i = 0; i < d->n_sections; i++) {
        if (!section_at(&part, &d->sections[i], less_one))
            return false;
        whole = series ? whole * part : whole + part;
    }
    *out = whole;
    return true;
}

/* ---- where to look ---- */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Angles from 0 to just below pi: at 0, evenly in their logarithm from below the slowest pole, and
 * at the poles. */
static sinew_status choose_angles(double *angles, size_t *count, const sinew_discretization *d,
                                  sinew_error *error)
{
    double complex *less = sinew_alloc(d->order, sizeof *less);
    double slowest = M_PI / 10, highest = 0.98 * M_PI;
    sinew_status status =
        less ? sinew_eigenvalues(less, d->less, d->order, error) : sinew_fail_memory(error);
    *count = 0;
    angles[(*count)++] = 0;
    for (size_t i = 0; !status && i < d->order; i++) {
        double angle = fabs(carg(1 + less[i]));
        if (cabs(less[i]) > 1e-9)
            slowest = fmin(slowest, cabs(less[i]) / 10);
        if (angle > 0 && angle < highest && cimag(less[i]) > 0 && *count < (size_t)POLE_POINTS + 1)
            angles[(*count)++] = angle;
    }
    for (int k = 0; !status && k < EVEN_POINTS; k++)
        angles[(*count)++] = slowest * pow(highest / slowest, k / (EVEN_POINTS - 1.0));
    qsort(angles, *count, sizeof *angles, ascending);
    sinew_free(less);
    return status;
}

/* ---- the comparison ---- */

typedef struct found {
    long double off, size, reference; /* at one frequency */
} found;

/* *good is false where there is a pole. */
static sinew_status compare(found *f, bool *good, longc *is, longc *should, realized *w,
                            sinew_reference *r, double angle, sinew_error *error)
{
    long double half = sinl((long double)angle / 2);
    longc less_one = sinew_cmplxl(-2 * half * half, sinl(angle));
    *f = (found){0};
    sinew_status status = sinew_reference_at(should, &f->reference, good, r, angle, error);
    *good = !status && *good && realized_at(is, w, less_one);
    if (!*good)
        return status;
    for (size_t i = 0; i < r->p * r->q; i++) {
        f->off = hypotl(f->off, cabsl(is[i] - should[i]));
        f->size = hypotl(f->size, cabsl(should[i]));
    }
    *good = isfinite(f->off) && isfinite(f->size);
    return SINEW_OK;
}

/* What is below it is less than the rounding of the output. */
static const long double floor_of_peak = 0x1p-52L;

static void sum_up(sinew_realization_report *out, const found *f, const double *angles,
                   size_t count, double step_s)
{
    long double peak = 0, off = 0, relative = 0, reference = 0;
    for (size_t i = 0; i < count; i++) {
        peak = fmaxl(peak, f[i].size);
        off = fmaxl(off, f[i].off);
        reference = fmaxl(reference, f[i].reference);
    }
    for (size_t i = 0; i < count; i++)
        if (f[i].size > floor_of_peak * peak && f[i].off / f[i].size > relative) {
            relative = f[i].off / f[i].size;
            out->worst_rad = angles[i] / step_s;
        }
    out->points = count;
    out->response_error = (double)(peak > 0 ? off / peak : off);
    out->relative_error = (double)relative;
    out->reference_error = (double)fmaxl(peak > 0 ? reference / peak : 0, LDBL_EPSILON);
}

static sinew_status compare_all(sinew_realization_report *out, const sinew_discretization *d,
                                realized *w, sinew_reference *r, sinew_error *error)
{
    double angles[EVEN_POINTS + POLE_POINTS + 1];
    found f[EVEN_POINTS + POLE_POINTS + 1];
    size_t count = 0, taken = 0, each = d->inputs * d->outputs;
    longc *h = sinew_alloc(2 * each, sizeof *h);
    sinew_status status = h ? choose_angles(angles, &count, d, error) : sinew_fail_memory(error);
    for (size_t i = 0; !status && i < count; i++) {
        bool good;
        angles[taken] = angles[i];
        status = compare(&f[taken], &good, h, h + each, w, r, angles[i], error);
        taken += good;
    }
    if (!status && taken > 0)
        sum_up(out, f, angles, taken, d->step_s);
    sinew_free(h);
    return status;
}

static sinew_status measure(sinew_realization_report *out, const sinew_discretization *d,
                            sinew_error *error)
{
    realized w;
    sinew_reference r = {0};
    sinew_status status = realized_init(&w, d, error);
    if (!status)
        status = sinew_reference_init(&r, d, error);
    if (!status)
        status = compare_all(out, d, &w, &r, error);
    sinew_reference_finish(&r);
    sinew_long_resolvent_finish(&w.dense);
    return status;
}

/* ---- conditions ---- */

/* Of I - alpha T A, balanced, with the system that was substituted. */
static sinew_status substitution_rcond(double *rcond, const sinew_discretization *d,
                                       sinew_error *error)
{
    size_t n = d->order;
    sinew_step step = sinew_opts_step(&d->asked, d->step_s);
    double *M = sinew_copy(d->taken->A, n * n, sizeof *M), *scale = sinew_alloc(n, sizeof *scale);
    sinew_status status = M && scale ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        sinew_balance(M, scale, n);
        for (size_t i = 0; i < n * n; i++)
            M[i] = (i % (n + 1) == 0 ? 1 : 0) - step.alpha * step.T * M[i];
        status = sinew_condition_reciprocal(rcond, M, n, error);
    }
    sinew_free(M);
    sinew_free(scale);
    return status;
}

sinew_status sinew_discretization_report(const sinew_discretization *d,
                                         sinew_realization_report *out, sinew_error *error)
{
    if (!d || !out)
        return sinew_fail_null(error);
    static const char *const forms[] = {"dense", "cascade", "parallel"};
    *out = (sinew_realization_report){.form = forms[d->form],
                                      .radius = d->radius,
                                      .response_error = NAN,
                                      .relative_error = NAN,
                                      .worst_rad = NAN,
                                      .reference_error = NAN};
    sinew_status status = sinew_condition_eigenvectors(&out->eigenvector_condition, &out->rcond,
                                                       d->less, d->order, error);
    if (!status && d->origin && sinew_method_rule(d->method) == SINEW_RULE_SUBSTITUTE)
        status = substitution_rcond(&out->rcond, d, error);
    if (!status && d->origin && d->order <= REFERENCE_ORDER_MOST)
        status = measure(out, d, error);
    return status;
}

sinew_status sinew_system_eigenvector_condition(const sinew_system *system, double *condition,
                                                sinew_error *error)
{
    if (!system || !condition)
        return sinew_fail_null(error);
    double unused;
    return sinew_condition_eigenvectors(condition, &unused, system->A, system->order, error);
}
