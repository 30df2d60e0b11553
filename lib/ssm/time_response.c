/* Step, impulse and initial responses. Those of a continuous system are samples of recurrences
 * that are exact at their times: zoh for a step, the impulse invariant rule for an impulse. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/matrix.h"
#include "sinew/analysis.h"
#include "ssm/system.h"

/* y (n, p, q) of x+ = A x + B u, y = C x + D u, for q columns at once: u is the identity in the
 * first frame, and in the others where it is `held`. x (order, q) is the start, and used up. */
static sinew_status run(double *y, const sinew_matrices *m, double *x, size_t q, const double *B,
                        const double *D, size_t n, bool held, sinew_error *error)
{
    size_t order = m->order, p = m->outputs;
    double *next = sinew_alloc(order * q, sizeof *next);
    if (!next)
        return sinew_fail_memory(error);
    for (size_t k = 0; k < n; k++, y += p * q) {
        bool driven = held || k == 0;
        sinew_matrix_multiply(y, m->C, x, p, order, q);
        for (size_t i = 0; D && driven && i < p * q; i++)
            y[i] += D[i];
        if (!sinew_all_finite(y, p * q)) {
            sinew_free(next);
            return sinew_fail(error, SINEW_ERR_NUMERIC,
                              "the response grows beyond all numbers until frame %zu", k);
        }
        sinew_matrix_multiply(next, m->A, x, order, order, q);
        for (size_t i = 0; i < order * q; i++)
            x[i] = next[i] + (B && driven ? B[i] : 0);
    }
    sinew_free(next);
    return SINEW_OK;
}

static sinew_status run_driven(double *y, const sinew_discretization *d, size_t n, bool held,
                               sinew_error *error)
{
    if (!d || (n > 0 && !y))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no discretization, or nowhere to answer");
    sinew_matrices m = sinew_discretization_matrices(d);
    double *x = sinew_alloc(m.order * m.inputs, sizeof *x);
    if (!x)
        return sinew_fail_memory(error);
    sinew_status status = run(y, &m, x, m.inputs, m.B, m.D, n, held, error);
    sinew_free(x);
    return status;
}

static sinew_status run_free(double *y, const sinew_matrices *m, const double *x0, size_t n,
                             sinew_error *error)
{
    for (size_t i = 0; i < m->order; i++)
        if (!isfinite(x0[i]))
            return sinew_fail(error, SINEW_ERR_ARGUMENT, "x0[%zu] is %g", i, x0[i]);
    double *x = sinew_copy(x0, m->order, sizeof *x);
    if (!x)
        return sinew_fail_memory(error);
    sinew_status status = run(y, m, x, 1, NULL, NULL, n, false, error);
    sinew_free(x);
    return status;
}

/* ---- of a discretization ---- */

sinew_status sinew_discretization_step_response(const sinew_discretization *d, size_t n, double *y,
                                                sinew_error *error)
{
    return run_driven(y, d, n, true, error);
}

sinew_status sinew_discretization_impulse_response(const sinew_discretization *d, size_t n,
                                                   double *y, sinew_error *error)
{
    return run_driven(y, d, n, false, error);
}

sinew_status sinew_discretization_initial_response(const sinew_discretization *d, const double *x0,
                                                   size_t n, double *y, sinew_error *error)
{
    if (!d || (n > 0 && !y) || (sinew_discretization_matrices(d).order > 0 && !x0))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no discretization, no x0, or no answer");
    sinew_matrices m = sinew_discretization_matrices(d);
    return run_free(y, &m, x0, n, error);
}

/* ---- of a system ---- */

static sinew_status sample(sinew_discretization **out, const sinew_system *system, double step_s,
                           sinew_method method, size_t n, const double *y, sinew_error *error)
{
    *out = NULL;
    if (!system || (n > 0 && !y))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no system, or nowhere to answer");
    sinew_discretize_opts opts = {.step_s = step_s, .method = method};
    return sinew_discretize(out, system, &opts, error);
}

sinew_status sinew_system_step_response(const sinew_system *system, double step_s, size_t n,
                                        double *y, sinew_error *error)
{
    sinew_discretization *d;
    sinew_status status = sample(&d, system, step_s, SINEW_METHOD_ZOH, n, y, error);
    if (!status)
        status = run_driven(y, d, n, true, error);
    sinew_discretization_free(d);
    return status;
}

/* The rule makes T h(k T) of it, and D + T C B of the first sample, which is set by itself: with
 * a D nothing would be left of C B. */
sinew_status sinew_system_impulse_response(const sinew_system *system, double step_s, size_t n,
                                           double *y, sinew_error *error)
{
    sinew_discretization *d;
    sinew_status status = sample(&d, system, step_s, SINEW_METHOD_IMPULSE, n, y, error);
    if (!status)
        status = run_driven(y, d, n, false, error);
    if (!status && n > 0) {
        sinew_matrices m = sinew_system_matrices(system);
        size_t each = m.inputs * m.outputs;
        for (size_t i = each; i < n * each; i++)
            y[i] /= step_s;
        sinew_matrix_multiply(y, m.C, m.B, m.outputs, m.order, m.inputs);
    }
    sinew_discretization_free(d);
    return status;
}

/* As matrices, whose coordinates zoh keeps: those of factors are the library's choice. */
sinew_status sinew_system_initial_response(const sinew_system *system, const double *x0,
                                           double step_s, size_t n, double *y, sinew_error *error)
{
    sinew_system *bare = NULL;
    sinew_discretization *d = NULL;
    if (!system || (system->order > 0 && !x0))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no system, or no x0");
    sinew_matrices m = sinew_system_matrices(system);
    sinew_status status = sinew_system_new_ss(&bare, &m, error);
    if (!status)
        status = sample(&d, bare, step_s, SINEW_METHOD_ZOH, n, y, error);
    if (!status)
        status = sinew_discretization_initial_response(d, x0, n, y, error);
    sinew_discretization_free(d);
    sinew_system_free(bare);
    return status;
}
