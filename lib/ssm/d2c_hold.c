/* The exponential methods turned round: see d2c.c. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/lu.h"
#include "math/matrix.h"
#include "ssm/d2c.h"
#include "ssm/system.h"

/* Rows of C and columns of B for states that the discrete system does not have. */
static void pad(double *to, const double *from, size_t rows, size_t columns, size_t wide)
{
    for (size_t i = 0; i < rows; i++)
        memcpy(to + i * wide, from + i * columns, columns * sizeof *to);
}

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
    long double *K = sinew_alloc(n * n, sizeof *K),
                *right = sinew_d2c_widened(padded, n * s->inputs);
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

sinew_status sinew_d2c_unhold(sinew_system **out, const sinew_d2c_balanced *b,
                              const sinew_step *step, sinew_error *error)
{
    size_t n = b->of.n, q = b->of.q, p = b->of.p;
    sinew_extended e;
    double *padded = NULL;
    sinew_status status = sinew_extended_log(&e, b->of.A, b->less, n, error);
    if (!status)
        status = sinew_system_alloc(out, e.order, q, p, error);
    if (!status && !(padded = sinew_alloc(e.order * q, sizeof *padded)))
        status = sinew_fail_memory(error);
    if (!status) {
        for (size_t i = 0; i < e.order * e.order; i++)
            (*out)->A[i] = e.log[i] / step->T;
        memcpy(padded, b->of.B, n * q * sizeof *padded);
        pad((*out)->C, b->of.C, p, n, e.order);
        status = solve_B(*out, &e, padded, step, error);
    }
    if (!status)
        status = solve_D(*out, b->of.D, step, error);
    sinew_free(padded);
    sinew_extended_finish(&e);
    return status;
}
