/* From discrete to continuous: each method turned round.
 *
 *   substitutions   N = alpha Ad + (1 - alpha) I = I + alpha (Ad - I), which is M^-1 of
 * substitute.c A = N^-1 (Ad - I) / T    B = N^-1 Bd / T    C = Cd N^-1    D = Dd - alpha C Bd zoh,
 * foh,       A = log(Ad) / T, and Bd is K B with a K that only A and T are in: T phi_1(AT), impulse
 * T phi_1(AT)^2, T e^{AT}. K is what the method makes of B = I, so B = K^-1 Bd; D = Dd less what
 * the method adds to it for D = 0.
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

/* The discrete system in balanced coordinates; less comes along. */
typedef struct balanced {
    size_t n, q, p;
    double *A, *less, *B, *C, *scale;
    const double *D;
} balanced;

static void balanced_finish(balanced *b)
{
    sinew_free(b->A);
    sinew_free(b->less);
    sinew_free(b->B);
    sinew_free(b->C);
    sinew_free(b->scale);
}

/* Without its diagonal, which for slow poles is almost I and hides, in the norms that dgebal
 * compares, what lies beside it. */
static sinew_status balanced_init(balanced *b, const sinew_discrete *d, sinew_error *error)
{
    const sinew_matrices *m = &d->m;
    size_t n = m->order, q = m->inputs, p = m->outputs;
    *b = (balanced){.n = n, .q = q, .p = p, .D = m->D};
    b->A = sinew_copy(m->A, n * n, sizeof(double));
    b->less = sinew_copy(d->less, n * n, sizeof(double));
    b->B = sinew_copy(m->B, n * q, sizeof(double));
    b->C = sinew_copy(m->C, p * n, sizeof(double));
    b->scale = sinew_alloc(n, sizeof(double));
    if (!b->A || !b->less || !b->B || !b->C || !b->scale)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < n; i++)
        b->A[i * n + i] = 0;
    sinew_balance(b->A, b->scale, n);
    for (size_t i = 0; i < n; i++) {
        b->A[i * n + i] = m->A[i * n + i];
        for (size_t j = 0; j < n; j++)
            b->less[i * n + j] *= b->scale[i] / b->scale[j];
        for (size_t j = 0; j < q; j++)
            b->B[i * q + j] *= b->scale[i];
        for (size_t j = 0; j < p; j++)
            b->C[j * n + i] /= b->scale[i];
    }
    return SINEW_OK;
}

/* The first n states of `system` back to the caller's units; the others have none. */
static void unbalance(sinew_system *system, const balanced *b)
{
    size_t order = system->order;
    for (size_t i = 0; i < order; i++) {
        double row = i < b->n ? b->scale[i] : 1;
        for (size_t j = 0; j < order; j++)
            system->A[i * order + j] *= (j < b->n ? b->scale[j] : 1) / row;
        for (size_t j = 0; j < b->q; j++)
            system->B[i * b->q + j] /= row;
        for (size_t j = 0; j < b->p; j++)
            system->C[j * order + i] *= row;
    }
}

/* Rows of C and columns of B for states that the discrete system does not have. */
static void pad(double *to, const double *from, size_t rows, size_t columns, size_t wide)
{
    for (size_t i = 0; i < rows; i++)
        memcpy(to + i * wide, from + i * columns, columns * sizeof *to);
}

/* A copy without rounding, for refined solves; NULL without memory. */
static long double *widened(const double *from, size_t n)
{
    long double *to = sinew_alloc(n, sizeof *to);
    for (size_t i = 0; to && i < n; i++)
        to[i] = from[i];
    return to;
}

/* ---- substitutions ---- */

/* A pole that the fraction of z never reaches, or within rounding of it. */
static sinew_status check_poles(const balanced *b, const sinew_step *step, bool singular,
                                sinew_error *error)
{
    size_t n = b->n;
    double alpha = step->alpha, tolerance = 0x1p-50;
    double complex *poles = sinew_alloc(n, sizeof *poles);
    unsigned char *sizes = sinew_alloc(n, 1);
    sinew_status status = poles && sizes ? SINEW_OK : sinew_fail_memory(error);
    if (!status && sinew_blocks_find(b->A, n, sizes) == SINEW_SHAPE_FULL)
        tolerance += (double)n * 0x1p-52 * alpha * sinew_matrix_norm_1(b->A, n);
    if (!status)
        status = sinew_eigenvalues(poles, b->A, n, error);
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
static void fill(long double *less, long double *N, double *rounded, const balanced *b,
                 double alpha)
{
    size_t n = b->n;
    for (size_t i = 0; i < n * n; i++) {
        long double one = i % (n + 1) == 0;
        less[i] = fabs(b->A[i]) < 0.5 ? (long double)b->A[i] - one : (long double)b->less[i];
        N[i] = one + alpha * less[i];
        rounded[i] = (double)N[i];
    }
}

static sinew_status unsubstitute(sinew_system **out, const balanced *b, const sinew_step *step,
                                 sinew_error *error)
{
    size_t n = b->n, q = b->q, p = b->p;
    sinew_lu lu = {0};
    long double *N = sinew_alloc(2 * n * n, sizeof *N), *less = N ? N + n * n : NULL;
    long double *B = widened(b->B, n * q);
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
        status = sinew_lu_right_refined(&lu, N, (*out)->C, b->C, p, error);
    if (!status) {
        sinew_system *s = *out;
        sinew_matrix_multiply(s->D, s->C, b->B, p, n, q);
        for (size_t i = 0; i < p * q; i++)
            s->D[i] = b->D[i] - step->alpha * s->D[i];
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

/* ---- exponential methods ---- */

/* What the method makes of given A, B, C and D = 0: all (n, n) but B, C, D, shift of a caller's
 * own sizes. */
typedef struct forward {
    double *all, *A, *B, *C, *D, *shift, *less;
} forward;

static sinew_status forward_init(forward *f, const sinew_matrices *m, const sinew_step *step,
                                 sinew_error *error)
{
    size_t n = m->order, q = m->inputs, p = m->outputs;
    f->all = sinew_alloc(2 * n * n + 2 * n * q + p * n + p * q, sizeof(double));
    if (!f->all)
        return sinew_fail_memory(error);
    f->A = f->all;
    f->less = f->A + n * n;
    f->B = f->less + n * n;
    f->shift = f->B + n * q;
    f->C = f->shift + n * q;
    f->D = f->C + p * n;
    return sinew_step_matrices(&(sinew_step_out){f->A, f->B, f->C, f->D, f->shift, f->less}, m,
                               step, error);
}

/* The logarithm is an answer only where its exponential is the question. */
static sinew_status check_back(const double *F, const double *again, size_t n, sinew_error *error)
{
    double largest = 0, off = 0;
    for (size_t i = 0; i < n * n; i++) {
        largest = fmax(largest, fabs(F[i]));
        off = fmax(off, fabs(F[i] - again[i]));
    }
    if (off <= 0x1p-20 * largest)
        return SINEW_OK;
    return sinew_fail(error, SINEW_ERR_NUMERIC,
                      "the discrete A is too close to one without a logarithm: its exponential is "
                      "off by %.2g of it",
                      off / largest);
}

/* B from K B = Bd, Bd being `padded`. */
static sinew_status solve_B(sinew_system *s, const sinew_extended *e, const double *padded,
                            const sinew_step *step, sinew_error *error)
{
    size_t n = e->order;
    sinew_lu lu = {0};
    forward f = {0};
    double *one = sinew_alloc(2 * n * n, sizeof *one);
    long double *K = sinew_alloc(n * n, sizeof *K), *right = widened(padded, n * s->inputs);
    sinew_status status = one && K && right ? SINEW_OK : sinew_fail_memory(error);
    for (size_t i = 0; !status && i < n; i++)
        one[i * n + i] = 1;
    sinew_matrices m = {n, n, 1, s->A, one, one ? one + n * n : NULL, one ? one + n * n : NULL};
    if (!status) /* C and D are zeros */
        status = forward_init(&f, &m, step, error);
    if (!status)
        status = check_back(e->F, f.A, n, error);
    for (size_t i = 0; !status && i < n * n; i++)
        K[i] = f.B[i];
    if (!status)
        status = sinew_lu_init(&lu, f.B, n, error);
    if (!status && lu.singular)
        status = sinew_fail(error, SINEW_ERR_NUMERIC, "no continuous input does what B does");
    if (!status)
        status = sinew_lu_left_refined(&lu, K, s->B, right, s->inputs, error);
    sinew_lu_finish(&lu);
    sinew_free(f.all);
    sinew_free(one);
    sinew_free(K);
    sinew_free(right);
    return status;
}

/* D less what the method makes of D = 0. */
static sinew_status solve_D(sinew_system *s, const double *D, const sinew_step *step,
                            sinew_error *error)
{
    forward f = {0};
    sinew_matrices m = sinew_system_matrices(s);
    sinew_status status = SINEW_OK;
    if (step->method != SINEW_METHOD_ZOH)
        status = forward_init(&f, &m, step, error);
    for (size_t i = 0; !status && i < s->outputs * s->inputs; i++)
        s->D[i] = D[i] - (f.D ? f.D[i] : 0);
    sinew_free(f.all);
    return status;
}

static sinew_status unhold(sinew_system **out, const balanced *b, const sinew_step *step,
                           sinew_error *error)
{
    size_t n = b->n, q = b->q, p = b->p;
    sinew_extended e;
    double *padded = NULL;
    sinew_status status = sinew_extended_log(&e, b->A, b->less, n, error);
    if (!status)
        status = sinew_system_alloc(out, e.order, q, p, error);
    if (!status && !(padded = sinew_alloc(e.order * q, sizeof *padded)))
        status = sinew_fail_memory(error);
    if (!status) {
        for (size_t i = 0; i < e.order * e.order; i++)
            (*out)->A[i] = e.log[i] / step->T;
        memcpy(padded, b->B, n * q * sizeof *padded);
        pad((*out)->C, b->C, p, n, e.order);
        status = solve_B(*out, &e, padded, step, error);
    }
    if (!status)
        status = solve_D(*out, b->D, step, error);
    sinew_free(padded);
    sinew_extended_finish(&e);
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
    balanced b;
    sinew_status status = balanced_init(&b, d, error);
    if (!status)
        status = rule == SINEW_RULE_SUBSTITUTE ? unsubstitute(out, &b, &step, error)
                                               : unhold(out, &b, &step, error);
    if (!status) {
        unbalance(*out, &b);
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
    if (!status)
        (*out)->asked = hash_asked(given, &chosen, step_s);
    sinew_free(less);
    sinew_system_free(given);
    return status;
}
