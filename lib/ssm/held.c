#include "ssm/held.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/blocks.h"
#include "math/complex.h"
#include "math/eigen.h"
#include "math/matrix.h"
#include "math/phi.h"

/* Where a step is cut short: T norm(A) = 2^300. */
enum { LONGEST_EXPONENT = 300 };

/* ---- once ---- */

/* Powers of two that take each column of B far below A: then B does not drive the scaling, and
 * as it is linear in the answer nothing is lost. */
static int column_exponent(const double *B, size_t rows, size_t columns, size_t column, int below)
{
    double largest = 0;
    for (size_t i = 0; i < rows; i++)
        largest += fabs(B[i * columns + column]);
    return largest > 0 && isfinite(largest) ? below - ilogb(largest) : 0;
}

/* M = M^2; work: (n, n) */
static void square(double *M, size_t n, double *work)
{
    memcpy(work, M, n * n * sizeof *M);
    sinew_matrix_multiply(M, work, work, n, n, n);
}

/* Far from normal: the products that make A^2, A^4 or A^8 cancel to a small part of themselves, by
 * more than 64 in a product, and what is lost there no later step brings back. Most of all where A
 * is nilpotent. work: (3, n, n) */
static bool cancels(const double *A, size_t n, double *work)
{
    double *U = work, *sizes = work + n * n, most = 1, norm = sinew_matrix_norm_1(A, n);
    int e = norm > 0 && isfinite(norm) ? -ilogb(norm) : 0;
    for (size_t i = 0; i < n * n; i++) {
        U[i] = ldexp(A[i], e);
        sizes[i] = fabs(U[i]);
    }
    for (int power = 2; power <= 8; power *= 2) {
        square(U, n, work + 2 * n * n);
        square(sizes, n, work + 2 * n * n);
        most = power == 2 ? 64 : most * most;
        if (sinew_matrix_norm_1(sizes, n) > most * sinew_matrix_norm_1(U, n))
            return true;
    }
    return false;
}

/* In Schur coordinates A is block triangular, its modes are exact and only what lies beside them
 * is large: the error stays near that of rounding A itself. A becomes S, B becomes Zt B. */
static sinew_status turn(sinew_held_block *b, double *A, double *B, size_t inputs, double *work,
                         sinew_error *error)
{
    size_t n = b->order;
    b->Z = sinew_alloc(n * n, sizeof *b->Z);
    b->Zt = sinew_alloc(n * n, sizeof *b->Zt);
    if (!b->Z || !b->Zt)
        return sinew_fail_memory(error);
    memcpy(work, A, n * n * sizeof *A);
    sinew_status status = sinew_schur(A, b->Zt, work, n, error);
    if (status)
        return status;
    sinew_matrix_transpose(b->Z, b->Zt, n, n);
    sinew_matrix_multiply(work, b->Zt, B, n, n, inputs);
    memcpy(B, work, n * inputs * sizeof *B);
    return SINEW_OK;
}

/* The block matrix, and its plan. The inputs' rows stand before A where that keeps a lower
 * triangular A triangular: then expm knows the fast modes' blocks. */
static sinew_status plan_block(sinew_held *h, size_t k, const double *A, const double *B,
                               bool lower, sinew_error *error)
{
    sinew_held_block *b = &h->blocks[k];
    size_t n = b->order, q = h->inputs, extra = (size_t)h->holds * q, size = n + extra;
    double norm = sinew_matrix_norm_1(A, n);
    int below = (norm > 0 && isfinite(norm) ? ilogb(norm) : 0) - 10;
    b->at_A = lower ? extra : 0;
    b->first = lower ? extra - q : n;
    b->second = lower ? 0 : n + q;
    h->slope[k] = below;
    double *X = sinew_alloc(size * size, sizeof *X);
    if (!X)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < n; i++)
        memcpy(X + (b->at_A + i) * size + b->at_A, A + i * n, n * sizeof *A);
    for (size_t j = 0; h->holds > 0 && j < q; j++) {
        int e = h->exponent[k * q + j] = column_exponent(B, n, q, j, below);
        for (size_t i = 0; i < n; i++)
            X[(b->at_A + i) * size + b->first + j] = ldexp(B[i * q + j], e);
        if (h->holds == 2)
            X[(b->first + j) * size + b->second + j] = ldexp(1, below);
    }
    sinew_status status = sinew_expm_plan_init(&b->plan, X, size, error);
    sinew_free(X);
    return status;
}

static bool is_coupled(const double *A, size_t n)
{
    return n == 1 || (n == 2 && A[0] == A[3] && A[1] == -A[2]);
}

/* A (n, n): the block of the balanced matrix, which may be turned. */
static sinew_status init_block(sinew_held *h, size_t k, double *A, sinew_error *error)
{
    sinew_held_block *b = &h->blocks[k];
    size_t n = b->order, wide = n > h->inputs ? n : h->inputs;
    double *B = h->B + b->at * h->inputs;
    if (is_coupled(A, n)) {
        b->coupled = true;
        b->pole = sinew_cmplx(A[0], n > 1 ? -A[1] : 0);
        return SINEW_OK;
    }
    double *work = sinew_alloc(3 * n * wide, sizeof *work);
    unsigned char *sizes = sinew_alloc(n, 1);
    sinew_status status = work && sizes ? SINEW_OK : sinew_fail_memory(error);
    if (!status && sinew_blocks_find(A, n, sizes) == SINEW_SHAPE_FULL && cancels(A, n, work))
        status = turn(b, A, B, h->inputs, work, error);
    if (!status)
        status = plan_block(h, k, A, B, sinew_blocks_find(A, n, sizes) == SINEW_SHAPE_LOWER, error);
    sinew_free(work);
    sinew_free(sizes);
    return status;
}

/* The blocks of a balanced A: those of a block diagonal one, else one. */
static sinew_status find_blocks(sinew_held *h, const double *A, sinew_error *error)
{
    size_t n = h->order;
    unsigned char *sizes = sinew_alloc(n, 1);
    h->blocks = sinew_alloc(n, sizeof *h->blocks);
    if (!sizes || !h->blocks) {
        sinew_free(sizes);
        return sinew_fail_memory(error);
    }
    bool diagonal = sinew_blocks_diagonal(A, n, sizes);
    for (size_t i = 0; i < n; i += h->blocks[h->n_blocks - 1].order) {
        sinew_held_block *b = &h->blocks[h->n_blocks++];
        b->at = i;
        b->order = diagonal ? sizes[i] : n;
        h->entries += b->order * b->order;
    }
    sinew_free(sizes);
    return SINEW_OK;
}

static sinew_status init_blocks(sinew_held *h, const double *A, sinew_error *error)
{
    size_t n = h->order;
    sinew_status status = find_blocks(h, A, error);
    if (status)
        return status;
    h->exponent = sinew_alloc(h->n_blocks * h->inputs, sizeof *h->exponent);
    h->slope = sinew_alloc(h->n_blocks, sizeof *h->slope);
    double *inner = sinew_alloc(n * n, sizeof *inner);
    if (!h->exponent || !h->slope || !inner)
        status = sinew_fail_memory(error);
    for (size_t k = 0; !status && k < h->n_blocks; k++) {
        size_t at = h->blocks[k].at, m = h->blocks[k].order;
        for (size_t i = 0; i < m; i++)
            memcpy(inner + i * m, A + (at + i) * n + at, m * sizeof *A);
        status = init_block(h, k, inner, error);
    }
    sinew_free(inner);
    return status;
}

/* By Warshall's closure of what is not 0 in A. */
static sinew_status find_reach(sinew_held *h, const double *A, sinew_error *error)
{
    size_t n = h->order, q = h->inputs, missing = 0;
    h->reach = sinew_alloc(n * n, sizeof *h->reach);
    h->driven = sinew_alloc(n * q, sizeof *h->driven);
    if (!h->reach || !h->driven)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < n * n; i++)
        h->reach[i] = A[i] != 0 || i % (n + 1) == 0;
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; h->reach[i * n + k] && j < n; j++)
                h->reach[i * n + j] = h->reach[i * n + j] || h->reach[k * n + j];
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            for (size_t j = 0; h->reach[i * n + k] && j < q; j++)
                h->driven[i * q + j] = h->driven[i * q + j] || h->B[k * q + j] != 0;
    for (size_t i = 0; i < n * n; i++)
        missing += !h->reach[i];
    if (missing == 0) {
        sinew_free(h->reach);
        h->reach = NULL;
    }
    return SINEW_OK;
}

sinew_status sinew_held_init(sinew_held *h, const sinew_matrices *m, int holds, sinew_error *error)
{
    size_t n = m->order, q = m->inputs;
    *h = (sinew_held){.order = n, .inputs = q, .holds = holds};
    double *A = sinew_copy(m->A, n * n, sizeof *A);
    h->B = sinew_copy(m->B, n * q, sizeof *h->B);
    h->scale = sinew_alloc(n, sizeof *h->scale);
    sinew_status status = A && h->B && h->scale ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        sinew_balance(A, h->scale, n);
        h->norm = sinew_matrix_norm_1(A, n);
        int e = h->norm > 1 && isfinite(h->norm) ? ilogb(h->norm) : 0;
        h->step_most = ldexp(1, LONGEST_EXPONENT - e);
        for (size_t i = 0; i < n * q; i++)
            h->B[i] *= h->scale[i / q];
        status = find_reach(h, A, error);
    }
    if (!status)
        status = init_blocks(h, A, error);
    sinew_free(A);
    return status;
}

void sinew_held_finish(sinew_held *h)
{
    for (size_t k = 0; k < h->n_blocks; k++) {
        sinew_expm_plan_finish(&h->blocks[k].plan);
        sinew_free(h->blocks[k].Z);
        sinew_free(h->blocks[k].Zt);
    }
    sinew_free(h->blocks);
    sinew_free(h->B);
    sinew_free(h->scale);
    sinew_free(h->exponent);
    sinew_free(h->slope);
    sinew_free(h->reach);
    sinew_free(h->driven);
    *h = (sinew_held){0};
}

/* ---- for each T ---- */

size_t sinew_held_memory(const sinew_held *h)
{
    size_t most = 0;
    for (size_t k = 0; k < h->n_blocks; k++) {
        const sinew_held_block *b = &h->blocks[k];
        size_t n = b->order, wide = n > h->inputs ? n : h->inputs, size = b->plan.n;
        size_t need = 2 * size * size + sinew_expm_memory(&b->plan) + (b->Z ? n * wide : 0);
        most = need > most ? need : most;
    }
    return most;
}

/* [[s, w], [-w, s]] acts on x0 + j x1 as a product by s - jw, and so do its functions. */
static void apply(double *out, double complex factor, const double *v, size_t n, size_t columns)
{
    for (size_t j = 0; j < columns; j++) {
        double x0 = v[j], x1 = n > 1 ? v[columns + j] : 0;
        out[j] = creal(factor) * x0 - cimag(factor) * x1;
        if (n > 1)
            out[columns + j] = cimag(factor) * x0 + creal(factor) * x1;
    }
}

static void hold_coupled(const sinew_held *h, const sinew_held_block *b, double T,
                         const sinew_held_out *out)
{
    const double *B = h->B + b->at * h->inputs;
    double complex z = sinew_cmplx(T * creal(b->pole), T * cimag(b->pole)), e = cexp(z);
    double complex phi1 = sinew_phi1(z), less = z * phi1;
    out->F[0] = creal(e);
    out->less[0] = creal(less);
    if (b->order > 1) {
        out->F[1] = out->less[1] = -cimag(e);
        out->F[2] = out->less[2] = cimag(e);
        out->F[3] = creal(e);
        out->less[3] = creal(less);
    }
    if (h->holds > 0)
        apply(out->G1, T * phi1, B, b->order, h->inputs);
    if (h->holds > 1)
        apply(out->G2, T * sinew_phi2(z), B, b->order, h->inputs);
}

/* out (n, columns) = Z out: from Schur's coordinates. work: (n, columns) */
static void turn_back(double *out, const double *Z, size_t n, size_t columns, double *work)
{
    memcpy(work, out, n * columns * sizeof *out);
    sinew_matrix_multiply(out, Z, work, n, n, columns);
}

/* out (n, n) = Z out Zt */
static void turn_back_both(double *out, const sinew_held_block *b, double *work)
{
    size_t n = b->order;
    sinew_matrix_multiply(work, out, b->Zt, n, n, n);
    sinew_matrix_multiply(out, b->Z, work, n, n, n);
}

/* The parts of the exponential E of block k's matrix, and of E - I. */
static void read_block(const sinew_held *h, size_t k, double T, const double *E,
                       const double *E_less, const sinew_held_out *out)
{
    const sinew_held_block *b = &h->blocks[k];
    size_t n = b->order, q = h->inputs, size = b->plan.n;
    for (size_t i = 0; i < n; i++) {
        const double *row = E + (b->at_A + i) * size;
        memcpy(out->F + i * n, row + b->at_A, n * sizeof *row);
        memcpy(out->less + i * n, E_less + (b->at_A + i) * size + b->at_A, n * sizeof *row);
        for (size_t j = 0; j < q && h->holds > 0; j++) {
            int e = -h->exponent[k * q + j];
            out->G1[i * q + j] = ldexp(row[b->first + j], e);
            if (h->holds == 2)
                out->G2[i * q + j] = T > 0 ? ldexp(row[b->second + j] / T, e - h->slope[k]) : 0;
        }
    }
}

static void hold_full(const sinew_held *h, size_t k, double T, const sinew_held_out *out,
                      double *memory)
{
    const sinew_held_block *b = &h->blocks[k];
    size_t n = b->order, square = b->plan.n * b->plan.n;
    double *E = memory, *less = memory + square, *work = memory + 2 * square;
    sinew_expm_run(&b->plan, T, E, less, work);
    read_block(h, k, T, E, less, out);
    if (!b->Z)
        return;
    work += sinew_expm_memory(&b->plan);
    turn_back_both(out->F, b, work);
    turn_back_both(out->less, b, work);
    if (h->holds > 0)
        turn_back(out->G1, b->Z, n, h->inputs, work);
    if (h->holds == 2)
        turn_back(out->G2, b->Z, n, h->inputs, work);
}

/* Back to the system's units, by powers of two. */
static void unbalance(const sinew_held *h, const sinew_held_block *b, const sinew_held_out *out)
{
    const double *scale = h->scale + b->at;
    sinew_unbalance(out->F, scale, b->order);
    sinew_unbalance(out->less, scale, b->order);
    if (h->holds > 0)
        sinew_unbalance_sides(out->G1, NULL, scale, b->order, h->inputs, 0);
    if (h->holds == 2)
        sinew_unbalance_sides(out->G2, NULL, scale, b->order, h->inputs, 0);
}

/* Rounding is no path. */
static void separate(const sinew_held *h, const sinew_held_block *b, const sinew_held_out *out)
{
    size_t n = b->order, q = h->inputs;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++)
            if (!h->reach[(b->at + i) * h->order + b->at + j])
                out->F[i * n + j] = out->less[i * n + j] = 0;
        for (size_t j = 0; j < q && h->holds > 0; j++)
            if (!h->driven[(b->at + i) * q + j]) {
                out->G1[i * q + j] = 0;
                if (h->holds == 2)
                    out->G2[i * q + j] = 0;
            }
    }
}

void sinew_held_apply(const sinew_held *h, const double *F, const double *x, double *moved)
{
    for (const sinew_held_block *b = h->blocks; b < h->blocks + h->n_blocks; b++)
        for (size_t i = 0; i < b->order; i++) {
            double sum = 0;
            for (size_t j = 0; j < b->order; j++)
                sum += *F++ * x[b->at + j];
            moved[b->at + i] = sum;
        }
}

bool sinew_held_at(const sinew_held *h, double T, const sinew_held_out *out, double *memory)
{
    size_t entries = 0, inputs = h->order * h->inputs;
    T = T < h->step_most ? T : h->step_most;
    for (size_t k = 0; k < h->n_blocks; k++) {
        const sinew_held_block *b = &h->blocks[k];
        size_t in = b->at * h->inputs;
        sinew_held_out to = {out->F + entries, out->less + entries,
                             h->holds > 0 ? out->G1 + in : NULL,
                             h->holds == 2 ? out->G2 + in : NULL};
        if (b->coupled)
            hold_coupled(h, b, T, &to);
        else
            hold_full(h, k, T, &to, memory);
        unbalance(h, b, &to);
        if (h->reach && b->order > 1)
            separate(h, b, &to);
        entries += b->order * b->order;
    }
    return sinew_all_finite(out->F, h->entries) && sinew_all_finite(out->less, h->entries) &&
           (h->holds < 1 || sinew_all_finite(out->G1, inputs)) &&
           (h->holds < 2 || sinew_all_finite(out->G2, inputs));
}
