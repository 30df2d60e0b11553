/* Methods that are exact for an input held (zoh), joined by lines (foh), or made of impulses.
 *
 *   F = e^{AT},  G1 = int_0^T e^{As} ds B,  G2 = (1/T) int_0^T e^{A(T-s)} s ds B
 *   zoh      Ad = F   Bd = G1                      Dd = D
 *   foh      Ad = F   Bd = G1 + (F - I) G2         Dd = D + C G2    state x - G2 u
 *   impulse  Ad = F   Bd = T F B                   Dd = D + T C B
 *
 * all with Cd = C. F, G1, G2 come from one exponential of a block matrix (Van Loan 1978),
 * exp [[AT, BT, 0], [0, 0, I], [0, 0, 0]] = [F, G1, G2; ...], so a singular A is no exception;
 * for a section of one pole, or of a pair in coupled form, from phi functions of the pole. */
#include <complex.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/blocks.h"
#include "math/eigen.h"
#include "math/complex.h"
#include "math/expm.h"
#include "math/matrix.h"
#include "math/phi.h"
#include "ssm/step.h"

typedef struct hold {
    double *F, *G1, *G2, *less; /* less: F - I */
} hold;

/* [[s, w], [-w, s]] acts on x0 + j x1 as a product by s - jw, and so do its functions. */
static void apply(double *out, double complex factor, const double *v, size_t n)
{
    double x0 = v[0], x1 = n > 1 ? v[1] : 0;
    out[0] = creal(factor) * x0 - cimag(factor) * x1;
    if (n > 1)
        out[1] = cimag(factor) * x0 + creal(factor) * x1;
}

static bool is_coupled(const sinew_matrices *m)
{
    const double *A = m->A;
    return m->inputs == 1 && (m->order == 1 || (m->order == 2 && A[0] == A[3] && A[1] == -A[2]));
}

static void hold_coupled(hold *h, const sinew_matrices *m, double T)
{
    size_t n = m->order;
    double complex z = sinew_cmplx(m->A[0] * T, n > 1 ? -m->A[1] * T : 0), e = cexp(z);
    double complex phi1 = sinew_phi1(z), less = z * phi1;
    h->F[0] = creal(e);
    h->less[0] = creal(less);
    if (n > 1) {
        h->F[1] = h->less[1] = -cimag(e);
        h->F[2] = h->less[2] = cimag(e);
        h->F[3] = creal(e);
        h->less[3] = creal(less);
    }
    apply(h->G1, T * phi1, m->B, n);
    apply(h->G2, T * sinew_phi2(z), m->B, n);
}

/* Powers of two that take each column of B far below A: then B does not drive the scaling, and
 * as it is linear in the answer nothing is lost. */
static int column_exponent(const sinew_matrices *m, size_t column, double norm_of_A)
{
    double largest = 0;
    for (size_t i = 0; i < m->order; i++)
        largest += fabs(m->B[i * m->inputs + column]);
    if (!(largest > 0) || !isfinite(largest))
        return 0;
    int below = norm_of_A > 0 ? ilogb(norm_of_A) : 0;
    return below - 10 - ilogb(largest);
}

/* Fill the block matrix X (size, size). The inputs' rows stand before A where that keeps a lower
 * triangular A triangular: then expm knows the fast modes' blocks. */
static void fill_block(double *X, size_t size, size_t at_A, size_t at_u, const sinew_matrices *m,
                       double T, int holds)
{
    size_t n = m->order, q = m->inputs;
    double norm = sinew_matrix_norm_1(m->A, n);
    /* at_u: G1's rows, then G2's when A stands first; the other way round when it does not */
    size_t first = at_A == 0 ? at_u : at_u + (holds == 2 ? q : 0);
    size_t second = at_A == 0 ? at_u + q : at_u;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            X[(at_A + i) * size + at_A + j] = m->A[i * n + j] * T;
    for (size_t j = 0; holds > 0 && j < q; j++) {
        int e = column_exponent(m, j, norm);
        for (size_t i = 0; i < n; i++)
            X[(at_A + i) * size + first + j] = ldexp(m->B[i * q + j], e) * T;
        if (holds == 2)
            X[(first + j) * size + second + j] = 1;
    }
}

static void read_block(hold *h, const double *X, const double *less, size_t size, size_t at_A,
                       size_t at_u, const sinew_matrices *m, int holds)
{
    size_t n = m->order, q = m->inputs;
    double norm = sinew_matrix_norm_1(m->A, n);
    size_t first = at_A == 0 ? at_u : at_u + (holds == 2 ? q : 0);
    size_t second = at_A == 0 ? at_u + q : at_u;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            h->F[i * n + j] = X[(at_A + i) * size + at_A + j];
            h->less[i * n + j] = less[(at_A + i) * size + at_A + j];
        }
        for (size_t j = 0; j < q; j++) {
            int e = -column_exponent(m, j, norm);
            if (holds >= 1)
                h->G1[i * q + j] = ldexp(X[(at_A + i) * size + first + j], e);
            if (holds == 2)
                h->G2[i * q + j] = ldexp(X[(at_A + i) * size + second + j], e);
        }
    }
}

/* holds: how many of G1 and G2 are wanted. */
static sinew_status hold_full(hold *h, const sinew_matrices *m, double T, int holds,
                              sinew_error *error)
{
    size_t n = m->order, extra = m->inputs * (size_t)holds, size = n + extra;
    double *X = sinew_alloc(size * size, sizeof *X), *E = sinew_alloc(size * size, sizeof *E);
    double *less = sinew_alloc(size * size, sizeof *less);
    unsigned char *sizes = sinew_alloc(n, 1);
    sinew_status status = SINEW_OK;
    if (!X || !E || !less || !sizes)
        status = sinew_fail_memory(error);
    if (!status) {
        bool lower = sinew_blocks_find(m->A, n, sizes) == SINEW_SHAPE_LOWER;
        size_t at_A = lower ? extra : 0, at_u = lower ? 0 : n;
        fill_block(X, size, at_A, at_u, m, T, holds);
        status = sinew_expm(E, less, X, size, error);
        if (!status)
            read_block(h, E, less, size, at_A, at_u, m, holds);
    }
    sinew_free(X);
    sinew_free(E);
    sinew_free(less);
    sinew_free(sizes);
    return status;
}

/* Far from normal: the products that make A^2 cancel to a small part of themselves, and what is
 * lost there no later step brings back. */
static bool cancels(const double *A, size_t n, double *square, double *size)
{
    sinew_matrix_multiply(square, A, A, n, n, n);
    double left = sinew_matrix_norm_1(square, n);
    for (size_t i = 0; i < n * n; i++)
        size[i] = fabs(A[i]);
    sinew_matrix_multiply(square, size, size, n, n, n);
    return sinew_matrix_norm_1(square, n) > 64 * left;
}

/* out = Zt' x, both (n, columns), by way of `turned` (n, n). */
static void turn_back(double *out, double *turned, const double *Zt, const double *x, size_t n,
                      size_t columns)
{
    sinew_matrix_transpose(turned, Zt, n, n);
    sinew_matrix_multiply(out, turned, x, n, n, columns);
}

/* In Schur coordinates, where A is block triangular, its modes are exact and only what lies
 * beside them is large: the error stays near that of rounding A itself. */
static sinew_status hold_schur(hold *h, const sinew_matrices *m, double T, int holds,
                               sinew_error *error)
{
    size_t n = m->order, q = m->inputs, square = n * n;
    double *all = sinew_alloc(4 * square + n * q, sizeof *all);
    if (!all)
        return sinew_fail_memory(error);
    double *S = all, *Zt = all + square, *x = all + 2 * square, *turned = all + 3 * square;
    double *B = all + 4 * square;
    sinew_status status = sinew_schur(S, Zt, m->A, n, error);
    if (!status) {
        sinew_matrix_multiply(B, Zt, m->B, n, n, q);
        sinew_matrices inner = {n, q, m->outputs, S, B, m->C, m->D};
        status = hold_full(h, &inner, T, holds, error);
    }
    if (!status) {
        sinew_matrix_multiply(x, h->F, Zt, n, n, n);
        turn_back(h->F, turned, Zt, x, n, n);
        sinew_matrix_multiply(x, h->less, Zt, n, n, n);
        turn_back(h->less, turned, Zt, x, n, n);
        memcpy(B, h->G1, n * q * sizeof *B);
        turn_back(h->G1, turned, Zt, B, n, q);
        memcpy(B, h->G2, n * q * sizeof *B);
        turn_back(h->G2, turned, Zt, B, n, q);
    }
    sinew_free(all);
    return status;
}

static sinew_status hold_dense(hold *h, const sinew_matrices *m, double T, int holds,
                               sinew_error *error)
{
    size_t n = m->order;
    double *work = sinew_alloc(2 * n * n, sizeof *work);
    unsigned char *sizes = sinew_alloc(n, 1);
    bool schur = work && sizes && sinew_blocks_find(m->A, n, sizes) == SINEW_SHAPE_FULL &&
                 cancels(m->A, n, work, work + n * n);
    sinew_status status = SINEW_OK;
    if (!work || !sizes)
        status = sinew_fail_memory(error);
    sinew_free(work);
    sinew_free(sizes);
    if (status)
        return status;
    return schur ? hold_schur(h, m, T, holds, error) : hold_full(h, m, T, holds, error);
}

/* out (n, q) = (F - I) G2 + G1, and D + C G2 */
static void join_lines(const sinew_step_out *out, const sinew_matrices *m, const hold *h)
{
    size_t n = m->order, q = m->inputs, p = m->outputs;
    sinew_matrix_multiply(out->B, h->less, h->G2, n, n, q);
    for (size_t i = 0; i < n * q; i++)
        out->B[i] += h->G1[i];
    sinew_matrix_multiply(out->D, m->C, h->G2, p, n, q);
    for (size_t i = 0; i < p * q; i++)
        out->D[i] += m->D[i];
    memcpy(out->shift, h->G2, n * q * sizeof *h->G2);
}

static void sample_impulses(const sinew_step_out *out, const sinew_matrices *m, const hold *h,
                            double T)
{
    size_t n = m->order, q = m->inputs, p = m->outputs;
    sinew_matrix_multiply(out->B, h->F, m->B, n, n, q);
    for (size_t i = 0; i < n * q; i++)
        out->B[i] *= T;
    sinew_matrix_multiply(out->D, m->C, m->B, p, n, q);
    for (size_t i = 0; i < p * q; i++)
        out->D[i] = m->D[i] + T * out->D[i];
}

static void finish(const sinew_step_out *out, const sinew_matrices *m, const hold *h,
                   const sinew_step *step)
{
    size_t n = m->order, q = m->inputs, p = m->outputs;
    memcpy(out->A, h->F, n * n * sizeof *h->F);
    memcpy(out->less, h->less, n * n * sizeof *h->less);
    memcpy(out->C, m->C, p * n * sizeof *m->C);
    if (step->method == SINEW_METHOD_FOH)
        join_lines(out, m, h);
    else if (step->method == SINEW_METHOD_IMPULSE)
        sample_impulses(out, m, h, step->T);
    else {
        memcpy(out->B, h->G1, n * q * sizeof *h->G1);
        memcpy(out->D, m->D, p * q * sizeof *m->D);
    }
}

sinew_status sinew_step_hold(const sinew_step_out *out, const sinew_matrices *m,
                             const sinew_step *step, sinew_error *error)
{
    size_t n = m->order, q = m->inputs;
    int holds = step->method == SINEW_METHOD_FOH ? 2 : step->method == SINEW_METHOD_ZOH;
    double *all = sinew_alloc(2 * n * n + 2 * n * q, sizeof *all);
    if (!all)
        return sinew_fail_memory(error);
    hold h = {all, all + 2 * n * n, all + 2 * n * n + n * q, all + n * n};
    sinew_status status = SINEW_OK;
    if (is_coupled(m))
        hold_coupled(&h, m, step->T);
    else
        status = hold_dense(&h, m, step->T, holds, error);
    if (!status)
        finish(out, m, &h, step);
    sinew_free(all);
    return status;
}
