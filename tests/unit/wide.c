/* lib/math: wide numbers, logarithms, long double matrices, conditions. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "math/condition.h"
#include "math/expm.h"
#include "math/logm.h"
#include "math/long_matrix.h"
#include "math/matrix.h"
#include "math/wide.h"
#include "math/wide_roots.h"

static sinew_error error;

/* ---- wide ---- */

/* The digits of e, and of pi/2 as the angle that turns to j. */
Test(wide, exponential)
{
    static const uint32_t e[] = {0xadf85458, 0xa2bb4a9a, 0xafdc5620, 0x273d3cf1, 0xd8b9c583};
    sinew_widec one, out, back;
    sinew_widec_set(&one, 1, 16);
    sinew_widec_exp(&out, &one);
    cr_assert(out.re.sign == 1 && out.re.exponent == 2 && out.im.sign == 0);
    for (int i = 0; i < 5; i++)
        cr_assert_eq(out.re.limb[15 - i], e[i], "limb %d: %08x", i, out.re.limb[15 - i]);
    for (double x = -700; x < 800; x += 150) { /* e^x e^-x = 1 */
        sinew_widec z, product;
        sinew_widec_set(&z, x + 3.7 * I, 16);
        sinew_widec_exp(&out, &z);
        sinew_widec_set(&z, -x - 3.7 * I, 16);
        sinew_widec_exp(&back, &z);
        sinew_widec_multiply(&product, &out, &back);
        sinew_widec_subtract(&product, &product, &one);
        cr_assert(sinew_widec_exponent(&product) < -480, "e^%g: %lld", x,
                  (long long)sinew_widec_exponent(&product));
    }
}

/* Squared so often that no exponent holds it: it stays on its side. */
Test(wide, exponential_of_what_is_huge)
{
    for (double x = 1e18; x < 1e308; x *= 7) {
        sinew_widec out, z;
        sinew_widec_set(&z, -x, 4);
        sinew_widec_exp(&out, &z);
        cr_assert_eq(sinew_wide_get(&out.re), 0, "e^-%g", x);
        sinew_widec_set(&z, x, 4);
        sinew_widec_exp(&out, &z);
        cr_assert_eq(sinew_wide_get(&out.re), INFINITY, "e^%g", x);
    }
}

Test(wide, sums_quotients_and_doubles)
{
    for (int limbs = 2; limbs <= SINEW_WIDE_LIMBS_MOST; limbs *= 2) {
        sinew_widec a, b, sum;
        sinew_widec_set(&a, 1.0 / 3 - 7e40 * I, limbs);
        sinew_widec_set(&b, -5e-30 + 0.1 * I, limbs);
        sinew_widec_divide(&sum, &a, &b);
        sinew_widec_multiply(&sum, &sum, &b);
        sinew_widec_subtract(&sum, &sum, &a);
        cr_assert(sinew_widec_is_zero(&sum) ||
                  sinew_widec_exponent(&sum) < sinew_widec_exponent(&a) - 32 * limbs + 8);
        cr_assert_eq(sinew_widec_get(&b), -5e-30 + 0.1 * I);
        sinew_widec_add(&sum, &a, &b);
        sinew_widec_subtract(&sum, &sum, &b);
        sinew_widec_subtract(&sum, &sum, &a);
        cr_assert(sinew_widec_is_zero(&sum) ||
                  sinew_widec_exponent(&sum) < sinew_widec_exponent(&a) - 32 * limbs + 4);
    }
    sinew_wide x;
    for (double v = -1e300; v < 1.1e300; v += 1.3e299) {
        sinew_wide_set(&x, v, 4);
        cr_assert(sinew_wide_get(&x) == v && sinew_wide_get_long(&x) == v);
        sinew_wide_scale(&x, 4000);
        cr_assert(isinf(sinew_wide_get(&x)));
    }
    sinew_wide_set(&x, 0, 4);
    cr_assert_eq(sinew_wide_get(&x), 0);
}

/* phi functions on both sides of where the series ends: phi_1 = 1 + x phi_2. */
Test(wide, phi)
{
    for (double v = -1e-3; v > -3; v *= 1.7) {
        sinew_widec x, q, phi1, phi2, one;
        sinew_widec_set(&x, v + v * I / 2, 16);
        sinew_widec_set(&one, 1, 16);
        sinew_widec_exp(&q, &x);
        sinew_widec_phi(&phi1, &phi2, &x, &q);
        double complex z = sinew_widec_get(&x);
        cr_assert(cabs(sinew_widec_get(&phi1) - (cexp(z) - 1) / z) < 1e-12);
        sinew_widec_multiply(&phi2, &phi2, &x);
        sinew_widec_add(&phi2, &phi2, &one);
        sinew_widec_subtract(&phi2, &phi2, &phi1);
        cr_assert(sinew_widec_exponent(&phi2) < -480);
    }
}

/* Wilkinson's (x - 1) .. (x - 20), whose coefficients in doubles would not give its roots; with
 * x^2 + 2^-200, and a double root. */
Test(wide, roots)
{
    enum { DEGREE = 24 };
    sinew_wide c[DEGREE + 1], factor, part;
    double complex roots[DEGREE];
    for (int k = 0; k <= DEGREE; k++)
        sinew_wide_set(&c[k], k == 0, 16);
    for (int root = 1; root <= 22; root++) /* 21 and 22 stand for a second 7 and for 0.5 */
        for (int k = root; k >= 0; k--) {
            sinew_wide_set(&factor, root == 21 ? 7 : root == 22 ? 0.5 : root, 16);
            sinew_wide_multiply(&part, &c[k], &factor);
            if (k == 0)
                sinew_wide_set(&c[k], 0, 16);
            else
                c[k] = c[k - 1];
            sinew_wide_subtract(&c[k], &c[k], &part);
        }
    for (int k = DEGREE; k >= 0; k--) { /* times x^2 + 2^-200 */
        part = c[k];
        sinew_wide_scale(&part, -200);
        c[k] = part;
        if (k >= 2)
            sinew_wide_add(&c[k], &c[k], &c[k - 2]);
    }
    cr_assert_eq(sinew_wide_roots(roots, c, DEGREE, 0, &error), SINEW_OK, "%s", error.text);
    for (int want = 1; want <= 20; want++) {
        int found = 0;
        for (int k = 0; k < DEGREE; k++)
            found += roots[k] == want;
        cr_assert_eq(found, want == 7 ? 2 : 1, "%d: %d times", want, found);
    }
    for (int k = 0; k < DEGREE; k++)
        if (cimag(roots[k]) > 0)
            cr_assert(cabs(roots[k] - 0x1p-100 * I) <= 0x1p-153 && roots[k + 1] == conj(roots[k]));
}

/* ---- logarithms ---- */

static double random_number(void)
{
    return 2 * drand48() - 1;
}

/* e^(log A) = A; A is e^X with eigenvalues of X within pi of the real axis. */
Test(logm, turns_the_exponential_round)
{
    enum { N = 9 };
    double X[N * N], A[N * N], less[N * N], L[N * N];
    for (int round = 0; round < 200; round++) {
        size_t n = 1 + (size_t)round % N;
        srand48(round);
        for (size_t i = 0; i < n * n; i++)
            X[i] = random_number() * (round % 3 ? 0.8 : 1e-4);
        if (round % 2)
            for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < i; j++)
                    X[i * n + j] = 0;
        cr_assert_eq(sinew_expm(A, less, X, n, &error), SINEW_OK);
        cr_assert_eq(sinew_logm(L, A, less, n, &error), SINEW_OK, "%s", error.text);
        double largest = 0;
        for (size_t i = 0; i < n * n; i++)
            largest = fmax(largest, fabs(X[i]));
        for (size_t i = 0; i < n * n; i++)
            cr_assert_float_eq(L[i], X[i], 2e-14 * largest, "round %d, n %zu: %.17g, not %.17g",
                               round, n, L[i], X[i]);
    }
}

Test(logm, slow_and_fast_eigenvalues_keep_their_digits)
{
    const double A[] = {1 - 1e-16, 0, 0, 0.5, 1e-200, 0, 0.25, 3, 1.0}; /* 1 - 1e-16 is rounded */
    const double less[] = {-1e-16, 0, 0, 0.5, -1, 0, 0.25, 3, 1e-17};
    double L[9];
    cr_assert_eq(sinew_logm(L, A, less, 3, &error), SINEW_OK, "%s", error.text);
    cr_assert_float_eq(L[0], -1e-16, 1e-31);
    cr_assert_float_eq(L[4], -460.51701859880916, 1e-12);
    cr_assert_float_eq(L[8], 1e-17, 1e-32);
    /* two eigenvalues almost 1: their derivative of the logarithm is 1 */
    const double two[] = {1, 0, 0.75, 1}, less_two[] = {-3e-20, 0, 0.75, 4e-20};
    cr_assert_eq(sinew_logm(L, two, less_two, 2, &error), SINEW_OK);
    cr_assert(L[0] == -3e-20 && L[3] == 4e-20 && fabs(L[2] - 0.75) < 1e-16);
}

Test(logm, what_has_none)
{
    const double negative[] = {-1, 0, 0, 2}, less[] = {-2, 0, 0, 1};
    const double zero[] = {0, 0, 0, 2}, less_zero[] = {-1, 0, 0, 1};
    double L[4];
    cr_assert_eq(sinew_logm(L, negative, less, 2, &error), SINEW_ERR_NUMERIC);
    cr_assert_eq(sinew_logm(L, zero, less_zero, 2, &error), SINEW_ERR_NUMERIC);
    cr_assert_eq(sinew_logm(L, NULL, NULL, 0, &error), SINEW_OK);
}

/* ---- long double ---- */

Test(long_matrix, exponential_and_resolvent)
{
    enum { N = 6 };
    long double A[N * N], less[N * N], again[N * N], B[N], C[N], D[1] = {0.5L};
    double a[N * N], e[N * N], l[N * N];
    srand48(5);
    for (int i = 0; i < N * N; i++)
        A[i] = a[i] = random_number();
    for (int i = 0; i < N; i++) {
        B[i] = random_number();
        C[i] = random_number();
    }
    cr_assert_eq(sinew_long_expm1(less, A, N, 0, &error), SINEW_OK);
    cr_assert_eq(sinew_long_expm1(again, A, N, 5, &error), SINEW_OK);
    cr_assert_eq(sinew_expm(e, l, a, N, &error), SINEW_OK);
    for (int i = 0; i < N * N; i++) {
        cr_assert_float_eq((double)less[i], l[i], 1e-14);
        cr_assert(fabsl(less[i] - again[i]) < 1e-17L);
    }
    sinew_long_resolvent w;
    long double complex h, s = 0.3L + 2 * I;
    cr_assert_eq(sinew_long_resolvent_init(&w, N, 1, 1, A, B, C, D, &error), SINEW_OK);
    cr_assert(sinew_long_resolvent_at(&h, &w, s));
    sinew_long_resolvent_finish(&w);
    /* C (s I - A)^-1 B = sum C A^k B / s^(k+1) for large s; here s -> 40 s */
    s *= 40;
    long double complex want = D[0], power = 1 / s;
    long double x[N], y[N];
    for (int i = 0; i < N; i++)
        x[i] = B[i];
    for (int k = 0; k < 60; k++, power /= s) {
        for (int i = 0; i < N; i++) {
            want += power * C[i] * x[i];
            y[i] = 0;
            for (int j = 0; j < N; j++)
                y[i] += A[i * N + j] * x[j];
        }
        for (int i = 0; i < N; i++)
            x[i] = y[i];
    }
    cr_assert_eq(sinew_long_resolvent_init(&w, N, 1, 1, A, B, C, D, &error), SINEW_OK);
    cr_assert(sinew_long_resolvent_at(&h, &w, s));
    cr_assert(cabsl(h - want) < 1e-17L);
    sinew_long_resolvent_finish(&w);
}

/* ---- conditions ---- */

Test(condition, of_eigenvectors)
{
    const double turning[] = {-1, 5, -5, -1}, jordan[] = {-2, 1, 0, -2}, apart[] = {1, 3, 0, 2};
    double condition, rcond;
    cr_assert_eq(sinew_condition_eigenvectors(&condition, &rcond, turning, 2, &error), SINEW_OK);
    cr_assert_float_eq(condition, 1, 1e-14);
    cr_assert_eq(sinew_condition_eigenvectors(&condition, &rcond, jordan, 2, &error), SINEW_OK);
    cr_assert(condition > 1e15 && rcond < 1e-15);
    /* (1, 0) and (3, 1) / sqrt 10, the cosine between them 3 / sqrt 10 */
    cr_assert_eq(sinew_condition_eigenvectors(&condition, &rcond, apart, 2, &error), SINEW_OK);
    double cosine = 3 / sqrt(10);
    cr_assert_float_eq(condition, sqrt((1 + cosine) / (1 - cosine)), 1e-13);
    cr_assert_eq(sinew_condition_eigenvectors(&condition, &rcond, NULL, 0, &error), SINEW_OK);
    cr_assert(condition == 1 && rcond == 1);
}

Test(condition, reciprocal)
{
    const double M[] = {1, 0, 0, 1e-9}, none[] = {1, 2, 2, 4}, rows[] = {1, 10, 0, 1};
    double rcond;
    cr_assert_eq(sinew_condition_reciprocal(&rcond, M, 2, &error), SINEW_OK);
    cr_assert_float_eq(rcond, 1e-9, 1e-20);
    cr_assert_eq(sinew_condition_reciprocal(&rcond, none, 2, &error), SINEW_OK);
    cr_assert_eq(rcond, 0);
    cr_assert_eq(sinew_condition_reciprocal(&rcond, rows, 2, &error), SINEW_OK);
    cr_assert_float_eq(rcond, 1.0 / (11 * 11), 1e-15);
}
