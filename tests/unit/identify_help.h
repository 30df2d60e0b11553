/* What the tests of lib/identify share: random systems, and how far apart two of them are. */
#ifndef SINEW_TESTS_UNIT_IDENTIFY_HELP_H
#define SINEW_TESTS_UNIT_IDENTIFY_HELP_H

#include <complex.h>
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "math/complex.h"
#include "sinew/identify.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static sinew_error error;

/* The same numbers on every machine, from -1 to 1. */
static inline double random_number(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)(int64_t)(z ^ (z >> 31)) * 0x1p-63;
}

static inline double *random_numbers(size_t n, uint64_t seed)
{
    double *x = sinew_alloc(n, sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i] = random_number(&seed);
    return x;
}

static inline void refused(sinew_status status, sinew_status expected, const char *words)
{
    cr_assert_eq(status, expected, "%s", error.text);
    cr_assert(strstr(error.text, words), "\"%s\" does not say \"%s\"", error.text, words);
}

static inline sinew_discretization *discretize(const sinew_system *system, double rate_hz,
                                               sinew_method method)
{
    sinew_discretization *d;
    sinew_discretize_opts opts = {.rate_hz = rate_hz, .method = method};
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
    return d;
}

/* rms of a - b over rms of b */
static inline double distance(const double *a, const double *b, size_t n)
{
    double off = 0, all = 0;
    for (size_t i = 0; i < n; i++) {
        off += (a[i] - b[i]) * (a[i] - b[i]);
        all += b[i] * b[i];
    }
    return sqrt(off / all);
}

/* A random stable continuous system with poles spread up to half of 100 Hz. */
static inline sinew_system *random_system(size_t order, size_t inputs, size_t outputs,
                                          uint64_t seed)
{
    double *A = sinew_alloc(order * order, sizeof *A);
    double *B = random_numbers(order * inputs, seed + 1);
    double *C = random_numbers(outputs * order, seed + 2);
    double *D = random_numbers(outputs * inputs, seed + 3);
    for (size_t i = 0; i < order; i++)
        A[i * order + i] = -2 - 6 * fabs(random_number(&seed));
    for (size_t i = 0; i + 1 < order; i += 2) {
        A[i * order + i + 1] = 250 * (double)(i + 1) / (double)order + 5 * random_number(&seed);
        A[(i + 1) * order + i] = -A[i * order + i + 1];
    }
    for (size_t i = 0; i < order; i++)
        for (size_t j = 0; j < i; j++)
            A[i * order + j] += 2 * random_number(&seed); /* off normal, and no longer blocks */
    sinew_system *system;
    sinew_matrices m = {order, inputs, outputs, A, B, C, D};
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK, "%s", error.text);
    sinew_free(A);
    sinew_free(B);
    sinew_free(C);
    sinew_free(D);
    return system;
}

/* rms of the difference of two systems' responses below 50 Hz over that of the second */
static inline double responses_apart(const sinew_system *a, const sinew_system *b)
{
    sinew_matrices m = sinew_system_matrices(a);
    size_t each = m.inputs * m.outputs;
    sinew_complex g[16], h[16];
    double off = 0, all = 0;
    cr_assert(each <= 16);
    for (double hz = 0.1; hz < 50; hz += 0.37) {
        double rad = 2 * M_PI * hz;
        cr_assert_eq(sinew_system_response(a, &rad, 1, g, &error), SINEW_OK);
        cr_assert_eq(sinew_system_response(b, &rad, 1, h, &error), SINEW_OK);
        for (size_t i = 0; i < each; i++) {
            off += pow(g[i].re - h[i].re, 2) + pow(g[i].im - h[i].im, 2);
            all += h[i].re * h[i].re + h[i].im * h[i].im;
        }
    }
    return sqrt(off / all);
}

#endif
