/* What is given to a kalman: checked, rooted, and the covariance at rest where none is given. */
#include "kalman/kalman.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "math/matrix.h"
#include "math/root.h"
#include "ssm/system.h"

/* root (n, n) of a covariance that is called `name` in messages. */
static sinew_status root_of(double *root, const double *P, size_t n, const char *name,
                            sinew_error *error)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double a = P[i * n + j], b = P[j * n + i];
            if (!isfinite(a))
                return sinew_fail(error, SINEW_ERR_DATA, "%s[%zu][%zu] is %s", name, i, j,
                                  isnan(a) ? "nan" : "inf");
            if (fabs(a - b) > 1e-12 * sqrt(fabs(P[i * n + i] * P[j * n + j])))
                return sinew_fail(error, SINEW_ERR_DATA,
                                  "%s is not symmetric: [%zu][%zu] is %.17g, [%zu][%zu] is %.17g",
                                  name, i, j, a, j, i, b);
        }
    double *work = sinew_alloc(2 * n * (n + 1), sizeof *work);
    if (!work)
        return sinew_fail_memory(error);
    bool good = sinew_root_of(root, P, n, work);
    sinew_free(work);
    return good ? SINEW_OK
                : sinew_fail(error, SINEW_ERR_DATA,
                             "%s is no covariance: it is not positive semidefinite", name);
}

/* The rows of root(Q) G', and with them the noise. */
static sinew_status init_noise(sinew_kalman *k, const sinew_matrices *m,
                               const sinew_kalman_opts *opts, sinew_error *error)
{
    size_t n = m->order, w = opts->noises ? opts->noises : n;
    const double *G = opts->noise_input;
    double *root = sinew_alloc(w * w, sizeof *root), *rows = sinew_alloc(w * n, sizeof *rows);
    sinew_status status = root && rows ? SINEW_OK : sinew_fail_memory(error);
    if (!status)
        status = root_of(root, opts->process_noise, w, "the process noise", error);
    for (size_t i = 0; !status && i < n * w && G; i++)
        if (!isfinite(G[i]))
            status = sinew_fail(error, SINEW_ERR_DATA, "the noise's input [%zu][%zu] is not finite",
                                i / w, i % w);
    for (size_t i = 0; !status && i < w; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = G ? 0 : root[i * w + j];
            for (size_t l = 0; G && l < w; l++)
                sum += root[i * w + l] * G[j * w + l];
            rows[i * n + j] = sum;
        }
    if (!status)
        status = sinew_noise_init(&k->noise, m, rows, w, error);
    sinew_free(root);
    sinew_free(rows);
    return status;
}

/* The covariance at rest: what noise has built up when the system has forgotten its start. */
static sinew_status rest(sinew_kalman *k, const sinew_system *system, sinew_error *error)
{
    sinew_stability stability;
    sinew_status status = sinew_system_stability(system, &stability, error);
    if (status)
        return status;
    if (stability != SINEW_STABLE)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "the system is not stable: what is known of its state at the start must "
                          "be given as a covariance");
    double *scratch = sinew_alloc(sinew_noise_scratch(&k->noise), sizeof *scratch);
    if (!scratch)
        return sinew_fail_memory(error);
    sinew_noise_root(&k->noise, k->noise.held.step_most, k->root, scratch);
    sinew_free(scratch);
    return SINEW_OK;
}

static sinew_status init_start(sinew_kalman *k, const sinew_system *system,
                               const sinew_kalman_opts *opts, sinew_error *error)
{
    for (size_t i = 0; i < k->order && opts->mean; i++) {
        if (!isfinite(opts->mean[i]))
            return sinew_fail(error, SINEW_ERR_DATA, "the mean [%zu] is not finite", i);
        k->mean[i] = opts->mean[i];
    }
    return opts->covariance ? root_of(k->root, opts->covariance, k->order, "the covariance", error)
                            : rest(k, system, error);
}

static uint64_t hash_asked(const sinew_kalman *k, const sinew_system *system,
                           const sinew_kalman_opts *opts)
{
    size_t n = k->order, w = opts->noises ? opts->noises : n;
    uint64_t hash = sinew_hash(system->asked, "kalman", 6);
    hash = sinew_hash_numbers(hash, opts->process_noise, w * w);
    hash = sinew_hash_numbers(hash, opts->noise_input, opts->noise_input ? n * w : 0);
    hash = sinew_hash_numbers(hash, opts->measurement_noise, k->measured * k->measured);
    hash = sinew_hash_numbers(hash, opts->mean, opts->mean ? n : 0);
    hash = sinew_hash_numbers(hash, opts->covariance, opts->covariance ? n * n : 0);
    hash = sinew_hash_count(hash, k->inputs);
    return sinew_hash_count(hash, k->inputs && opts->method == SINEW_METHOD_FOH);
}

static sinew_status check(const sinew_system *system, const sinew_kalman_opts *opts,
                          sinew_error *error)
{
    if (!system || !opts || !opts->process_noise || !opts->measurement_noise)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a system, its process noise and its measurement noise are needed");
    if (system->order == 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a system of order 0 has no state to estimate");
    if (opts->noises && opts->noises != system->order && !opts->noise_input)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "%zu noises for an order of %zu need an input matrix", opts->noises,
                          system->order);
    if (opts->method != SINEW_METHOD_DEFAULT && opts->method != SINEW_METHOD_ZOH &&
        opts->method != SINEW_METHOD_FOH)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "known inputs are held (zoh) or joined by lines (foh), not by %s",
                          sinew_method_name(opts->method));
    return SINEW_OK;
}

static sinew_status init(sinew_kalman *k, const sinew_system *system, const sinew_kalman_opts *opts,
                         sinew_error *error)
{
    sinew_matrices m = sinew_system_matrices(system);
    size_t n = m.order, p = m.outputs;
    int holds = !opts->known_inputs ? 0 : opts->method == SINEW_METHOD_FOH ? 2 : 1;
    k->order = n;
    k->measured = p;
    k->inputs = opts->known_inputs ? m.inputs : 0;
    k->C = sinew_copy(m.C, p * n, sizeof *k->C);
    k->D = sinew_copy(m.D, p * k->inputs, sizeof *k->D);
    k->R = sinew_alloc(p * p, sizeof *k->R);
    k->mean = sinew_alloc(n, sizeof *k->mean);
    k->root = sinew_alloc(n * n, sizeof *k->root);
    if (!k->C || !k->D || !k->R || !k->mean || !k->root)
        return sinew_fail_memory(error);
    sinew_status status = sinew_steps_init(&k->steps, &m, holds, n * n, error);
    if (!status)
        status = init_noise(k, &m, opts, error);
    if (!status)
        status = root_of(k->R, opts->measurement_noise, p, "the measurement noise", error);
    if (!status)
        status = init_start(k, system, opts, error);
    if (!status)
        k->asked = hash_asked(k, system, opts);
    return status;
}

sinew_status sinew_kalman_new(sinew_kalman **out, const sinew_system *system,
                              const sinew_kalman_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    sinew_status status = check(system, opts, error);
    if (status)
        return status;
    sinew_kalman *k = sinew_alloc(1, sizeof *k);
    if (!k)
        return sinew_fail_memory(error);
    atomic_init(&k->owners, 1);
    status = init(k, system, opts, error);
    if (status)
        sinew_kalman_free(k);
    else
        *out = k;
    return status;
}

void sinew_kalman_free(sinew_kalman *k)
{
    if (!k || atomic_fetch_sub(&k->owners, 1) > 1)
        return;
    sinew_steps_finish(&k->steps);
    sinew_noise_finish(&k->noise);
    sinew_free(k->C);
    sinew_free(k->D);
    sinew_free(k->R);
    sinew_free(k->mean);
    sinew_free(k->root);
    sinew_free(k);
}

/* The count is the one thing that moves; all else is as constant as it looks. */
const sinew_kalman *sinew_kalman_share(const sinew_kalman *k)
{
    atomic_fetch_add(&((sinew_kalman *)(uintptr_t)k)->owners, 1);
    return k;
}

size_t sinew_kalman_order(const sinew_kalman *k)
{
    return k->order;
}

size_t sinew_kalman_measured(const sinew_kalman *k)
{
    return k->measured;
}

size_t sinew_kalman_known_inputs(const sinew_kalman *k)
{
    return k->inputs;
}

sinew_status sinew_kalman_process_noise(const sinew_kalman *k, double dt, double *covariance,
                                        sinew_error *error)
{
    if (!k || (sinew_kalman_order(k) > 0 && !covariance))
        return sinew_fail_null(error);
    size_t n = k->order;
    if (!(dt >= 0) || !isfinite(dt))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a step of %g s is out of range", dt);
    double *U = sinew_alloc(n * n + sinew_noise_scratch(&k->noise), sizeof *U);
    if (!U)
        return sinew_fail_memory(error);
    sinew_noise_root(&k->noise, dt, U, U + n * n);
    sinew_root_square(covariance, U, n);
    sinew_free(U);
    return sinew_all_finite(covariance, n * n)
               ? SINEW_OK
               : sinew_fail(error, SINEW_ERR_NUMERIC, "the noise of this step is not finite");
}
