#include "math/solve.h"

#include <math.h>

static void swap_rows(double *a, double *b, size_t n)
{
    for (size_t j = 0; j < n; j++) {
        double t = a[j];
        a[j] = b[j];
        b[j] = t;
    }
}

/* to -= factor from; zeros, of which a triangular M has many, cost nothing. */
static void subtract(double *to, double factor, const double *from, size_t n)
{
    if (factor == 0)
        return;
    for (size_t j = 0; j < n; j++)
        to[j] -= factor * from[j];
}

static size_t pivot_row(const double *M, size_t n, size_t k)
{
    size_t best = k;
    for (size_t i = k + 1; i < n; i++)
        if (fabs(M[i * n + k]) > fabs(M[best * n + k]))
            best = i;
    return best;
}

bool sinew_solve(double *M, double *X, size_t n, size_t columns)
{
    for (size_t k = 0; k < n; k++) {
        double *row = M + k * n, *right = X + k * columns;
        size_t at = pivot_row(M, n, k);
        if (at != k) {
            swap_rows(row + k, M + at * n + k, n - k);
            swap_rows(right, X + at * columns, columns);
        }
        double pivot = row[k];
        if (!(fabs(pivot) > 0) || !isfinite(pivot))
            return false;
        for (size_t i = k + 1; i < n; i++) {
            double factor = M[i * n + k] / pivot;
            subtract(M + i * n + k + 1, factor, row + k + 1, n - k - 1);
            subtract(X + i * columns, factor, right, columns);
        }
    }
    for (size_t k = n; k-- > 0;) {
        double *right = X + k * columns;
        for (size_t j = k + 1; j < n; j++)
            subtract(right, M[k * n + j], X + j * columns, columns);
        for (size_t j = 0; j < columns; j++)
            right[j] /= M[k * n + k];
    }
    return true;
}
