/* From discrete to continuous: each method turned round.
 *
 * Substitutions, of which N is the M^-1 of substitute.c:
 *
 *   N = alpha Ad + (1 - alpha) I = I + alpha (Ad - I)
 *   A = N^-1 (Ad - I) / T,  B = N^-1 Bd / T,  C = Cd N^-1,  D = Dd - alpha C Bd
 *
 * zoh, foh, impulse: A = log(Ad) / T. Bd is K B with a K that only A and T are in, T phi_1(AT),
 * T phi_1(AT)^2 and T e^{AT}: what the method makes of B = I. So B = K^-1 Bd, and D is Dd less
 * what the method adds to it for D = 0.
 *
 * All in balanced coordinates. */
#include "ssm/d2c.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "math/blocks.h"
#include "math/eigen.h"
#include "math/lu.h"
#include "math/matrix.h"
#include "ssm/method.h"
#include "ssm/opts.h"
#include "ssm/system.h"

static void balanced_finish(sinew_d2c_balanced *b)
{
    sinew_parts_finish(&b->of);
    sinew_free(b->less);
    sinew_free(b->scale);
}

/* Without its diagonal, which for slow poles is almost I and hides, in the norms that dgebal
 * compares, what lies beside it. */
static sinew_status balanced_init(sinew_d2c_balanced *b, const sinew_discrete *d,
                                  sinew_error *error)
{
    const sinew_matrices *m = &d->m;
    size_t n = m->order;
    *b = (sinew_d2c_balanced){.less = sinew_copy(d->less, n * n, sizeof(double)),
                              .scale = sinew_alloc(2 * n, sizeof(double))};
    sinew_status status = sinew_parts_copy(&b->of, m, error);
    if (status || !b->less || !b->scale)
        return status ? status : sinew_fail_memory(error);
    for (size_t i = 0; i < n; i++) {
        b->of.A[i * n + i] = 0;
        b->scale[n + i] = 1;
    }
    sinew_balance(b->of.A, b->scale, n);
    for (size_t i = 0; i < n; i++) {
        b->of.A[i * n + i] = m->A[i * n + i];
        for (size_t j = 0; j < n; j++)
            b->less[i * n + j] *= b->scale[i] / b->scale[j];
    }
    sinew_balance_sides(b->of.B, b->of.C, b->scale, n, m->inputs, m->outputs);
    return SINEW_OK;
}

long double *sinew_d2c_widened(const double *from, size_t n)
{
    long double *to = sinew_alloc(n, sizeof *to);
    for (size_t i = 0; to && i < n; i++)
        to[i] = from[i];
    return to;
}

/* ---- substitutions ---- */

/* A pole that the fraction of z never reaches, or within rounding of it. */
static sinew_status check_poles(const sinew_d2c_balanced *b, const sinew_step *step, bool singular,
                                sinew_error *error)
{
    size_t n = b->of.n;
    double alpha = step->alpha, tolerance = 0x1p-50;
    double complex *poles = sinew_alloc(n, sizeof *poles);
    unsigned char *sizes = sinew_alloc(n, 1);
    sinew_status status = poles && sizes ? SINEW_OK : sinew_fail_memory(error);
    if (!status && sinew_blocks_find(b->of.A, n, sizes) == SINEW_SHAPE_FULL)
        tolerance += (double)n * 0x1p-52 * alpha * sinew_matrix_norm_1(b->of.A, n);
    if (!status)
        status = sinew_eigenvalues(poles, b->of.A, n, error);
    for (size_t i = 0; !status && i < n; i++)
        singular = singular || cabs(alpha * poles[i] + (1 - alpha)) <= tolerance;
    if (!status && singular)
        status = sinew_fail(error, SINEW_ERR_NUMERIC,
                            "a discrete pole at z = %.17g comes from no continuous one by %s",
                            (alpha - 1) / alpha, sinew_method_name(step->method));
    sinew_free(poles);
    sinew_free(sizes);
    return status;
}

/* Ad - I and N, by the source that rounds less: entries near those of I from `less`. */
static void fill(long double *less, long double *N, double *rounded, const sinew_d2c_balanced *b,
                 double alpha)
{
    size_t n = b->of.n;
    for (size_t i = 0; i < n * n; i++) {
        long double one = i % (n + 1) == 0;
        less[i] = fabs(b->of.A[i]) < 0.5 ? (long double)b->of.A[i] - one : (long double)b->less[i];
        N[i] = one + alpha * less[i];
        rounded[i] = (double)N[i];
    }
}

static sinew_status unsubstitute(sinew_system **out, const sinew_d2c_balanced *b,
                                 const sinew_step *step, sinew_error *error)
{
    size_t n = b->of.n, q = b->of.q, p = b->of.p;
    sinew_lu lu = {0};
    long double *N = sinew_alloc(2 * n * n, sizeof *N), *less = N ? N + n * n : NULL;
    long double *B = sinew_d2c_widened(b->of.B, n * q);
    double *rounded = sinew_alloc(n * n, sizeof *rounded);
    sinew_status status = N && B && rounded ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        fill(less, N, rounded, b, step->alpha);
        status = sinew_lu_init(&lu, rounded, n, error);
    }
    if (!status)
        status = check_poles(b, step, lu.singular, error);
    if (!status)
        status = sinew_system_alloc(out, n, q, p, error);
    if (!status)
        status = sinew_lu_left_refined(&lu, N, (*out)->A, less, n, error);
    if (!status)
        status = sinew_lu_left_refined(&lu, N, (*out)->B, B, q, error);
    if (!status)
        status = sinew_lu_right_refined(&lu, N, (*out)->C, b->of.C, p, error);
    if (!status) {
        sinew_system *s = *out;
        sinew_matrix_multiply(s->D, s->C, b->of.B, p, n, q);
        for (size_t i = 0; i < p * q; i++)
            s->D[i] = b->of.D[i] - step->alpha * s->D[i];
        for (size_t i = 0; i < n * n; i++)
            s->A[i] /= step->T;
        for (size_t i = 0; i < n * q; i++)
            s->B[i] /= step->T;
    }
    sinew_lu_finish(&lu);
    sinew_free(N);
    sinew_free(B);
    sinew_free(rounded);
    return status;
}

/* ---- both ---- */

static sinew_status gain_only(sinew_system **out, const sinew_matrices *m, sinew_error *error)
{
    sinew_status status = sinew_system_alloc(out, 0, m->inputs, m->outputs, error);
    if (!status)
        memcpy((*out)->D, m->D, m->inputs * m->outputs * sizeof *m->D);
    return status;
}

static sinew_status check_answer(const sinew_system *s, sinew_error *error)
{
    size_t n = s->order;
    if (sinew_all_finite(s->A, n * n) && sinew_all_finite(s->B, n * s->inputs) &&
        sinew_all_finite(s->C, s->outputs * n) && sinew_all_finite(s->D, s->outputs * s->inputs))
        return SINEW_OK;
    return sinew_fail(error, SINEW_ERR_NUMERIC, "the continuous matrices are not finite");
}

sinew_status sinew_d2c(sinew_system **out, const sinew_discrete *d,
                       const sinew_discretize_opts *chosen, double step_s, sinew_error *error)
{
    sinew_step step = sinew_opts_step(chosen, step_s);
    sinew_rule rule = sinew_method_rule(chosen->method);
    *out = NULL;
    if (rule == SINEW_RULE_MATCH || chosen->method == SINEW_METHOD_DECRAMPED)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED, "%s cannot be turned round from matrices",
                          sinew_method_name(chosen->method));
    if (d->m.order == 0)
        return gain_only(out, &d->m, error);
    sinew_d2c_balanced b;
    sinew_status status = balanced_init(&b, d, error);
    if (!status)
        status = rule == SINEW_RULE_SUBSTITUTE ? unsubstitute(out, &b, &step, error)
                                               : sinew_d2c_unhold(out, &b, &step, error);
    if (!status) {
        sinew_system *s = *out;
        sinew_unbalance(s->A, b.scale, s->order);
        sinew_unbalance_sides(s->B, s->C, b.scale, s->order, s->inputs, s->outputs);
        status = check_answer(*out, error);
    }
    if (status) {
        sinew_system_free(*out);
        *out = NULL;
    }
    balanced_finish(&b);
    return status;
}

static uint64_t hash_asked(const sinew_system *given, const sinew_discretize_opts *o, double step_s)
{
    const double numbers[] = {step_s, o->prewarp_hz, o->alpha};
    uint64_t hash = sinew_hash(given->asked, "d2c", 3);
    return sinew_hash_count(sinew_hash_numbers(hash, numbers, 3), (uint64_t)o->method);
}

sinew_status sinew_system_new_d2c(sinew_system **out, const sinew_matrices *discrete,
                                  const sinew_discretize_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    sinew_discretize_opts chosen;
    sinew_system *given = NULL;
    double step_s = 0, *less = NULL;
    *out = NULL;
    if (!discrete || !opts)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no matrices or no options");
    sinew_status status = sinew_opts_choose(&chosen, &step_s, opts, SINEW_METHOD_ZOH, error);
    if (!status)
        status = sinew_system_new_ss(&given, discrete, error); /* checks what it copies */
    size_t n = discrete->order;
    if (!status && !(less = sinew_copy(given->A, n * n, sizeof *less)))
        status = sinew_fail_memory(error);
    for (size_t i = 0; !status && i < n; i++)
        less[i * n + i] -= 1;
    if (!status) {
        sinew_discrete d = {sinew_system_matrices(given), less};
        status = sinew_d2c(out, &d, &chosen, step_s, error);
    }
    if (!status) {
        (*out)->asked = hash_asked(given, &chosen, step_s);
        if (chosen.method != SINEW_METHOD_GBT && !(chosen.prewarp_hz > 0))
            (*out)->preferred = chosen.method;
    }
    sinew_free(less);
    sinew_system_free(given);
    return status;
}
