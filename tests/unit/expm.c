/* lib/math: the exponential, blocks of two, polynomial roots. */
#include <criterion/criterion.h>
#include <math.h>

#include "math/blocks.h"
#include "math/complex.h"
#include "math/eigen.h"
#include "math/expm.h"
#include "math/matrix.h"
#include "math/phi.h"
#include "math/roots.h"

/* exp(A), where exp(A) - I agrees with it. */
static sinew_status exponential(double *out, const double *A, size_t n, sinew_error *error)
{
    double less[16 * 16];
    cr_assert_leq(n, 16);
    sinew_status status = sinew_expm(out, less, A, n, error);
    for (size_t i = 0; !status && i < n * n; i++) {
        double expected = out[i] - (i % (n + 1) == 0);
        cr_assert_float_eq(less[i], expected, 1e-15 * (1 + fabs(out[i])));
    }
    return status;
}

static void near(double got, double want, double relative)
{
    cr_assert(fabs(got - want) <= relative * fabs(want), "%.17g is not %.17g", got, want);
}

Test(expm, zero_and_scalar)
{
    double zero[9] = {0}, out[9], a;
    cr_assert_eq(exponential(out, zero, 3, NULL), SINEW_OK);
    for (int i = 0; i < 9; i++)
        cr_assert_eq(out[i], i % 4 == 0);
    const double x[] = {1e-300, -1e-9, 0.3, -2, 5, -40, 300, -700};
    for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
        cr_assert_eq(exponential(&a, &x[i], 1, NULL), SINEW_OK);
        near(a, exp(x[i]), 2e-16);
    }
}

Test(expm, rotation_keeps_its_length)
{
    const double angle[] = {1e-8, 0.1, 1, 3, 100, 12345};
    for (size_t i = 0; i < sizeof angle / sizeof *angle; i++) {
        double w = angle[i], A[4] = {0, w, -w, 0}, out[4];
        cr_assert_eq(exponential(out, A, 2, NULL), SINEW_OK);
        near(out[0], cos(w), 1e-15);
        near(out[1], sin(w), 1e-15);
        near(out[0] * out[3] - out[1] * out[2], 1, 1e-15);
    }
}

/* [[0, 1, 0], [0, 0, 1], [0, 0, 0]] x and its transpose: 1, x, x^2/2. */
Test(expm, nilpotent_is_a_polynomial)
{
    const double x[] = {1e-6, 1, 64, 1e9};
    for (size_t k = 0; k < sizeof x / sizeof *x; k++) {
        double A[9] = {0, x[k], 0, 0, 0, x[k], 0, 0, 0}, At[9], out[9];
        sinew_matrix_transpose(At, A, 3, 3);
        cr_assert_eq(exponential(out, A, 3, NULL), SINEW_OK);
        near(out[1], x[k], 1e-15);
        near(out[2], x[k] * x[k] / 2, 1e-15);
        cr_assert_eq(out[6], 0);
        cr_assert_eq(exponential(out, At, 3, NULL), SINEW_OK);
        near(out[6], x[k] * x[k] / 2, 1e-15);
        cr_assert_eq(out[2], 0);
    }
}

/* scipy issue 19584: NaN there. exp [[a, 0], [b, d]] has b (e^a - e^d) / (a - d) below. */
Test(expm, stiff_triangular)
{
    double A[4] = {-247, 0, 6283, -6283}, At[4], out[4];
    cr_assert_eq(exponential(out, A, 2, NULL), SINEW_OK);
    near(out[0], exp(-247), 1e-15);
    near(out[2], 6283 * exp(-247) / (6283 - 247), 1e-15);
    cr_assert_eq(out[1], 0);
    cr_assert_eq(out[3], 0); /* e^-6283 is below every double */
    sinew_matrix_transpose(At, A, 2, 2);
    cr_assert_eq(exponential(out, At, 2, NULL), SINEW_OK);
    near(out[1], 6283 * exp(-247) / (6283 - 247), 1e-15);
}

Test(expm, doubling_the_time_squares)
{
    enum { N = 7 };
    double A[N * N], A2[N * N], once[N * N], twice[N * N], square[N * N], peak = 0;
    unsigned seed = 1;
    for (size_t i = 0; i < N * N; i++) {
        seed = seed * 1103515245u + 12345u;
        A[i] = (double)(seed >> 16 & 255) / 64 - 2 - (i % (N + 1) == 0 ? 3 : 0);
        A2[i] = 2 * A[i];
    }
    cr_assert_eq(exponential(once, A, N, NULL), SINEW_OK);
    cr_assert_eq(exponential(twice, A2, N, NULL), SINEW_OK);
    sinew_matrix_multiply(square, once, once, N, N, N);
    for (size_t i = 0; i < N * N; i++)
        peak = fmax(peak, fabs(twice[i]));
    for (size_t i = 0; i < N * N; i++)
        cr_assert(fabs(twice[i] - square[i]) <= 2e-14 * peak);
}

Test(expm, what_is_not_finite_is_refused)
{
    sinew_error error;
    double out[4], large[4] = {1e200, 1, 2, 1e200}, positive[4] = {800, 1, 1, 800};
    double nan[4] = {1, NAN, 0, 1}, inf[4] = {1, 0, INFINITY, 1};
    cr_assert_eq(exponential(out, large, 2, &error), SINEW_ERR_NUMERIC);
    cr_assert_eq(exponential(out, positive, 2, &error), SINEW_ERR_NUMERIC);
    cr_assert_eq(exponential(out, nan, 2, &error), SINEW_ERR_NUMERIC);
    cr_assert_eq(exponential(out, inf, 2, NULL), SINEW_ERR_NUMERIC);
}

Test(blocks, exponential_of_two_by_two)
{
    double e[4], saddle[4] = {1, 2, 2, 1}; /* eigenvalues 3, -1; vectors (1, 1), (1, -1) */
    sinew_block2_exp(e, saddle);
    near(e[0], cosh(2) * exp(1), 1e-15);
    near(e[1], sinh(2) * exp(1), 1e-15);
    double defective[4] = {-3, 1, -1, -1}; /* -2 twice: e^-2 (I + N) */
    sinew_block2_exp(e, defective);
    cr_assert_float_eq(e[0], 0, 1e-16);
    near(e[1], exp(-2), 1e-15);
    near(e[3], 2 * exp(-2), 1e-15);
    double slow[4] = {-1, 1, 1, -1 - 1e-12}; /* eigenvalues -5e-13 and -2 */
    sinew_block2_exp(e, slow);
    near(e[0], (1 + exp(-2)) / 2, 1e-12);
    /* V [[0, 1], [0, 0]] V^-1 rounded, over a time: q is rounding, and I + A is right to the end */
    for (int i = 1; i <= 1000; i++) {
        const double A[4] = {0.090167844845065279, -0.0081974382376640703, 0.99180256176233605,
                             -0.090167844845065168};
        double t = i / 1000.0, a[4] = {A[0] * t, A[1] * t, A[2] * t, A[3] * t};
        sinew_block2_exp(e, a);
        near(e[0], 1 + a[0], 1e-15);
        near(e[3], 1 + a[3], 1e-15);
    }
}

Test(blocks, shapes)
{
    unsigned char sizes[3];
    double lower[9] = {1, 2, 0, 3, 4, 0, 5, 6, 7}, chain[9] = {1, 2, 0, 3, 4, 5, 6, 7, 8};
    double bank[9] = {1, 0, 0, 0, 2, 3, 0, -3, 2}, upper[9] = {1, 2, 3, 0, 4, 5, 0, 6, 7};
    cr_assert_eq(sinew_blocks_find(lower, 3, sizes), SINEW_SHAPE_LOWER);
    cr_assert(sizes[0] == 2 && sizes[1] == 0 && sizes[2] == 1);
    cr_assert_eq(sinew_blocks_find(upper, 3, sizes), SINEW_SHAPE_UPPER);
    cr_assert(sizes[0] == 1 && sizes[1] == 2 && sizes[2] == 0);
    cr_assert_eq(sinew_blocks_find(chain, 3, sizes), SINEW_SHAPE_FULL);
    cr_assert(sinew_blocks_diagonal(bank, 3, sizes));
    cr_assert(sizes[0] == 1 && sizes[1] == 2);
    cr_assert_not(sinew_blocks_diagonal(lower, 3, sizes));
}

/* 1 + z/2 + z^2/6 and 1/2 + z/6 + z^2/24: imaginary parts of the size of a tiny z have all their
 * digits. */
Test(phi, tiny_arguments_keep_their_imaginary_parts)
{
    for (int e = -30; e > -1000; e -= 41) {
        double complex z = sinew_cmplx(-ldexp(0.7, e), ldexp(1.1, e));
        double one = cimag(z) / 2 + cimag(z * z) / 6, two = cimag(z) / 6 + cimag(z * z) / 24;
        cr_assert_float_eq(cimag(sinew_phi1(z)), one, 1e-15 * one);
        cr_assert_float_eq(cimag(sinew_phi2(z)), two, 1e-15 * two);
    }
}

Test(phi, series_and_closed_form_meet)
{
    for (double r = 1e-12; r < 50; r *= 3)
        for (double t = 0; t < 6.3; t += 0.7) {
            double complex z = sinew_cmplx(r * cos(t), r * sin(t));
            double complex two = sinew_phi2(z) * z + 1; /* phi_1 = 1 + z phi_2 */
            cr_assert(cabs(sinew_phi1(z) - two) <= 2e-15 * cabs(two) + 4e-16);
        }
    cr_assert_eq(creal(sinew_phi2(0)), 0.5);
}

Test(roots, of_known_products)
{
    double complex roots[5];
    const double wide[] = {1, 1.0 + 1e6 + 1e-6, 1e6 + 1 + 1e-6, 1}; /* almost -1e6, -1, -1e-6 */
    const double pairs[] = {2, -4, 10, 0, 0};                       /* 1 +- 2j, 0, 0 */
    cr_assert_eq(sinew_roots(roots, wide, 3, NULL), SINEW_OK);
    for (int i = 0; i < 3; i++) {
        double x = creal(roots[i]);
        cr_assert(fabs(((x + wide[1]) * x + wide[2]) * x + 1) <= 1e-9 * fabs(x * wide[2]) + 1e-15);
    }
    cr_assert_eq(sinew_roots(roots, pairs, 4, NULL), SINEW_OK);
    cr_assert(cabs(roots[0] - sinew_cmplx(1, 2)) < 1e-15 && roots[1] == conj(roots[0]));
    cr_assert(roots[2] == 0 && roots[3] == 0);
}
