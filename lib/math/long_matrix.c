#include "math/long_matrix.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"

/* ---- the exponential ---- */

/* out = a b, (n, n); a zero of a is skipped. */
static void multiply(long double *out, const long double *a, const long double *b, size_t n)
{
    memset(out, 0, n * n * sizeof *out);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            long double factor = a[i * n + k];
            if (factor == 0)
                continue;
            for (size_t j = 0; j < n; j++)
                out[i * n + j] += factor * b[k * n + j];
        }
}

static long double norm_1(const long double *a, size_t n)
{
    long double largest = 0;
    for (size_t j = 0; j < n; j++) {
        long double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += fabsl(a[i * n + j]);
        largest = fmaxl(largest, sum);
    }
    return largest;
}

/* sum A^k / k! for k = 1 .. , by Horner's rule: (I + A/m) A/(m-1) ... */
static void series(long double *less, long double *work, const long double *A, size_t n, int terms)
{
    memset(less, 0, n * n * sizeof *less);
    for (int k = terms; k > 0; k--) {
        multiply(work, A, less, n);
        for (size_t i = 0; i < n * n; i++)
            less[i] = (work[i] + A[i]) / (long double)k;
    }
}

sinew_status sinew_long_expm1(long double *less, const long double *A, size_t n, int further,
                              sinew_error *error)
{
    long double *scaled = sinew_alloc(n * n, sizeof *scaled);
    long double *work = sinew_alloc(n * n, sizeof *work);
    long double norm = norm_1(A, n);
    sinew_status status = scaled && work ? SINEW_OK : sinew_fail_memory(error);
    if (!status && !isfinite(norm))
        status = sinew_fail(error, SINEW_ERR_NUMERIC, "the matrix is not finite");
    if (!status) {
        int halvings = further + (norm > 0 && ilogbl(norm) > -3 ? ilogbl(norm) + 3 : 0);
        for (size_t i = 0; i < n * n; i++)
            scaled[i] = scalbnl(A[i], -halvings);
        int terms = 1;
        for (long double term = 0.25L; term > LDBL_EPSILON / 64; term *= 0.25L / terms)
            terms++;
        series(less, work, scaled, n, terms);
        for (int k = 0; k < halvings; k++) {
            multiply(work, less, less, n);
            for (size_t i = 0; i < n * n; i++)
                less[i] = 2 * less[i] + work[i];
        }
    }
    sinew_free(scaled);
    sinew_free(work);
    return status;
}

/* ---- the resolvent ---- */

void sinew_long_resolvent_finish(sinew_long_resolvent *w)
{
    sinew_free(w->A);
    sinew_free(w->B);
    sinew_free(w->C);
    sinew_free(w->D);
    sinew_free(w->work);
    *w = (sinew_long_resolvent){0};
}

/* rows of X (n, columns) less 2 v (v' X), v from entry `from` on. */
static void reflect_rows(long double *X, const long double *v, size_t from, size_t n,
                         size_t columns)
{
    for (size_t j = 0; j < columns; j++) {
        long double sum = 0;
        for (size_t i = from; i < n; i++)
            sum += v[i] * X[i * columns + j];
        for (size_t i = from; i < n; i++)
            X[i * columns + j] -= 2 * sum * v[i];
    }
}

static void reflect_columns(long double *X, const long double *v, size_t from, size_t n,
                            size_t rows)
{
    for (size_t i = 0; i < rows; i++) {
        long double sum = 0, *row = X + i * n;
        for (size_t j = from; j < n; j++)
            sum += row[j] * v[j];
        for (size_t j = from; j < n; j++)
            row[j] -= 2 * sum * v[j];
    }
}

/* Householder: columns of A one after another to zeros below the first subdiagonal. */
static void reduce(sinew_long_resolvent *w, long double *v)
{
    size_t n = w->n;
    for (size_t k = 0; k + 2 < n; k++) {
        long double norm = 0, size = 0;
        for (size_t i = k + 1; i < n; i++) {
            v[i] = w->A[i * n + k];
            norm = hypotl(norm, v[i]);
            size = i > k + 1 ? hypotl(size, v[i]) : 0;
        }
        if (size == 0)
            continue;
        v[k + 1] += copysignl(norm, v[k + 1]);
        size = hypotl(size, v[k + 1]);
        for (size_t i = k + 1; i < n; i++)
            v[i] /= size;
        reflect_rows(w->A, v, k + 1, n, n);
        reflect_columns(w->A, v, k + 1, n, n);
        reflect_rows(w->B, v, k + 1, n, w->q);
        reflect_columns(w->C, v, k + 1, n, w->p);
        for (size_t i = k + 2; i < n; i++)
            w->A[i * n + k] = 0;
    }
}

static bool is_lower_hessenberg(const long double *A, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 2; j < n; j++)
            if (A[i * n + j] != 0)
                return false;
    return true;
}

static void swap(long double *a, long double *b)
{
    long double kept = *a;
    *a = *b;
    *b = kept;
}

/* Count the states from the other end: lower Hessenberg becomes upper, and reflections, which would
 * mix states of very different sizes, are not needed. */
static void reverse(sinew_long_resolvent *w)
{
    size_t n = w->n;
    for (size_t i = 0; i < n * n / 2; i++)
        swap(&w->A[i], &w->A[n * n - 1 - i]);
    for (size_t i = 0; i < n / 2; i++) {
        for (size_t j = 0; j < w->q; j++)
            swap(&w->B[i * w->q + j], &w->B[(n - 1 - i) * w->q + j]);
        for (size_t j = 0; j < w->p; j++)
            swap(&w->C[j * n + i], &w->C[j * n + n - 1 - i]);
    }
}

sinew_status sinew_long_resolvent_init(sinew_long_resolvent *w, size_t n, size_t q, size_t p,
                                       const long double *A, const long double *B,
                                       const long double *C, const long double *D,
                                       sinew_error *error)
{
    *w = (sinew_long_resolvent){.n = n, .q = q, .p = p};
    w->A = sinew_copy(A, n * n, sizeof *A);
    w->B = sinew_copy(B, n * q, sizeof *B);
    w->C = sinew_copy(C, p * n, sizeof *C);
    w->D = sinew_copy(D, p * q, sizeof *D);
    w->work = sinew_alloc(n * (n + q), sizeof *w->work);
    long double *v = sinew_alloc(n, sizeof *v);
    sinew_status status = SINEW_OK;
    if (!w->A || !w->B || !w->C || !w->D || !w->work || !v)
        status = sinew_fail_memory(error);
    else if (is_lower_hessenberg(A, n))
        reverse(w);
    else
        reduce(w, v);
    sinew_free(v);
    return status;
}

static long double size_of(long double complex z)
{
    return fabsl(creall(z)) + fabsl(cimagl(z));
}

/* One column of s I - A after another: the larger of two neighbours is the pivot. */
static bool eliminate(sinew_long_resolvent *w)
{
    size_t n = w->n, wide = n + w->q;
    for (size_t k = 0; k < n; k++) {
        long double complex *row = w->work + k * wide, *next = row + wide;
        if (k + 1 < n && size_of(next[k]) > size_of(row[k]))
            for (size_t j = k; j < wide; j++) {
                long double complex kept = row[j];
                row[j] = next[j];
                next[j] = kept;
            }
        if (row[k] == 0)
            return false;
        if (k + 1 == n || next[k] == 0)
            continue;
        long double complex factor = next[k] / row[k];
        for (size_t j = k + 1; j < wide; j++)
            next[j] -= factor * row[j];
    }
    return true;
}

bool sinew_long_resolvent_at(long double complex *out, sinew_long_resolvent *w,
                             long double complex s)
{
    size_t n = w->n, q = w->q, wide = n + q;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++)
            w->work[i * wide + j] = (i == j ? s : 0) - w->A[i * n + j];
        for (size_t j = 0; j < q; j++)
            w->work[i * wide + n + j] = w->B[i * q + j];
    }
    if (!eliminate(w))
        return false;
    for (size_t c = 0; c < q; c++)
        for (size_t i = n; i-- > 0;) {
            long double complex *row = w->work + i * wide, sum = row[n + c];
            for (size_t j = i + 1; j < n; j++)
                sum -= row[j] * w->work[j * wide + n + c];
            row[n + c] = sum / row[i];
        }
    for (size_t r = 0; r < w->p; r++)
        for (size_t c = 0; c < q; c++) {
            long double complex sum = w->D[r * q + c];
            for (size_t i = 0; i < n; i++)
                sum += w->C[r * n + i] * w->work[i * wide + n + c];
            out[r * q + c] = sum;
        }
    return true;
}
