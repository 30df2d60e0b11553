#include "ssm/parts.h"

#include <math.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/decouple.h"
#include "math/matrix.h"

sinew_status sinew_parts_alloc(sinew_parts *s, size_t n, size_t q, size_t p, sinew_error *error)
{
    *s = (sinew_parts){.n = n, .q = q, .p = p};
    s->A = sinew_alloc(n * n, sizeof *s->A);
    s->B = sinew_alloc(n * q, sizeof *s->B);
    s->C = sinew_alloc(p * n, sizeof *s->C);
    s->D = sinew_alloc(p * q, sizeof *s->D);
    if (s->A && s->B && s->C && s->D)
        return SINEW_OK;
    sinew_parts_finish(s);
    return sinew_fail_memory(error);
}

void sinew_parts_finish(sinew_parts *s)
{
    sinew_free(s->A);
    sinew_free(s->B);
    sinew_free(s->C);
    sinew_free(s->D);
    *s = (sinew_parts){0};
}

sinew_matrices sinew_parts_matrices(const sinew_parts *s)
{
    return (sinew_matrices){s->n, s->q, s->p, s->A, s->B, s->C, s->D};
}

/* States at .. at + from->n of `to`, with C times `sign`; D is added. */
static void place(sinew_parts *to, const sinew_matrices *from, size_t at, double sign)
{
    size_t n = from->order, q = to->q, p = to->p;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++)
            to->A[(at + i) * to->n + at + j] = from->A[i * n + j];
        for (size_t j = 0; j < q; j++)
            to->B[(at + i) * q + j] = from->B[i * q + j];
        for (size_t j = 0; j < p; j++)
            to->C[j * to->n + at + i] = sign * from->C[j * n + i];
    }
    for (size_t i = 0; i < p * q; i++)
        to->D[i] += sign * from->D[i];
}

sinew_status sinew_parts_copy(sinew_parts *s, const sinew_matrices *m, sinew_error *error)
{
    sinew_status status = sinew_parts_alloc(s, m->order, m->inputs, m->outputs, error);
    if (!status)
        place(s, m, 0, 1);
    return status;
}

sinew_status sinew_parts_copy_balanced(sinew_parts *s, double *scale, const sinew_matrices *m,
                                       sinew_error *error)
{
    sinew_status status = sinew_parts_copy(s, m, error);
    if (!status) {
        sinew_balance(s->A, scale, s->n);
        sinew_balance_sides(s->B, s->C, scale, s->n, s->q, s->p);
    }
    return status;
}

sinew_status sinew_parts_difference(sinew_parts *out, const sinew_matrices *a,
                                    const sinew_matrices *b, sinew_error *error)
{
    sinew_status status = sinew_parts_alloc(out, a->order + b->order, a->inputs, a->outputs, error);
    if (!status) {
        place(out, a, 0, 1);
        place(out, b, a->order, -1);
    }
    return status;
}

sinew_status sinew_parts_beside(sinew_parts *out, const sinew_parts *a, const sinew_parts *b,
                                sinew_error *error)
{
    sinew_matrices first = sinew_parts_matrices(a), second = sinew_parts_matrices(b);
    sinew_status status = sinew_parts_alloc(out, a->n + b->n, a->q, a->p, error);
    if (!status) {
        place(out, &first, 0, 1);
        place(out, &second, a->n, 1);
    }
    return status;
}

/* Block `at` .. `at + size` of decoupled coordinates. */
static sinew_status take(sinew_parts *out, const sinew_decoupled *d, const sinew_parts *balanced,
                         size_t at, size_t size, sinew_error *error)
{
    size_t n = balanced->n, q = balanced->q, p = balanced->p;
    double *V = sinew_alloc(n * size, sizeof *V);
    sinew_status status = V ? sinew_parts_alloc(out, size, q, p, error) : sinew_fail_memory(error);
    if (!status) {
        for (size_t i = 0; i < size; i++)
            for (size_t j = 0; j < size; j++)
                out->A[i * size + j] = d->T[at + i + (at + j) * n];
        sinew_matrix_transpose(V, d->V + at * n, size, n);
        sinew_matrix_multiply(out->B, d->W + at * n, balanced->B, size, n, q);
        sinew_matrix_multiply(out->C, balanced->C, V, p, n, size);
    }
    sinew_free(V);
    return status;
}

/* A pole counts as on the axis within the rounding of A. */
sinew_status sinew_parts_split(sinew_parts *stable, sinew_parts *rest, const sinew_matrices *m,
                               sinew_error *error)
{
    size_t n = m->order, q = m->inputs, p = m->outputs;
    double *scale = sinew_alloc(n, sizeof *scale);
    sinew_parts balanced = {0};
    sinew_decoupled d = {0};
    *stable = *rest = (sinew_parts){.q = q, .p = p};
    sinew_status status =
        scale ? sinew_parts_copy_balanced(&balanced, scale, m, error) : sinew_fail_memory(error);
    if (!status)
        status = sinew_decouple_stable(
            &d, balanced.A, n, (double)n * 0x1p-51 * sinew_matrix_norm_1(balanced.A, n), error);
    if (!status) {
        status = take(stable, &d, &balanced, 0, d.n_stable, error);
        for (size_t i = 0; !status && i < p * q; i++)
            stable->D[i] = m->D[i];
    }
    if (!status)
        status = take(rest, &d, &balanced, d.n_stable, n - d.n_stable, error);
    sinew_decoupled_finish(&d);
    sinew_parts_finish(&balanced);
    sinew_free(scale);
    return status;
}

/* ---- balancing ---- */

/* What drives state i, and what it drives: B and C count as much as A does. */
static void weigh(double *in, double *out, const sinew_parts *s, size_t i, const double weights[2])
{
    *in = *out = 0;
    for (size_t j = 0; j < s->n; j++)
        if (j != i) {
            *in += fabs(s->A[i * s->n + j]);
            *out += fabs(s->A[j * s->n + i]);
        }
    for (size_t j = 0; j < s->q; j++)
        *in += weights[0] * fabs(s->B[i * s->q + j]);
    for (size_t j = 0; j < s->p; j++)
        *out += weights[1] * fabs(s->C[j * s->n + i]);
}

static void scale_state(sinew_parts *s, size_t i, double factor)
{
    for (size_t j = 0; j < s->n; j++)
        s->A[i * s->n + j] *= factor;
    for (size_t j = 0; j < s->n; j++)
        s->A[j * s->n + i] /= factor;
    for (size_t j = 0; j < s->q; j++)
        s->B[i * s->q + j] *= factor;
    for (size_t j = 0; j < s->p; j++)
        s->C[j * s->n + i] /= factor;
}

void sinew_parts_balance(sinew_parts *s, double *scale)
{
    bool changed = true;
    for (size_t i = 0; scale && i < s->n; i++)
        scale[i] = 1;
    for (int sweep = 0; changed && sweep < 100; sweep++) {
        double of_A = sinew_norm_all(s->A, s->n * s->n), of_B = sinew_norm_all(s->B, s->n * s->q),
               of_C = sinew_norm_all(s->C, s->p * s->n);
        const double weights[2] = {of_B > 0 && of_A > 0 ? of_A / of_B : 1,
                                   of_C > 0 && of_A > 0 ? of_A / of_C : 1};
        changed = false;
        for (size_t i = 0; i < s->n; i++) {
            double in, out;
            weigh(&in, &out, s, i, weights);
            int e = in > 0 && out > 0 ? (int)lrint(log2(out / in) / 2) : 0;
            if (e == 0)
                continue;
            scale_state(s, i, ldexp(1, e));
            if (scale)
                scale[i] = ldexp(scale[i], e);
            changed = true;
        }
    }
}
