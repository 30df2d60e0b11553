/* The filter at rest. P, the covariance before a frame is measured, solves
 *
 *     P = F P (I + C'R^-1 C P)^-1 F' + Q
 *
 * by structured doubling (Chu, Fan, Lin, Wang 2004, Int. J. Control 77:767):
 *
 *     A, G, H = F', C'R^-1 C, Q
 *     A+ = A (I + G H)^-1 A
 *     G+ = G + A (I + G H)^-1 G A'
 *     H+ = H + A'H (I + G H)^-1 A -> P
 *
 * whose every round stands for twice as many frames. In roots, G = g'g and H = h'h, with M = h g':
 *
 *     (I + G H)^-1 G = g' (I + M'M)^-1 g,   H (I + G H)^-1 = h' (I + M M')^-1 h
 *
 * so that g and h grow by rows, in units of any size, and what is inverted is never small. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "kalman/kalman.h"
#include "math/matrix.h"
#include "math/root.h"
#include "ssm/form.h"
#include "ssm/system.h"

enum { ROUNDS = 64, FRAMES = 16 };

static const double settled = 1e-10;

/* The matrix of blocks one behind another. */
static void spread(const sinew_held *held, double *to, const double *blocks)
{
    memset(to, 0, held->order * held->order * sizeof *to);
    for (size_t k = 0; k < held->n_blocks; k++) {
        size_t at = held->blocks[k].at, n = held->blocks[k].order;
        for (size_t i = 0; i < n; i++, blocks += n)
            memcpy(to + (at + i) * held->order + at, blocks, n * sizeof *to);
    }
}

/* g (n, n), the root of C'R^-1 C; false where R is singular. work: (p, p) + (p, n) + (n + p, n) */
static bool information(const sinew_kalman *k, double *g, double *work)
{
    size_t n = k->order, p = k->measured;
    double *rows = work, *column = work + (n + p) * n;
    memset(rows, 0, (n + p) * n * sizeof *rows);
    for (size_t c = 0; c < p; c++) {
        double size = 0;
        for (size_t i = 0; i <= c; i++)
            size = hypot(size, k->R[i * p + c]);
        if (!(fabs(k->R[c * p + c]) > 1e-15 * size))
            return false;
    }
    for (size_t j = 0; j < n; j++) {
        for (size_t c = 0; c < p; c++)
            column[c] = k->C[c * n + j];
        sinew_root_solve(k->R, p, column, p);
        for (size_t c = 0; c < p; c++)
            rows[c * n + j] = column[c];
    }
    sinew_root_turn(rows, n + p, n);
    memcpy(g, rows, n * n * sizeof *g);
    return true;
}

/* R (n, n), the upper root of I + M'M. stack: (2 n, n) */
static void root_of_one_and(double *R, const double *M, size_t n, double *stack)
{
    memset(stack, 0, n * n * sizeof *stack);
    for (size_t i = 0; i < n; i++)
        stack[i * n + i] = 1;
    memcpy(stack + n * n, M, n * n * sizeof *M);
    sinew_root_turn(stack, 2 * n, n);
    memcpy(R, stack, n * n * sizeof *R);
}

/* X = R'^-1 X, both (n, n), R upper. */
static void solve_turned(const double *R, double *X, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = X[i * n + j];
            for (size_t k = 0; k < i; k++)
                sum -= R[k * n + i] * X[k * n + j];
            X[i * n + j] = sum / R[i * n + i];
        }
}

/* root takes in the rows of X; the largest share that they have of a column. stack: (2 n, n) */
static double grow(double *root, const double *X, size_t n, double *stack)
{
    double share = 0;
    memcpy(stack, root, n * n * sizeof *root);
    memcpy(stack + n * n, X, n * n * sizeof *X);
    sinew_root_turn(stack, 2 * n, n);
    memcpy(root, stack, n * n * sizeof *root);
    for (size_t j = 0; j < n; j++) {
        double added = 0, all = 0;
        for (size_t i = 0; i < n; i++) {
            added = hypot(added, X[i * n + j]);
            all = hypot(all, root[i * n + j]);
        }
        share = added > 0 ? fmax(share, added / all) : share;
    }
    return share;
}

/* One round; t: (8, n, n). The largest share of what is new in h. */
static double doubling(double *A, double *g, double *h, size_t n, double *t)
{
    size_t all = n * n;
    double *M = t, *turned = t + all, *R = t + 2 * all, *Y = t + 3 * all, *Z = t + 4 * all;
    double *V = t + 5 * all, *stack = t + 6 * all;
    sinew_matrix_transpose(turned, g, n, n);
    sinew_matrix_multiply(M, h, turned, n, n, n);
    sinew_matrix_multiply(V, A, turned, n, n, n);
    sinew_matrix_transpose(Y, V, n, n);      /* g A' */
    sinew_matrix_multiply(Z, h, A, n, n, n); /* h A */
    sinew_matrix_transpose(turned, M, n, n);
    sinew_matrix_multiply(V, turned, Z, n, n, n);
    root_of_one_and(R, M, n, stack);
    solve_turned(R, Y, n);
    solve_turned(R, V, n);
    root_of_one_and(R, turned, n, stack);
    solve_turned(R, Z, n);
    sinew_matrix_transpose(turned, Y, n, n);
    sinew_matrix_multiply(M, turned, V, n, n, n);
    sinew_matrix_multiply(R, A, A, n, n, n);
    for (size_t i = 0; i < all; i++)
        A[i] = R[i] - M[i];
    grow(g, Y, n, stack);
    return grow(h, Z, n, stack);
}

/* A few frames of the filter from U: the last changes P by less than `settled`? */
static bool polish(const sinew_kalman *k, double *U, double *kept, double step_s, double *scratch)
{
    size_t n = k->order, p = k->measured;
    double *m = scratch, *z = m + n, *y = z + n, *innovations = y + p, *u = innovations + p;
    double *before = u + k->inputs, *after = before + n * n, *work = after + n * n;
    sinew_belief b = {m, z, U};
    memset(m, 0, (2 * n + 2 * p + k->inputs) * sizeof *m);
    for (int i = 0; i < FRAMES; i++) {
        sinew_root_square(before, U, n);
        sinew_kalman_update(k, &b, y, u, NULL, innovations, NULL, work);
        sinew_kalman_step step = sinew_kalman_find_step(k, kept, step_s, work);
        sinew_kalman_predict(k, &b, &step, u, u, NULL, work);
    }
    sinew_root_square(after, U, n);
    for (size_t i = 0; i < n * n; i++) {
        double size = sqrt(after[i / n * (n + 1)]) * sqrt(after[i % n * (n + 1)]);
        if (!(fabs(after[i] - before[i]) <= settled * size))
            return false;
    }
    return true;
}

/* Column by column: what a frame of one unexpected unit does to the mean. */
static void find_gain(const sinew_kalman *k, const double *U, double *gain, double *scratch)
{
    size_t n = k->order, p = k->measured;
    double *m = scratch, *z = m + n, *y = z + n, *innovations = y + p, *u = innovations + p;
    double *root = u + k->inputs, *work = root + n * n;
    for (size_t c = 0; c < p; c++) {
        memset(m, 0, (2 * n + 2 * p + k->inputs) * sizeof *m);
        memcpy(root, U, n * n * sizeof *root);
        y[c] = 1;
        sinew_belief b = {m, z, root};
        sinew_kalman_update(k, &b, y, u, NULL, innovations, NULL, work);
        for (size_t i = 0; i < n; i++)
            gain[i * p + c] = m[i];
    }
}

/* The root of P by doubling, into U. t: (10, n, n), and what information needs */
static bool riccati(const sinew_kalman *k, const double *F, const double *root_Q, double *U,
                    double *t)
{
    size_t n = k->order, all = n * n;
    double *A = t, *g = t + all, *work = t + 2 * all, share = 1;
    sinew_matrix_transpose(A, F, n, n);
    memcpy(U, root_Q, all * sizeof *U);
    if (!information(k, g, work))
        return false;
    for (int i = 0; i < ROUNDS && share > 1e-9; i++) /* of P that is its square */
        if (share = doubling(A, g, U, n, work), !sinew_all_finite(U, all))
            return false;
    return share <= 1e-9;
}

typedef struct memory {
    double *all, *U, *F, *G1, *G2, *kept, *scratch;
} memory;

static sinew_status alloc(memory *m, const sinew_kalman *k, sinew_error *error)
{
    size_t n = k->order, p = k->measured, q = k->steps.held.inputs, nn = n * n;
    size_t matrices = 2 * nn + 2 * n * q, kept = sinew_steps_doubles(&k->steps);
    size_t scratch = 12 * nn + 2 * n + 3 * p + p * n + q + sinew_kalman_scratch(k);
    m->all = sinew_alloc(matrices + kept + scratch, sizeof *m->all);
    if (!m->all)
        return sinew_fail_memory(error);
    m->U = m->all;
    m->F = m->U + nn;
    m->G1 = m->F + nn;
    m->G2 = m->G1 + n * q;
    m->kept = m->G2 + n * q;
    m->scratch = m->kept + kept;
    return SINEW_OK;
}

/* U, F, G1 and G2 of the step; the memory is the caller's to free in any case. */
static sinew_status settle(memory *m, const sinew_kalman *k, double step_s, sinew_error *error)
{
    size_t n = k->order, q = k->inputs;
    m->all = NULL;
    if (!(step_s > 0) || !isfinite(step_s))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a step of %g s is out of range", step_s);
    sinew_status status = alloc(m, k, error);
    if (status)
        return status;
    sinew_step_at at = sinew_steps_find(&k->steps, m->kept, step_s, m->scratch);
    sinew_noise_root(&k->noise, step_s, at.extra, m->scratch);
    spread(&k->steps.held, m->F, at.F);
    for (size_t i = 0; i < n; i++)
        m->F[i * n + i] += at.near[i];
    for (size_t i = 0; i < n * q; i++) {
        m->G1[i] = at.G1[i];
        m->G2[i] = k->steps.held.holds == 2 ? at.G2[i] : 0;
    }
    if (!riccati(k, m->F, at.extra, m->U, m->scratch) ||
        !polish(k, m->U, m->kept, step_s, m->scratch))
        return sinew_fail(error, SINEW_ERR_NUMERIC,
                          "the covariance does not settle: something that grows, or stays, is not "
                          "measured, or a measurement has no noise");
    return SINEW_OK;
}

sinew_status sinew_kalman_steady(const sinew_kalman *k, double step_s, double *covariance,
                                 double *gain, sinew_error *error)
{
    if (!k)
        return sinew_fail_null(error);
    memory m;
    sinew_status status = settle(&m, k, step_s, error);
    if (!status && covariance)
        sinew_root_square(covariance, m.U, k->order);
    if (!status && gain)
        find_gain(k, m.U, gain, m.scratch);
    sinew_free(m.all);
    return status;
}

/* With z = x - G2 u the mean before a frame is measured (G2 is 0 but for foh):
 *
 *     after it   x = (I - K C) z + K y + E u          E = (I - K C) G2 - K D
 *     and then   z+ = F x + (G1 - G2) u
 *
 * L = I - K C, E and the states' part of the output. */
static void close_loop(sinew_discretization *d, const sinew_kalman *k, const memory *m,
                       const double *K, double *L, double *E)
{
    size_t n = k->order, p = k->measured, q = k->inputs, w = p + q;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            L[i * n + j] = i == j;
            for (size_t c = 0; c < p; c++)
                L[i * n + j] -= K[i * p + c] * k->C[c * n + j];
        }
        for (size_t j = 0; j < w; j++)
            E[i * w + j] = j < p ? K[i * p + j] : 0;
        for (size_t j = 0; j < q; j++) {
            for (size_t l = 0; l < n; l++)
                E[i * w + p + j] += L[i * n + l] * m->G2[l * q + j];
            for (size_t c = 0; c < p; c++)
                E[i * w + p + j] -= K[i * p + c] * k->D[c * q + j];
        }
    }
    sinew_matrix_multiply(d->A, m->F, L, n, n, n);
    sinew_matrix_multiply(d->B, m->F, E, n, n, w);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < q; j++)
            d->B[i * w + p + j] += m->G1[i * q + j] - m->G2[i * q + j];
    for (size_t i = 0; i < n * n; i++)
        d->less[i] = d->A[i] - (i % (n + 1) == 0 ? 1 : 0);
}

static void put_outputs(sinew_discretization *d, const sinew_kalman *k, bool states,
                        const double *L, const double *E)
{
    size_t n = k->order, p = k->measured, q = k->inputs, w = p + q;
    if (states) {
        memcpy(d->C, L, n * n * sizeof *L);
        memcpy(d->D, E, n * w * sizeof *E);
        return;
    }
    sinew_matrix_multiply(d->C, k->C, L, p, n, n);
    sinew_matrix_multiply(d->D, k->C, E, p, n, w);
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < q; j++)
            d->D[i * w + p + j] += k->D[i * q + j];
}

sinew_status sinew_kalman_discretize(sinew_discretization **out, const sinew_kalman *k,
                                     double step_s, sinew_kalman_output output, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!k)
        return sinew_fail_null(error);
    bool states = output == SINEW_KALMAN_STATES;
    size_t n = k->order, p = k->measured, w = p + k->inputs;
    memory m = {0};
    if (!states && output != SINEW_KALMAN_FILTERED)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a steady filter gives states or filtered outputs");
    sinew_discretization *d = NULL;
    sinew_system size = {.order = n, .inputs = w, .outputs = states ? n : p};
    sinew_status status = settle(&m, k, step_s, error);
    if (!status)
        status =
            sinew_form_alloc(&d, &size, step_s,
                             k->steps.held.holds == 2 ? SINEW_METHOD_FOH : SINEW_METHOD_ZOH, error);
    double *K = status ? NULL : sinew_alloc(n * p + n * n + n * w, sizeof *K);
    if (!status && !K)
        status = sinew_fail_memory(error);
    if (!status) {
        double *L = K + n * p, *E = L + n * n;
        find_gain(k, m.U, K, m.scratch);
        close_loop(d, k, &m, K, L, E);
        put_outputs(d, k, states, L, E);
        d->hash = sinew_hash_numbers(sinew_hash_count(k->asked, (uint64_t)output), &step_s, 1);
        status = sinew_form_finish(d, error);
    }
    sinew_free(K);
    sinew_free(m.all);
    if (status)
        sinew_discretization_free(d);
    else
        *out = d;
    return status;
}
