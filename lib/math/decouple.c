/* With S = [[I, X], [0, I]], S^-1 [[T1, F], [0, T2]] S is block diagonal where
 *
 *     T1 X - X T2 = -F                                        Sylvester's equation
 *
 * whose X is large where T1 and T2 have close eigenvalues. So T1 starts as one block of the Schur
 * form, and while X is too large the eigenvalue of T2 that is nearest to those of T1 is moved
 * beside them and joins them. */
#include "math/decouple.h"

#include <math.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/memory.h"

void sinew_decoupled_finish(sinew_decoupled *d)
{
    sinew_free(d->T);
    sinew_free(d->V);
    sinew_free(d->W);
    sinew_free(d->sizes);
    *d = (sinew_decoupled){0};
}

/* Takes T and Z: Z' in rows is Z in columns. */
static sinew_status start(sinew_decoupled *d, sinew_real_schur *s, sinew_error *error)
{
    *d = (sinew_decoupled){.n = s->n, .T = s->T, .V = s->Z};
    s->T = s->Z = NULL;
    d->W = sinew_copy(d->V, d->n * d->n, sizeof *d->W);
    d->sizes = sinew_alloc(d->n, sizeof *d->sizes);
    return d->W && d->sizes ? SINEW_OK : sinew_fail_memory(error);
}

static bool all_within(const double *X, size_t count, double growth)
{
    for (size_t i = 0; i < count; i++)
        if (!(fabs(X[i]) <= growth))
            return false;
    return true;
}

/* V2 += V1 X, W1 -= X W2; X (size, rest) in columns. */
static void apply(sinew_decoupled *d, const double *X, size_t at, size_t size)
{
    size_t n = d->n, end = at + size;
    for (size_t j = end; j < n; j++)
        for (size_t k = 0; k < size; k++) {
            double x = X[k + (j - end) * size];
            d->T[at + k + j * n] = 0;
            for (size_t i = 0; i < n; i++) {
                d->V[i + j * n] += d->V[i + (at + k) * n] * x;
                d->W[(at + k) * n + i] -= x * d->W[j * n + i];
            }
        }
}

/* Part rows at .. at + size of T from those behind them. *done: X is within the growth. */
static sinew_status part(bool *done, sinew_decoupled *d, size_t at, size_t size, double growth,
                         sinew_error *error)
{
    size_t n = d->n, end = at + size, rest = n - end;
    double *X = sinew_alloc(size * rest, sizeof *X), scale = 1;
    if (!X)
        return sinew_fail_memory(error);
    for (size_t j = 0; j < rest; j++)
        for (size_t i = 0; i < size; i++)
            X[i + j * size] = -d->T[at + i + (end + j) * n];
    lapack_int info = LAPACKE_dtrsyl(
        LAPACK_COL_MAJOR, 'N', 'N', -1, (lapack_int)size, (lapack_int)rest, d->T + at + at * n,
        (lapack_int)n, d->T + end + end * n, (lapack_int)n, X, (lapack_int)size, &scale);
    for (size_t i = 0; i < size * rest; i++)
        X[i] /= scale;
    *done = info == 0 && all_within(X, size * rest, growth);
    if (*done)
        apply(d, X, at, size);
    sinew_free(X);
    return SINEW_OK;
}

static size_t block_at(const sinew_decoupled *d, size_t i)
{
    return i + 1 < d->n && d->T[i + 1 + i * d->n] != 0 ? 2 : 1;
}

static double distance(const sinew_decoupled *d, size_t i, double re, double im)
{
    size_t n = d->n;
    double w = block_at(d, i) == 2
                   ? sqrt(fabs(d->T[i + (i + 1) * n])) * sqrt(fabs(d->T[i + 1 + i * n]))
                   : 0;
    return hypot(d->T[i + i * n] - re, w - im);
}

/* The block behind `end` that is nearest to the mean of those in at .. end (of a pair the one above
 * the axis counts). */
static size_t nearest(const sinew_decoupled *d, size_t at, size_t end)
{
    double re = 0, im = 0, count = 0, best_distance = HUGE_VAL;
    size_t best = end;
    for (size_t i = at; i < end; i += block_at(d, i), count++) {
        re += d->T[i + i * d->n];
        im += distance(d, i, d->T[i + i * d->n], 0);
    }
    for (size_t i = end; i < d->n; i += block_at(d, i)) {
        double away = distance(d, i, re / count, im / count);
        if (away < best_distance) {
            best_distance = away;
            best = i;
        }
    }
    return best;
}

/* The block at `from` to `to` < from. T decides the rotations; V and W, whose transpose is in
 * columns, both get them. */
static sinew_status move(sinew_decoupled *d, size_t from, size_t to, sinew_error *error)
{
    lapack_int n = (lapack_int)d->n, source = (lapack_int)from + 1, target = (lapack_int)to + 1;
    double *T = sinew_copy(d->T, d->n * d->n, sizeof *T);
    if (!T)
        return sinew_fail_memory(error);
    lapack_int info = LAPACKE_dtrexc(LAPACK_COL_MAJOR, 'V', n, T, n, d->W, n, &source, &target);
    source = (lapack_int)from + 1;
    target = (lapack_int)to + 1;
    if (info == 0)
        info = LAPACKE_dtrexc(LAPACK_COL_MAJOR, 'V', n, d->T, n, d->V, n, &source, &target);
    sinew_free(T);
    if (info == LAPACK_WORK_MEMORY_ERROR)
        return sinew_fail_memory(error);
    if (info != 0)
        return sinew_fail(error, SINEW_ERR_NUMERIC,
                          "eigenvalues are too close to be told apart by rounded arithmetic");
    return SINEW_OK;
}

/* The block that starts at `at`: as small as the growth lets it be. */
static sinew_status next_block(sinew_decoupled *d, size_t at, double growth, sinew_error *error)
{
    size_t size = block_at(d, at);
    bool done = at + size == d->n;
    sinew_status status = SINEW_OK;
    while (!status && !done) {
        status = part(&done, d, at, size, growth, error);
        if (!status && !done) {
            status = move(d, nearest(d, at, at + size), at + size, error);
            if (!status)
                size += block_at(d, at + size);
            done = at + size == d->n;
        }
    }
    d->sizes[d->n_blocks++] = size;
    return status;
}

sinew_status sinew_decouple(sinew_decoupled *d, const double *A, size_t n, double growth,
                            sinew_error *error)
{
    sinew_real_schur s = {0};
    *d = (sinew_decoupled){0};
    sinew_status status = sinew_real_schur_init(&s, A, n, error);
    if (!status)
        status = start(d, &s, error);
    for (size_t at = 0; !status && at < n; at += d->sizes[d->n_blocks - 1])
        status = next_block(d, at, growth, error);
    sinew_real_schur_finish(&s);
    if (status)
        sinew_decoupled_finish(d);
    return status;
}

/* The stable eigenvalues to the top. */
static sinew_status order(sinew_real_schur *s, size_t *count, double margin, sinew_error *error)
{
    lapack_logical *stable = sinew_alloc(s->n, sizeof *stable);
    if (!stable)
        return sinew_fail_memory(error);
    *count = 0;
    for (size_t i = 0; i < s->n; i++) {
        stable[i] = s->re[i] < -margin;
        *count += stable[i] ? 1 : 0;
    }
    sinew_status status = SINEW_OK;
    if (*count > 0 && *count < s->n)
        status = sinew_real_schur_order(s, stable, error);
    sinew_free(stable);
    return status;
}

sinew_status sinew_decouple_stable(sinew_decoupled *d, const double *A, size_t n, double margin,
                                   sinew_error *error)
{
    sinew_real_schur s = {0};
    size_t stable = 0;
    bool done = true;
    *d = (sinew_decoupled){0};
    sinew_status status = sinew_real_schur_init(&s, A, n, error);
    if (!status)
        status = order(&s, &stable, margin, error);
    if (!status)
        status = start(d, &s, error);
    d->n_stable = stable;
    if (!status && stable > 0)
        d->sizes[d->n_blocks++] = stable;
    if (!status && stable < n)
        d->sizes[d->n_blocks++] = n - stable;
    if (!status && d->n_blocks == 2)
        status = part(&done, d, 0, stable, HUGE_VAL, error);
    if (!status && !done)
        status = sinew_fail(error, SINEW_ERR_NUMERIC,
                            "stable and unstable poles are too close to be told apart");
    sinew_real_schur_finish(&s);
    if (status)
        sinew_decoupled_finish(d);
    return status;
}
