/* Modal coordinates: a system as sections side by side, where its poles let it be. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/decouple.h"
#include "math/matrix.h"
#include "math/svd.h"
#include "sinew/reduce.h"
#include "ssm/modal.h"
#include "ssm/parts.h"
#include "ssm/system.h"

/* Blocks grow where parting them would need larger entries than this; a digit less than what the
 * condition may be. */
static const double growth_bound = 100;
static const double condition_bound = 1e3;

typedef struct modes {
    size_t n, q, p;
    sinew_decoupled d;
    double *B, *C; /* rows; in the coordinates of d */
} modes;

static void finish(modes *m)
{
    sinew_decoupled_finish(&m->d);
    sinew_free(m->B);
    sinew_free(m->C);
}

/* State i in other units: factor times what it was. */
static void scale_state(modes *m, size_t i, double factor)
{
    for (size_t k = 0; k < m->n; k++) {
        m->d.W[i * m->n + k] *= factor;
        m->d.V[i * m->n + k] /= factor;
    }
}

static double norm(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum = hypot(sum, x[i]);
    return sum;
}

/* [[a, b], [c, a]] with b c < 0 becomes [[a, w], [-w, a]], w = sqrt(-b c) > 0, when the second
 * state is measured in units of w / b. */
static void couple(modes *m, size_t i)
{
    size_t n = m->n;
    double *b = &m->d.T[i + (i + 1) * n], *c = &m->d.T[i + 1 + i * n];
    double square = fabs(*b * *c); /* its root is exact where one is the other in other units */
    double w =
        square > DBL_MIN && square < DBL_MAX ? sqrt(square) : sqrt(fabs(*b)) * sqrt(fabs(*c));
    scale_state(m, i + 1, *b / w);
    *b = w;
    *c = -w;
}

/* Every block: coupled where it is a pair, its columns of V as large as its rows of W. */
static void standardise(modes *m)
{
    size_t n = m->n, at = 0;
    for (size_t k = 0; k < m->d.n_blocks; at += m->d.sizes[k++]) {
        size_t size = m->d.sizes[k];
        if (size == 2 && m->d.T[at + 1 + at * n] != 0)
            couple(m, at);
        double factor = sqrt(norm(m->d.V + at * n, size * n) / norm(m->d.W + at * n, size * n));
        for (size_t i = at; i < at + size; i++)
            scale_state(m, i, factor);
    }
}

/* |V| |W|. Both are arrays of n^2, whichever way they lie. */
static sinew_status condition(double *out, const modes *m, sinew_error *error)
{
    double *sigma = sinew_alloc(m->n, sizeof *sigma), of_V;
    sinew_status status =
        sigma ? sinew_svd(NULL, sigma, NULL, m->d.V, m->n, m->n, error) : sinew_fail_memory(error);
    of_V = status ? 0 : sigma[0];
    if (!status)
        status = sinew_svd(NULL, sigma, NULL, m->d.W, m->n, m->n, error);
    if (!status)
        *out = of_V * sigma[0];
    sinew_free(sigma);
    return status;
}

/* W B and C V: V in columns is V' in rows. */
static sinew_status turn(modes *m, const sinew_parts *balanced, sinew_error *error)
{
    size_t n = m->n, q = m->q, p = m->p;
    double *V = sinew_alloc(n * n, sizeof *V);
    m->B = sinew_alloc(n * q, sizeof *m->B);
    m->C = sinew_alloc(n * p, sizeof *m->C);
    sinew_status status = V && m->B && m->C ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        sinew_matrix_transpose(V, m->d.V, n, n);
        sinew_matrix_multiply(m->B, m->d.W, balanced->B, n, n, q);
        sinew_matrix_multiply(m->C, balanced->C, V, p, n, n);
    }
    sinew_free(V);
    return status;
}

/* ---- what is left to choose in a block ---- */

/* Of one input: turn the pair until only its first state is driven. A coupled block commutes with
 * rotations. */
static void rotate_pair(modes *m, size_t at)
{
    double b0 = m->B[at], b1 = m->B[at + 1], size = hypot(b0, b1);
    if (size == 0)
        return;
    m->B[at] = size;
    m->B[at + 1] = 0;
    for (size_t r = 0; r < m->p; r++) {
        double *c = m->C + r * m->n + at, c0 = c[0], c1 = c[1];
        c[0] = (c0 * b0 + c1 * b1) / size;
        c[1] = (c1 * b0 - c0 * b1) / size;
    }
}

/* As large in B as in C. A real mode is driven upwards. */
static void level(modes *m, size_t at, size_t size)
{
    double of_B = norm(m->B + at * m->q, size * m->q), of_C = 0;
    for (size_t r = 0; r < m->p; r++)
        of_C = hypot(of_C, norm(m->C + r * m->n + at, size));
    double factor = of_B > 0 && of_C > 0 ? sqrt(of_C / of_B) : 1;
    if (size == 1 && m->B[at * m->q] < 0)
        factor = -factor;
    for (size_t i = at; i < at + size; i++) {
        for (size_t j = 0; j < m->q; j++)
            m->B[i * m->q + j] *= factor;
        for (size_t r = 0; r < m->p; r++)
            m->C[r * m->n + i] /= factor;
    }
}

/* ---- the system ---- */

typedef struct place {
    size_t at, size;
    double w, s;
} place;

/* Slow oscillations first, of equal ones the least damped. */
static int by_frequency(const void *a, const void *b)
{
    const place *x = a, *y = b;
    if (x->w != y->w)
        return x->w > y->w ? 1 : -1;
    if (x->s != y->s)
        return x->s < y->s ? 1 : -1;
    return (x->at > y->at) - (x->at < y->at);
}

static void find_places(place *places, modes *m)
{
    size_t n = m->n, at = 0;
    for (size_t k = 0; k < m->d.n_blocks; at += m->d.sizes[k++]) {
        bool pair = m->d.sizes[k] == 2 && m->d.T[at + 1 + at * n] != 0;
        places[k] =
            (place){at, m->d.sizes[k], pair ? m->d.T[at + (at + 1) * n] : 0, m->d.T[at + at * n]};
        if (pair && m->q == 1)
            rotate_pair(m, at);
        level(m, at, m->d.sizes[k]);
    }
    qsort(places, m->d.n_blocks, sizeof *places, by_frequency);
}

static sinew_status assemble(sinew_system **out, modes *m, const double *D, sinew_error *error)
{
    size_t n = m->n, q = m->q, p = m->p, to = 0;
    place *places = sinew_alloc(m->d.n_blocks, sizeof *places);
    double *A = sinew_alloc(n * n, sizeof *A), *B = sinew_alloc(n * q, sizeof *B);
    double *C = sinew_alloc(p * n, sizeof *C);
    sinew_status status = places && A && B && C ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        find_places(places, m);
        for (const place *k = places; k < places + m->d.n_blocks; to += k++->size)
            for (size_t i = 0; i < k->size; i++) {
                for (size_t j = 0; j < k->size; j++)
                    A[(to + i) * n + to + j] = m->d.T[k->at + i + (k->at + j) * n];
                memcpy(B + (to + i) * q, m->B + (k->at + i) * q, q * sizeof *B);
                for (size_t r = 0; r < p; r++)
                    C[r * n + to + i] = m->C[r * n + k->at + i];
            }
        status = sinew_system_new_ss(out, &(sinew_matrices){n, q, p, A, B, C, D}, error);
    }
    sinew_free(places);
    sinew_free(A);
    sinew_free(B);
    sinew_free(C);
    return status;
}

/* ---- is it good ---- */

static sinew_status judge_form(const sinew_modal_report *r, sinew_error *error)
{
    if (r->largest > 2)
        return sinew_fail(error, SINEW_ERR_NUMERIC,
                          "no modal form: %zu poles are too close to be parted", r->largest);
    if (!(r->condition <= condition_bound))
        return sinew_fail(error, SINEW_ERR_NUMERIC,
                          "no modal form: its condition is %.2g, and at most %g", r->condition,
                          condition_bound);
    return SINEW_OK;
}

static sinew_status build(sinew_system **out, modes *m, const sinew_system *system,
                          sinew_modal_report *report, sinew_error *error)
{
    sinew_matrices of = sinew_system_matrices(system);
    sinew_parts balanced;
    sinew_status status = sinew_parts_copy(&balanced, &of, error);
    if (!status) {
        sinew_parts_balance(&balanced, NULL);
        status = sinew_decouple(&m->d, balanced.A, m->n, growth_bound, error);
    }
    for (size_t k = 0; !status && k < m->d.n_blocks; k++)
        report->largest = m->d.sizes[k] > report->largest ? m->d.sizes[k] : report->largest;
    if (!status)
        status = judge_form(report, error);
    if (!status) {
        standardise(m);
        status = condition(&report->condition, m, error);
    }
    if (!status)
        status = judge_form(report, error);
    if (!status)
        status = turn(m, &balanced, error);
    sinew_parts_finish(&balanced);
    if (!status)
        status = assemble(out, m, of.D, error);
    return status ? status : sinew_modal_check(report, *out, system, error);
}

sinew_status sinew_system_new_modal(sinew_system **out, const sinew_system *system,
                                    sinew_modal_report *report, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    sinew_modal_report own;
    report = report ? report : &own;
    *report = (sinew_modal_report){0};
    *out = NULL;
    if (!system)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no system");
    sinew_matrices of = sinew_system_matrices(system);
    if (of.order == 0)
        return sinew_system_new_ss(out, &of, error);
    modes m = {.n = of.order, .q = of.inputs, .p = of.outputs};
    sinew_status status = build(out, &m, system, report, error);
    finish(&m);
    if (status) {
        sinew_system_free(*out);
        *out = NULL;
        return status;
    }
    (*out)->preferred = system->preferred;
    return SINEW_OK;
}
