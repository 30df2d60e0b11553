/* Random systems and the algebra of their responses, for tests of laws. */
#ifndef RANDOM_SYSTEMS_H
#define RANDOM_SYSTEMS_H

#include <complex.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "math/complex.h"
#include "sinew/join.h"

static uint64_t random_state = 88172645463325252u; /* xorshift64, Marsaglia 2003 */

/* In [-1, 1). */
static inline double random_number(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (double)(random_state >> 11) * 0x1p-52 - 1;
}

static inline size_t random_count(size_t least, size_t most)
{
    double part = (random_number() + 1) / 2;
    return least + (size_t)(part * (double)(most - least + 1));
}

static inline double *random_matrix(size_t n, double size)
{
    double *m = calloc(n + 1, sizeof *m);
    for (size_t i = 0; i < n; i++)
        m[i] = size * random_number();
    return m;
}

/* Full matrices; every pole lies left of -0.1 (Gershgorin). */
static inline sinew_system *random_ss(size_t n, size_t q, size_t p, double direct)
{
    double *A = random_matrix(n * n, 1), *B = random_matrix(n * q, 1);
    double *C = random_matrix(p * n, 1), *D = random_matrix(p * q, direct);
    for (size_t i = 0; i < n; i++) {
        double radius = 0;
        for (size_t j = 0; j < n; j++)
            radius += j == i ? 0 : fabs(A[i * n + j]);
        A[i * n + i] = -radius - 0.1 - fabs(A[i * n + i]);
    }
    sinew_matrices m = {n, q, p, n ? A : NULL, n ? B : NULL, n ? C : NULL, D};
    sinew_system *s;
    sinew_error error;
    cr_assert_eq(sinew_system_new_ss(&s, &m, &error), SINEW_OK, "%s", error.text);
    free(A);
    free(B);
    free(C);
    free(D);
    return s;
}

/* Of `pairs` of poles left of the axis and as many of zeros, less one where it falls. */
static inline sinew_system *random_zpk(size_t pairs, int falls)
{
    sinew_complex z[64], p[64];
    size_t zeros = falls ? pairs - 1 : pairs;
    for (size_t i = 0; i < pairs; i++) {
        double re = -0.1 - fabs(random_number()), im = 0.2 + 3 * fabs(random_number());
        p[2 * i] = (sinew_complex){re, im};
        p[2 * i + 1] = (sinew_complex){re, -im};
        double zero = -0.1 - fabs(random_number()), up = 0.2 + 3 * fabs(random_number());
        z[2 * i] = (sinew_complex){zero, up};
        z[2 * i + 1] = (sinew_complex){zero, -up};
    }
    sinew_system *s;
    sinew_error error;
    cr_assert_eq(
        sinew_system_new_zpk(&s, z, 2 * zeros, p, 2 * pairs, 1 + random_number() / 2, &error),
        SINEW_OK, "%s", error.text);
    return s;
}

/* ---- complex matrices, rows first ---- */

typedef struct response {
    size_t p, q;
    double complex h[36];
} response;

static inline response response_at(const sinew_system *s, double rad)
{
    sinew_matrices m = sinew_system_matrices(s);
    response r = {.p = m.outputs, .q = m.inputs};
    sinew_complex h[36];
    sinew_error error;
    cr_assert(r.p * r.q <= 36);
    cr_assert_eq(sinew_system_response(s, &rad, 1, h, &error), SINEW_OK, "%s", error.text);
    for (size_t i = 0; i < r.p * r.q; i++)
        r.h[i] = sinew_cmplx(h[i].re, h[i].im);
    return r;
}

static inline response product(response a, response b)
{
    response r = {.p = a.p, .q = b.q};
    cr_assert_eq(a.q, b.p);
    for (size_t i = 0; i < a.p; i++)
        for (size_t j = 0; j < b.q; j++)
            for (size_t k = 0; k < a.q; k++)
                r.h[i * r.q + j] += a.h[i * a.q + k] * b.h[k * b.q + j];
    return r;
}

static inline response sum(response a, response b, double sign)
{
    for (size_t i = 0; i < a.p * a.q; i++)
        a.h[i] += sign * b.h[i];
    return a;
}

static inline response identity(size_t n)
{
    response r = {.p = n, .q = n};
    for (size_t i = 0; i < n; i++)
        r.h[i * n + i] = 1;
    return r;
}

/* A^-1 B by Gauss with pivots. */
static inline response solved(response a, response b)
{
    size_t n = a.p;
    for (size_t c = 0; c < n; c++) {
        size_t pivot = c;
        for (size_t i = c; i < n; i++)
            if (cabs(a.h[i * n + c]) > cabs(a.h[pivot * n + c]))
                pivot = i;
        for (size_t j = 0; j < n; j++) {
            double complex kept = a.h[c * n + j];
            a.h[c * n + j] = a.h[pivot * n + j];
            a.h[pivot * n + j] = kept;
        }
        for (size_t j = 0; j < b.q; j++) {
            double complex kept = b.h[c * b.q + j];
            b.h[c * b.q + j] = b.h[pivot * b.q + j];
            b.h[pivot * b.q + j] = kept;
        }
        for (size_t i = 0; i < n; i++) {
            double complex factor = i == c ? 0 : a.h[i * n + c] / a.h[c * n + c];
            for (size_t j = 0; j < n; j++)
                a.h[i * n + j] -= factor * a.h[c * n + j];
            for (size_t j = 0; j < b.q; j++)
                b.h[i * b.q + j] -= factor * b.h[c * b.q + j];
        }
    }
    for (size_t c = 0; c < n; c++)
        for (size_t j = 0; j < b.q; j++)
            b.h[c * b.q + j] /= a.h[c * n + c];
    return b;
}

static inline double size_of(response r)
{
    double size = 0;
    for (size_t i = 0; i < r.p * r.q; i++)
        size = fmax(size, cabs(r.h[i]));
    return size;
}

#endif
