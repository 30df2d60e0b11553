/* Gramians and norms: against 120 digits, against closed forms, and against one another. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "../vectors/gramian_vectors.h"
#include "math/complex.h"
#include "math/lyapunov.h"
#include "sinew/design.h"
#include "sinew/gramian.h"

enum { N_VECTORS = sizeof gramian_vectors / sizeof *gramian_vectors, MOST = 7 };

static sinew_error error;

static sinew_system *from(size_t n, size_t q, size_t p, const double *A, const double *B,
                          const double *C, const double *D)
{
    sinew_system *system;
    sinew_matrices m = {n, q, p, A, B, C, D};
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK, "%s", error.text);
    return system;
}

static sinew_discretization *discretized(const sinew_system *system, double step_s,
                                         sinew_method method)
{
    sinew_discretization *d;
    sinew_discretize_opts opts = {.step_s = step_s, .method = method};
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
    return d;
}

/* A vector's system, and what Euler's rule makes of it in steps of a second where it is discrete.
 */
static void of_vector(size_t i, sinew_system **system, sinew_discretization **d)
{
    *system = from(gramian_vectors[i].order, gramian_vectors[i].inputs, gramian_vectors[i].outputs,
                   gramian_vectors[i].A, gramian_vectors[i].B, gramian_vectors[i].C,
                   gramian_vectors[i].D);
    *d = gramian_vectors[i].discrete ? discretized(*system, 1, SINEW_METHOD_EULER) : NULL;
}

/* 20 times what an ulp of A changes, but for what is better conditioned than rounding is. */
static double tolerance(size_t i)
{
    return fmax(1e-13, 20 * gramian_vectors[i].change);
}

/* Entry i, j is measured by its states' own sizes: units do not matter. */
static void near_gramian(const double *W, const double *truth, size_t n, double allowed,
                         const char *name)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double size = sqrt(truth[i * n + i] * truth[j * n + j]);
            cr_assert(fabs(W[i * n + j] - truth[i * n + j]) <= allowed * size,
                      "%s[%zu][%zu]: %.17g is not %.17g", name, i, j, W[i * n + j],
                      truth[i * n + j]);
        }
}

Test(gramian, vectors_of_120_digits)
{
    for (size_t i = 0; i < N_VECTORS; i++) {
        const char *name = gramian_vectors[i].name;
        size_t n = gramian_vectors[i].order;
        double W[MOST * MOST], sigma[MOST], allowed = tolerance(i);
        sinew_system *system;
        sinew_discretization *d;
        of_vector(i, &system, &d);
        cr_assert_eq(d ? sinew_discretization_gramian(W, d, SINEW_GRAMIAN_REACHED, &error)
                       : sinew_system_gramian(W, system, SINEW_GRAMIAN_REACHED, &error),
                     SINEW_OK, "%s: %s", name, error.text);
        near_gramian(W, gramian_vectors[i].reached, n, allowed, name);
        cr_assert_eq(d ? sinew_discretization_gramian(W, d, SINEW_GRAMIAN_SEEN, &error)
                       : sinew_system_gramian(W, system, SINEW_GRAMIAN_SEEN, &error),
                     SINEW_OK, "%s: %s", name, error.text);
        near_gramian(W, gramian_vectors[i].seen, n, allowed, name);
        cr_assert_eq(d ? sinew_discretization_hankel(sigma, d, &error)
                       : sinew_system_hankel(sigma, system, &error),
                     SINEW_OK, "%s: %s", name, error.text);
        for (size_t k = 0; k < n; k++)
            cr_assert(fabs(sigma[k] - gramian_vectors[i].hankel[k]) <= allowed * sigma[0],
                      "%s: %.17g is not %.17g", name, sigma[k], gramian_vectors[i].hankel[k]);
        sinew_discretization_free(d);
        sinew_system_free(system);
    }
}

static bool has_D(size_t i)
{
    for (size_t k = 0; k < 4; k++)
        if (gramian_vectors[i].D[k] != 0)
            return true;
    return false;
}

Test(gramian, norms_of_the_vectors)
{
    for (size_t i = 0; i < N_VECTORS; i++) {
        const char *name = gramian_vectors[i].name;
        double norm, peak;
        sinew_system *system;
        sinew_discretization *d;
        of_vector(i, &system, &d);
        sinew_status status =
            d ? sinew_discretization_h2(&norm, d, &error) : sinew_system_h2(&norm, system, &error);
        if (!d && has_D(i)) {
            cr_assert_eq(status, SINEW_ERR_NUMERIC, "%s", name);
            cr_assert(strstr(error.text, "infinite: D[0][0]"), "%s", error.text);
        } else {
            cr_assert_eq(status, SINEW_OK, "%s: %s", name, error.text);
            cr_assert_float_eq(norm / gramian_vectors[i].h2, 1, tolerance(i), "%s: %.17g", name,
                               norm);
        }
        cr_assert_eq(d ? sinew_discretization_hinf(&norm, &peak, d, &error)
                       : sinew_system_hinf(&norm, &peak, system, &error),
                     SINEW_OK, "%s: %s", name, error.text);
        cr_assert_float_eq(norm / gramian_vectors[i].hinf, 1, 1e-10 + tolerance(i),
                           "%s: %.17g is not %.17g", name, norm, gramian_vectors[i].hinf);
        cr_assert(fabs(peak - gramian_vectors[i].peak) <= 1e-4 * gramian_vectors[i].peak,
                  "%s: %.17g is not %.17g", name, peak, gramian_vectors[i].peak);
        sinew_discretization_free(d);
        sinew_system_free(system);
    }
}

/* ---- closed forms ---- */

static void hinf_is(const sinew_system *system, double norm, double peak, double tolerance)
{
    double got, at;
    cr_assert_eq(sinew_system_hinf(&got, &at, system, &error), SINEW_OK, "%s", error.text);
    cr_assert_float_eq(got / norm, 1, tolerance, "%.17g is not %.17g", got, norm);
    if (isinf(peak) || peak == 0)
        cr_assert_eq(at, peak, "%g", at);
    else
        cr_assert_float_eq(at / peak, 1, 1e-4, "%.17g is not %.17g", at, peak);
}

Test(gramian, a_resonance_is_as_high_as_its_quality)
{
    for (double Q = 1; Q < 2e6; Q *= 10) {
        const double w = 2000, num[] = {w * w}, den[] = {1, w / Q, w * w};
        const double A[] = {0, w, -w, -w / Q}, B[] = {0, w}, C[] = {1, 0}, D[] = {0};
        double norm = Q / sqrt(1 - 1 / (4 * Q * Q)), peak = w * sqrt(1 - 1 / (2 * Q * Q)), h2;
        sinew_system *system;
        cr_assert_eq(sinew_system_new_tf(&system, num, 1, den, 3, &error), SINEW_OK);
        hinf_is(system, norm, peak, 1e-12);
        cr_assert_eq(sinew_system_h2(&h2, system, &error), SINEW_OK);
        cr_assert_float_eq(h2 / sqrt(w * Q / 2), 1, 1e-12, "%g",
                           h2); /* of w^2/(s^2 + w/Q s + w^2) */
        sinew_system_free(system);
        system = from(2, 1, 1, A, B, C, D);
        hinf_is(system, norm, peak, 1e-9); /* as eps times Q: what A itself tells of its damping */
        sinew_system_free(system);
    }
}

Test(gramian, gains_and_rates_of_any_size)
{
    for (int e = -280; e <= 280; e += 70)
        for (int r = -9; r <= 9; r += 9) {
            const double w = pow(10, r), A[] = {-w / 10, w, -w, -w / 10}, D[] = {0};
            const double B[] = {pow(10, e > 150 ? 150 : e) * w, 0},
                         C[] = {0, pow(10, e > 150 ? e - 150 : 0)};
            double norm, peak, hankel[2];
            /* -w^2 / ((s + w/10)^2 + w^2), the peak at w sqrt(1 - 1/100): 1 / (2 / 10) */
            sinew_system *system = from(2, 1, 1, A, B, C, D);
            cr_assert_eq(sinew_system_hinf(&norm, &peak, system, &error), SINEW_OK, "%s",
                         error.text);
            cr_assert_float_eq(norm / pow(10, e), 5, 1e-12, "%d %d: %g", e, r, norm);
            cr_assert_float_eq(peak / w, sqrt(0.99), 1e-6);
            cr_assert_eq(sinew_system_hankel(hankel, system, &error), SINEW_OK, "%s", error.text);
            cr_assert(hankel[0] < norm && 2 * (hankel[0] + hankel[1]) >= norm * (1 - 1e-12));
            sinew_system_free(system);
        }
}

Test(gramian, classic_filters_pass_one_and_no_more)
{
    for (int band = SINEW_BAND_LOWPASS; band <= SINEW_BAND_STOP; band++)
        for (uint32_t order = 1; order <= 13; order += 4) {
            sinew_design design = {
                .band = (sinew_band)band, .order = order, .edges_hz = {1000, 1100}};
            sinew_system *system;
            double norm, peak;
            cr_assert_eq(sinew_system_new_design(&system, &design, &error), SINEW_OK);
            cr_assert_eq(sinew_system_hinf(&norm, &peak, system, &error), SINEW_OK, "%s",
                         error.text);
            cr_assert_float_eq(norm, 1, 1e-10, "%d %u: %.17g", band, order, norm);
            sinew_discretization *d = discretized(system, 1.0 / 8000, SINEW_METHOD_BILINEAR);
            cr_assert_eq(sinew_discretization_hinf(&norm, &peak, d, &error), SINEW_OK, "%s",
                         error.text);
            cr_assert_float_eq(norm, 1, 1e-10, "%d %u: %.17g", band, order, norm);
            cr_assert(peak >= 0 && peak <= M_PI * 8000 * (1 + 1e-15));
            sinew_discretization_free(d);
            sinew_system_free(system);
        }
}

Test(gramian, an_all_pass_hides_nothing)
{
    const sinew_complex zeros[] = {{1, 0}, {2, 5}, {2, -5}, {30, 0}};
    const sinew_complex poles[] = {{-1, 0}, {-2, 5}, {-2, -5}, {-30, 0}};
    sinew_system *system;
    double sigma[4];
    cr_assert_eq(sinew_system_new_zpk(&system, zeros, 4, poles, 4, 3, &error), SINEW_OK);
    cr_assert_eq(sinew_system_hankel(sigma, system, &error), SINEW_OK, "%s", error.text);
    for (size_t i = 0; i < 4; i++)
        cr_assert_float_eq(sigma[i], 3, 1e-12, "%.17g", sigma[i]);
    double norm;
    cr_assert_eq(sinew_system_hinf(&norm, NULL, system, &error), SINEW_OK, "%s", error.text);
    cr_assert_float_eq(norm, 3, 1e-12);
    sinew_system_free(system);
}

Test(gramian, gains_and_nothing)
{
    const double D[] = {3, 0, 0, -4}, one = 1, zero = 0, minus = -1;
    sinew_system *system = from(0, 2, 2, NULL, NULL, NULL, D);
    hinf_is(system, 4, INFINITY, 1e-15);
    sinew_system_free(system);
    system = from(1, 1, 1, &minus, &zero, &one, &zero);
    double norm = 7, at = 7;
    cr_assert_eq(sinew_system_hinf(&norm, &at, system, &error), SINEW_OK);
    cr_assert(norm == 0 && at == 0);
    cr_assert_eq(sinew_system_h2(&norm, system, &error), SINEW_OK);
    cr_assert_eq(norm, 0);
    sinew_system_free(system);
    system = from(1, 1, 1, &minus, &one, &one, &one); /* 1 + 1/(s + 1) */
    hinf_is(system, 2, 0, 1e-15);
    sinew_system_free(system);
}

/* ---- what has no answer ---- */

static void no_answer(sinew_status status, const char *words)
{
    cr_assert_eq(status, SINEW_ERR_NUMERIC);
    cr_assert(strstr(error.text, words), "\"%s\" does not say \"%s\"", error.text, words);
}

Test(gramian, what_is_not_stable)
{
    const double A[] = {3, 1, 0, -1}, B[] = {1, 1}, C[] = {1, 0}, D[] = {0},
                 still[] = {0, 1, 0, -1};
    double W[4], norm;
    sinew_system *system = from(2, 1, 1, A, B, C, D);
    no_answer(sinew_system_gramian(W, system, SINEW_GRAMIAN_SEEN, &error),
              "not stable: the pole 3+0j");
    no_answer(sinew_system_h2(&norm, system, &error), "not stable");
    no_answer(sinew_system_hankel(W, system, &error), "not stable");
    hinf_is(system, 2.0 / 3, 0, 1e-12); /* (s + 2) / ((s - 3)(s + 1)) */
    sinew_discretization *d = discretized(system, 0.1, SINEW_METHOD_ZOH);
    no_answer(sinew_discretization_h2(&norm, d, &error), "not inside the unit circle");
    sinew_discretization_free(d);
    sinew_system_free(system);
    system = from(2, 1, 1, still, B, C, D);
    no_answer(sinew_system_hinf(&norm, NULL, system, &error), "infinite: a pole at 0 rad/s");
    d = discretized(system, 0.1, SINEW_METHOD_ZOH);
    no_answer(sinew_discretization_hinf(&norm, NULL, d, &error), "infinite: a pole");
    no_answer(sinew_discretization_h2(&norm, d, &error), "z = 1+0j");
    sinew_discretization_free(d);
    sinew_system_free(system);
    sinew_complex poles[] = {{0, 50}, {0, -50}};
    cr_assert_eq(sinew_system_new_zpk(&system, NULL, 0, poles, 2, 1, &error), SINEW_OK);
    no_answer(sinew_system_hinf(&norm, NULL, system, &error), "50 rad/s");
    sinew_system_free(system);
}

/* ---- laws over random systems ---- */

static uint64_t seed = 3;

static double normal(void) /* about: a sum of 12 uniform numbers; splitmix64 */
{
    double sum = -6;
    for (int i = 0; i < 12; i++) {
        uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        sum += (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
    }
    return sum;
}

static void fill(double *to, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = normal();
}

/* Stable, as its symmetric part is negative: A = skew - positive. */
static void random_stable(double *A, size_t n, double damping)
{
    double M[40 * 40];
    fill(M, n * n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double skew = M[i * n + j] - M[j * n + i], square = 0;
            for (size_t k = 0; k < n; k++)
                square += M[i * n + k] * M[j * n + k];
            A[i * n + j] = skew - damping * square - (i == j ? damping : 0);
        }
}

static double residual(const double *A, const double *B, const double *L, size_t n, size_t m,
                       bool discrete)
{
    double X[40 * 40], worst = 0, size = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            X[i * n + j] = 0;
            for (size_t k = 0; k < n; k++)
                X[i * n + j] += L[i * n + k] * L[j * n + k];
            size = fmax(size, fabs(X[i * n + j]));
        }
    double AX[40 * 40];
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            AX[i * n + j] = 0;
            for (size_t k = 0; k < n; k++)
                AX[i * n + j] += A[i * n + k] * X[k * n + j];
        }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = AX[i * n + j] + AX[j * n + i];
            for (size_t k = 0; discrete && k < n; k++)
                sum += AX[i * n + k] * A[j * n + k];
            for (size_t k = 0; k < m; k++)
                sum += B[i * m + k] * B[j * m + k];
            worst = fmax(worst, fabs(sum));
        }
    return worst / size;
}

Test(gramian, factors_solve_the_equations)
{
    double A[40 * 40], B[40 * 3], L[40 * 40];
    for (size_t n = 1; n <= 40; n += 3)
        for (size_t m = 1; m <= 3; m++) {
            random_stable(A, n, 0.1);
            fill(B, n * m);
            cr_assert_eq(sinew_lyapunov_factor(L, A, B, n, m, SINEW_LYAPUNOV_CONTINUOUS, &error),
                         SINEW_OK, "%s", error.text);
            double wrong = residual(A, B, L, n, m, false);
            cr_assert_lt(wrong, 1e-13 * (double)n, "%zu, %zu: %g", n, m, wrong);
            for (size_t i = 0; i < n * n; i++)
                A[i] *= 1.0 / 256;
            cr_assert_eq(sinew_lyapunov_factor(L, A, B, n, m, SINEW_LYAPUNOV_DISCRETE, &error),
                         SINEW_OK, "%s", error.text);
            wrong = residual(A, B, L, n, m, true);
            cr_assert_lt(wrong, 1e-13 * (double)n, "%zu, %zu: %g", n, m, wrong);
        }
}

/* The norm of a response of one input or output; else what is no larger: its largest row. */
static double size_of(const sinew_complex *h, size_t q, size_t p)
{
    double size = 0, largest = 0;
    for (size_t i = 0; i < p; i++) {
        double row = 0;
        for (size_t j = 0; j < q; j++)
            row = hypot(row, hypot(h[i * q + j].re, h[i * q + j].im));
        size = hypot(size, row);
        largest = fmax(largest, row);
    }
    return q == 1 || p == 1 ? size : largest;
}

/* max over a grid <= Hinf <= |D| + 2 sum of the Hankel values; the largest of them <= Hinf. */
Test(gramian, norms_hold_each_other)
{
    enum { GRID = 4000 };
    static double grid[GRID];
    static sinew_complex h[GRID * 4];
    double A[40 * 40], B[40 * 2], C[2 * 40], D[4], sigma[40];
    for (int k = 1; k < GRID; k++)
        grid[k] = 1e-3 * pow(1e6, k / (double)GRID);
    for (int round = 0; round < 60; round++) {
        size_t n = 1 + (size_t)round % 20, q = 1 + (size_t)round % 2, p = 1 + (size_t)round / 2 % 2;
        random_stable(A, n, round % 3 ? 0.2 : 1e-4);
        fill(B, n * q);
        fill(C, n * p);
        fill(D, 4);
        for (size_t i = 0; i < 4; i++)
            D[i] *= round % 5 ? 0.1 : 0;
        sinew_system *system = from(n, q, p, A, B, C, D);
        double norm, peak, sum = 0, largest_D = 0, highest = 0;
        cr_assert_eq(sinew_system_hinf(&norm, &peak, system, &error), SINEW_OK, "%s", error.text);
        cr_assert_eq(sinew_system_hankel(sigma, system, &error), SINEW_OK, "%s", error.text);
        for (size_t i = 0; i < n; i++)
            sum += sigma[i];
        for (size_t i = 0; i < q * p; i++)
            largest_D = hypot(largest_D, D[i]);
        cr_assert_eq(sinew_system_response(system, grid, GRID, h, &error), SINEW_OK);
        for (size_t k = 0; k < GRID; k++)
            highest = fmax(highest, size_of(h + k * q * p, q, p));
        cr_assert_geq(norm, highest * (1 - 1e-12), "%d: %.17g at %g, grid %.17g", round, norm, peak,
                      highest);
        cr_assert_leq(norm, (largest_D + 2 * sum) * (1 + 1e-12));
        cr_assert_leq(sigma[0], norm + largest_D);
        if (round % 3 && (q == 1 || p == 1)) /* where the grid is fine enough */
            cr_assert_leq(norm, highest * 1.01 + 1e-12, "%d: %g at %g, grid %g", round, norm, peak,
                          highest);
        sinew_system_free(system);
    }
}

/* Resonances down to a damping of 1e-9, anywhere over six decades: beside none of them is the
 * response higher than the norm, and the norm is not above what is beside them by more than the
 * grid is wide. */
Test(gramian, no_peak_is_missed)
{
    enum { BESIDE = 401 };
    static double rad[40 * BESIDE];
    static sinew_complex h[40 * BESIDE];
    for (int round = 0; round < 150; round++) {
        size_t n = 2 + 2 * (size_t)(round % 15), count = n / 2 * BESIDE;
        double A[40 * 40] = {0}, B[40], C[40], D[1] = {round % 2}, norm, highest = 0;
        double span = 1 + round % 6, damping = pow(10, -1 - round % 9);
        fill(B, n);
        fill(C, n);
        for (size_t i = 0; i < n; i += 2) {
            double w = pow(10, span * fabs(normal()) / 3), sigma = damping * w * exp(normal());
            A[i * n + i] = A[(i + 1) * n + i + 1] = -sigma;
            A[i * n + i + 1] = w;
            A[(i + 1) * n + i] = -w;
            for (int k = 0; k < BESIDE; k++)
                rad[i / 2 * BESIDE + (size_t)k] = fabs(w + (k - 200) / 40.0 * sigma);
        }
        sinew_system *system = from(n, 1, 1, A, B, C, D);
        cr_assert_eq(sinew_system_hinf(&norm, NULL, system, &error), SINEW_OK, "%s", error.text);
        cr_assert_eq(sinew_system_response(system, rad, count, h, &error), SINEW_OK);
        for (size_t k = 0; k < count; k++)
            highest = fmax(highest, hypot(h[k].re, h[k].im));
        cr_assert_geq(norm, highest * (1 - 1e-10), "%d: %.17g, grid %.17g", round, norm, highest);
        if (damping < 0.01)
            cr_assert_leq(norm, highest * (1 + 1e-3), "%d: %.17g, grid %.17g", round, norm,
                          highest);
        sinew_system_free(system);
    }
}

/* The sum of squares of the impulse response, run long enough. */
Test(gramian, h2_is_the_energy_of_the_impulse_response)
{
    sinew_design design = {.band = SINEW_BAND_PASS, .order = 3, .edges_hz = {300, 900}};
    sinew_system *system;
    cr_assert_eq(sinew_system_new_design(&system, &design, &error), SINEW_OK);
    for (int method = SINEW_METHOD_ZOH; method <= SINEW_METHOD_BILINEAR; method++) {
        sinew_discretization *d = discretized(system, 1.0 / 8000, (sinew_method)method);
        sinew_matrices m = sinew_discretization_matrices(d);
        double x[6], next[6], energy = m.D[0] * m.D[0], norm;
        memcpy(x, m.B, sizeof x);
        for (int k = 0; k < 2000; k++) {
            double y = 0;
            for (size_t i = 0; i < 6; i++) {
                y += m.C[i] * x[i];
                next[i] = 0;
                for (size_t j = 0; j < 6; j++)
                    next[i] += m.A[i * 6 + j] * x[j];
            }
            energy += y * y;
            memcpy(x, next, sizeof x);
        }
        cr_assert_eq(sinew_discretization_h2(&norm, d, &error), SINEW_OK, "%s", error.text);
        cr_assert_float_eq(norm / sqrt(energy), 1, 1e-11, "%.17g %.17g", norm, sqrt(energy));
        sinew_discretization_free(d);
    }
    sinew_system_free(system);
}
