#include "math/root.h"

#include <math.h>
#include <string.h>

/* Rows a and b, of which all but the first entries are 0 before `from`, by the rotation that makes
 * b[from] zero. */
static void rotate(double *a, double *b, size_t from, size_t columns)
{
    double r = hypot(a[from], b[from]), c = a[from] / r, s = b[from] / r;
    a[from] = r;
    b[from] = 0;
    for (size_t j = from + 1; j < columns; j++) {
        double x = a[j], y = b[j];
        a[j] = c * x + s * y;
        b[j] = c * y - s * x;
    }
}

void sinew_root_turn(double *M, size_t rows, size_t columns)
{
    for (size_t j = 0; j < columns && j < rows; j++)
        for (size_t i = j + 1; i < rows; i++)
            if (M[i * columns + j] != 0)
                rotate(M + j * columns, M + i * columns, j, columns);
}

/* Cholesky's rows with the largest pivot first, of P scaled to a diagonal of ones: P is
 * semidefinite where what is left when no pivot is, is nothing. */
bool sinew_root_of(double *U, const double *P, size_t n, double *work)
{
    double *left = work, *scale = work + n * n, tolerance = 1e-13 * (double)(n + 1);
    size_t rank = 0;
    for (size_t i = 0; i < n; i++)
        scale[i] = P[i * n + i] > 0 ? sqrt(P[i * n + i]) : 0;
    for (size_t i = 0; i < n * n; i++) {
        double s = scale[i / n] * scale[i % n];
        if (!isfinite(P[i]) || (s == 0 && P[i] != 0))
            return false;
        left[i] = s > 0 ? P[i] / scale[i / n] / scale[i % n] : 0;
    }
    memset(U, 0, n * n * sizeof *U);
    for (; rank < n; rank++) {
        size_t p = 0;
        for (size_t i = 1; i < n; i++)
            if (left[i * n + i] > left[p * n + p])
                p = i;
        if (!(left[p * n + p] > tolerance))
            break;
        double *row = U + rank * n, pivot = sqrt(left[p * n + p]);
        for (size_t j = 0; j < n; j++)
            row[j] = left[p * n + j] / pivot;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                left[i * n + j] = i == p || j == p ? 0 : left[i * n + j] - row[i] * row[j];
    }
    for (size_t i = 0; i < n * n; i++) {
        if (fabs(left[i]) > tolerance)
            return false;
        U[i] *= scale[i % n];
    }
    sinew_root_turn(U, n, n);
    return true;
}

void sinew_root_square(double *P, const double *U, size_t n)
{
    memset(P, 0, n * n * sizeof *P);
    for (size_t k = 0; k < n; k++)
        for (size_t i = k; i < n; i++)
            for (size_t j = k; j < n; j++)
                P[i * n + j] += U[k * n + i] * U[k * n + j];
}

void sinew_root_solve(const double *U, size_t stride, double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double sum = x[i];
        for (size_t j = 0; j < i; j++)
            sum -= U[j * stride + i] * x[j];
        x[i] = U[i * stride + i] != 0 ? sum / U[i * stride + i] : 0;
    }
}
