/* Discretizations for tests, among them those that are hard for powers of matrices, or for other
 * coordinates. */
#ifndef HARD_SYSTEMS_H
#define HARD_SYSTEMS_H

#include <criterion/criterion.h>
#include <stdlib.h>

#include "random_systems.h"
#include "sinew/sinew.h"

static sinew_error error;

static inline sinew_discretization *discretize(sinew_system *system, sinew_method method,
                                               double step_s)
{
    sinew_discretization *d;
    sinew_discretize_opts opts = {.step_s = step_s, .method = method};
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
    sinew_system_free(system);
    return d;
}

static inline sinew_discretization *butterworth(uint32_t order, double hz, sinew_method method)
{
    sinew_system *system;
    sinew_design design = {.order = order, .edges_hz = {hz}};
    cr_assert_eq(sinew_system_new_design(&system, &design, &error), SINEW_OK);
    return discretize(system, method, 1 / 48000.0);
}

/* Up to four of them, side by side. */
static inline sinew_discretization *real_poles(const double *poles, const double *gains, size_t n,
                                               double direct)
{
    double A[16] = {0}, C[4] = {1, 1, 1, 1};
    for (size_t i = 0; i < n; i++)
        A[i * n + i] = poles[i];
    sinew_matrices m = {n, 1, 1, A, gains, C, &direct};
    sinew_system *system;
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK);
    return discretize(system, SINEW_METHOD_ZOH, 1 / 48000.0);
}

/* Four times the same pair of poles in one chain, mixed by integers of determinant one. */
static inline sinew_discretization *chained_pairs(sinew_method method)
{
    static const double A[] = {23.5, -11,   4,    -7,  0,   -1,   -5,   -16, 11, -1.5, -1,  8,  -8,
                               3,    -2,    -9,   -14, 9,   -4.5, 8,    -3,  1,  2,    11,  50, -31,
                               15,   -23.5, 8,    -6,  -11, -33,  77,   -43, 24, -26,  5.5, -7, -18,
                               -52,  0,     -4,   11,  -1,  4,    -5.5, -6,  1,  17,   -7,  0,  -8,
                               1,    1,     -1.5, -8,  -5,  5,    -3,   0,   0,  0,    1,   3.5};
    static const double B[] = {0.00123,  0.29875,  -0.27414, -0.89059,
                               -0.45467, -0.99165, 0.06014,  1.3402};
    static const double C[] = {-0.49221, -0.62047, 0.48984,  0.35689,
                               0.10541,  -0.93047, -0.02925, 0.6952};
    static const double D[] = {-1.3442};
    sinew_matrices m = {8, 1, 1, A, B, C, D};
    sinew_system *system;
    sinew_discretization *d;
    sinew_discretize_opts opts = {.step_s = 0.3, .method = method};
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK);
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
    sinew_system_free(system);
    return d;
}

/* Poles from 0.01 to 10^6, mixed likewise. */
static inline sinew_discretization *stiff(double alpha)
{
    static const double A[] = {999.98,     -999,     2000.97,    -999.99,    -999000, 998999,
                               -998001,    999000,   999000,     -999000,    998000,  -999000,
                               2998999.98, -2998998, 2998001.97, -2998999.99};
    static const double B[] = {0.00123, 0.29875, -0.27414, -0.89059};
    static const double C[] = {-0.45467, -0.99165, 0.06014, 1.3402}, D[] = {-0.49221};
    sinew_matrices m = {4, 1, 1, A, B, C, D};
    sinew_system *system;
    sinew_discretization *d;
    sinew_discretize_opts opts = {.step_s = 1e-3, .method = SINEW_METHOD_GBT, .alpha = alpha};
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK);
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
    sinew_system_free(system);
    return d;
}

/* Euler makes it grow, and its powers far more in between. */
static inline sinew_discretization *legendre(void)
{
    double *C = random_matrix(32, 1);
    sinew_hippo hippo = {.measure = SINEW_HIPPO_LEGT, .order = 32, .outputs = 1, .C = C};
    sinew_system *system;
    sinew_discretization *d;
    sinew_discretize_opts opts = {.step_s = 0.01, .method = SINEW_METHOD_EULER};
    cr_assert_eq(sinew_system_new_hippo(&system, &hippo, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
    sinew_system_free(system);
    free(C);
    return d;
}

static inline sinew_discretization *chebyshev(uint32_t order, double hz, sinew_method method)
{
    sinew_system *system;
    sinew_discretization *d;
    sinew_design design = {
        .family = SINEW_FAMILY_CHEBYSHEV1, .order = order, .edges_hz = {hz}, .ripple_db = 0.1};
    sinew_discretize_opts opts = {.step_s = 1 / 48000.0, .method = method};
    cr_assert_eq(sinew_system_new_design(&system, &design, &error), SINEW_OK);
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
    sinew_system_free(system);
    return d;
}

/* Two resonances of Q 10^4 that are nearly one: they build up over a hundred thousand frames. */
static inline sinew_discretization *near_resonances(sinew_method method)
{
    sinew_complex zero = {0, 0};
    sinew_complex poles[] = {{-0.31415, 6282.99999214625},
                             {-0.31415, -6282.99999214625},
                             {-0.314244245, 6284.884892143894},
                             {-0.314244245, -6284.884892143894}};
    sinew_system *system;
    sinew_discretization *d;
    sinew_discretize_opts opts = {.step_s = 1 / 48000.0, .method = method};
    cr_assert_eq(sinew_system_new_zpk(&system, &zero, 1, poles, 4, 1e8, &error), SINEW_OK);
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
    sinew_system_free(system);
    return d;
}

#endif
