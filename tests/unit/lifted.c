/* lib/filter: L frames at once are L frames one by one, by matrices that are rounded once. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "filter/lifted.h"
#include "filter/recurrence.h"
#include "hard_systems.h"
#include "math/lu.h"
#include "wide_recurrence.h"

/* to (rows) = A x + B u with rows of n and m. */
static void apply(double *to, const double *A, const double *x, size_t n, const double *B,
                  const double *u, size_t m, size_t rows)
{
    for (size_t r = 0; r < rows; r++) {
        to[r] = 0;
        for (size_t i = 0; i < n; i++)
            to[r] += A[r * n + i] * x[i];
        for (size_t i = 0; i < m; i++)
            to[r] += B[r * m + i] * u[i];
    }
}

static void agree(const double *a, const double *b, size_t n, double tolerance)
{
    double top = 1e-300;
    for (size_t i = 0; i < n; i++)
        top = fmax(top, fabs(b[i]));
    for (size_t i = 0; i < n; i++)
        cr_assert(fabs(a[i] - b[i]) <= tolerance * top, "%zu: %.17g, not %.17g", i, a[i], b[i]);
}

/* The recurrence over L frames against the lifted matrices, then in other coordinates. */
static void check(const sinew_discretization *d, size_t length)
{
    sinew_recurrence r;
    sinew_lifted l;
    cr_assert_eq(sinew_recurrence_init(&r, d, sinew_simd_best(), &error), SINEW_OK);
    cr_assert_eq(sinew_lifted_init(&l, d, length, &error), SINEW_OK);
    size_t n = d->order, rows = length * d->outputs, columns = length * d->inputs;
    double *x = random_matrix(n, 1), *u = random_matrix(columns, 1), *z = random_matrix(n, 1);
    double *y = random_matrix(rows, 1), *want = random_matrix(rows, 1), *next = random_matrix(n, 1);
    double *scratch = random_matrix(sinew_recurrence_scratch(&r), 1);
    double *P = random_matrix(n * n, 0.1), *inverse = calloc(n * n + 1, sizeof *inverse);
    for (size_t i = 0; i < n; i++)
        P[i * n + i] += inverse[i * n + i] = 1;
    sinew_lu lu;
    cr_assert_eq(sinew_lu_init(&lu, P, n, &error), SINEW_OK);
    cr_assert_eq(sinew_lu_left(&lu, inverse, inverse, n, &error), SINEW_OK);
    sinew_lu_finish(&lu);

    memcpy(z, x, n * sizeof *z);
    sinew_recurrence_run(&r, z, u, want, length, scratch);
    apply(y, l.O, x, n, l.T, u, columns, rows);
    agree(y, want, rows, 1e-13);
    apply(next, l.power, x, n, l.G, u, columns, n);
    agree(next, z, n, 1e-13);
    apply(next, l.E, x, n, l.G, u, columns, n);
    for (size_t i = 0; i < n; i++)
        next[i] += x[i];
    agree(next, z, n, 1e-13);

    cr_assert_eq(sinew_lifted_turn(&l, P, inverse, &error), SINEW_OK);
    double *turned = random_matrix(n, 1);
    apply(turned, inverse, x, n, NULL, NULL, 0, n);
    apply(y, l.O, turned, n, l.T, u, columns, rows);
    agree(y, want, rows, 1e-12);
    apply(next, l.power, turned, n, l.G, u, columns, n);
    apply(turned, P, next, n, NULL, NULL, 0, n);
    agree(turned, z, n, 1e-12);
    double *all[] = {x, u, z, y, want, next, scratch, P, inverse, turned};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
    sinew_lifted_finish(&l);
    sinew_recurrence_finish(&r);
}

Test(lifted, many_frames_at_once_are_one_by_one)
{
    for (int i = 0; i < 60; i++) {
        size_t n = random_count(1, 9), q = random_count(1, 3), p = random_count(1, 3);
        sinew_discretization *d = discretize(random_ss(n, q, p, 1), SINEW_METHOD_ZOH, 0.2);
        for (size_t length = 4; length <= 64; length *= 4)
            check(d, length);
        sinew_discretization_free(d);
    }
    for (int method = SINEW_METHOD_ZOH; method <= SINEW_METHOD_BILINEAR; method++) {
        sinew_discretization *d = butterworth(8, 1000, (sinew_method)method);
        check(d, 16);
        sinew_discretization_free(d);
    }
}

/* A pole at 1 Hz on 48 kHz: what is less than I keeps its digits over the doublings. */
Test(lifted, a_slow_pole_keeps_its_distance_from_one)
{
    sinew_discretization *d = butterworth(1, 1, SINEW_METHOD_ZOH);
    sinew_recurrence r;
    sinew_lifted l;
    cr_assert_eq(sinew_recurrence_init(&r, d, sinew_simd_best(), &error), SINEW_OK);
    cr_assert_eq(sinew_lifted_init(&l, d, 64, &error), SINEW_OK);
    double truth = expm1(-64 * 2 * M_PI / 48000);
    cr_assert_float_eq(l.E[0] / truth, 1, 1e-15);
    sinew_lifted_finish(&l);
    sinew_recurrence_finish(&r);
    sinew_discretization_free(d);
}

/* ---- against the recurrence in 256 bits ---- */

/* By a few ulps; in double, powers of these lose thousands. */
static void agrees(const char *name, apart a)
{
    cr_expect(a.distance <= 0x1p-49 * a.size, "%s: %.3g of %.3g", name, a.distance, a.size);
}

static void check_states(const sinew_lifted *l, const sinew_discretization *d)
{
    size_t n = l->order;
    sinew_wide x[MOST], one;
    apart O = {0, 0}, power = {0, 0}, E = {0, 0};
    sinew_wide_set(&one, 1, LIMBS);
    for (size_t s = 0; s < n; s++) {
        clear(x, n);
        x[s] = one;
        for (size_t t = 0; t < l->length; t++)
            compare(&O, l->O[t * n + s], step(d, x, 0));
        for (size_t i = 0; i < n; i++)
            compare(&power, l->power[i * n + s], sinew_wide_get(&x[i]));
        sinew_wide_subtract(&x[s], &x[s], &one);
        for (size_t i = 0; i < n; i++)
            compare(&E, l->E[i * n + s], sinew_wide_get(&x[i]));
    }
    agrees("O", O);
    agrees("A^L", power);
    agrees("A^L - I", E);
}

static void check_inputs(const sinew_lifted *l, const sinew_discretization *d)
{
    size_t n = l->order, L = l->length;
    sinew_wide x[MOST];
    apart T = {0, 0}, G = {0, 0};
    clear(x, n);
    for (size_t back = 0; back < L; back++) {
        double y = step(d, x, back == 0);
        for (size_t j = 0; j + back < L; j++)
            compare(&T, l->T[(j + back) * L + j], y);
        for (size_t s = 0; s < n; s++)
            compare(&G, l->G[s * L + L - 1 - back], sinew_wide_get(&x[s]));
    }
    agrees("T", T);
    agrees("G", G);
}

static void check_lifted(sinew_discretization *d)
{
    for (size_t length = 16; length <= 32; length *= 2) {
        sinew_lifted l;
        cr_assert_eq(sinew_lifted_init(&l, d, length, &error), SINEW_OK);
        check_states(&l, d);
        check_inputs(&l, d);
        sinew_lifted_finish(&l);
    }
    sinew_discretization_free(d);
}

Test(lifted, rounded_once)
{
    check_lifted(chained_pairs(SINEW_METHOD_ZOH));
    check_lifted(chained_pairs(SINEW_METHOD_BILINEAR));
    check_lifted(chained_pairs(SINEW_METHOD_EULER));
    check_lifted(stiff(0.25));
    check_lifted(legendre());
    check_lifted(chebyshev(11, 5, SINEW_METHOD_BILINEAR));
    check_lifted(chebyshev(8, 1000, SINEW_METHOD_ZOH));
    check_lifted(near_resonances(SINEW_METHOD_ZOH));
}
