/* The matrix whose eigenvalues tell where the response has a given size; see hinf.c. */
#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/order.h"
#include "math/eigen.h"
#include "math/lu.h"
#include "math/matrix.h"
#include "ssm/gramian.h"

/* X = R^-1 Y with R = I - D'D; Y (q, columns). */
static sinew_status solve_R(double *X, const double *D, const double *Y, size_t q, size_t p,
                            size_t columns, sinew_error *error)
{
    double *R = sinew_alloc(q * q, sizeof *R);
    sinew_lu lu = {0};
    sinew_status status = R ? SINEW_OK : sinew_fail_memory(error);
    for (size_t i = 0; !status && i < q; i++)
        for (size_t j = 0; j < q; j++) {
            R[i * q + j] = i == j;
            for (size_t k = 0; k < p; k++)
                R[i * q + j] -= D[k * q + i] * D[k * q + j];
        }
    if (!status)
        status = sinew_lu_init(&lu, R, q, error);
    if (!status)
        status = lu.singular ? sinew_fail(error, SINEW_ERR_NUMERIC, "the Hinf norm was not found")
                             : sinew_lu_left(&lu, X, Y, columns, error);
    sinew_lu_finish(&lu);
    sinew_free(R);
    return status;
}

/* The four blocks of H at g = 1, with X = R^-1 [B', D'C]. */
static sinew_status hamiltonian(double *H, const sinew_matrices *m, sinew_error *error)
{
    size_t n = m->order, q = m->inputs, p = m->outputs;
    double *Y = sinew_alloc(2 * q * n, sizeof *Y), *X = sinew_alloc(2 * q * n, sizeof *X);
    double *low = sinew_alloc(p * n, sizeof *low); /* C + D R^-1 D' C */
    sinew_status status = X && Y && low ? SINEW_OK : sinew_fail_memory(error);
    for (size_t i = 0; !status && i < q; i++)
        for (size_t j = 0; j < n; j++) {
            Y[i * 2 * n + j] = m->B[j * q + i];
            for (size_t k = 0; k < p; k++)
                Y[i * 2 * n + n + j] += m->D[k * q + i] * m->C[k * n + j];
        }
    if (!status)
        status = solve_R(X, m->D, Y, q, p, 2 * n, error);
    if (!status) {
        memcpy(low, m->C, p * n * sizeof *low);
        for (size_t i = 0; i < p; i++)
            for (size_t k = 0; k < q; k++)
                for (size_t j = 0; j < n; j++)
                    low[i * n + j] += m->D[i * q + k] * X[k * 2 * n + n + j];
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++) {
                double F = m->A[i * n + j], top = 0, bottom = 0;
                for (size_t k = 0; k < q; k++) {
                    F += m->B[i * q + k] * X[k * 2 * n + n + j];
                    top += m->B[i * q + k] * X[k * 2 * n + j];
                }
                for (size_t k = 0; k < p; k++)
                    bottom -= m->C[k * n + i] * low[k * n + j];
                H[i * 2 * n + j] = F;
                H[(n + j) * 2 * n + n + i] = -F;
                H[i * 2 * n + n + j] = top;
                H[(n + i) * 2 * n + j] = bottom;
            }
    }
    sinew_free(X);
    sinew_free(Y);
    sinew_free(low);
    return status;
}

static void scale(double *to, const double *from, size_t n, double factor)
{
    for (size_t i = 0; i < n; i++)
        to[i] = from[i] * factor;
}

/* The system over g, B and C of one size: H is then as large as A is, whatever the units. */
static sinew_status hamiltonian_at(double *H, const sinew_matrices *m, double g, sinew_error *error)
{
    size_t n = m->order, q = m->inputs, p = m->outputs;
    double *B = sinew_alloc(n * q, sizeof *B), *C = sinew_alloc(p * n, sizeof *C);
    double *D = sinew_alloc(p * q, sizeof *D), of_B = sinew_norm_all(m->B, n * q),
           of_C = sinew_norm_all(m->C, p * n);
    double root = sqrt(g), unit = of_B > 0 && of_C > 0 ? sqrt(of_C) / sqrt(of_B) : 1;
    sinew_status status = B && C && D ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        scale(B, m->B, n * q, unit / root);
        scale(C, m->C, p * n, 1 / unit / root);
        scale(D, m->D, p * q, 1 / g);
        status = hamiltonian(H, &(sinew_matrices){n, q, p, m->A, B, C, D}, error);
    }
    sinew_free(B);
    sinew_free(C);
    sinew_free(D);
    return status;
}

sinew_status sinew_hinf_crossings(double *rad, const sinew_matrices *m, double g,
                                  sinew_error *error)
{
    size_t n = m->order;
    double *H = sinew_alloc(4 * n * n, sizeof *H);
    double complex *values = sinew_alloc(2 * n, sizeof *values);
    sinew_status status = H && values ? hamiltonian_at(H, m, g, error) : sinew_fail_memory(error);
    if (!status)
        status = sinew_eigenvalues(values, H, 2 * n, error);
    rad[0] = 0;
    for (size_t i = 0; !status && i < 2 * n; i++)
        rad[i + 1] = fabs(cimag(values[i]));
    if (!status)
        qsort(rad, 2 * n + 1, sizeof *rad, sinew_order_double);
    sinew_free(H);
    sinew_free(values);
    return status;
}
