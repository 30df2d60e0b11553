/* Where a loop L crosses the unit circle and the negative real axis.
 *
 * With L~(s) = L(-s), which on the axis is conj L, |L| = 1 is a zero of L L~ - 1 and Im L = 0 one
 * of L - L~: both are systems that the joining of systems makes and whose zeros are known
 * (zeros.c). Those zeros are good to the rounding of a problem of twice the size only, and near
 * touches they leave the axis. So they are not the answer but tell where to look: between them,
 * and around the poles and zeros of L, lie the points at which L itself is computed; a change of
 * sign between two points is a crossover, found to the last digit by bisection. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "sinew/analysis.h"
#include "sinew/join.h"
#include "ssm/resolvent.h"
#include "ssm/system.h"
#include "ssm/zeros.h"

typedef struct loop {
    const sinew_system *system;
    sinew_resolvent resolvent; /* of one that is not factored */
    double noise;              /* of L, against its size */
} loop;

/* *blur, where it is wanted: how much of the value may be rounding. */
static bool loop_at(double complex *value, double *blur, loop *l, double rad)
{
    sinew_complex h;
    sinew_slope slope;
    double complex s = sinew_cmplx(0, rad);
    double size;
    if (l->system->factored) {
        if (!sinew_zpk_at(&h, &l->system->zpk, s))
            return false;
        *value = sinew_cmplx(h.re, h.im);
        size = cabs(*value);
    } else {
        if (!sinew_resolvent_slope(&slope, &l->resolvent, s))
            return false;
        *value = slope.value;
        size = slope.size;
    }
    if (blur)
        *blur = l->noise * size;
    return isfinite(creal(*value)) && isfinite(cimag(*value));
}

/* What changes its sign at a crossover; 0 within rounding, and at a pole. */
static double sign_at(loop *l, double rad, bool of_phase)
{
    double complex h;
    double blur;
    if (!loop_at(&h, &blur, l, rad) || cabs(h) <= blur)
        return 0;
    double value = of_phase ? cimag(h) / cabs(h) : log(cabs(h));
    return fabs(value) > blur / cabs(h) ? value : 0;
}

/* ---- where to look ---- */

typedef struct points {
    double *at;
    size_t n, room;
} points;

static sinew_status add(points *p, double rad, sinew_error *error)
{
    if (!(rad > 0) || !isfinite(rad))
        return SINEW_OK;
    if (p->n == p->room) {
        double *more = sinew_alloc(2 * p->room + 64, sizeof *more);
        if (!more)
            return sinew_fail_memory(error);
        if (p->n > 0)
            memcpy(more, p->at, p->n * sizeof *more);
        sinew_free(p->at);
        p->at = more;
        p->room = 2 * p->room + 64;
    }
    p->at[p->n++] = rad;
    return SINEW_OK;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* L~: x' = -A' x + C' u, y = -B' x + D' u. */
static sinew_status mirror(sinew_system **out, const sinew_system *s, sinew_error *error)
{
    size_t n = s->order;
    sinew_status status = sinew_system_alloc(out, n, 1, 1, error);
    for (size_t i = 0; !status && i < n; i++) {
        for (size_t j = 0; j < n; j++)
            (*out)->A[i * n + j] = -s->A[j * n + i];
        (*out)->B[i] = s->C[i];
        (*out)->C[i] = -s->B[i];
    }
    if (!status)
        (*out)->D[0] = s->D[0];
    return status;
}

/* u -> L L~ u - u and u -> L u - L~ u, by K, E, F, G over the members L, L~. */
static sinew_status condition(sinew_system **out, const sinew_system *const members[2],
                              bool of_phase, sinew_error *error)
{
    static const double chained[] = {0, 0, 1, 0}, first[] = {1, 0}, last[] = {0, 1};
    static const double both[] = {1, 1}, difference[] = {1, -1}, minus[] = {-1};
    sinew_wiring wiring = {members, 2, 1, 1, NULL, both, difference, NULL};
    if (!of_phase)
        wiring = (sinew_wiring){members, 2, 1, 1, chained, first, last, minus};
    return sinew_join_wire(out, &wiring, error);
}

/* The frequencies of the zeros of a condition. */
static sinew_status add_zeros_of(points *p, const sinew_system *const members[2], bool of_phase,
                                 sinew_error *error)
{
    sinew_system *system = NULL;
    double complex *zeros = sinew_alloc(2 * members[0]->order, sizeof *zeros);
    size_t n = 0;
    sinew_status status = zeros ? SINEW_OK : sinew_fail_memory(error);
    if (!status)
        status = condition(&system, members, of_phase, error);
    if (!status) {
        sinew_matrices m = sinew_system_matrices(system);
        status = sinew_zeros(zeros, &n, &m, error);
    }
    for (size_t i = 0; !status && i < n; i++)
        status = add(p, fabs(cimag(zeros[i])), error);
    sinew_system_free(system);
    sinew_free(zeros);
    return status;
}

static sinew_status add_conditions(points *p, const sinew_system *s, sinew_error *error)
{
    sinew_system *other = NULL, *bare = NULL;
    sinew_matrices m = sinew_system_matrices(s);
    sinew_status status = sinew_system_new_ss(&bare, &m, error);
    if (!status)
        status = mirror(&other, s, error);
    const sinew_system *members[] = {bare, other};
    for (int of_phase = 0; !status && of_phase < 2; of_phase++)
        status = add_zeros_of(p, members, of_phase, error);
    sinew_system_free(other);
    sinew_system_free(bare);
    return status;
}

static sinew_status add_roots(points *p, const sinew_system *s, sinew_error *error)
{
    sinew_complex *roots = sinew_alloc(2 * s->order, sizeof *roots);
    size_t n = 0;
    sinew_status status = roots ? sinew_system_poles(s, roots, error) : sinew_fail_memory(error);
    if (!status)
        status = sinew_system_zeros(s, roots + s->order, &n, error);
    for (size_t i = 0; !status && i < s->order + n; i++) {
        status = add(p, fabs(roots[i].im), error);
        if (!status)
            status = add(p, hypot(roots[i].re, roots[i].im), error);
    }
    sinew_free(roots);
    return status;
}

/* Between any two points and around each, close and wide; then some in every decade, down to
 * where and up to where L is a power of s. */
static sinew_status fill(points *p, sinew_error *error)
{
    static const double around[] = {1e-3,     1e-1,     0.5,      1 - 1e-2, 1 - 1e-5, 1 - 1e-9,
                                    1 + 1e-9, 1 + 1e-5, 1 + 1e-2, 2,        10,       1e3};
    size_t n = p->n;
    sinew_status status = SINEW_OK;
    qsort(p->at, n, sizeof *p->at, by_size);
    for (size_t i = 0; !status && i < n; i++) {
        for (size_t k = 0; !status && k < sizeof around / sizeof *around; k++)
            status = add(p, p->at[i] * around[k], error);
        if (!status && i + 1 < n)
            status = add(p, (p->at[i] + p->at[i + 1]) / 2, error);
    }
    if (n == 0)
        return status;
    double low = p->at[0] * 1e-6, high = p->at[n - 1] * 1e6;
    for (double rad = low; !status && rad < high; rad *= 1.2)
        status = add(p, rad, error);
    qsort(p->at, p->n, sizeof *p->at, by_size);
    return status;
}

/* ---- what is there ---- */

typedef struct answer {
    sinew_crossover *out;
    size_t room, count;
} answer;

static void put(answer *a, double rad, double complex value, bool of_phase)
{
    if (a->count < a->room)
        a->out[a->count] = (sinew_crossover){rad, {creal(value), cimag(value)}, of_phase};
    a->count++;
}

/* Between two frequencies with signs that differ. A pole on the axis turns the sign too, from one
 * double to the next; so does the positive half of the real axis, which does not count. */
static void bisect(answer *a, loop *l, double low, double high, double sign, bool of_phase)
{
    for (;;) {
        double middle = low + (high - low) / 2;
        if (!(middle > low && middle < high))
            break;
        double complex h;
        if (!loop_at(&h, NULL, l, middle))
            return;
        double value = of_phase ? cimag(h) : log(cabs(h));
        if ((value > 0) == (sign > 0))
            low = middle;
        else
            high = middle;
    }
    double complex below, above;
    if (!loop_at(&below, NULL, l, low) || !loop_at(&above, NULL, l, high))
        return;
    if (!of_phase)
        put(a, high, above, false);
    else if (creal(below) < 0 && creal(above) < 0 && cabs(above - below) < 0.1 * cabs(above))
        put(a, high, sinew_cmplx(creal(above), 0), true);
}

static void scan(answer *a, loop *l, const points *p, bool of_phase)
{
    double last = 0, last_rad = 0;
    for (size_t i = 0; i < p->n; i++) {
        double sign = sign_at(l, p->at[i], of_phase);
        if (sign == 0)
            continue;
        if (last * sign < 0)
            bisect(a, l, last_rad, p->at[i], last, of_phase);
        last = sign;
        last_rad = p->at[i];
    }
}

/* At 0 and at infinity L is real: it need not cross there to be negative. */
static void ends(answer *a, loop *l)
{
    double complex h;
    double blur;
    if (loop_at(&h, &blur, l, 0) && creal(h) < -blur)
        put(a, 0, sinew_cmplx(creal(h), 0), true);
    if (l->system->D[0] < 0)
        put(a, INFINITY, l->system->D[0], true);
}

static int by_rad(const void *a, const void *b)
{
    double x = ((const sinew_crossover *)a)->rad, y = ((const sinew_crossover *)b)->rad;
    return (x > y) - (x < y);
}

static sinew_status find(answer *a, loop *l, sinew_error *error)
{
    points p = {0};
    sinew_status status = add_roots(&p, l->system, error);
    if (!status)
        status = add_conditions(&p, l->system, error);
    if (!status)
        status = fill(&p, error);
    if (!status) {
        scan(a, l, &p, false);
        scan(a, l, &p, true);
        ends(a, l);
        if (a->count > 0 && a->count <= a->room)
            qsort(a->out, a->count, sizeof *a->out, by_rad);
    }
    sinew_free(p.at);
    return status;
}

/* Sorting what did not fit would leave out the wrong ones: all first, then those that do. */
static sinew_status find_all(answer *a, loop *l, sinew_error *error)
{
    answer all = {.room = 4 * l->system->order + 4};
    all.out = sinew_alloc(all.room, sizeof *all.out);
    if (!all.out)
        return sinew_fail_memory(error);
    sinew_status status = find(&all, l, error);
    all.count = all.count < all.room ? all.count : all.room;
    a->count = all.count;
    for (size_t i = 0; !status && i < all.count && i < a->room; i++)
        a->out[i] = all.out[i];
    sinew_free(all.out);
    return status;
}

sinew_status sinew_system_crossovers(const sinew_system *system, sinew_crossover *out, size_t room,
                                     size_t *count, sinew_error *error)
{
    if (!system || !count || (room > 0 && !out))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no loop, or nowhere to answer");
    *count = 0;
    if (system->inputs != 1 || system->outputs != 1)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "margins of a loop with %zu inputs and %zu outputs", system->inputs,
                          system->outputs);
    loop l = {.system = system, .noise = (double)(10 + system->order) * 0x1p-49};
    answer a = {out, room, 0};
    sinew_matrices m = sinew_system_matrices(system);
    sinew_status status =
        system->factored ? SINEW_OK : sinew_resolvent_init(&l.resolvent, &m, error);
    if (!status)
        status = find_all(&a, &l, error);
    *count = a.count;
    sinew_resolvent_finish(&l.resolvent);
    return status;
}
