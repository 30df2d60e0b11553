/* lib/identify: the linear algebra underneath. */
#include "identify_help.h"

#include "far.h"
#include "identify/hankel.h"
#include "identify/triplets.h"
#include "math/tall.h"
#include "math/vectors.h"

Test(identify, products_of_vectors_and_combinations)
{
    enum { A = 9, B = 7, N = 1031 };
    double *a = random_numbers(A * N, 1), *b = random_numbers(B * N, 2), out[A * B];
    sinew_vectors_products(out, a, A, b, B, N - 3, N);
    for (size_t i = 0; i < A; i++)
        for (size_t j = 0; j < B; j++) {
            long double sum = 0;
            for (size_t t = 0; t < N - 3; t++)
                sum += (long double)a[i * N + t] * b[j * N + t];
            cr_assert_float_eq(out[i * B + j], (double)sum, 1e-13);
        }
    double *mixed = sinew_alloc(A * N, sizeof *mixed);
    sinew_vectors_combine(mixed, out, A, b, B, N);
    for (size_t i = 0; i < A; i++)
        for (size_t t = 0; t < N; t++) {
            long double sum = 0;
            for (size_t j = 0; j < B; j++)
                sum += (long double)out[i * B + j] * b[j * N + t];
            cr_assert_float_eq(mixed[i * N + t], (double)sum, 1e-12);
        }
    sinew_free(a);
    sinew_free(b);
    sinew_free(mixed);
}

/* Graded over twelve decades, and the last five vectors depend on the others. */
Test(identify, vectors_become_orthonormal)
{
    enum { N = 40, LENGTH = 301 };
    double *x = random_numbers(N * LENGTH, 3), R[N * N], gram[N * N], worst = 0;
    for (size_t i = 0; i < N; i++)
        for (size_t t = 0; t < LENGTH; t++)
            x[i * LENGTH + t] =
                i < 35 ? x[i * LENGTH + t] * pow(10, -(double)i / 3) + 1e3 * (i > 0) * x[t]
                       : x[(i - 20) * LENGTH + t] - x[(i - 10) * LENGTH + t];
    double *was = sinew_copy(x, N * LENGTH, sizeof *x);
    cr_assert_eq(sinew_vectors_orthonormalise(x, 0, N, LENGTH, 0, R, &error), SINEW_OK);
    sinew_vectors_products(gram, x, N, x, N, LENGTH, LENGTH);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++) {
            double want = i == j && R[i * N + i] != 0;
            worst = farther(worst, gram[i * N + j], want);
            cr_assert(i <= j || R[i * N + j] == 0);
        }
    cr_assert(worst < 1e-14, "%g", worst);
    for (size_t i = 0; i < N; i++)
        for (size_t t = 0; t < LENGTH; t++) {
            double sum = 0, size = 0;
            for (size_t j = 0; j <= i; j++) {
                sum += R[j * N + i] * x[j * LENGTH + t];
                size = fmax(size, fabs(R[j * N + i]));
            }
            cr_assert(fabs(sum - was[i * LENGTH + t]) <= 1e-14 * size);
        }
    sinew_free(x);
    sinew_free(was);
}

/* Each vector leans on those before it by a factor that only counts where it adds up: stretches of
 * one room, a sample apart. */
Test(identify, stretches_of_a_response_become_orthonormal)
{
    enum { N = 500, LENGTH = 800 };
    double *h = sinew_alloc(N + LENGTH, sizeof *h), *x = sinew_alloc(N * LENGTH, sizeof *x);
    double *gram = sinew_alloc(N * N, sizeof *gram), worst = 0;
    uint64_t seed = 8;
    for (size_t i = 0; i < 250; i++) {
        double w = 3.1 * fabs(random_number(&seed)), a = random_number(&seed);
        for (size_t t = 0; t < N + LENGTH; t++)
            h[t] += a * exp(-0.004 * (double)t) * cos(w * (double)t);
    }
    for (size_t i = 0; i < N; i++)
        memcpy(x + i * LENGTH, h + i, LENGTH * sizeof *x);
    cr_assert_eq(sinew_vectors_orthonormalise(x, 0, N, LENGTH, 0, NULL, &error), SINEW_OK);
    sinew_vectors_products(gram, x, N, x, N, LENGTH, LENGTH);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++)
            worst = farther(worst, gram[i * N + j], i == j);
    cr_assert(worst < 1e-13, "%g", worst);
    sinew_free(h);
    sinew_free(x);
    sinew_free(gram);
}

Test(identify, least_squares_by_pieces)
{
    enum { ROWS = 1500, N = 7, ANSWERS = 2 };
    sinew_tall t;
    uint64_t seed = 4;
    double truth[N * ANSWERS], X[N * ANSWERS];
    for (size_t i = 0; i < N * ANSWERS; i++)
        truth[i] = random_number(&seed);
    cr_assert_eq(sinew_tall_init(&t, N + ANSWERS, &error), SINEW_OK);
    for (size_t r = 0; r < ROWS; r++) {
        double *row;
        cr_assert_eq(sinew_tall_row(&row, &t, &error), SINEW_OK);
        for (size_t i = 0; i < N; i++) {
            row[i] = random_number(&seed) * pow(10, (double)i - 3);
            for (size_t j = 0; j < ANSWERS; j++)
                row[N + j] += row[i] * truth[i * ANSWERS + j];
        }
    }
    cr_assert_eq(sinew_tall_solve(X, &t, ANSWERS, &error), SINEW_OK);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < ANSWERS; j++)
            cr_assert(fabs(X[i * ANSWERS + j] - truth[i * ANSWERS + j]) <=
                      1e-14 * pow(10, 6 - (double)i));
    sinew_tall_finish(&t);
}

Test(identify, hankel_products_by_transforms)
{
    enum { N = 101, P = 2, Q = 3 };
    double *h = random_numbers(N * P * Q, 5);
    sinew_hankel k;
    cr_assert_eq(sinew_hankel_init(&k, h, N, P, Q, &error), SINEW_OK);
    size_t r = k.rows, c = k.columns;
    cr_assert_eq(r + c, N);
    double *x = random_numbers(Q * c, 6), *y = random_numbers(P * r, 7);
    double *Hx = sinew_alloc(P * r, sizeof *Hx), *Hy = sinew_alloc(Q * c, sizeof *Hy);
    sinew_hankel_times(Hx, &k, x, 1);
    sinew_hankel_transposed_times(Hy, &k, y, 1);
    for (size_t o = 0; o < P; o++)
        for (size_t a = 0; a < r; a++)
            for (size_t i = 0; i < Q; i++)
                for (size_t b = 0; b < c; b++) {
                    double entry = h[((1 + a + b) * P + o) * Q + i];
                    Hx[o * r + a] -= entry * x[i * c + b];
                    Hy[i * c + b] -= entry * y[o * r + a];
                }
    for (size_t i = 0; i < P * r; i++)
        cr_assert(fabs(Hx[i]) < 1e-13);
    for (size_t i = 0; i < Q * c; i++)
        cr_assert(fabs(Hy[i]) < 1e-13);
    sinew_hankel_finish(&k);
    sinew_free(h);
    sinew_free(x);
    sinew_free(y);
    sinew_free(Hx);
    sinew_free(Hy);
}

/* Decomposed whole and through a Krylov space, where values lie close together. */
Test(identify, leading_triplets_of_a_long_response)
{
    enum { N = 1001, WANTED = 30 };
    double *h = sinew_alloc(N, sizeof *h);
    uint64_t seed = 8;
    for (size_t i = 0; i < 150; i++) {
        double w = 3.1 * fabs(random_number(&seed)), a = random_number(&seed);
        for (size_t t = 0; t < N; t++)
            h[t] += a * exp(-0.006 * (double)t) * cos(w * (double)t);
    }
    sinew_hankel k;
    sinew_triplets part, whole;
    cr_assert_eq(sinew_hankel_init(&k, h, N, 1, 1, &error), SINEW_OK);
    cr_assert_eq(sinew_triplets_init(&part, &k, WANTED, &error), SINEW_OK);
    cr_assert_eq(sinew_triplets_init(&whole, &k, 200, &error), SINEW_OK);
    cr_assert(part.n == WANTED && !part.all);
    for (size_t i = 0; i < WANTED; i++) {
        double ratio = part.sigma[i] / whole.sigma[i];
        cr_assert(ratio > 1 - 1e-3 && ratio < 1 + 1e-13, "sigma %zu: %.17g", i, ratio);
    }
    sinew_triplets_finish(&part);
    sinew_triplets_finish(&whole);
    sinew_hankel_finish(&k);
    sinew_free(h);
}
