#include "ssm/resolvent.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/blocks.h"
#include "math/eigen.h"
#include "math/matrix.h"

void sinew_resolvent_finish(sinew_resolvent *w)
{
    sinew_free(w->A);
    sinew_free(w->B);
    sinew_free(w->C);
    sinew_free(w->sizes);
    sinew_free(w->x);
    sinew_free(w->right);
}

/* Balanced as in step.c. */
static void load(sinew_resolvent *w, double *scale)
{
    sinew_balance(w->A, scale, w->n);
    sinew_balance_sides(w->B, w->C, scale, w->n, w->q, w->p);
}

static void swap(double *a, double *b)
{
    double kept = *a;
    *a = *b;
    *b = kept;
}

/* Count the states from the other end: upper triangular becomes lower. */
static void reverse(sinew_resolvent *w)
{
    size_t n = w->n;
    for (size_t i = 0; i < n * n / 2; i++)
        swap(&w->A[i], &w->A[n * n - 1 - i]);
    for (size_t i = 0; i < n / 2; i++) {
        for (size_t j = 0; j < w->q; j++)
            swap(&w->B[i * w->q + j], &w->B[(n - 1 - i) * w->q + j]);
        for (size_t j = 0; j < w->p; j++)
            swap(&w->C[j * n + i], &w->C[j * n + n - 1 - i]);
    }
}

/* A = Zt' S Zt: S in place of A, Zt B of B, C Zt' of C. */
static sinew_status turn(sinew_resolvent *w, sinew_error *error)
{
    size_t n = w->n, side = n > w->p ? n : w->p, wide = side > w->q ? side : w->q;
    double *S = sinew_alloc(n * n, sizeof *S), *Zt = sinew_alloc(n * n, sizeof *Zt);
    double *Z = sinew_alloc(n * n, sizeof *Z), *product = sinew_alloc(n * wide, sizeof *product);
    sinew_status status = S && Zt && Z && product ? SINEW_OK : sinew_fail_memory(error);
    if (!status)
        status = sinew_schur(S, Zt, w->A, n, error);
    if (!status) {
        memcpy(w->A, S, n * n * sizeof *S);
        sinew_matrix_multiply(product, Zt, w->B, n, n, w->q);
        memcpy(w->B, product, n * w->q * sizeof *product);
        sinew_matrix_transpose(Z, Zt, n, n);
        sinew_matrix_multiply(product, w->C, Z, w->p, n, n);
        memcpy(w->C, product, w->p * n * sizeof *product);
    }
    sinew_free(S);
    sinew_free(Zt);
    sinew_free(Z);
    sinew_free(product);
    return status;
}

sinew_status sinew_resolvent_init(sinew_resolvent *w, const sinew_matrices *m, sinew_error *error)
{
    size_t n = m->order, q = m->inputs, p = m->outputs;
    double *scale = sinew_alloc(n, sizeof *scale);
    *w = (sinew_resolvent){.n = n, .q = q, .p = p, .D = m->D};
    w->A = sinew_copy(m->A, n * n, sizeof(double));
    w->B = sinew_copy(m->B, n * q, sizeof(double));
    w->C = sinew_copy(m->C, p * n, sizeof(double));
    w->sizes = sinew_alloc(n, 1);
    w->x = sinew_alloc(n, sizeof *w->x);
    w->right = sinew_alloc(n, sizeof *w->right);
    sinew_status status = SINEW_OK;
    if (!scale || !w->A || !w->B || !w->C || !w->sizes || !w->x || !w->right)
        status = sinew_fail_memory(error);
    if (!status) {
        load(w, scale);
        sinew_shape shape = sinew_blocks_find(w->A, n, w->sizes);
        if (shape == SINEW_SHAPE_UPPER)
            reverse(w);
        else if (shape == SINEW_SHAPE_FULL)
            status = turn(w, error);
        sinew_blocks_find(w->A, n, w->sizes);
    }
    sinew_free(scale);
    return status;
}

/* x[i], or x[i] and x[i + 1], of (s I - A) x = right, from the x before them. false at a pole. */
static bool solve_block(const sinew_resolvent *w, size_t i, double complex *x,
                        const double complex *right, double complex s)
{
    double complex sum[2] = {0};
    size_t size = w->sizes[i];
    for (size_t r = 0; r < size; r++) {
        sum[r] = right[i + r];
        for (size_t k = 0; k < i; k++)
            sum[r] += w->A[(i + r) * w->n + k] * x[k];
    }
    const double *a = w->A + i * w->n + i;
    double complex p = s - a[0];
    if (size == 1) {
        x[i] = sum[0] / p;
        return p != 0;
    }
    double complex q = s - a[w->n + 1], det = p * q - a[1] * a[w->n];
    x[i] = (q * sum[0] + a[1] * sum[1]) / det;
    x[i + 1] = (a[w->n] * sum[0] + p * sum[1]) / det;
    return det != 0;
}

static bool solve(const sinew_resolvent *w, double complex *x, const double complex *right,
                  double complex s)
{
    for (size_t i = 0; i < w->n; i += w->sizes[i])
        if (!solve_block(w, i, x, right, s))
            return false;
    return true;
}

static bool solve_input(sinew_resolvent *w, size_t input, double complex s)
{
    for (size_t i = 0; i < w->n; i++)
        w->right[i] = w->B[i * w->q + input];
    return solve(w, w->x, w->right, s);
}

bool sinew_resolvent_at(sinew_complex *out, sinew_resolvent *w, double complex s)
{
    for (size_t j = 0; j < w->q; j++) {
        if (!solve_input(w, j, s))
            return false;
        for (size_t r = 0; r < w->p; r++) {
            double complex sum = w->D[r * w->q + j];
            for (size_t i = 0; i < w->n; i++)
                sum += w->C[r * w->n + i] * w->x[i];
            out[r * w->q + j] = (sinew_complex){creal(sum), cimag(sum)};
        }
    }
    return true;
}

/* d/ds (s I - A)^-1 B = -(s I - A)^-2 B */
bool sinew_resolvent_slope(sinew_slope *out, sinew_resolvent *w, double complex s)
{
    for (size_t j = 0; j < w->q; j++) {
        if (!solve_input(w, j, s) || !solve(w, w->right, w->x, s))
            return false;
        for (size_t r = 0; r < w->p; r++) {
            sinew_slope h = {.value = w->D[r * w->q + j], .size = fabs(w->D[r * w->q + j])};
            for (size_t i = 0; i < w->n; i++) {
                double c = w->C[r * w->n + i];
                h.value += c * w->x[i];
                h.slope -= c * w->right[i];
                h.size += fabs(c) * cabs(w->x[i]);
            }
            out[r * w->q + j] = h;
        }
    }
    return true;
}
