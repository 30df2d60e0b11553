/* The coefficients of theta_n span (2n)! / n! and its roots are lost in them, and in its recurrence
 * and that one's tridiagonal matrix too, from order 20 on. They are safe in the polynomial's
 * differential equation, s y'' - 2 (s + n) y' + 2 n y = 0: at a root y'' / y' is twice the sum of
 * the inverse distances to the other roots, so that
 *
 *     F_i = sum over j != i of 1 / (s_i - s_j) - 1 - n / s_i = 0
 *
 * (T. J. Stieltjes; L. Pasquini 2000, Numer. Math. 86:507), which Newton's rule solves. */
#include "math/bessel.h"

#include <lapacke.h>
#include <math.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"

/* 1/s near root k = 1 .. n, Im rising: R. G. Campos, M. L. Calderon, arXiv:1105.0957. */
static long double complex near_inverse(size_t k_, size_t n_)
{
    long double n = n_, k = k_;
    long double re = 6 * k * (k - n - 1) / (n * n * (n + 2));
    long double im = n * (n * n * (5 - n) - 6) + k * (8 + n * (24 - n * (12 + 2 * n)));
    im += k * k * (12 * n * (n - 1) - 24 + k * (16 - 8 * n));
    return sinew_cmplxl(re, im / (n * n * (n * n * (n - 3) + 2)));
}

/* F and its Jacobian, by rows; it is symmetric. */
static void equations(double complex *F, double complex *jacobian, const long double complex *s,
                      size_t n)
{
    for (size_t i = 0; i < n; i++) {
        long double complex sum = 0, squares = 0;
        for (size_t j = 0; j < n; j++) {
            long double complex inverse = j == i ? 0 : 1 / (s[i] - s[j]);
            sum += inverse;
            squares += inverse * inverse;
            jacobian[i * n + j] = (double complex)(inverse * inverse);
        }
        F[i] = (double complex)(sum - 1 - (long double)n / s[i]);
        jacobian[i * n + i] = (double complex)((long double)n / (s[i] * s[i]) - squares);
    }
}

/* One step for all; the largest as a part of its root into *went. */
static bool improve(long double complex *s, double complex *F, double complex *jacobian,
                    lapack_int *pivots, size_t n, double *went)
{
    lapack_int size = (lapack_int)n;
    equations(F, jacobian, s, n);
    if (LAPACKE_zgesv(LAPACK_COL_MAJOR, size, 1, (lapack_complex_double *)jacobian, size, pivots,
                      (lapack_complex_double *)F, size) != 0)
        return false;
    *went = 0;
    for (size_t i = 0; i < n; i++) {
        double complex step = (F[i] + conj(F[n - 1 - i])) / 2;
        *went = fmax(*went, (double)(cabsl(step) / cabsl(s[i])));
        s[i] -= step;
    }
    return isfinite(*went);
}

sinew_status sinew_bessel_roots(long double complex *s, size_t n, sinew_error *error)
{
    if (n == 1)
        s[0] = -1; /* which no start is needed for, and which has none */
    if (n < 2)
        return SINEW_OK;
    double complex *all = sinew_alloc(n * n + n, sizeof *all);
    lapack_int *pivots = sinew_alloc(n, sizeof *pivots);
    sinew_status status = all && pivots ? SINEW_OK : sinew_fail_memory(error);
    double went = 1;
    for (size_t i = 0; !status && i < n; i++)
        s[i] = 1 / near_inverse(i + 1, n);
    for (int i = 0; !status && i < 16 && went > 0x1p-58; i++)
        if (!improve(s, all, all + n, pivots, n, &went))
            break;
    if (!status && !(went <= 0x1p-50))
        status = sinew_fail(error, SINEW_ERR_NUMERIC,
                            "the roots of a Bessel polynomial were not "
                            "found");
    for (size_t i = 0; !status && i < n / 2; i++)
        s[n - 1 - i] = conjl(s[i]);
    if (!status && n % 2)
        s[n / 2] = creall(s[n / 2]);
    sinew_free(all);
    sinew_free(pivots);
    return status;
}
