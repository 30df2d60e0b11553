/* A zero is an s at which some state and input, not both 0, give no output:
 *
 *     [[A - s I, b], [c, d]] [x; u] = 0
 *
 * With d = 0 that pencil has infinite eigenvalues, in a Jordan chain as long as H falls with
 * powers of 1/s, and rounding turns a chain of k into finite ones of size eps^(-1/k). So the
 * chain is taken off first (Emami-Naeini, Van Dooren 1982): turn the states until c = (0 .. 0 g).
 * No output then means that the last state is 0 and stays so: its row of A and b is the output
 * of a system with one state less. What is left has d != 0, and one infinite eigenvalue, which
 * dggev gives as such. */
#include "ssm/zeros.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/eigen.h"
#include "math/matrix.h"

typedef struct chain {
    size_t n, stride;
    double *A, *b, *c, d; /* A has rows of `stride` */
} chain;

/* The reflection I - 2 v v' that turns the row (c, of n) into (0 .. 0 g): v into `v`. */
static void reflector(double *v, const double *c, size_t n)
{
    double norm = 0, size = 0;
    for (size_t i = 0; i < n; i++)
        norm = hypot(norm, c[i]);
    memcpy(v, c, n * sizeof *v);
    v[n - 1] += copysign(norm, c[n - 1]);
    for (size_t i = 0; i < n; i++)
        size = hypot(size, v[i]);
    for (size_t i = 0; i < n; i++)
        v[i] /= size;
}

static void reflect(chain *k, const double *v)
{
    for (size_t i = 0; i < k->n; i++) { /* A (I - 2 v v') */
        double sum = 0, *row = k->A + i * k->stride;
        for (size_t j = 0; j < k->n; j++)
            sum += row[j] * v[j];
        for (size_t j = 0; j < k->n; j++)
            row[j] -= 2 * sum * v[j];
    }
    for (size_t j = 0; j < k->n; j++) { /* (I - 2 v v') A */
        double sum = 0;
        for (size_t i = 0; i < k->n; i++)
            sum += v[i] * k->A[i * k->stride + j];
        for (size_t i = 0; i < k->n; i++)
            k->A[i * k->stride + j] -= 2 * v[i] * sum;
    }
    double sum = 0;
    for (size_t i = 0; i < k->n; i++)
        sum += v[i] * k->b[i];
    for (size_t i = 0; i < k->n; i++)
        k->b[i] -= 2 * v[i] * sum;
}

static double norm_2(const double *x, size_t n)
{
    double norm = 0;
    for (size_t i = 0; i < n; i++)
        norm = hypot(norm, x[i]);
    return norm;
}

/* Take states off until d counts; false where the system passes nothing at all. What is nothing
 * is measured against A and b as they were: reflections round in proportion to them. */
static bool deflate(chain *k, double *v)
{
    double eps = (double)k->n * 0x1p-51;
    double tiny_b = eps * norm_2(k->b, k->n), tiny_c = 0;
    double a = sinew_matrix_norm_1(k->A, k->n);
    bool given = true; /* d, as the caller gave it: anything but 0 counts */
    while (k->n > 0 && (given ? k->d == 0 : fabs(k->d) <= tiny_b)) {
        if (norm_2(k->c, k->n) <= tiny_c || norm_2(k->b, k->n) <= tiny_b)
            return false;
        reflector(v, k->c, k->n);
        reflect(k, v);
        k->n--;
        k->d = k->b[k->n];
        memcpy(k->c, k->A + k->n * k->stride, k->n * sizeof *k->c);
        tiny_c = eps * a;
        given = false;
    }
    return k->d != 0;
}

/* Turn [c d] into (0 .. 0 g) by one more reflection, now of x and u: the first n columns of
 * [A b] Q and [I 0] Q are the pencil. */
static sinew_status finite_zeros(double complex *zeros, size_t *count, const chain *k,
                                 sinew_error *error)
{
    size_t n = k->n;
    double *v = sinew_alloc(2 * (n + 1), sizeof *v), *row = v ? v + n + 1 : NULL;
    double *F = sinew_alloc(n * n, sizeof *F), *E = sinew_alloc(n * n, sizeof *E);
    sinew_status status = v && F && E ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        memcpy(row, k->c, n * sizeof *row);
        row[n] = k->d;
        reflector(v, row, n + 1);
        for (size_t i = 0; i < n; i++) {
            double sum = v[n] * k->b[i];
            for (size_t j = 0; j < n; j++)
                sum += k->A[i * k->stride + j] * v[j];
            for (size_t j = 0; j < n; j++) {
                F[i * n + j] = k->A[i * k->stride + j] - 2 * sum * v[j];
                E[i * n + j] = (i == j) - 2 * v[i] * v[j];
            }
        }
        status = sinew_pencil_eigenvalues(zeros, count, F, E, n, error);
    }
    sinew_free(v);
    sinew_free(F);
    sinew_free(E);
    return status;
}

sinew_status sinew_zeros(double complex *zeros, size_t *n_zeros, const sinew_matrices *m,
                         sinew_error *error)
{
    size_t n = m->order;
    *n_zeros = 0;
    if (n == 0)
        return SINEW_OK;
    chain k = {.n = n,
               .stride = n,
               .d = m->D[0],
               .A = sinew_copy(m->A, n * n, sizeof(double)),
               .b = sinew_copy(m->B, n, sizeof(double)),
               .c = sinew_copy(m->C, n, sizeof(double))};
    double *scale = sinew_alloc(2 * n, sizeof *scale);
    sinew_status status = k.A && k.b && k.c && scale ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        sinew_balance(k.A, scale, n);
        for (size_t i = 0; i < n; i++) {
            k.b[i] *= scale[i];
            k.c[i] /= scale[i];
        }
        if (deflate(&k, scale + n) && k.n > 0)
            status = finite_zeros(zeros, n_zeros, &k, error);
    }
    sinew_free(k.A);
    sinew_free(k.b);
    sinew_free(k.c);
    sinew_free(scale);
    return status;
}
