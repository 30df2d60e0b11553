#include "math/matrix.h"

#include <lapacke.h>
#include <math.h>
#include <string.h>

void sinew_matrix_multiply(double *out, const double *a, const double *b, size_t rows, size_t inner,
                           size_t columns)
{
    memset(out, 0, rows * columns * sizeof *out);
    for (size_t i = 0; i < rows; i++) {
        double *row = out + i * columns;
        for (size_t k = 0; k < inner; k++) {
            double factor = a[i * inner + k];
            if (factor == 0)
                continue;
            for (size_t j = 0; j < columns; j++)
                row[j] += factor * b[k * columns + j];
        }
    }
}

void sinew_matrix_transpose(double *out, const double *a, size_t rows, size_t columns)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            out[j * rows + i] = a[i * columns + j];
}

double sinew_matrix_norm_1(const double *a, size_t n)
{
    double largest = 0;
    for (size_t j = 0; j < n; j++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += fabs(a[i * n + j]);
        if (!(sum <= largest)) /* a NaN is handed on */
            largest = sum;
    }
    return largest;
}

double sinew_norm_all(const double *a, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum = hypot(sum, a[i]);
    return sum;
}

bool sinew_all_finite(const double *a, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(a[i]))
            return false;
    return true;
}

/* dgebal sees A^T and makes R^-1 A^T R of it, which is (R A R^-1)^T: S = R. */
void sinew_balance(double *A, double *scale, size_t n)
{
    lapack_int low, high, size = (lapack_int)n;
    if (n && LAPACKE_dgebal(LAPACK_COL_MAJOR, 'S', size, A, size, &low, &high, scale) == 0)
        return;
    for (size_t i = 0; i < n; i++)
        scale[i] = 1;
}

void sinew_balance_sides(double *B, double *C, const double *scale, size_t n, size_t q, size_t p)
{
    for (size_t i = 0; i < n * q; i++)
        B[i] *= scale[i / q];
    for (size_t i = 0; i < p * n; i++)
        C[i] /= scale[i % n];
}

void sinew_unbalance(double *A, const double *scale, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            A[i * n + j] *= scale[j] / scale[i];
}

void sinew_unbalance_sides(double *B, double *C, const double *scale, size_t n, size_t q, size_t p)
{
    for (size_t i = 0; i < n * q; i++)
        B[i] /= scale[i / q];
    for (size_t i = 0; i < p * n; i++)
        C[i] *= scale[i % n];
}
