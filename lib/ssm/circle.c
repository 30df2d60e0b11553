/* z = (1 + s) / (1 - s) takes the unit circle to the axis, e^{jwT} to j tan(wT/2), and L(z) to the
 * response of a continuous system,
 *
 *     Ac = P (A - I)   Bc = sqrt 2 P B   Cc = sqrt 2 C P   Dc = D - C P B   with P = (A + I)^-1.
 *
 * A - I is taken as it was before it was rounded to A. */
#include "ssm/circle.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/lu.h"
#include "math/matrix.h"

/* X (n, n + 1) = P [A - I, B] */
static sinew_status solve(double *X, const sinew_discretization *d, sinew_error *error)
{
    size_t n = d->order, all = n + 1;
    long double *R = sinew_alloc(n * all, sizeof *R), *M = sinew_alloc(n * n, sizeof *M);
    double *plus = sinew_alloc(n * n, sizeof *plus), rcond = 0;
    sinew_lu lu = {0};
    sinew_status status = R && M && plus ? SINEW_OK : sinew_fail_memory(error);
    for (size_t i = 0; !status && i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            M[i * n + j] = (long double)d->less[i * n + j] + (i == j ? 2 : 0);
            plus[i * n + j] = (double)M[i * n + j];
            R[i * all + j] = d->less[i * n + j];
        }
        R[i * all + n] = d->B[i];
    }
    if (!status)
        status = sinew_lu_init(&lu, plus, n, error);
    if (!status)
        status = sinew_lu_rcond(&rcond, &lu, sinew_matrix_norm_1(plus, n), error);
    if (!status && rcond < (double)n * 0x1p-52)
        status = sinew_fail(error, SINEW_ERR_NUMERIC, "the loop has a pole at half the rate");
    if (!status)
        status = sinew_lu_left_refined(&lu, M, X, R, all, error);
    sinew_lu_finish(&lu);
    sinew_free(R);
    sinew_free(M);
    sinew_free(plus);
    return status;
}

/* C P = C (I - P (A - I)) / 2, as P (A + I) = I. */
sinew_status sinew_system_of_circle(sinew_system **out, const sinew_discretization *d,
                                    sinew_error *error)
{
    size_t n = d->order, all = n + 1;
    *out = NULL;
    double *X = sinew_alloc(n * all, sizeof *X);
    sinew_status status = X ? sinew_system_alloc(out, n, 1, 1, error) : sinew_fail_memory(error);
    if (!status)
        status = solve(X, d, error);
    if (!status) {
        sinew_system *s = *out;
        s->D[0] = d->D[0];
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < n; j++) {
                s->A[i * n + j] = X[i * all + j];
                s->C[j] += d->C[i] * ((i == j) - X[i * all + j]) / 2 * M_SQRT2;
            }
            s->B[i] = M_SQRT2 * X[i * all + n];
            s->D[0] -= d->C[i] * X[i * all + n];
        }
    }
    sinew_free(X);
    return status;
}
