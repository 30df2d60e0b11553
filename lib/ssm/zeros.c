/* A zero is an s at which the rank of
 *
 *     [[A - s I, B], [C, D]]
 *
 * falls: some state and input, not both 0, give no output. As a pencil it has infinite
 * eigenvalues, in Jordan chains as long as H falls with powers of 1/s, and rounding turns a chain
 * of k into finite ones of size eps^(-1/k). So the chains are taken off first by orthogonal
 * transformations (Emami-Naeini, Van Dooren 1982, Automatica 18:415):
 *
 *   Turn the outputs until D = [D1; 0], D1 of full row rank, and C = [C1; C2]. No output then
 *   means C2 x = 0: turn the states until that says x2 = 0. It stays so, 0 = A21 x1 + B2 u, so
 *   these rows are outputs of a system with the states x1 only. Again, until D has full row rank.
 *
 * Done to the system and then to its transpose, that leaves a D which is square and regular, and
 * with it the pencil's finite part alone. */
#include "ssm/zeros.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/eigen.h"
#include "math/matrix.h"
#include "math/range.h"

typedef struct reduced {
    size_t n, m, p;
    double *A, *B, *C, *D;
    bool given;     /* D is as the caller gave it */
    double nothing; /* what rounding has made of 0 */
} reduced;

static void finish(reduced *k)
{
    sinew_free(k->A);
    sinew_free(k->B);
    sinew_free(k->C);
    sinew_free(k->D);
    *k = (reduced){0}; /* whoever gave it up may find it again */
}

static sinew_status allocate(reduced *k, size_t n, size_t m, size_t p, sinew_error *error)
{
    *k = (reduced){.n = n,
                   .m = m,
                   .p = p,
                   .A = sinew_alloc(n * n, sizeof(double)),
                   .B = sinew_alloc(n * m, sizeof(double)),
                   .C = sinew_alloc(p * n, sizeof(double)),
                   .D = sinew_alloc(p * m, sizeof(double))};
    if (k->A && k->B && k->C && k->D)
        return SINEW_OK;
    finish(k);
    return sinew_fail_memory(error);
}

/* ---- scaling ---- */

/* Inputs, outputs and states may be measured in any units: balance [[A, B, 0], [0, 0, 1], [C, D,
 * 0]], whose ones let every output drive every input. `scale`: of x, u, y. */
static sinew_status find_scale(double *scale, const sinew_matrices *s, sinew_error *error)
{
    size_t n = s->order, m = s->inputs, p = s->outputs, all = n + m + p;
    double *N = sinew_alloc(all * all, sizeof *N);
    if (!N)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < n; i++) {
        memcpy(N + i * all, s->A + i * n, n * sizeof *N);
        memcpy(N + i * all + n, s->B + i * m, m * sizeof *N);
    }
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < p; j++)
            N[(n + i) * all + n + m + j] = 1;
    for (size_t i = 0; i < p; i++) {
        memcpy(N + (n + m + i) * all, s->C + i * n, n * sizeof *N);
        memcpy(N + (n + m + i) * all + n, s->D + i * m, m * sizeof *N);
    }
    sinew_balance(N, scale, all);
    sinew_free(N);
    return SINEW_OK;
}

static double largest(const double *a, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(a[i]));
    return most;
}

static void times(double *a, size_t n, int exponent)
{
    for (size_t i = 0; i < n; i++)
        a[i] = ldexp(a[i], exponent);
}

/* Of size one: time is measured so that A is (zeros = 2^*unit those of k), and then B, and C with
 * D. Powers of two: nothing is rounded. */
static void normalise(reduced *k, int *unit)
{
    double a = largest(k->A, k->n * k->n), b = largest(k->B, k->n * k->m);
    double c = fmax(largest(k->C, k->p * k->n), largest(k->D, k->p * k->m));
    *unit = a > 0 ? ilogb(a) : 0;
    times(k->A, k->n * k->n, -*unit);
    if (b > 0) { /* by the inputs' unit, so D with it */
        times(k->B, k->n * k->m, -ilogb(b));
        times(k->D, k->p * k->m, *unit - ilogb(b));
        c = fmax(largest(k->C, k->p * k->n), largest(k->D, k->p * k->m));
    }
    if (c > 0) {
        times(k->C, k->p * k->n, -ilogb(c));
        times(k->D, k->p * k->m, -ilogb(c));
    }
}

static sinew_status load(reduced *k, const sinew_matrices *s, int *unit, sinew_error *error)
{
    size_t n = s->order, m = s->inputs, p = s->outputs;
    double *scale = sinew_alloc(n + m + p, sizeof *scale), *of_u = scale ? scale + n : NULL;
    sinew_status status = scale ? find_scale(scale, s, error) : sinew_fail_memory(error);
    if (!status)
        status = allocate(k, n, m, p, error);
    if (!status) {
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < n; j++)
                k->A[i * n + j] = s->A[i * n + j] * (scale[i] / scale[j]);
            for (size_t j = 0; j < m; j++)
                k->B[i * m + j] = s->B[i * m + j] * (scale[i] / of_u[j]);
        }
        for (size_t i = 0; i < p; i++) {
            for (size_t j = 0; j < n; j++)
                k->C[i * n + j] = s->C[i * n + j] * (of_u[m + i] / scale[j]);
            for (size_t j = 0; j < m; j++)
                k->D[i * m + j] = s->D[i * m + j] * (of_u[m + i] / of_u[j]);
        }
        normalise(k, unit);
        k->given = true;
        k->nothing = (double)(n + m + p) * 0x1p-50;
    }
    sinew_free(scale);
    return status;
}

/* ---- taking chains off ---- */

/* M = U' M, in place; M (rows, columns). */
static sinew_status turn_rows(double *M, const double *U, size_t rows, size_t columns,
                              sinew_error *error)
{
    double *copy = sinew_copy(M, rows * columns, sizeof *M);
    double *Ut = sinew_alloc(rows * rows, sizeof *Ut);
    sinew_status status = copy && Ut ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        sinew_matrix_transpose(Ut, U, rows, rows);
        sinew_matrix_multiply(M, Ut, copy, rows, rows, columns);
    }
    sinew_free(copy);
    sinew_free(Ut);
    return status;
}

/* M = M U, in place; M (rows, columns). */
static sinew_status turn_columns(double *M, const double *U, size_t rows, size_t columns,
                                 sinew_error *error)
{
    double *copy = sinew_copy(M, rows * columns, sizeof *M);
    if (!copy)
        return sinew_fail_memory(error);
    sinew_matrix_multiply(M, copy, U, rows, columns, columns);
    sinew_free(copy);
    return SINEW_OK;
}

/* Outputs turned so that the first *rank rows of D are all of it. */
static sinew_status turn_outputs(reduced *k, size_t *rank, sinew_error *error)
{
    double *U = sinew_alloc(k->p * k->p, sizeof *U);
    double wide = (double)(k->p > k->m ? k->p : k->m) * 0x1p-52;
    sinew_status status =
        U ? sinew_range(U, rank, k->D, k->p, k->m, k->given ? 0 : k->nothing, wide, error)
          : sinew_fail_memory(error);
    if (!status && *rank < k->p) {
        status = turn_rows(k->C, U, k->p, k->n, error);
        if (!status)
            status = turn_rows(k->D, U, k->p, k->m, error);
    }
    sinew_free(U);
    return status;
}

/* States turned so that C2, the rows of C from `first` on, sees the first *rank of them only. */
static sinew_status turn_states(reduced *k, size_t first, size_t *rank, sinew_error *error)
{
    size_t rows = k->p - first, n = k->n;
    double *U = sinew_alloc(n * n, sizeof *U), *C2t = sinew_alloc(n * rows, sizeof *C2t);
    sinew_status status = U && C2t ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        sinew_matrix_transpose(C2t, k->C + first * n, rows, n);
        status = sinew_range(U, rank, C2t, n, rows, k->given ? 0 : k->nothing,
                             (double)(n + rows) * 0x1p-52, error);
    }
    if (!status && *rank > 0) {
        status = turn_rows(k->A, U, n, n, error);
        if (!status)
            status = turn_columns(k->A, U, n, n, error);
        if (!status)
            status = turn_rows(k->B, U, n, k->m, error);
        if (!status)
            status = turn_columns(k->C, U, k->p, n, error);
    }
    sinew_free(U);
    sinew_free(C2t);
    return status;
}

/* The first `gone` states are 0; their rows of A and B are outputs now, below the first `kept`. */
static sinew_status take_off(reduced *k, size_t gone, size_t kept, sinew_error *error)
{
    size_t n = k->n - gone, m = k->m;
    reduced less;
    sinew_status status = allocate(&less, n, m, kept + gone, error);
    if (status)
        return status;
    for (size_t i = 0; i < n; i++) {
        memcpy(less.A + i * n, k->A + (gone + i) * k->n + gone, n * sizeof *less.A);
        memcpy(less.B + i * m, k->B + (gone + i) * m, m * sizeof *less.B);
    }
    for (size_t i = 0; i < kept; i++) {
        memcpy(less.C + i * n, k->C + i * k->n + gone, n * sizeof *less.C);
        memcpy(less.D + i * m, k->D + i * m, m * sizeof *less.D);
    }
    for (size_t i = 0; i < gone; i++) {
        memcpy(less.C + (kept + i) * n, k->A + i * k->n + gone, n * sizeof *less.C);
        memcpy(less.D + (kept + i) * m, k->B + i * m, m * sizeof *less.D);
    }
    less.nothing = k->nothing;
    finish(k);
    *k = less;
    return SINEW_OK;
}

/* Until D has full row rank. */
static sinew_status reduce(reduced *k, sinew_error *error)
{
    for (;;) {
        size_t rank = 0, gone = 0;
        sinew_status status = turn_outputs(k, &rank, error);
        if (status || rank == k->p)
            return status;
        status = turn_states(k, rank, &gone, error);
        if (!status)
            status = take_off(k, gone, rank, error);
        if (status || gone == 0)
            return status;
    }
}

static sinew_status transpose(reduced *k, sinew_error *error)
{
    reduced t;
    sinew_status status = allocate(&t, k->n, k->p, k->m, error);
    if (status)
        return status;
    sinew_matrix_transpose(t.A, k->A, k->n, k->n);
    sinew_matrix_transpose(t.B, k->C, k->p, k->n);
    sinew_matrix_transpose(t.C, k->B, k->n, k->m);
    sinew_matrix_transpose(t.D, k->D, k->p, k->m);
    t.given = k->given;
    t.nothing = k->nothing;
    finish(k);
    *k = t;
    return SINEW_OK;
}

/* ---- what is left ---- */

/* D is square and regular. Turn [x; u] until [C D] = [R, 0]: the last n columns of [A B] U and
 * [I 0] U are the pencil. */
static sinew_status finite_zeros(double complex *zeros, size_t *count, const reduced *k,
                                 sinew_error *error)
{
    size_t n = k->n, r = k->m, all = n + r, rank;
    double *U = sinew_alloc(all * all, sizeof *U), *CDt = sinew_alloc(all * r, sizeof *CDt);
    double *F = sinew_alloc(n * n, sizeof *F), *E = sinew_alloc(n * n, sizeof *E);
    sinew_status status = U && CDt && F && E ? SINEW_OK : sinew_fail_memory(error);
    for (size_t j = 0; !status && j < r; j++) {
        for (size_t i = 0; i < n; i++)
            CDt[i * r + j] = k->C[j * n + i];
        for (size_t i = 0; i < r; i++)
            CDt[(n + i) * r + j] = k->D[j * r + i];
    }
    if (!status)
        status = sinew_range(U, &rank, CDt, all, r, 0, 0, error);
    for (size_t i = 0; !status && i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t l = 0; l < n; l++)
                sum += k->A[i * n + l] * U[l * all + r + j];
            for (size_t l = 0; l < r; l++)
                sum += k->B[i * r + l] * U[(n + l) * all + r + j];
            F[i * n + j] = sum;
            E[i * n + j] = U[i * all + r + j];
        }
    if (!status)
        status = sinew_pencil_eigenvalues(zeros, count, F, E, n, error);
    sinew_free(U);
    sinew_free(CDt);
    sinew_free(F);
    sinew_free(E);
    return status;
}

sinew_status sinew_zeros(double complex *zeros, size_t *n_zeros, const sinew_matrices *m,
                         sinew_error *error)
{
    reduced k = {0};
    int unit = 0;
    *n_zeros = 0;
    if (m->order == 0)
        return SINEW_OK;
    sinew_status status = load(&k, m, &unit, error);
    if (!status)
        status = reduce(&k, error);
    if (!status)
        status = transpose(&k, error);
    if (!status)
        status = reduce(&k, error);
    if (!status && k.n > 0)
        status = finite_zeros(zeros, n_zeros, &k, error);
    for (size_t i = 0; i < *n_zeros; i++)
        zeros[i] *= ldexp(1, unit);
    finish(&k);
    return status;
}
