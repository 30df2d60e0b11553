/* The logarithm of a discrete A that has eigenvalues on the negative real axis. No real matrix of
 * its order is one, but with a state more for each of them there is: let N hold them, m of them.
 * Its double is
 *
 *     [[N, 0], [0, N]] = exp [[L, pi I], [-pi I, L]],    L = log(-N),
 *
 * since the part beside L turns by pi, which is a change of sign, and commutes with it. So A is
 * brought to block diagonal form, V diag(N, P) V^-1 (ordered Schur form, then a Sylvester equation;
 * Bavely, Stewart 1979), the logarithm is taken there, and V takes the first n states back to
 * where they were.
 *
 * LAPACK sees A^T = Z T Z^T with T = [[N', X], [0, P']]; with N' Y - Y P' = -X and W = [[I, Y],
 * [0, I]] that is Z W diag(N', P') W^-1 Z^T. So by rows V = Z W^-T and V^-1 = W^T Z^T. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/blocks.h"
#include "math/lapack.h"
#include "math/eigen.h"
#include "math/logm.h"
#include "math/matrix.h"
#include "ssm/d2c.h"

typedef struct split {
    size_t n, m;               /* m of the n eigenvalues are negative */
    double *N, *P;             /* (m, m), (n - m, n - m), by rows */
    double *V, *Vi, *logs;     /* (n, n) each; logs: diag(log(-N), log(P)) */
    double *T, *Z, *Y, *rests; /* LAPACK's: (n, n), (n, n), (m, n - m); a matrix less I */
} split;

void sinew_extended_finish(sinew_extended *e)
{
    sinew_free(e->log);
    sinew_free(e->F);
    *e = (sinew_extended){0};
}

static sinew_status extended_alloc(sinew_extended *e, size_t order, sinew_error *error)
{
    *e = (sinew_extended){.order = order,
                          .log = sinew_alloc(order * order, sizeof(double)),
                          .F = sinew_alloc(order * order, sizeof(double))};
    if (e->log && e->F)
        return SINEW_OK;
    sinew_extended_finish(e);
    return sinew_fail_memory(error);
}

/* How many, once it is sure that none is 0: the sign of what is 0 within rounding says nothing. */
static sinew_status count_negative(size_t *count, const double *A, size_t n, sinew_error *error)
{
    double complex *values = sinew_alloc(n, sizeof *values);
    unsigned char *sizes = sinew_alloc(n, 1);
    double rounding = 0;
    sinew_status status = values && sizes ? SINEW_OK : sinew_fail_memory(error);
    if (!status && sinew_blocks_find(A, n, sizes) == SINEW_SHAPE_FULL)
        rounding = (double)n * 0x1p-52 * sinew_matrix_norm_1(A, n);
    if (!status)
        status = sinew_eigenvalues(values, A, n, error);
    *count = 0;
    for (size_t i = 0; !status && i < n; i++) {
        *count += cimag(values[i]) == 0 && creal(values[i]) < 0;
        if (cabs(values[i]) <= rounding)
            status = sinew_fail(error, SINEW_ERR_NUMERIC,
                                "an eigenvalue of the discrete A is 0%s: nothing continuous dies "
                                "out within a step",
                                rounding > 0 ? " within rounding" : "");
    }
    sinew_free(values);
    sinew_free(sizes);
    return status;
}

static lapack_logical is_negative(const double *re, const double *im)
{
    return *im == 0 && *re < 0;
}

static void split_finish(split *s)
{
    double *all[] = {s->N, s->P, s->V, s->Vi, s->logs, s->T, s->Z, s->Y, s->rests};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        sinew_free(all[i]);
}

/* T, Z and m. */
static sinew_status order_schur(split *s, const double *A, size_t n, sinew_error *error)
{
    lapack_int size = (lapack_int)n, m = 0;
    double *values = sinew_alloc(2 * n, sizeof *values);
    *s = (split){.n = n};
    s->T = sinew_copy(A, n * n, sizeof *A);
    s->Z = sinew_alloc(n * n, sizeof *A);
    sinew_status status = values && s->T && s->Z ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        lapack_int info = LAPACKE_dgees(LAPACK_COL_MAJOR, 'V', 'S', (LAPACK_D_SELECT2)is_negative,
                                        size, s->T, size, &m, values, values + n, s->Z, size);
        status = sinew_lapack_answer(info, "the Schur form did not converge", error);
    }
    s->m = (size_t)m;
    sinew_free(values);
    return status;
}

static sinew_status split_alloc(split *s, sinew_error *error)
{
    size_t n = s->n, m = s->m, rest = n - m;
    s->N = sinew_alloc(m * m, sizeof(double));
    s->P = sinew_alloc(rest * rest, sizeof(double));
    s->Y = sinew_alloc(m * rest, sizeof(double));
    s->V = sinew_alloc(n * n, sizeof(double));
    s->Vi = sinew_alloc(n * n, sizeof(double));
    s->logs = sinew_alloc(n * n, sizeof(double));
    s->rests = sinew_alloc(n * n, sizeof(double));
    bool all = s->N && s->P && s->Y && s->V && s->Vi && s->logs && s->rests;
    return all ? SINEW_OK : sinew_fail_memory(error);
}

/* Y by columns, (m, n - m). */
static sinew_status solve(split *s, sinew_error *error)
{
    size_t n = s->n, m = s->m, rest = n - m;
    lapack_int size = (lapack_int)n;
    double scale = 1;
    if (m == 0 || rest == 0)
        return SINEW_OK;
    for (size_t j = 0; j < rest; j++)
        for (size_t i = 0; i < m; i++)
            s->Y[j * m + i] = -s->T[(m + j) * n + i];
    lapack_int info =
        LAPACKE_dtrsyl(LAPACK_COL_MAJOR, 'N', 'N', -1, (lapack_int)m, (lapack_int)rest, s->T, size,
                       s->T + m * n + m, size, s->Y, (lapack_int)m, &scale);
    for (size_t i = 0; i < m * rest; i++)
        s->Y[i] /= scale;
    if (info != 0 || !sinew_all_finite(s->Y, m * rest))
        return sinew_fail(error, SINEW_ERR_NUMERIC,
                          "eigenvalues on the negative axis cannot be told from others beside it");
    return SINEW_OK;
}

/* N and P by rows, V = Z W^-T, V^-1 = W^T Z^T. */
static void assemble(split *s)
{
    size_t n = s->n, m = s->m, rest = n - m;
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < m; j++)
            s->N[i * m + j] = s->T[i * n + j];
    for (size_t i = 0; i < rest; i++)
        for (size_t j = 0; j < rest; j++)
            s->P[i * rest + j] = s->T[(m + i) * n + m + j];
    for (size_t r = 0; r < n; r++)
        for (size_t c = 0; c < n; c++) {
            double v = s->Z[c * n + r], vi = s->Z[r * n + c];
            for (size_t k = 0; c < m && k < rest; k++)
                v -= s->Z[(m + k) * n + r] * s->Y[k * m + c];
            for (size_t k = 0; r >= m && k < m; k++)
                vi += s->Y[(r - m) * m + k] * s->Z[k * n + c];
            s->V[r * n + c] = v;
            s->Vi[r * n + c] = vi;
        }
}

/* The logarithm of sign times a diagonal block, into logs. */
static sinew_status block_log(split *s, double *block, size_t size, double sign, size_t at,
                              sinew_error *error)
{
    size_t n = s->n;
    double *out = sinew_alloc(size * size, sizeof *out);
    if (!out)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < size * size; i++) {
        block[i] *= sign;
        s->rests[i] = block[i] - (size > 0 && i % (size + 1) == 0 ? 1 : 0);
    }
    sinew_status status = sinew_logm(out, block, s->rests, size, error);
    for (size_t i = 0; !status && i < size; i++)
        for (size_t j = 0; j < size; j++)
            s->logs[(at + i) * n + at + j] = out[i * size + j];
    sinew_free(out);
    return status;
}

/* With U = diag(V, I): log = U [[logs, [pi I; 0]], [[-pi I, 0], log(-N)]] U^-1. */
static sinew_status join(sinew_extended *e, const split *s, const double *A, sinew_error *error)
{
    size_t n = s->n, m = s->m, order = n + m;
    double *turned = sinew_alloc(n * n, sizeof *turned), *log = sinew_alloc(n * n, sizeof *log);
    sinew_status status = turned && log ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        sinew_matrix_multiply(turned, s->logs, s->Vi, n, n, n);
        sinew_matrix_multiply(log, s->V, turned, n, n, n);
        for (size_t i = 0; i < n; i++) {
            memcpy(e->log + i * order, log + i * n, n * sizeof *log);
            memcpy(e->F + i * order, A + i * n, n * sizeof *A);
        }
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < m; k++) {
                e->log[i * order + n + k] = M_PI * s->V[i * n + k];
                e->log[(n + k) * order + i] = -M_PI * s->Vi[k * n + i];
            }
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < m; j++) {
                e->log[(n + i) * order + n + j] = s->logs[i * n + j];
                e->F[(n + i) * order + n + j] = -s->N[i * m + j]; /* block_log turned its sign */
            }
    }
    sinew_free(turned);
    sinew_free(log);
    return status;
}

static sinew_status extend(sinew_extended *e, const double *A, size_t n, sinew_error *error)
{
    split s;
    sinew_status status = order_schur(&s, A, n, error);
    if (!status)
        status = split_alloc(&s, error);
    if (!status)
        status = solve(&s, error);
    if (!status) {
        assemble(&s);
        status = block_log(&s, s.N, s.m, -1, 0, error);
    }
    if (!status)
        status = block_log(&s, s.P, n - s.m, 1, s.m, error);
    if (!status)
        status = extended_alloc(e, n + s.m, error);
    if (!status)
        status = join(e, &s, A, error);
    split_finish(&s);
    return status;
}

sinew_status sinew_extended_log(sinew_extended *out, const double *A, const double *less, size_t n,
                                sinew_error *error)
{
    size_t negative = 0;
    *out = (sinew_extended){0};
    sinew_status status = count_negative(&negative, A, n, error);
    if (!status && negative > 0)
        return extend(out, A, n, error);
    if (!status)
        status = extended_alloc(out, n, error);
    if (!status) {
        memcpy(out->F, A, n * n * sizeof *A);
        status = sinew_logm(out->log, A, less, n, error);
    }
    return status;
}
