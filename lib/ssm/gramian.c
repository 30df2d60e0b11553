/* Gramians, Hankel singular values and H2 norms, all from the factors of gramians. */
#include "ssm/gramian.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/matrix.h"
#include "math/svd.h"
#include "ssm/discretized.h"

/* What is seen of (A, C) is what is reached of (A', C'). */
sinew_status sinew_gramian_factor(double *L, const sinew_matrices *m, sinew_gramian which,
                                  sinew_lyapunov kind, sinew_error *error)
{
    size_t n = m->order, p = m->outputs;
    if (which == SINEW_GRAMIAN_REACHED)
        return sinew_lyapunov_factor(L, m->A, m->B, n, m->inputs, kind, error);
    double *A = sinew_alloc(n * n, sizeof *A), *C = sinew_alloc(n * p, sizeof *C);
    sinew_status status = A && C ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        sinew_matrix_transpose(A, m->A, n, n);
        sinew_matrix_transpose(C, m->C, n > 0 ? p : 0, n);
        status = sinew_lyapunov_factor(L, A, C, n, p, kind, error);
    }
    sinew_free(A);
    sinew_free(C);
    return status;
}

sinew_status sinew_hankel_svd(double *U, double *sigma, double *Vt, const double *reached,
                              const double *seen, size_t n, sinew_error *error)
{
    double *turned = sinew_alloc(n * n, sizeof *turned), *M = sinew_alloc(n * n, sizeof *M);
    sinew_status status = turned && M ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        sinew_matrix_transpose(turned, seen, n, n);
        sinew_matrix_multiply(M, turned, reached, n, n, n);
        status = sinew_svd(U, sigma, Vt, M, n, n, error);
    }
    sinew_free(turned);
    sinew_free(M);
    return status;
}

/* W = L L' */
static sinew_status whole(double *W, const sinew_matrices *m, sinew_gramian which,
                          sinew_lyapunov kind, sinew_error *error)
{
    size_t n = m->order;
    double *L = sinew_alloc(n * n, sizeof *L), *turned = sinew_alloc(n * n, sizeof *turned);
    sinew_status status =
        L && turned ? sinew_gramian_factor(L, m, which, kind, error) : sinew_fail_memory(error);
    if (!status) {
        sinew_matrix_transpose(turned, L, n, n);
        sinew_matrix_multiply(W, L, turned, n, n, n);
    }
    sinew_free(L);
    sinew_free(turned);
    return status;
}

static sinew_status hankel(double *sigma, const sinew_matrices *m, sinew_lyapunov kind,
                           sinew_error *error)
{
    size_t n = m->order;
    double *reached = sinew_alloc(n * n, sizeof *reached), *seen = sinew_alloc(n * n, sizeof *seen);
    sinew_status status = reached && seen ? SINEW_OK : sinew_fail_memory(error);
    if (!status)
        status = sinew_gramian_factor(reached, m, SINEW_GRAMIAN_REACHED, kind, error);
    if (!status)
        status = sinew_gramian_factor(seen, m, SINEW_GRAMIAN_SEEN, kind, error);
    if (!status)
        status = sinew_hankel_svd(NULL, sigma, NULL, reached, seen, n, error);
    sinew_free(reached);
    sinew_free(seen);
    return status;
}

/* trace(C P C') = |C L|^2, with |.| the root of the sum of squares. */
static sinew_status seen_energy(double *root, const sinew_matrices *m, sinew_lyapunov kind,
                                sinew_error *error)
{
    size_t n = m->order, p = m->outputs;
    double *L = sinew_alloc(n * n, sizeof *L), *CL = sinew_alloc(p * n, sizeof *CL);
    sinew_status status = L && CL ? sinew_gramian_factor(L, m, SINEW_GRAMIAN_REACHED, kind, error)
                                  : sinew_fail_memory(error);
    *root = 0;
    if (!status) {
        sinew_matrix_multiply(CL, m->C, L, p, n, n);
        for (size_t i = 0; i < p * n; i++)
            *root = hypot(*root, CL[i]);
    }
    sinew_free(L);
    sinew_free(CL);
    return status;
}

/* ---- of a system ---- */

sinew_status sinew_system_gramian_factor(double *L, const sinew_system *system, sinew_gramian which,
                                         sinew_error *error)
{
    if (!system || (sinew_system_matrices(system).order > 0 && !L))
        return sinew_fail_null(error);
    sinew_matrices m = sinew_system_matrices(system);
    return sinew_gramian_factor(L, &m, which, SINEW_LYAPUNOV_CONTINUOUS, error);
}

sinew_status sinew_system_gramian(double *W, const sinew_system *system, sinew_gramian which,
                                  sinew_error *error)
{
    if (!system || (sinew_system_matrices(system).order > 0 && !W))
        return sinew_fail_null(error);
    sinew_matrices m = sinew_system_matrices(system);
    return whole(W, &m, which, SINEW_LYAPUNOV_CONTINUOUS, error);
}

sinew_status sinew_system_hankel(double *sigma, const sinew_system *system, sinew_error *error)
{
    if (!system || (sinew_system_matrices(system).order > 0 && !sigma))
        return sinew_fail_null(error);
    sinew_matrices m = sinew_system_matrices(system);
    return hankel(sigma, &m, SINEW_LYAPUNOV_CONTINUOUS, error);
}

sinew_status sinew_system_h2(double *norm, const sinew_system *system, sinew_error *error)
{
    if (!norm || !system)
        return sinew_fail_null(error);
    sinew_matrices m = sinew_system_matrices(system);
    for (size_t i = 0; i < m.outputs * m.inputs; i++)
        if (m.D[i] != 0)
            return sinew_fail(error, SINEW_ERR_NUMERIC,
                              "the H2 norm is infinite: D[%zu][%zu] passes an impulse on",
                              i / m.inputs, i % m.inputs);
    return seen_energy(norm, &m, SINEW_LYAPUNOV_CONTINUOUS, error);
}

/* ---- of a discretization ---- */

static sinew_matrices less_one(const sinew_discretization *d)
{
    sinew_matrices m = sinew_discretization_matrices(d);
    m.A = d->less;
    return m;
}

sinew_status sinew_discretization_gramian_factor(double *L, const sinew_discretization *d,
                                                 sinew_gramian which, sinew_error *error)
{
    if (!d || (sinew_discretization_matrices(d).order > 0 && !L))
        return sinew_fail_null(error);
    sinew_matrices m = less_one(d);
    return sinew_gramian_factor(L, &m, which, SINEW_LYAPUNOV_DISCRETE, error);
}

sinew_status sinew_discretization_gramian(double *W, const sinew_discretization *d,
                                          sinew_gramian which, sinew_error *error)
{
    if (!d || (sinew_discretization_matrices(d).order > 0 && !W))
        return sinew_fail_null(error);
    sinew_matrices m = less_one(d);
    return whole(W, &m, which, SINEW_LYAPUNOV_DISCRETE, error);
}

sinew_status sinew_discretization_hankel(double *sigma, const sinew_discretization *d,
                                         sinew_error *error)
{
    if (!d || (sinew_discretization_matrices(d).order > 0 && !sigma))
        return sinew_fail_null(error);
    sinew_matrices m = less_one(d);
    return hankel(sigma, &m, SINEW_LYAPUNOV_DISCRETE, error);
}

sinew_status sinew_discretization_h2(double *norm, const sinew_discretization *d,
                                     sinew_error *error)
{
    if (!norm || !d)
        return sinew_fail_null(error);
    sinew_matrices m = less_one(d);
    sinew_status status = seen_energy(norm, &m, SINEW_LYAPUNOV_DISCRETE, error);
    for (size_t i = 0; !status && i < m.outputs * m.inputs; i++)
        *norm = hypot(*norm, m.D[i]);
    return status;
}
