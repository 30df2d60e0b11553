/* (I - M) X = R, where M says what each input of the joined systems gets at once, through direct
 * terms, from the others.
 *
 * What can be reached without a loop is substituted in order, so that a chain of systems is
 * joined without rounding of its own and zeros stay zeros. What is left holds all loops. Its
 * signals may be volts beside micrometres: a diagonal similarity S M S^-1 of powers of two is
 * taken first (sinew_balance), without which the condition of I - M says nothing. */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/lu.h"
#include "math/matrix.h"
#include "ssm/joint.h"

/* X[i] = R[i] + sum over `from` of M[i][j] X[j] */
static void substitute(double *X, const double *M, const double *R, size_t n, size_t columns,
                       size_t i, const bool *from)
{
    double *row = X + i * columns;
    memcpy(row, R + i * columns, columns * sizeof *row);
    for (size_t j = 0; j < n; j++) {
        double factor = M[i * n + j];
        if (!from[j] || factor == 0)
            continue;
        for (size_t k = 0; k < columns; k++)
            row[k] += factor * X[j * columns + k];
    }
}

/* Everything that waits for no loop, each signal as soon as all that it is made of is known (Kahn
 * 1962); returns how many are done. */
static size_t substitute_chains(double *X, const double *M, const double *R, size_t n,
                                size_t columns, bool *done, size_t *work)
{
    size_t *waits = work, *ready = work + n, known = 0, count = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++)
            waits[i] += M[i * n + j] != 0;
        if (waits[i] == 0)
            ready[known++] = i;
    }
    for (; count < known; count++) {
        size_t i = ready[count];
        substitute(X, M, R, n, columns, i, done);
        done[i] = true;
        for (size_t k = 0; k < n; k++)
            if (M[k * n + i] != 0 && --waits[k] == 0)
                ready[known++] = k;
    }
    return count;
}

/* The rest, `left` signals at indices `at`: their loop matrix L, and their right side into T. */
static void gather(double *L, long double *T, const double *X, const double *M, size_t n,
                   size_t columns, const size_t *at, size_t left)
{
    for (size_t i = 0; i < left; i++) {
        for (size_t j = 0; j < left; j++)
            L[i * left + j] = M[at[i] * n + at[j]];
        for (size_t k = 0; k < columns; k++)
            T[i * columns + k] = X[at[i] * columns + k];
    }
}

static sinew_status solve_balanced(double *Y, double *L, long double *T, double *scale, size_t n,
                                   size_t columns, sinew_error *error)
{
    sinew_lu lu = {0};
    sinew_balance(L, scale, n);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < columns; k++)
            T[i * columns + k] *= scale[i];
    long double *exact = sinew_alloc(n * n, sizeof *exact);
    if (!exact)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < n * n; i++) {
        exact[i] = (i % (n + 1) == 0) - (long double)L[i];
        L[i] = (double)exact[i];
    }
    double rcond = 0;
    sinew_status status = sinew_lu_init(&lu, L, n, error);
    if (!status)
        status = sinew_lu_rcond(&rcond, &lu, sinew_matrix_norm_1(L, n), error);
    if (!status && rcond < (double)n * 0x1p-52)
        status = sinew_fail(error, SINEW_ERR_NUMERIC,
                            "the algebraic loop of the direct terms is singular (rcond %.2g): "
                            "1 minus the gain around it is 0",
                            rcond);
    if (!status)
        status = sinew_lu_left_refined(&lu, exact, Y, T, columns, error);
    for (size_t i = 0; !status && i < n; i++)
        for (size_t k = 0; k < columns; k++)
            Y[i * columns + k] /= scale[i];
    sinew_lu_finish(&lu);
    sinew_free(exact);
    return status;
}

static sinew_status solve_loops(double *X, const double *M, const double *R, size_t n,
                                size_t columns, const bool *done, size_t left, sinew_error *error)
{
    size_t *at = sinew_alloc(left, sizeof *at), count = 0;
    double *L = sinew_alloc(left * left, sizeof *L), *scale = sinew_alloc(left, sizeof *scale);
    double *Y = sinew_alloc(left * columns, sizeof *Y);
    long double *T = sinew_alloc(left * columns, sizeof *T);
    sinew_status status = at && L && scale && T && Y ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        for (size_t i = 0; i < n; i++)
            if (!done[i]) {
                substitute(X, M, R, n, columns, i, done);
                at[count++] = i;
            }
        gather(L, T, X, M, n, columns, at, left);
        status = solve_balanced(Y, L, T, scale, left, columns, error);
    }
    for (size_t i = 0; !status && i < left; i++)
        memcpy(X + at[i] * columns, Y + i * columns, columns * sizeof *X);
    sinew_free(at);
    sinew_free(L);
    sinew_free(scale);
    sinew_free(T);
    sinew_free(Y);
    return status;
}

sinew_status sinew_loop_solve(double *X, const double *M, const double *R, size_t n, size_t columns,
                              sinew_error *error)
{
    bool *done = sinew_alloc(n, sizeof *done);
    size_t *work = sinew_alloc(2 * n, sizeof *work), count = n;
    sinew_status status = done && work ? SINEW_OK : sinew_fail_memory(error);
    if (!status)
        count = substitute_chains(X, M, R, n, columns, done, work);
    if (!status && count < n)
        status = solve_loops(X, M, R, n, columns, done, n - count, error);
    sinew_free(done);
    sinew_free(work);
    return status;
}
