#include "math/blocks.h"
#include "math/complex.h"

#include <math.h>

static double entry(const double *A, size_t n, size_t i, size_t j, bool transposed)
{
    return transposed ? A[j * n + i] : A[i * n + j];
}

static bool is_lower(const double *A, size_t n, unsigned char *sizes, bool transposed)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 2; j < n; j++)
            if (entry(A, n, i, j, transposed) != 0)
                return false;
    for (size_t i = 0; i < n; i++) {
        bool coupled = i + 1 < n && entry(A, n, i, i + 1, transposed) != 0;
        sizes[i] = coupled ? 2 : 1;
        if (!coupled)
            continue;
        sizes[++i] = 0;
        if (i + 1 < n && entry(A, n, i, i + 1, transposed) != 0)
            return false;
    }
    return true;
}

sinew_shape sinew_blocks_find(const double *A, size_t n, unsigned char *sizes)
{
    if (is_lower(A, n, sizes, false))
        return SINEW_SHAPE_LOWER;
    return is_lower(A, n, sizes, true) ? SINEW_SHAPE_UPPER : SINEW_SHAPE_FULL;
}

bool sinew_blocks_diagonal(const double *A, size_t n, unsigned char *sizes)
{
    for (size_t i = 0; i < n; i++) {
        bool coupled = i + 1 < n && (A[i * n + i + 1] != 0 || A[(i + 1) * n + i] != 0);
        size_t end = i + (coupled ? 2 : 1);
        for (size_t row = i; row < end; row++)
            for (size_t j = end; j < n; j++)
                if (A[row * n + j] != 0 || A[j * n + row] != 0)
                    return false;
        sizes[i] = coupled ? 2 : 1;
        if (coupled)
            sizes[++i] = 0;
    }
    return true;
}

/* a b + c d with one rounding error or two (Kahan; Jeannerod, Louvet, Muller 2013). */
static double sum_of_products(double a, double b, double c, double d)
{
    double cd = c * d;
    return fma(a, b, cd) + fma(c, d, -cd);
}

/* With m the mean of the diagonal, h half its difference and q^2 = h^2 + a01 a10:
 * exp(a) = e^m (cosh q I + sinh q / q (a - m I)). For real q the smaller diagonal entry,
 * e^m (cosh q - |h| sinh q / q), would cancel; it is e^(m-q) + (q - |h|) e^m sinh q / q.
 * Near one double pole q is rounding of h, and m + q and m - q must be of the same q: then its
 * error is one of q^2 in cosh q. */
static void exp_real(double out[4], const double a[4], double h, double q, bool less_one)
{
    double mean = (a[0] + a[3]) / 2, size = fabs(h);
    double high = mean + q, low = mean - q;
    double determinant = sum_of_products(a[0], a[3], -a[1], a[2]);
    bool distinct = size <= 4 * q;
    if (distinct && mean < 0 && low != 0)
        high = determinant / low; /* an eigenvalue near 0 beside a fast one */
    else if (distinct && mean > 0 && high != 0)
        low = determinant / high;
    double e_high = exp(high), e_low = exp(low);
    double spread; /* e^m sinh q / q */
    if (q == 0)
        spread = exp(mean);
    else if (q < 1)
        spread = exp(mean) * sinh(q) / q;
    else
        spread = (e_high - e_low) / (2 * q);
    if (less_one) {
        e_high = expm1(high);
        e_low = expm1(low);
    }
    double large = (e_high + e_low) / 2 + size * spread;
    double small = e_low + (q + size > 0 ? a[1] * a[2] / (q + size) * spread : 0);
    out[0] = h >= 0 ? large : small;
    out[3] = h >= 0 ? small : large;
    out[1] = a[1] * spread;
    out[2] = a[2] * spread;
}

static void block2_exp(double out[4], const double a[4], bool less_one)
{
    double h = a[0] / 2 - a[3] / 2;
    double q2 = sum_of_products(h, h, a[1], a[2]);
    if (q2 >= 0) {
        exp_real(out, a, h, sqrt(q2), less_one);
        return;
    }
    double mean = a[0] / 2 + a[3] / 2, w = sqrt(-q2), half = sin(w / 2), scale = exp(mean);
    double cosine = less_one ? expm1(mean) * cos(w) - 2 * half * half : scale * cos(w);
    double spread = scale * sin(w) / w;
    out[0] = cosine + h * spread;
    out[3] = cosine - h * spread;
    out[1] = a[1] * spread;
    out[2] = a[2] * spread;
}

void sinew_block2_exp(double out[4], const double a[4])
{
    block2_exp(out, a, false);
}

void sinew_block2_expm1(double out[4], const double a[4])
{
    block2_exp(out, a, true);
}

void sinew_block2_eigenvalues(double complex out[2], const double a[4])
{
    double mean = a[0] / 2 + a[3] / 2, h = a[0] / 2 - a[3] / 2;
    double q2 = sum_of_products(h, h, a[1], a[2]);
    if (a[1] == 0 || a[2] == 0) {
        out[0] = a[0];
        out[1] = a[3];
    } else if (q2 < 0) {
        out[0] = sinew_cmplx(mean, sqrt(-q2));
        out[1] = conj(out[0]);
    } else {
        double far = mean >= 0 ? mean + sqrt(q2) : mean - sqrt(q2);
        out[0] = far;
        out[1] = far != 0 ? sum_of_products(a[0], a[3], -a[1], a[2]) / far : 0;
    }
}
