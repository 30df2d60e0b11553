/* A complex DPLR system as a real one. With x = a + j b, lambda = s + j w and
 * q_r = 2 Re(Q_r* x) = sum 2 (Re Q a + Im Q b):
 *
 *     a' = s a - w b - sum Re P_r q_r + Re B u        y = weight sum (Re C a - Im C b) + D u
 *     b' = w a + s b - sum Im P_r q_r + Im B u        weight 2, or 1 where C is doubled
 */
#include "ssm/dplr.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "math/complex.h"
#include "math/lu.h"
#include "math/matrix.h"
#include "ssm/system.h"

static double complex get(const sinew_complex *list, size_t i, double otherwise)
{
    return list ? sinew_cmplx(list[i].re, list[i].im) : otherwise;
}

double complex sinew_dplr_lambda(const sinew_dplr *d, size_t mode)
{
    return get(d->lambda, mode, 0);
}

double complex sinew_dplr_P(const sinew_dplr *d, size_t r, size_t mode)
{
    return get(d->P, r * d->modes + mode, 0);
}

double complex sinew_dplr_Q(const sinew_dplr *d, size_t r, size_t mode)
{
    return get(d->Q ? d->Q : d->P, r * d->modes + mode, 0);
}

double complex sinew_dplr_B(const sinew_dplr *d, size_t mode, size_t input)
{
    return get(d->B, mode * d->inputs + input, 1);
}

double complex sinew_dplr_C(const sinew_dplr *d, size_t output, size_t mode)
{
    return get(d->C, output * d->modes + mode, 1);
}

static sinew_status check_list(const char *name, const sinew_complex *list, size_t count,
                               sinew_error *error)
{
    for (size_t i = 0; list && i < count; i++)
        if (!isfinite(list[i].re) || !isfinite(list[i].im))
            return sinew_fail(error, SINEW_ERR_DATA, "%s[%zu] is not finite", name, i);
    return SINEW_OK;
}

static sinew_status check_truncation(const sinew_dplr *d, sinew_error *error)
{
    if (d->truncated_frames == 0)
        return d->truncated_step_s == 0 && d->truncated_method == SINEW_METHOD_DEFAULT
                   ? SINEW_OK
                   : sinew_fail(error, SINEW_ERR_ARGUMENT,
                                "a step or method of a truncation of no frames");
    if (!(d->truncated_step_s > 0) || !isfinite(d->truncated_step_s))
        return sinew_fail(error, SINEW_ERR_DATA, "a truncated C needs the step of its kernel");
    return SINEW_OK;
}

sinew_status sinew_dplr_check(const sinew_dplr *d, sinew_error *error)
{
    if (!d || !d->lambda || (d->rank > 0 && !d->P))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no lambda, or no P");
    if (d->modes < 1 || d->modes > SINEW_ORDER_MAX / 2)
        return sinew_fail(error, SINEW_ERR_DATA, "%zu modes: 1 to %d", d->modes,
                          SINEW_ORDER_MAX / 2);
    if (d->rank > SINEW_DPLR_RANK_MAX)
        return sinew_fail(error, SINEW_ERR_DATA, "a rank of %zu: at most %d", d->rank,
                          SINEW_DPLR_RANK_MAX);
    if (d->inputs < 1 || d->outputs < 1 || d->inputs > SINEW_ORDER_MAX ||
        d->outputs > SINEW_ORDER_MAX)
        return sinew_fail(error, SINEW_ERR_DATA, "%zu inputs, %zu outputs: each is 1 to %d",
                          d->inputs, d->outputs, SINEW_ORDER_MAX);
    sinew_status status = check_list("lambda", d->lambda, d->modes, error);
    if (!status)
        status = check_list("P", d->P, d->rank * d->modes, error);
    if (!status)
        status = check_list("Q", d->Q, d->rank * d->modes, error);
    if (!status)
        status = check_list("B", d->B, d->modes * d->inputs, error);
    if (!status)
        status = check_list("C", d->C, d->outputs * d->modes, error);
    for (size_t i = 0; !status && d->D && i < d->outputs * d->inputs; i++)
        if (!isfinite(d->D[i]))
            status = sinew_fail(error, SINEW_ERR_DATA, "D[%zu] is not finite", i);
    return status ? status : check_truncation(d, error);
}

/* Whether b = Im x stays 0. */
static bool is_real(const sinew_dplr *d, size_t mode)
{
    bool real = cimag(sinew_dplr_lambda(d, mode)) == 0;
    for (size_t r = 0; r < d->rank; r++)
        real = real && cimag(sinew_dplr_P(d, r, mode)) == 0;
    for (size_t j = 0; j < d->inputs; j++)
        real = real && cimag(sinew_dplr_B(d, mode, j)) == 0;
    return real;
}

/* A real state: Re or Im of a mode. */
typedef struct state {
    size_t mode;
    bool imaginary, alone;
} state;

static double part_of(double complex z, const state *s)
{
    return s->imaginary ? cimag(z) : creal(z);
}

static size_t list_states(state *states, const sinew_dplr *d)
{
    size_t n = 0;
    for (size_t k = 0; k < d->modes; k++) {
        bool alone = is_real(d, k);
        states[n++] = (state){k, false, alone};
        if (!alone)
            states[n++] = (state){k, true, false};
    }
    return n;
}

static double entry_of_A(const sinew_dplr *d, const state *to, const state *from)
{
    double complex lambda = sinew_dplr_lambda(d, to->mode);
    double sum = 0;
    if (to->mode == from->mode && to->imaginary == from->imaginary)
        sum = creal(lambda);
    else if (to->mode == from->mode)
        sum = to->imaginary ? cimag(lambda) : -cimag(lambda);
    for (size_t r = 0; r < d->rank; r++)
        sum -= 2 * part_of(sinew_dplr_P(d, r, to->mode), to) *
               part_of(sinew_dplr_Q(d, r, from->mode), from);
    return sum;
}

static void fill(sinew_system *s, const sinew_dplr *d, const state *states)
{
    size_t n = s->order, q = s->inputs, p = s->outputs;
    double weight = d->doubled ? 1 : 2;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++)
            s->A[i * n + k] = entry_of_A(d, &states[i], &states[k]);
        for (size_t j = 0; j < q; j++)
            s->B[i * q + j] = part_of(sinew_dplr_B(d, states[i].mode, j), &states[i]);
        for (size_t o = 0; o < p; o++) {
            double c = part_of(sinew_dplr_C(d, o, states[i].mode), &states[i]);
            s->C[o * n + i] = weight * (states[i].imaginary ? -c : c);
        }
    }
    if (d->D)
        memcpy(s->D, d->D, p * q * sizeof *s->D);
}

/* power = base^exponent, both (n, n); `base` and `work` are used up. */
static void raise(double *power, double *base, double *work, size_t n, size_t exponent)
{
    size_t bytes = n * n * sizeof *power;
    memset(power, 0, bytes);
    for (size_t i = 0; i < n; i++)
        power[i * n + i] = 1;
    for (; exponent > 0; exponent >>= 1) {
        if (exponent & 1) {
            sinew_matrix_multiply(work, power, base, n, n, n);
            memcpy(power, work, bytes);
        }
        sinew_matrix_multiply(work, base, base, n, n, n);
        memcpy(base, work, bytes);
    }
}

/* C = C (I - Ad^L)^-1 */
static sinew_status solve_truncation(sinew_system *s, const double *power, sinew_error *error)
{
    size_t n = s->order, p = s->outputs;
    long double *exact = sinew_alloc(n * n, sizeof *exact);
    double *M = sinew_alloc(n * n, sizeof *M), *C = sinew_alloc(p * n, sizeof *C);
    sinew_lu lu = {0};
    sinew_status status = exact && M && C ? SINEW_OK : sinew_fail_memory(error);
    for (size_t i = 0; !status && i < n * n; i++) {
        exact[i] = (i % (n + 1) == 0 ? 1 : 0) - (long double)power[i];
        M[i] = (double)exact[i];
    }
    if (!status)
        status = sinew_lu_init(&lu, M, n, error);
    if (!status)
        status = sinew_lu_right_refined(&lu, exact, C, s->C, p, error);
    if (!status && (lu.singular || !sinew_all_finite(C, p * n)))
        status = sinew_fail(error, SINEW_ERR_NUMERIC,
                            "C cannot be had from its truncated form: I - Ad^L is singular");
    if (!status)
        memcpy(s->C, C, p * n * sizeof *C);
    sinew_lu_finish(&lu);
    sinew_free(exact);
    sinew_free(M);
    sinew_free(C);
    return status;
}

static sinew_status undo_truncation(sinew_system *s, const sinew_dplr *d, sinew_error *error)
{
    size_t n = s->order;
    sinew_discretize_opts opts = {.step_s = d->truncated_step_s, .method = d->truncated_method};
    if (opts.method == SINEW_METHOD_DEFAULT)
        opts.method = SINEW_METHOD_BILINEAR;
    sinew_discretization *at = NULL;
    double *power = sinew_alloc(2 * n * n, sizeof *power);
    sinew_status status = power ? sinew_discretize(&at, s, &opts, error) : sinew_fail_memory(error);
    if (!status) {
        raise(power, at->A, power + n * n, n, d->truncated_frames);
        status = solve_truncation(s, power, error);
    }
    sinew_discretization_free(at);
    sinew_free(power);
    return status;
}

static uint64_t hash_list(uint64_t hash, const sinew_complex *list, size_t n)
{
    return sinew_hash_numbers(hash, (const double *)list, list ? 2 * n : 0);
}

static uint64_t hash_asked(const sinew_dplr *d)
{
    uint64_t asked = sinew_hash(SINEW_HASH_START, "dplr", 4);
    asked = sinew_hash_count(asked, (uint64_t)d->doubled);
    asked = sinew_hash_count(asked, d->truncated_frames);
    asked = sinew_hash_count(asked, (uint64_t)d->truncated_method);
    asked = sinew_hash_numbers(asked, &d->truncated_step_s, 1);
    asked = hash_list(asked, d->lambda, d->modes);
    asked = hash_list(asked, d->P, d->rank * d->modes);
    asked = hash_list(asked, d->Q, d->rank * d->modes);
    asked = hash_list(asked, d->B, d->modes * d->inputs);
    asked = hash_list(asked, d->C, d->modes * d->outputs);
    return sinew_hash_numbers(asked, d->D, d->D ? d->inputs * d->outputs : 0);
}

sinew_status sinew_system_new_dplr(sinew_system **out, const sinew_dplr *d, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    sinew_system *system = NULL;
    *out = NULL;
    sinew_status status = sinew_dplr_check(d, error);
    if (status)
        return status;
    state *states = sinew_alloc(2 * d->modes, sizeof *states);
    if (!states)
        return sinew_fail_memory(error);
    status = sinew_system_alloc(&system, list_states(states, d), d->inputs, d->outputs, error);
    if (!status) {
        fill(system, d, states);
        system->asked = hash_asked(d);
        if (!sinew_all_finite(system->A, system->order * system->order))
            status = sinew_fail(error, SINEW_ERR_DATA, "P Q* is not finite");
    }
    if (!status && d->truncated_frames > 0)
        status = undo_truncation(system, d, error);
    if (status)
        sinew_system_free(system);
    else
        *out = system;
    sinew_free(states);
    return status;
}
