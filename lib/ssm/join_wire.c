/* Systems side by side, x' = A x + B u, y = C x + D u with A .. D block diagonal, wired by
 *
 *     u = K y + E v      w = F y + G v
 *
 * From u = K C x + K D u + E v follows u = (I - K D)^-1 [K C, E] [x; v] = U1 x + U2 v, and
 *
 *     x' = (A + B U1) x + B U2 v      w = F (C + D U1) x + (F D U2 + G) v. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "math/matrix.h"
#include "ssm/joint.h"
#include "ssm/parallel.h"
#include "ssm/sections.h"

/* The members side by side, and what is computed on the way. */
typedef struct whole {
    size_t n, m, p;         /* states, inputs and outputs of all members */
    double *A, *B, *C, *D;  /* block diagonal */
    double *KD, *right, *U; /* (m, m), (m, n + inputs) twice */
    double *y, *out;        /* (p, n + inputs): y of [x; v]; (outputs, n + inputs) */
} whole;

static void whole_finish(whole *w)
{
    double *const all[] = {w->A, w->B, w->C, w->D, w->KD, w->right, w->U, w->y, w->out};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        sinew_free(all[i]);
}

static sinew_status count(whole *w, const sinew_wiring *wiring, sinew_error *error)
{
    *w = (whole){0};
    if (wiring->n_systems == 0 || !wiring->systems)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no systems to be joined");
    for (size_t i = 0; i < wiring->n_systems; i++) {
        const sinew_system *s = wiring->systems[i];
        if (!s)
            return sinew_fail(error, SINEW_ERR_ARGUMENT, "system %zu is NULL", i);
        w->n += s->order;
        w->m += s->inputs;
        w->p += s->outputs;
        if (w->n > SINEW_ORDER_MAX || w->m > SINEW_ORDER_MAX || w->p > SINEW_ORDER_MAX)
            return sinew_fail(error, SINEW_ERR_DATA,
                              "more than %d states, inputs or outputs in %zu systems",
                              SINEW_ORDER_MAX, i + 1);
    }
    if (wiring->inputs < 1 || wiring->outputs < 1)
        return sinew_fail(error, SINEW_ERR_DATA, "a system has at least one input and one output");
    if (wiring->inputs > SINEW_ORDER_MAX || wiring->outputs > SINEW_ORDER_MAX)
        return sinew_fail(error, SINEW_ERR_DATA, "%zu inputs, %zu outputs: each is at most %d",
                          wiring->inputs, wiring->outputs, SINEW_ORDER_MAX);
    return SINEW_OK;
}

static sinew_status allocate(whole *w, const sinew_wiring *wiring, sinew_error *error)
{
    size_t all = w->n + wiring->inputs;
    w->A = sinew_alloc(w->n * w->n, sizeof(double));
    w->B = sinew_alloc(w->n * w->m, sizeof(double));
    w->C = sinew_alloc(w->p * w->n, sizeof(double));
    w->D = sinew_alloc(w->p * w->m, sizeof(double));
    w->KD = sinew_alloc(w->m * w->m, sizeof(double));
    w->right = sinew_alloc(w->m * all, sizeof(double));
    w->U = sinew_alloc(w->m * all, sizeof(double));
    w->y = sinew_alloc(w->p * all, sizeof(double));
    w->out = sinew_alloc(wiring->outputs * all, sizeof(double));
    bool good = w->A && w->B && w->C && w->D && w->KD && w->right && w->U && w->y && w->out;
    return good ? SINEW_OK : sinew_fail_memory(error);
}

static void put_block(double *to, size_t stride, size_t row, size_t column, const double *from,
                      size_t rows, size_t columns)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            to[(row + i) * stride + column + j] = from[i * columns + j];
}

/* A factored member of a sum as sections side by side: then A of the sum is block diagonal, and
 * its discretization costs n a frame, not n^2. Not *done where its partial fractions would lose
 * digits, at a rate of 20 times its fastest pole. */
static sinew_status put_apart(bool *done, whole *w, const sinew_system *s, size_t n, size_t m,
                              size_t p, sinew_error *error)
{
    double fastest = 0, direct;
    for (size_t i = 0; i < s->order; i++)
        fastest = fmax(fastest, cabs(s->zpk.poles[i]));
    size_t order = s->order, sections_n = 0;
    double *all = sinew_alloc(order * (order + 2) + 1, sizeof *all);
    sinew_section *sections = sinew_alloc(order, sizeof *sections);
    sinew_status status = all && sections ? SINEW_OK : SINEW_ERR_MEMORY;
    *done = false;
    if (!status && fastest > 0)
        status = sinew_parallel_fractions(sections, &sections_n, &direct, done, &s->zpk,
                                          M_PI / 10 / fastest, NULL);
    *done = *done && !status;
    if (*done) {
        double *B = all + order * order, *C = B + order, *D = C + order;
        sinew_sections_parallel(sections, sections_n, direct, order, all, B, C, D);
        put_block(w->A, w->n, n, n, all, order, order);
        put_block(w->B, w->m, n, m, B, order, 1);
        put_block(w->C, w->n, p, n, C, 1, order);
        put_block(w->D, w->m, p, m, D, 1, 1);
    }
    sinew_free(all);
    sinew_free(sections);
    return status == SINEW_ERR_MEMORY ? sinew_fail_memory(error) : SINEW_OK;
}

static sinew_status append(whole *w, const sinew_wiring *wiring, sinew_error *error)
{
    size_t n = 0, m = 0, p = 0;
    bool sum = !wiring->K && wiring->inputs == 1 && wiring->outputs == 1;
    for (size_t i = 0; i < wiring->n_systems; i++) {
        const sinew_system *s = wiring->systems[i];
        bool apart = false;
        if (sum && s->factored) {
            sinew_status status = put_apart(&apart, w, s, n, m, p, error);
            if (status)
                return status;
        }
        if (!apart) {
            put_block(w->A, w->n, n, n, s->A, s->order, s->order);
            put_block(w->B, w->m, n, m, s->B, s->order, s->inputs);
            put_block(w->C, w->n, p, n, s->C, s->outputs, s->order);
            put_block(w->D, w->m, p, m, s->D, s->outputs, s->inputs);
        }
        n += s->order;
        m += s->inputs;
        p += s->outputs;
    }
    return SINEW_OK;
}

/* right (m, n + q) = [K C, E] */
static void fill_right(whole *w, const sinew_wiring *wiring)
{
    size_t n = w->n, q = wiring->inputs, all = n + q;
    for (size_t i = 0; i < w->m; i++) {
        double *row = w->right + i * all;
        for (size_t k = 0; wiring->K && k < w->p; k++) {
            double factor = wiring->K[i * w->p + k];
            for (size_t j = 0; factor != 0 && j < n; j++)
                row[j] += factor * w->C[k * n + j];
        }
        for (size_t j = 0; wiring->E && j < q; j++)
            row[n + j] = wiring->E[i * q + j];
    }
}

/* U: the members' inputs as a function of [x; v]; y: their outputs. */
static sinew_status solve(whole *w, const sinew_wiring *wiring, sinew_error *error)
{
    size_t n = w->n, all = n + wiring->inputs;
    if (wiring->K)
        sinew_matrix_multiply(w->KD, wiring->K, w->D, w->m, w->p, w->m);
    fill_right(w, wiring);
    sinew_status status = sinew_loop_solve(w->U, w->KD, w->right, w->m, all, error);
    if (status)
        return status;
    sinew_matrix_multiply(w->y, w->D, w->U, w->p, w->m, all);
    for (size_t i = 0; i < w->p; i++)
        for (size_t j = 0; j < n; j++)
            w->y[i * all + j] += w->C[i * n + j];
    return SINEW_OK;
}

static void read_out(sinew_system *s, whole *w, const sinew_wiring *wiring)
{
    size_t n = w->n, q = wiring->inputs, all = n + q;
    for (size_t i = 0; i < n; i++) /* A + B U1, B U2 */
        for (size_t k = 0; k < w->m; k++) {
            double factor = w->B[i * w->m + k];
            if (factor == 0)
                continue;
            for (size_t j = 0; j < n; j++)
                w->A[i * n + j] += factor * w->U[k * all + j];
            for (size_t j = 0; j < q; j++)
                s->B[i * q + j] += factor * w->U[k * all + n + j];
        }
    memcpy(s->A, w->A, n * n * sizeof *s->A);
    for (size_t i = 0; i < wiring->n_systems; i++)
        s->chosen = s->chosen || !sinew_system_state_is_given(wiring->systems[i]);
    if (wiring->F)
        sinew_matrix_multiply(w->out, wiring->F, w->y, wiring->outputs, w->p, all);
    for (size_t i = 0; i < wiring->outputs; i++) {
        memcpy(s->C + i * n, w->out + i * all, n * sizeof *s->C);
        for (size_t j = 0; j < q; j++)
            s->D[i * q + j] = w->out[i * all + n + j] + (wiring->G ? wiring->G[i * q + j] : 0);
    }
}

/* Where the library chose the coordinates of all members it may choose those of the whole. */
static sinew_status balance(sinew_system *s, const sinew_wiring *wiring, sinew_error *error)
{
    for (size_t i = 0; i < wiring->n_systems; i++)
        if (wiring->systems[i]->order > 0 && sinew_system_state_is_given(wiring->systems[i]))
            return SINEW_OK;
    double *scale = sinew_alloc(s->order, sizeof *scale);
    if (!scale)
        return sinew_fail_memory(error);
    sinew_balance(s->A, scale, s->order);
    sinew_balance_sides(s->B, s->C, scale, s->order, s->inputs, s->outputs);
    sinew_free(scale);
    return SINEW_OK;
}

static sinew_status check_finite(const sinew_system *s, sinew_error *error)
{
    size_t n = s->order, q = s->inputs, p = s->outputs;
    if (sinew_all_finite(s->A, n * n) && sinew_all_finite(s->B, n * q) &&
        sinew_all_finite(s->C, p * n) && sinew_all_finite(s->D, p * q))
        return SINEW_OK;
    return sinew_fail(error, SINEW_ERR_NUMERIC, "the matrices of the joined system overflow");
}

sinew_status sinew_wire_matrices(sinew_system **out, const sinew_wiring *wiring, sinew_error *error)
{
    whole w;
    *out = NULL;
    sinew_status status = count(&w, wiring, error);
    if (!status)
        status = allocate(&w, wiring, error);
    if (!status)
        status = append(&w, wiring, error);
    if (!status)
        status = solve(&w, wiring, error);
    if (!status)
        status = sinew_system_alloc(out, w.n, wiring->inputs, wiring->outputs, error);
    if (!status) {
        read_out(*out, &w, wiring);
        status = check_finite(*out, error);
        if (!status)
            status = balance(*out, wiring, error);
    }
    whole_finish(&w);
    if (status) {
        sinew_system_free(*out);
        *out = NULL;
    }
    return status;
}

static sinew_status check_entries(const char *name, const double *matrix, size_t rows,
                                  size_t columns, sinew_error *error)
{
    for (size_t i = 0; matrix && i < rows * columns; i++)
        if (!isfinite(matrix[i]))
            return sinew_fail(error, SINEW_ERR_DATA, "%s[%zu][%zu] is %s", name, i / columns,
                              i % columns, isnan(matrix[i]) ? "nan" : "inf");
    return SINEW_OK;
}

static sinew_status check(const sinew_wiring *w, sinew_error *error)
{
    whole sizes;
    if (!w)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no wiring");
    sinew_status status = count(&sizes, w, error);
    if (!status)
        status = check_entries("K", w->K, sizes.m, sizes.p, error);
    if (!status)
        status = check_entries("E", w->E, sizes.m, w->inputs, error);
    if (!status)
        status = check_entries("F", w->F, w->outputs, sizes.p, error);
    if (!status)
        status = check_entries("G", w->G, w->outputs, w->inputs, error);
    return status;
}

static uint64_t hash_matrix(uint64_t hash, const double *matrix, size_t n)
{
    return sinew_hash_numbers(hash, matrix, matrix ? n : 0);
}

static void sign(sinew_system *joined, const sinew_wiring *w)
{
    size_t m = 0, p = 0;
    for (size_t i = 0; i < w->n_systems; i++) {
        m += w->systems[i]->inputs;
        p += w->systems[i]->outputs;
    }
    sinew_joint_sign(joined, "wire", w->systems, w->n_systems);
    uint64_t asked = sinew_hash_count(sinew_hash_count(joined->asked, w->inputs), w->outputs);
    asked = hash_matrix(hash_matrix(asked, w->K, m * p), w->E, m * w->inputs);
    asked = hash_matrix(hash_matrix(asked, w->F, w->outputs * p), w->G, w->outputs * w->inputs);
    joined->asked = asked;
}

sinew_status sinew_join_wire(sinew_system **out, const sinew_wiring *wiring, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    sinew_status status = check(wiring, error);
    if (!status)
        status = sinew_wire_matrices(out, wiring, error);
    if (!status)
        status = sinew_joint_remember_wiring(*out, wiring, error);
    if (!status) {
        sign(*out, wiring);
        return SINEW_OK;
    }
    sinew_system_free(*out);
    *out = NULL;
    return status;
}
