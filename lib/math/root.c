#include "math/root.h"

#include <float.h>
#include <math.h>
#include <string.h>

void sinew_root_rotate(double *a, double *b, size_t pivot, size_t columns)
{
    double r = hypot(a[pivot], b[pivot]), c = a[pivot] / r, s = b[pivot] / r;
    a[pivot] = r;
    b[pivot] = 0;
    for (size_t j = pivot + 1; j < columns; j++) {
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
                sinew_root_rotate(M + j * columns, M + i * columns, j, columns);
}

static void swap_rows(double *M, size_t a, size_t b, size_t columns)
{
    for (size_t j = 0; j < columns && a != b; j++) {
        double x = M[a * columns + j];
        M[a * columns + j] = M[b * columns + j];
        M[b * columns + j] = x;
    }
}

/* The largest number of the rows from `from` on: its row and column; false: all is 0. */
static bool find_largest(const double *M, size_t from, size_t rows, size_t columns, size_t n,
                         const double *scale, size_t *row, size_t *column)
{
    double most = 0;
    for (size_t i = from; i < rows; i++)
        for (size_t j = 0; j < n; j++) {
            double size = fabs(M[i * columns + j]) / scale[j];
            if (size > most) {
                most = size;
                *row = i;
                *column = j;
            }
        }
    return most > 0;
}

/* As sinew_root_rotate, over all columns; of the first n, the sizes of what was added up go along.
 */
static void rotate_sized(double *a, double *b, size_t pivot, size_t columns, size_t n,
                         double *size_a, double *size_b)
{
    double r = hypot(a[pivot], b[pivot]), c = a[pivot] / r, s = b[pivot] / r;
    double tolerance = 8 * DBL_EPSILON * (double)n, ac = fabs(c), as = fabs(s);
    for (size_t j = 0; j < columns; j++) {
        double x = a[j], y = b[j];
        a[j] = c * x + s * y;
        b[j] = c * y - s * x;
        if (j >= n)
            continue;
        double u = size_a[j], v = size_b[j];
        size_a[j] = ac * u + as * v;
        size_b[j] = ac * v + as * u;
        if (fabs(b[j]) <= tolerance * size_b[j])
            b[j] = 0;
    }
    a[pivot] = r;
    b[pivot] = 0;
}

size_t sinew_root_grade(double *M, size_t rows, size_t columns, size_t n, const double *scale,
                        double *sizes)
{
    size_t rank = 0, row = 0, column = 0;
    for (size_t i = 0; i < rows * n; i++)
        sizes[i] = fabs(M[i / n * columns + i % n]);
    for (; rank < n && find_largest(M, rank, rows, columns, n, scale, &row, &column); rank++) {
        swap_rows(M, rank, row, columns);
        swap_rows(sizes, rank, row, n);
        for (size_t i = rank + 1; i < rows; i++)
            if (M[i * columns + column] != 0)
                rotate_sized(M + rank * columns, M + i * columns, column, columns, n,
                             sizes + rank * n, sizes + i * n);
    }
    return rank;
}

static bool cleared_below(const double *U, size_t i, size_t j, size_t n)
{
    for (size_t k = i + 1; k < n; k++)
        if (U[k * n + j] != 0)
            return false;
    return true;
}

size_t sinew_root_pivot(const double *U, size_t i, size_t n, const double *scale)
{
    double most = 0;
    size_t pivot = n;
    for (size_t j = 0; j < n; j++) {
        double size = fabs(U[i * n + j]) / scale[j];
        if (size > most && cleared_below(U, i, j, n)) {
            most = size;
            pivot = j;
        }
    }
    return pivot;
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
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
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
