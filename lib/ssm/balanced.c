/* Balanced truncation by the square root method. With P = Lc Lc', Q = Lo Lo' and
 *
 *     Lo' Lc = U diag(sigma) V',   T = Lc V sigma^-1/2,   W = Lo U sigma^-1/2
 *
 * the system (W'A T, W'B, C T) has both gramians diag(sigma), and its first r states give a
 * response that is nowhere further off than 2 (sigma_r+1 + ... + sigma_n) (Glover 1984, Enns 1984;
 * the method: Tombs, Postlethwaite 1987, Int. J. Control 46:1319). To keep the response at 0 the
 * other states are taken as settled instead of left out (Liu, Anderson 1989):
 *
 *     A11 - A12 A22^-1 A21,  B1 - A12 A22^-1 B2,  C1 - C2 A22^-1 A21,  D - C2 A22^-1 B2 */
#include "ssm/balanced.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/eigen.h"
#include "math/lu.h"
#include "math/matrix.h"
#include "ssm/gramian.h"

void sinew_balanced_finish(sinew_balanced *b)
{
    sinew_free(b->reached);
    sinew_free(b->seen);
    sinew_free(b->U);
    sinew_free(b->Vt);
    sinew_free(b->sigma);
}

sinew_status sinew_balanced_init(sinew_balanced *b, const sinew_matrices *m, sinew_lyapunov kind,
                                 sinew_error *error)
{
    size_t n = m->order;
    *b = (sinew_balanced){.n = n};
    b->reached = sinew_alloc(n * n, sizeof *b->reached);
    b->seen = sinew_alloc(n * n, sizeof *b->seen);
    b->U = sinew_alloc(n * n, sizeof *b->U);
    b->Vt = sinew_alloc(n * n, sizeof *b->Vt);
    b->sigma = sinew_alloc(n, sizeof *b->sigma);
    sinew_status status = SINEW_OK;
    if (!b->reached || !b->seen || !b->U || !b->Vt || !b->sigma)
        status = sinew_fail_memory(error);
    if (!status)
        status = sinew_gramian_factor(b->reached, m, SINEW_GRAMIAN_REACHED, kind, error);
    if (!status)
        status = sinew_gramian_factor(b->seen, m, SINEW_GRAMIAN_SEEN, kind, error);
    if (!status)
        status = sinew_hankel_svd(b->U, b->sigma, b->Vt, b->reached, b->seen, n, error);
    if (!status)
        b->rank = sinew_balanced_rank(b, (double)n * 0x1p-50);
    return status;
}

double sinew_balanced_bound(const sinew_balanced *b, size_t r)
{
    double sum = 0;
    for (size_t n = b->n; n > r; n--) /* from the small ones up */
        sum += b->sigma[n - 1];
    return 2 * sum;
}

size_t sinew_balanced_rank(const sinew_balanced *b, double tolerance)
{
    size_t rank = 0;
    while (rank < b->n && b->sigma[rank] > tolerance * b->sigma[0])
        rank++;
    return rank;
}

/* T (n, r) and W' (r, n) of the first r values. */
static sinew_status projection(double *T, double *Wt, const sinew_balanced *b, size_t n, size_t r,
                               sinew_error *error)
{
    double *Ut = sinew_alloc(r * n, sizeof *Ut), *V = sinew_alloc(n * r, sizeof *V);
    double *turned = sinew_alloc(n * n, sizeof *turned);
    sinew_status status = Ut && V && turned ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        for (size_t k = 0; k < r; k++)
            for (size_t i = 0; i < n; i++) {
                double root = sqrt(b->sigma[k]);
                Ut[k * n + i] = b->U[i * n + k] / root;
                V[i * r + k] = b->Vt[k * n + i] / root;
            }
        sinew_matrix_transpose(turned, b->seen, n, n);
        sinew_matrix_multiply(T, b->reached, V, n, n, r);
        sinew_matrix_multiply(Wt, Ut, turned, r, n, n);
    }
    sinew_free(Ut);
    sinew_free(V);
    sinew_free(turned);
    return status;
}

static sinew_status project(sinew_parts *out, const sinew_matrices *m, const sinew_balanced *b,
                            size_t r, sinew_error *error)
{
    size_t n = m->order, q = m->inputs, p = m->outputs;
    double *T = sinew_alloc(n * r, sizeof *T), *Wt = sinew_alloc(r * n, sizeof *Wt);
    double *AT = sinew_alloc(n * r, sizeof *AT);
    sinew_status status =
        T && Wt && AT ? sinew_parts_alloc(out, r, q, p, error) : sinew_fail_memory(error);
    if (!status)
        status = projection(T, Wt, b, n, r, error);
    if (!status) {
        sinew_matrix_multiply(AT, m->A, T, n, n, r);
        sinew_matrix_multiply(out->A, Wt, AT, r, n, r);
        sinew_matrix_multiply(out->B, Wt, m->B, r, n, q);
        sinew_matrix_multiply(out->C, m->C, T, p, n, r);
        memcpy(out->D, m->D, p * q * sizeof *out->D);
    }
    sinew_free(T);
    sinew_free(Wt);
    sinew_free(AT);
    return status;
}

/* [A B; C D] without the states from r on. */
static double *entry(const sinew_parts *s, size_t r, size_t i, size_t j)
{
    if (i < r)
        return j < r ? &s->A[i * s->n + j] : &s->B[i * s->q + j - r];
    return j < r ? &s->C[(i - r) * s->n + j] : &s->D[(i - r) * s->q + j - r];
}

/* The states from r on are settled: x2 = -X [x1; u] with X = A22^-1 [A21 B2]. */
static sinew_status settled(double *X, const sinew_parts *s, size_t r, sinew_error *error)
{
    size_t rest = s->n - r, wide = r + s->q;
    double *A22 = sinew_alloc(rest * rest, sizeof *A22);
    sinew_lu lu = {0};
    if (!A22)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < rest; i++) {
        memcpy(A22 + i * rest, s->A + (r + i) * s->n + r, rest * sizeof *A22);
        memcpy(X + i * wide, s->A + (r + i) * s->n, r * sizeof *X);
        memcpy(X + i * wide + r, s->B + (r + i) * s->q, s->q * sizeof *X);
    }
    sinew_status status = sinew_lu_init(&lu, A22, rest, error);
    if (!status)
        status = lu.singular ? sinew_fail(error, SINEW_ERR_NUMERIC,
                                          "the states to be dropped do not settle")
                             : sinew_lu_left(&lu, X, X, wide, error);
    sinew_lu_finish(&lu);
    sinew_free(A22);
    return status;
}

/* [A B; C D] without those states, less [A12; C2] X. */
static sinew_status settle(sinew_parts *out, const sinew_parts *in, size_t r, sinew_error *error)
{
    size_t rest = in->n - r, wide = r + in->q;
    double *X = sinew_alloc(rest * wide, sizeof *X);
    sinew_status status =
        X ? sinew_parts_alloc(out, r, in->q, in->p, error) : sinew_fail_memory(error);
    if (!status)
        status = settled(X, in, r, error);
    for (size_t i = 0; !status && i < r + in->p; i++) {
        const double *row = i < r ? in->A + i * in->n : in->C + (i - r) * in->n;
        for (size_t j = 0; j < wide; j++) {
            double sum = *entry(in, r, i, j);
            for (size_t k = 0; k < rest; k++)
                sum -= row[r + k] * X[k * wide + j];
            *entry(out, r, i, j) = sum;
        }
    }
    sinew_free(X);
    return status;
}

static sinew_status check_stable(const sinew_parts *s, sinew_error *error)
{
    double complex *poles = sinew_alloc(s->n, sizeof *poles);
    sinew_status status =
        poles ? sinew_eigenvalues(poles, s->A, s->n, error) : sinew_fail_memory(error);
    for (size_t i = 0; !status && i < s->n; i++)
        if (!(creal(poles[i]) < 0))
            status =
                sinew_fail(error, SINEW_ERR_NUMERIC,
                           "order %zu leaves a pole that is not stable: it parts Hankel values "
                           "that are equal or nearly so; one state more or less will do",
                           s->n);
    sinew_free(poles);
    return status;
}

sinew_status sinew_balanced_cut(sinew_parts *out, const sinew_balanced *b, const sinew_matrices *m,
                                size_t r, bool match_dc, sinew_error *error)
{
    sinew_parts whole = {0};
    sinew_status status;
    if (match_dc && r < b->rank) {
        status = project(&whole, m, b, b->rank, error);
        if (!status)
            status = settle(out, &whole, r, error);
        sinew_parts_finish(&whole);
    } else {
        status = project(out, m, b, r, error);
    }
    return status ? status : check_stable(out, error);
}
