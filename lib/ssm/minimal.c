/* The part of a system that is reached and seen.
 *
 * Of stable matrices by their Hankel values, which no units change and which say how much of the
 * response goes with a state. Of the others by the staircase (Rosenbrock 1970; Van Dooren 1981,
 * IEEE Trans. AC 26:111): B reaches the directions of its columns; A moves those on; what no step
 * reaches is never reached. Each step turns the states that are left until the reached ones stand
 * first: orthogonal, so that the rank of a step is a question of size, which is why the states
 * are balanced before. What is not seen is what is not reached of (A', C'). (For all poles it would
 * not do: each step that reaches its states weakly magnifies the rounding of the next.)
 *
 * Of factors by leaving out zeros and poles that are the same. */
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "math/matrix.h"
#include "sinew/reduce.h"
#include "ssm/balanced.h"
#include "ssm/parts.h"
#include "ssm/system.h"

/* What the rounding of A may look like where hidden states last much longer than the others. */
static const double default_tolerance = 1e-10;

/* ---- matrices ---- */

/* A step's turn: Q of dgeqp3 in `Q` (rows, columns) by columns, with tau. */
typedef struct turn {
    double *Q, *tau;
    lapack_int *order;
    lapack_int rows, columns;
} turn;

static void turn_finish(turn *t)
{
    sinew_free(t->Q);
    sinew_free(t->tau);
    sinew_free(t->order);
}

/* Y (rows, columns) with rows of `stride`. *rank: how many of Q's columns it reaches. */
static sinew_status turn_find(turn *t, size_t *rank, const double *Y, size_t rows, size_t columns,
                              size_t stride, double tiny, sinew_error *error)
{
    size_t least = rows < columns ? rows : columns;
    *t = (turn){.rows = (lapack_int)rows, .columns = (lapack_int)least};
    t->Q = sinew_alloc(rows * columns, sizeof *t->Q);
    t->tau = sinew_alloc(least, sizeof *t->tau);
    t->order = sinew_alloc(columns, sizeof *t->order);
    if (!t->Q || !t->tau || !t->order)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            t->Q[i + j * rows] = Y[i * stride + j];
    if (LAPACKE_dgeqp3(LAPACK_COL_MAJOR, t->rows, (lapack_int)columns, t->Q, t->rows, t->order,
                       t->tau) != 0)
        return sinew_fail_memory(error);
    *rank = 0;
    while (*rank < least && fabs(t->Q[*rank + *rank * rows]) > tiny)
        ++*rank;
    return SINEW_OK;
}

/* Q' from the left on rows that stand in `M` (rows, columns), which is M' Q to LAPACK. */
static sinew_status turn_rows(const turn *t, double *M, size_t columns, sinew_error *error)
{
    lapack_int wide = (lapack_int)columns;
    if (columns > 0 && LAPACKE_dormqr(LAPACK_COL_MAJOR, 'R', 'N', wide, t->rows, t->columns, t->Q,
                                      t->rows, t->tau, M, wide) != 0)
        return sinew_fail_memory(error);
    return SINEW_OK;
}

/* Q from the right on columns at .. of M (count, stride): Q' M' to LAPACK. */
static sinew_status turn_columns(const turn *t, double *M, size_t at, size_t count, size_t stride,
                                 sinew_error *error)
{
    if (count > 0 &&
        LAPACKE_dormqr(LAPACK_COL_MAJOR, 'L', 'T', t->rows, (lapack_int)count, t->columns, t->Q,
                       t->rows, t->tau, M + at, (lapack_int)stride) != 0)
        return sinew_fail_memory(error);
    return SINEW_OK;
}

/* What B (the first step) or the states before .. at drive among those from `at` on comes first. */
static sinew_status step(sinew_parts *s, size_t *rank, size_t before, size_t at, double tiny,
                         sinew_error *error)
{
    size_t n = s->n;
    turn t;
    sinew_status status =
        at == 0 ? turn_find(&t, rank, s->B, n, s->q, s->q, tiny, error)
                : turn_find(&t, rank, s->A + at * n + before, n - at, at - before, n, tiny, error);
    if (!status && *rank > 0) {
        status = turn_rows(&t, s->A + at * n, n, error);
        if (!status && at == 0)
            status = turn_rows(&t, s->B, s->q, error);
        if (!status)
            status = turn_columns(&t, s->A, at, n, n, error);
        if (!status)
            status = turn_columns(&t, s->C, at, s->p, n, error);
    }
    turn_finish(&t);
    return status;
}

/* The leading `kept` states. */
static sinew_status keep(sinew_parts *s, size_t kept, sinew_error *error)
{
    sinew_parts small;
    sinew_status status = sinew_parts_alloc(&small, kept, s->q, s->p, error);
    if (status)
        return status;
    for (size_t i = 0; i < kept; i++)
        memcpy(small.A + i * kept, s->A + i * s->n, kept * sizeof *small.A);
    memcpy(small.B, s->B, kept * s->q * sizeof *small.B);
    for (size_t i = 0; i < s->p; i++)
        memcpy(small.C + i * kept, s->C + i * s->n, kept * sizeof *small.C);
    memcpy(small.D, s->D, s->p * s->q * sizeof *small.D);
    sinew_parts_finish(s);
    *s = small;
    return SINEW_OK;
}

static sinew_status keep_reached(sinew_parts *s, double tolerance, sinew_error *error)
{
    double tiny = tolerance * sinew_norm_all(s->B, s->n * s->q);
    double tiny_A = tolerance * sinew_norm_all(s->A, s->n * s->n);
    size_t before = 0, at = 0, rank = 1;
    sinew_status status = SINEW_OK;
    while (!status && at < s->n && rank > 0) {
        status = step(s, &rank, before, at, tiny, error);
        before = at;
        at += rank;
        tiny = tiny_A;
    }
    return status || at == s->n ? status : keep(s, at, error);
}

/* (A', C', B', D') */
static sinew_status dual(sinew_parts *s, sinew_error *error)
{
    sinew_parts other;
    sinew_status status = sinew_parts_alloc(&other, s->n, s->p, s->q, error);
    if (status)
        return status;
    sinew_matrix_transpose(other.A, s->A, s->n, s->n);
    sinew_matrix_transpose(other.B, s->C, s->p, s->n);
    sinew_matrix_transpose(other.C, s->B, s->n, s->q);
    sinew_matrix_transpose(other.D, s->D, s->p, s->q);
    sinew_parts_finish(s);
    *s = other;
    return SINEW_OK;
}

/* In modal coordinates where they are as good. */
static sinew_status cheapest(sinew_system **out, const sinew_parts *s, sinew_error *error)
{
    sinew_matrices m = sinew_parts_matrices(s);
    sinew_system *modal = NULL;
    sinew_status status = sinew_system_new_ss(out, &m, error);
    if (status)
        return status;
    sinew_status refused = sinew_system_new_modal(&modal, *out, NULL, NULL);
    if (refused)
        return refused == SINEW_ERR_MEMORY ? sinew_fail_memory(error) : SINEW_OK;
    sinew_system_free(*out);
    *out = modal;
    return SINEW_OK;
}

/* s becomes what is reached and seen of it. */
static sinew_status staircase(sinew_parts *s, double tolerance, sinew_error *error)
{
    sinew_parts_balance(s, NULL);
    sinew_status status = keep_reached(s, tolerance, error);
    if (!status)
        status = dual(s, error);
    if (!status)
        status = keep_reached(s, tolerance, error);
    return status ? status : dual(s, error);
}

/* A system that loses nothing keeps its coordinates. */
static sinew_status minimal_matrices(sinew_system **out, const sinew_system *system,
                                     double tolerance, sinew_error *error)
{
    sinew_matrices m = sinew_system_matrices(system);
    sinew_parts stable = {0}, rest = {0}, small = {0}, whole = {0};
    sinew_balanced b = {0};
    sinew_status status = sinew_parts_split(&stable, &rest, &m, error);
    sinew_matrices part = sinew_parts_matrices(&stable);
    if (!status)
        status = sinew_balanced_init(&b, &part, SINEW_LYAPUNOV_CONTINUOUS, error);
    if (!status)
        status =
            sinew_balanced_cut(&small, &b, &part, sinew_balanced_rank(&b, tolerance), false, error);
    if (!status)
        status = staircase(&rest, tolerance, error);
    if (!status)
        status = sinew_parts_beside(&whole, &small, &rest, error);
    if (!status)
        status =
            whole.n == m.order ? sinew_system_new_ss(out, &m, error) : cheapest(out, &whole, error);
    sinew_balanced_finish(&b);
    sinew_parts_finish(&stable);
    sinew_parts_finish(&rest);
    sinew_parts_finish(&small);
    sinew_parts_finish(&whole);
    return status;
}

/* ---- factors ---- */

/* Leave out roots that both lists have, in pairs of conjugates, which are adjacent. On the axis
 * beside a pole, (s - z) / (s - p) is as far from 1 as their distance is of the pole's damping. */
static void cancel(sinew_zpk *zpk, double tolerance)
{
    for (size_t i = 0; i < zpk->n_zeros;) {
        double complex z = zpk->zeros[i];
        size_t each = cimag(z) != 0 ? 2 : 1, k = 0;
        while (k < zpk->n_poles && ((cimag(zpk->poles[k]) != 0) != (each == 2) ||
                                    cabs(zpk->poles[k] - z) > tolerance * fabs(creal(z))))
            k++;
        if (k == zpk->n_poles) {
            i += each;
            continue;
        }
        zpk->n_zeros -= each;
        zpk->n_poles -= each;
        memmove(zpk->zeros + i, zpk->zeros + i + each, (zpk->n_zeros - i) * sizeof z);
        memmove(zpk->poles + k, zpk->poles + k + each, (zpk->n_poles - k) * sizeof z);
    }
}

/* The product of the plain parts, without what cancels. */
static sinew_status merge(sinew_part *out, const sinew_system *system, double tolerance,
                          sinew_error *error)
{
    *out = (sinew_part){0};
    sinew_status status =
        sinew_zpk_alloc(&out->zpk, system->zpk.n_zeros, system->zpk.n_poles, error);
    if (status)
        return status;
    sinew_zpk *zpk = &out->zpk;
    zpk->n_zeros = zpk->n_poles = 0;
    zpk->gain = 1;
    for (size_t i = 0; i < system->n_parts; i++) {
        const sinew_zpk *part = &system->parts[i].zpk;
        int exponent;
        if (sinew_part_is_prewarped(&system->parts[i]))
            continue;
        for (size_t k = 0; k < part->n_zeros; k++)
            zpk->zeros[zpk->n_zeros++] = part->zeros[k];
        for (size_t k = 0; k < part->n_poles; k++)
            zpk->poles[zpk->n_poles++] = part->poles[k];
        zpk->gain = frexp(zpk->gain * part->gain, &exponent);
        zpk->exponent += part->exponent + exponent;
    }
    cancel(zpk, tolerance);
    return SINEW_OK;
}

/* Parts that are made again at every rate stay as they are; the others become one. */
static sinew_status minimal_factors(sinew_system **out, const sinew_system *system,
                                    double tolerance, sinew_error *error)
{
    sinew_part *parts = sinew_alloc(system->n_parts + 1, sizeof *parts);
    size_t n = 0;
    if (!parts)
        return sinew_fail_memory(error);
    bool any_plain = false;
    for (size_t i = 0; i < system->n_parts; i++)
        any_plain = any_plain || !sinew_part_is_prewarped(&system->parts[i]);
    sinew_status status = SINEW_OK;
    if (any_plain) {
        status = merge(&parts[0], system, tolerance, error);
        n += status ? 0 : 1;
    }
    for (size_t i = 0; !status && i < system->n_parts; i++)
        if (sinew_part_is_prewarped(&system->parts[i])) {
            status = sinew_part_copy(&parts[n], &system->parts[i], error);
            n += status ? 0 : 1;
        }
    if (!status)
        status = sinew_system_new_parts(out, parts, n, error);
    else
        for (size_t i = 0; i < n; i++)
            sinew_part_finish(&parts[i]);
    sinew_free(parts);
    if (!status) {
        uint64_t asked = sinew_hash(system->asked, "minimal", 7);
        (*out)->asked = sinew_hash_numbers(asked, &tolerance, 1);
    }
    return status;
}

sinew_status sinew_system_minimal(sinew_system **out, const sinew_system *system, double tolerance,
                                  sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!system)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no system");
    if (!(tolerance >= 0 && tolerance < 1))
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a tolerance of %g does not lie between 0 and 1", tolerance);
    if (tolerance == 0)
        tolerance = default_tolerance;
    sinew_status status = system->factored ? minimal_factors(out, system, tolerance, error)
                                           : minimal_matrices(out, system, tolerance, error);
    if (!status)
        (*out)->preferred = system->preferred;
    return status;
}
