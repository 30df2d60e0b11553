/* With L~(s) = L(-s), which on the axis is conj L, |L| = 1 is a zero of L L~ - 1 and Im L = 0 one
 * of L - L~: both are systems that the joining of systems makes and whose zeros are known
 * (zeros.c). Those zeros are good to the rounding of a problem of twice the size only, and near
 * touches they leave the axis. So they are not the answer but tell where to look: between them,
 * and around the poles and zeros of L, lie the points. */
#include "ssm/crossovers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/order.h"
#include "sinew/join.h"
#include "ssm/zeros.h"

static sinew_status add(sinew_points *p, double rad, sinew_error *error)
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
static sinew_status add_zeros_of(sinew_points *p, const sinew_system *const members[2],
                                 bool of_phase, sinew_error *error)
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

static sinew_status add_conditions(sinew_points *p, const sinew_system *s, sinew_error *error)
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

static sinew_status add_roots(sinew_points *p, const sinew_system *s, sinew_error *error)
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
static sinew_status fill(sinew_points *p, sinew_error *error)
{
    static const double around[] = {1e-3,     1e-1,     0.5,      1 - 1e-2, 1 - 1e-5, 1 - 1e-9,
                                    1 + 1e-9, 1 + 1e-5, 1 + 1e-2, 2,        10,       1e3};
    size_t n = p->n;
    sinew_status status = SINEW_OK;
    if (n == 0)
        return SINEW_OK;
    qsort(p->at, n, sizeof *p->at, sinew_order_double);
    for (size_t i = 0; !status && i < n; i++) {
        for (size_t k = 0; !status && k < sizeof around / sizeof *around; k++)
            status = add(p, p->at[i] * around[k], error);
        if (!status && i + 1 < n)
            status = add(p, (p->at[i] + p->at[i + 1]) / 2, error);
    }
    double low = p->at[0] * 1e-6, high = p->at[n - 1] * 1e6;
    for (double rad = low; !status && rad < high; rad *= 1.2)
        status = add(p, rad, error);
    qsort(p->at, p->n, sizeof *p->at, sinew_order_double);
    return status;
}

sinew_status sinew_points_find(sinew_points *p, const sinew_system *system, sinew_error *error)
{
    sinew_status status = add_roots(p, system, error);
    if (!status)
        status = add_conditions(p, system, error);
    return status ? status : fill(p, error);
}
