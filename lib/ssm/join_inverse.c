/* H^-1. From y = C x + D u follows u = D^-1 (y - C x), so with y as the input
 *
 *     x' = (A - B D^-1 C) x + B D^-1 y      u = -D^-1 C x + D^-1 y. */
#include "base/error.h"
#include "base/memory.h"
#include "math/lu.h"
#include "math/matrix.h"
#include "ssm/joint.h"

/* R (m, n + m) = [C, I] -> X = D^-1 R */
static sinew_status solve(double *X, const sinew_system *s, sinew_error *error)
{
    size_t n = s->order, m = s->inputs, all = n + m;
    long double *R = sinew_alloc(m * all, sizeof *R), *D = sinew_alloc(m * m, sizeof *D);
    double rcond = 0;
    sinew_lu lu = {0};
    sinew_status status = R && D ? sinew_lu_init(&lu, s->D, m, error) : sinew_fail_memory(error);
    if (!status)
        status = sinew_lu_rcond(&rcond, &lu, sinew_matrix_norm_1(s->D, m), error);
    if (!status && rcond < (double)m * 0x1p-52)
        status = sinew_fail(error, SINEW_ERR_NUMERIC,
                            "D is singular (rcond %.2g): the inverse would differentiate", rcond);
    for (size_t i = 0; !status && i < m; i++) {
        for (size_t j = 0; j < n; j++)
            R[i * all + j] = s->C[i * n + j];
        for (size_t j = 0; j < m; j++)
            D[i * m + j] = s->D[i * m + j];
        R[i * all + n + i] = 1;
    }
    if (!status)
        status = sinew_lu_left_refined(&lu, D, X, R, all, error);
    sinew_lu_finish(&lu);
    sinew_free(R);
    sinew_free(D);
    return status;
}

sinew_status sinew_inverse_matrices(sinew_system **out, const sinew_system *s, sinew_error *error)
{
    size_t n = s->order, m = s->inputs, all = n + m;
    *out = NULL;
    if (m != s->outputs)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "%zu inputs and %zu outputs: only a square system has an inverse", m,
                          s->outputs);
    double *X = sinew_alloc(m * all, sizeof *X);
    sinew_status status = X ? solve(X, s, error) : sinew_fail_memory(error);
    if (!status)
        status = sinew_system_alloc(out, n, m, m, error);
    if (!status)
        (*out)->chosen = !sinew_system_state_is_given(s);
    for (size_t i = 0; !status && i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            double sum = s->A[i * n + j];
            for (size_t k = 0; k < m; k++)
                sum -= s->B[i * m + k] * X[k * all + j];
            (*out)->A[i * n + j] = sum;
        }
        for (size_t j = 0; j < m; j++)
            for (size_t k = 0; k < m; k++)
                (*out)->B[i * m + j] += s->B[i * m + k] * X[k * all + n + j];
    }
    for (size_t i = 0; !status && i < m; i++) {
        for (size_t j = 0; j < n; j++)
            (*out)->C[i * n + j] = -X[i * all + j];
        for (size_t j = 0; j < m; j++)
            (*out)->D[i * m + j] = X[i * all + n + j];
    }
    if (!status && (!sinew_all_finite((*out)->A, n * n) || !sinew_all_finite((*out)->B, n * m) ||
                    !sinew_all_finite((*out)->C, n * m) || !sinew_all_finite((*out)->D, m * m))) {
        sinew_system_free(*out);
        *out = NULL;
        status = sinew_fail(error, SINEW_ERR_NUMERIC, "the matrices of the inverse overflow");
    }
    sinew_free(X);
    return status;
}
