/* lib/ssm: zeros, time responses, group delay, margins: vectors of 60 digits, and laws. */
#include <lapacke.h>
#include <string.h>

#include "../vectors/analysis_vectors.h"
#include "random_systems.h"
#include "sinew/analysis.h"
#include "sinew/design.h"

static sinew_error error;

static void done(sinew_status status)
{
    cr_assert_eq(status, SINEW_OK, "%s", error.text);
}

static void refused(sinew_status status, sinew_status expected, const char *words)
{
    cr_assert_eq(status, expected, "%s", error.text);
    cr_assert(strstr(error.text, words), "\"%s\" does not say \"%s\"", error.text, words);
}

static void near(double got, double want, double tolerance, const char *what)
{
    cr_assert(fabs(got - want) <= tolerance, "%s: %.17g, not %.17g: off by %g", what, got, want,
              fabs(got - want));
}

static sinew_system *from_matrices(sinew_matrices m)
{
    sinew_system *s;
    done(sinew_system_new_ss(&s, &m, &error));
    return s;
}

static sinew_system *as_matrices(const sinew_system *s)
{
    return from_matrices(sinew_system_matrices(s));
}

/* ---- zeros ---- */

/* The least singular value of [[A - s I, B], [C, D]] against its greatest: what is left of the
 * rank at s. (A rank that is lower everywhere would show as 0 everywhere.) */
static double rank_left(const sinew_matrices *m, double complex s)
{
    size_t n = m->order, q = m->inputs, p = m->outputs, rows = n + p, columns = n + q;
    double complex *P = calloc(rows * columns, sizeof *P);
    double *sigma = calloc(2 * (rows + columns), sizeof *sigma);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            const double *block = i < n ? (j < n ? m->A : m->B) : (j < n ? m->C : m->D);
            size_t row = i < n ? i : i - n, column = j < n ? j : j - n;
            P[i * columns + j] = block[row * (j < n ? n : q) + column] - (i == j && i < n ? s : 0);
        }
    lapack_int low = (lapack_int)columns, high = (lapack_int)rows;
    cr_assert_eq(LAPACKE_zgesvd(LAPACK_COL_MAJOR, 'N', 'N', low, high, (lapack_complex_double *)P,
                                low, sigma, NULL, 1, NULL, 1, sigma + rows + columns),
                 0);
    double left = sigma[(rows < columns ? rows : columns) - 1] / sigma[0];
    free(P);
    free(sigma);
    return left;
}

static size_t zeros_of(const sinew_system *s, sinew_complex *zeros)
{
    size_t n;
    done(sinew_system_zeros(s, zeros, &n, &error));
    return n;
}

static void each_is_a_zero(const sinew_system *s, size_t expected)
{
    sinew_complex zeros[64];
    sinew_matrices m = sinew_system_matrices(s);
    size_t n = zeros_of(s, zeros);
    cr_assert_eq(n, expected, "%zu zeros, not %zu, of order %zu with %zu inputs, %zu outputs", n,
                 expected, m.order, m.inputs, m.outputs);
    for (size_t i = 0; i < n; i++) {
        double left = rank_left(&m, sinew_cmplx(zeros[i].re, zeros[i].im));
        cr_assert(left < 1e-13, "%g + %gj leaves %g", zeros[i].re, zeros[i].im, left);
    }
}

/* D regular: as many zeros as states. D = 0, C B regular: less by one an output. Not square: none,
 * as a rule. */
Test(analysis, zeros_of_random_systems)
{
    for (int round = 0; round < 60; round++) {
        size_t q = random_count(1, 4), n = random_count(q, 12);
        sinew_system *direct = random_ss(n, q, q, 1), *falling = random_ss(n, q, q, 0);
        sinew_system *wide = random_ss(n, q + 1, q, round % 2), *tall = random_ss(n, q, q + 1, 1);
        each_is_a_zero(direct, n);
        each_is_a_zero(falling, n - q);
        each_is_a_zero(wide, 0);
        each_is_a_zero(tall, 0);
        sinew_system_free(direct);
        sinew_system_free(falling);
        sinew_system_free(wide);
        sinew_system_free(tall);
    }
}

/* The zeros of a series of square systems are those of its members, those of a block diagonal too;
 * the chains of zeros at infinity grow with it. */
Test(analysis, zeros_of_joined_systems)
{
    for (int round = 0; round < 40; round++) {
        size_t q = random_count(1, 3);
        sinew_system *s[3] = {random_ss(q + 2, q, q, 0), random_ss(q + 1, q, q, 1),
                              random_ss(q + 3, q, q, 0)};
        sinew_system *chain, *beside;
        done(sinew_join_series(&chain, (const sinew_system **)s, 3, &error));
        done(sinew_join_append(&beside, (const sinew_system **)s, 3, &error));
        each_is_a_zero(chain, 2 + q + 1 + 3);
        each_is_a_zero(beside, 2 + q + 1 + 3);
        for (int i = 0; i < 3; i++)
            sinew_system_free(s[i]);
        sinew_system_free(chain);
        sinew_system_free(beside);
    }
}

/* The poles of the inverse. */
Test(analysis, zeros_are_the_poles_of_the_inverse)
{
    for (int round = 0; round < 40; round++) {
        size_t q = random_count(1, 3), n = random_count(1, 8);
        sinew_system *s = random_ss(n, q, q, 1), *inverse;
        sinew_complex zeros[16], poles[16];
        done(sinew_join_inverse(&inverse, s, &error));
        done(sinew_system_poles(inverse, poles, &error));
        cr_assert_eq(zeros_of(s, zeros), n);
        for (size_t i = 0; i < n; i++) {
            double best = INFINITY, size = 0;
            for (size_t k = 0; k < n; k++) {
                best = fmin(best, hypot(zeros[i].re - poles[k].re, zeros[i].im - poles[k].im));
                size = fmax(size, hypot(poles[k].re, poles[k].im));
            }
            cr_assert(best < 1e-8 * (1 + size), "%g of %g", best, size);
        }
        sinew_system_free(s);
        sinew_system_free(inverse);
    }
}

/* Skogestad, Postlethwaite 2005, example 4.8: G = 1 / (s + 2) [[s - 1, 4], [4.5, 2 (s - 1)]] has
 * the one pole -2 and the zero 4, although no entry has a zero there. */
Test(analysis, a_zero_that_no_entry_shows)
{
    const double A[] = {-2}, B[] = {-3, 4}, C[] = {1, -1.5}, D[] = {1, 0, 0, 2};
    sinew_system *s = from_matrices((sinew_matrices){1, 2, 2, A, B, C, D});
    sinew_complex zero[1];
    cr_assert_eq(zeros_of(s, zero), 1);
    near(zero[0].re, 4, 1e-14, "zero");
    sinew_system_free(s);
}

/* The example of SLICOT's AB08ND, an algorithm of the same reduction: two zeros, of which -1 is a
 * mode that no output shows. */
Test(analysis, a_published_example_that_is_not_square)
{
    const double A[36] = {[0] = 1, [7] = 1, [14] = 3, [21] = -4, [28] = -1, [35] = 3};
    const double B[] = {0, -1, -1, 0, 1, -1, 0, 0, 0, 1, -1, -1}, D[6] = {0};
    const double C[] = {1, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 1};
    sinew_system *s = from_matrices((sinew_matrices){6, 2, 3, A, B, C, D});
    sinew_complex z[6];
    cr_assert_eq(zeros_of(s, z), 2);
    near(fmax(z[0].re, z[1].re), 2, 1e-14, "zero");
    near(fmin(z[0].re, z[1].re), -1, 1e-14, "hidden mode");
    sinew_system_free(s);
}

/* The quadruple tank (K. H. Johansson 2000): zeros where (1 + s T3)(1 + s T4) = (1 - g1)(1 - g2) /
 * (g1 g2), left of the axis for g1 + g2 > 1 and one right of it for g1 + g2 < 1. */
Test(analysis, the_quadruple_tank)
{
    const double T[] = {62, 90, 23, 30}, area[] = {28, 32, 28, 32}, k[] = {3.33, 3.35};
    for (int phase = 0; phase < 2; phase++) {
        double g1 = phase ? 0.43 : 0.7, g2 = phase ? 0.34 : 0.6;
        double A[16] = {0}, B[8] = {0};
        const double C[] = {0.5, 0, 0, 0, 0, 0.5, 0, 0}, D[4] = {0};
        for (int i = 0; i < 4; i++)
            A[5 * i] = -1 / T[i];
        A[2] = area[2] / (area[0] * T[2]);
        A[7] = area[3] / (area[1] * T[3]);
        B[0] = g1 * k[0] / area[0];
        B[3] = g2 * k[1] / area[1];
        B[5] = (1 - g2) * k[1] / area[2];
        B[6] = (1 - g1) * k[0] / area[3];
        sinew_system *s = from_matrices((sinew_matrices){4, 2, 2, A, B, C, D});
        sinew_complex zeros[4];
        cr_assert_eq(zeros_of(s, zeros), 2);
        double sum = T[2] + T[3], product = T[2] * T[3], rest = (1 - g1) * (1 - g2) / (g1 * g2);
        double root = sqrt(sum * sum - 4 * product * (1 - rest));
        double slow = (-sum + root) / (2 * product), fast = (-sum - root) / (2 * product);
        bool first = zeros[0].re > zeros[1].re;
        near(zeros[!first].re, slow, 1e-15, "slow");
        near(zeros[first].re, fast, 1e-15, "fast");
        cr_assert((slow > 0) == (g1 + g2 < 1));
        sinew_system_free(s);
    }
}

/* Units scaled by 2^+-40 change nothing: states, inputs, outputs. */
Test(analysis, zeros_do_not_depend_on_units)
{
    for (int round = 0; round < 20; round++) {
        sinew_system *s = random_ss(6, 2, 2, 0), *t;
        sinew_matrices m = sinew_system_matrices(s);
        double A[36], B[12], C[12], D[4] = {0}, x[6], u[2], y[2];
        for (int i = 0; i < 6; i++)
            x[i] = ldexp(1, (int)(40 * random_number()));
        for (int i = 0; i < 2; i++) {
            u[i] = ldexp(1, (int)(40 * random_number()));
            y[i] = ldexp(1, (int)(40 * random_number()));
        }
        for (int i = 0; i < 36; i++)
            A[i] = m.A[i] * x[i / 6] / x[i % 6];
        for (int i = 0; i < 12; i++) {
            B[i] = m.B[i] * x[i / 2] / u[i % 2];
            C[i] = m.C[i] * y[i / 6] / x[i % 6];
        }
        t = from_matrices((sinew_matrices){6, 2, 2, A, B, C, D});
        sinew_complex a[6], b[6];
        cr_assert_eq(zeros_of(s, a), 4);
        cr_assert_eq(zeros_of(t, b), 4);
        for (int i = 0; i < 4; i++) {
            double best = INFINITY;
            for (int k = 0; k < 4; k++)
                best = fmin(best, hypot(a[i].re - b[k].re, a[i].im - b[k].im));
            cr_assert(best <= 1e-9 * (1 + hypot(a[i].re, a[i].im)), "%g", best);
        }
        sinew_system_free(s);
        sinew_system_free(t);
    }
}

/* A mode that no input reaches or no output shows is a zero of the whole, not of H. */
Test(analysis, hidden_modes_are_zeros)
{
    const double A[] = {-1, 0, 0, 0, -2, 0, 0, 0, -3}, D[] = {0};
    const double B[] = {1, 1, 0}, C[] = {1, 0, 1}, none[3] = {0};
    sinew_complex z[3];
    sinew_system *s = from_matrices((sinew_matrices){3, 1, 1, A, B, C, D});
    cr_assert_eq(zeros_of(s, z), 2);
    near(fmin(z[0].re, z[1].re), -3, 1e-14, "not reached");
    near(fmax(z[0].re, z[1].re), -2, 1e-14, "not shown");
    sinew_system_free(s);
    s = from_matrices((sinew_matrices){3, 1, 1, A, B, none, D});
    cr_assert_eq(zeros_of(s, z), 1);
    near(z[0].re, -3, 1e-14, "H = 0: what no input reaches");
    sinew_system_free(s);
}

/* As matrices only: no zero where there is none, however long the chain and far apart its poles,
 * and as many as the band has. */
Test(analysis, zeros_at_infinity_are_not_found)
{
    sinew_system *s, *bare;
    sinew_complex poles[64], zeros[64];
    for (size_t n = 1; n <= 64; n *= 2) {
        for (size_t i = 0; i < n; i++)
            poles[i] = (sinew_complex){-pow(10, -3 + 6.0 * (double)i / (double)n), 0};
        done(sinew_system_new_zpk(&s, NULL, 0, poles, n, 1, &error));
        bare = as_matrices(s);
        cr_assert_eq(zeros_of(bare, zeros), 0, "%zu", n);
        sinew_system_free(s);
        sinew_system_free(bare);
    }
    for (int band = SINEW_BAND_LOWPASS; band <= SINEW_BAND_STOP; band++)
        for (uint32_t order = 1; order <= 12; order++) {
            sinew_design d = {.band = (sinew_band)band, .order = order, .edges_hz = {1000, 2000}};
            done(sinew_system_new_design(&s, &d, &error));
            bare = as_matrices(s);
            cr_assert_eq(zeros_of(bare, zeros), zeros_of(s, poles), "%u of %d", order, band);
            sinew_system_free(s);
            sinew_system_free(bare);
        }
}

/* A direct term that is next to nothing is still one: 1 / (s + 1) + 1e-30 has a zero at -1e30. */
Test(analysis, a_small_direct_term_counts)
{
    const double A[] = {-1}, B[] = {1}, C[] = {1}, D[] = {1e-30};
    sinew_complex z[1];
    sinew_system *s = from_matrices((sinew_matrices){1, 1, 1, A, B, C, D});
    cr_assert_eq(zeros_of(s, z), 1);
    near(z[0].re, -1e30, 1e15, "zero");
    sinew_system_free(s);
}

/* ---- time responses ---- */

static sinew_system *time_system(void)
{
    return from_matrices((sinew_matrices){3, 2, 2, time_A, time_B, time_C, time_D});
}

enum { FRAMES = 31, STOPS = sizeof time_frames / sizeof *time_frames };

Test(analysis, time_responses_of_60_digits)
{
    sinew_system *s = time_system();
    double step[FRAMES * 4], impulse[FRAMES * 4], start[FRAMES * 2];
    done(sinew_system_step_response(s, 0.25, FRAMES, step, &error));
    done(sinew_system_impulse_response(s, 0.25, FRAMES, impulse, &error));
    done(sinew_system_initial_response(s, time_x0, 0.25, FRAMES, start, &error));
    for (size_t k = 0; k < STOPS; k++) {
        for (size_t i = 0; i < 4; i++) {
            near(step[time_frames[k] * 4 + i], time_step[k * 4 + i], 4e-15, "step");
            near(impulse[time_frames[k] * 4 + i], time_impulse[k * 4 + i], 1e-14, "impulse");
        }
        for (size_t i = 0; i < 2; i++)
            near(start[time_frames[k] * 2 + i], time_start[k * 2 + i], 4e-15, "start");
    }
    sinew_system_free(s);
}

/* H / s answers an impulse as H answers a step; the impulse is B as a start. */
Test(analysis, time_responses_say_the_same)
{
    const sinew_complex origin = {0, 0};
    sinew_system *integrator;
    done(sinew_system_new_zpk(&integrator, NULL, 0, &origin, 1, 1, &error));
    for (int round = 0; round < 20; round++) {
        sinew_system *s = round % 2 ? random_zpk(random_count(1, 4), 1) : random_ss(4, 1, 1, 1);
        sinew_system *integrated, *bare = as_matrices(s);
        double step[40], impulse[40], other[40];
        sinew_matrices m = sinew_system_matrices(bare);
        done(sinew_join_series(&integrated, (const sinew_system *[]){s, integrator}, 2, &error));
        done(sinew_system_step_response(s, 0.3, 40, step, &error));
        done(sinew_system_impulse_response(integrated, 0.3, 40, impulse, &error));
        for (int k = 0; k < 40; k++)
            near(impulse[k], step[k], 1e-12, "integrated impulse");
        done(sinew_system_impulse_response(s, 0.3, 40, impulse, &error));
        done(sinew_system_initial_response(bare, m.B, 0.3, 40, other, &error));
        for (int k = 0; k < 40; k++)
            near(other[k], impulse[k], 1e-12, "B as a start");
        done(sinew_system_initial_response(s, m.B, 0.3, 40, other, &error));
        for (int k = 0; k < 40; k++)
            near(other[k], impulse[k], 1e-12, "in the coordinates of the matrices");
        sinew_system_free(s);
        sinew_system_free(bare);
        sinew_system_free(integrated);
    }
    sinew_system_free(integrator);
}

/* y[k] of the recurrence by hand: x+ = x / 2 + u, y = 3 x + 5 u is euler's for step 1. */
Test(analysis, time_responses_of_a_discretization)
{
    const double A[] = {-0.5}, B[] = {1}, C[] = {3}, D[] = {5}, x0[] = {8};
    sinew_system *s = from_matrices((sinew_matrices){1, 1, 1, A, B, C, D});
    sinew_discretize_opts opts = {.step_s = 1, .method = SINEW_METHOD_EULER};
    sinew_discretization *d;
    done(sinew_discretize(&d, s, &opts, &error));
    const double steps[] = {5, 8, 9.5, 10.25}, impulses[] = {5, 3, 1.5, 0.75};
    const double starts[] = {24, 12, 6, 3};
    double y[4];
    done(sinew_discretization_step_response(d, 4, y, &error));
    cr_assert_eq(memcmp(y, steps, sizeof y), 0);
    done(sinew_discretization_impulse_response(d, 4, y, &error));
    cr_assert_eq(memcmp(y, impulses, sizeof y), 0);
    done(sinew_discretization_initial_response(d, x0, 4, y, &error));
    cr_assert_eq(memcmp(y, starts, sizeof y), 0);
    done(sinew_discretization_step_response(d, 0, NULL, &error));
    sinew_discretization_free(d);
    sinew_system_free(s);
}

Test(analysis, order_zero_has_time_responses)
{
    const double D[] = {2, 3};
    double y[6] = {0};
    sinew_system *s = from_matrices((sinew_matrices){.inputs = 2, .outputs = 1, .D = D});
    done(sinew_system_step_response(s, 1, 3, y, &error));
    cr_assert(y[0] == 2 && y[5] == 3);
    done(sinew_system_impulse_response(s, 1, 3, y, &error));
    cr_assert(y[0] == 0 && y[5] == 0);
    done(sinew_system_initial_response(s, NULL, 1, 3, y, &error));
    cr_assert(y[0] == 0 && y[2] == 0);
    refused(sinew_system_step_response(s, 0, 3, y, &error), SINEW_ERR_ARGUMENT, "step");
    refused(sinew_system_step_response(s, NAN, 3, y, &error), SINEW_ERR_ARGUMENT, "step");
    refused(sinew_system_step_response(s, 1, 3, NULL, &error), SINEW_ERR_ARGUMENT, "nowhere");
    sinew_system_free(s);
    s = time_system();
    refused(sinew_system_initial_response(s, (double[]){0, NAN, 0}, 1, 3, y, &error),
            SINEW_ERR_ARGUMENT, "x0[1] is nan");
    refused(sinew_system_initial_response(s, NULL, 1, 3, y, &error), SINEW_ERR_ARGUMENT, "x0");
    sinew_system_free(s);
}

/* ---- group delay ---- */

enum {
    DELAYS = sizeof delay_rad / sizeof *delay_rad,
    BILINEARS = sizeof bilinear_rad / sizeof *bilinear_rad
};

static sinew_system *delayed(void)
{
    sinew_system *s;
    done(sinew_system_new_zpk(&s, delay_zeros, 5, delay_poles, 6, 1.5, &error));
    return s;
}

Test(analysis, group_delay_of_factors)
{
    sinew_system *s = delayed();
    double delay[DELAYS];
    done(sinew_system_group_delay(s, delay_rad, DELAYS, delay, &error));
    for (size_t i = 0; i < DELAYS; i++)
        near(delay[i], delay_s[i], 1e-14 * fabs(delay_s[i]), "delay");
    sinew_system_free(s);
}

/* At the zero itself matrices leave nothing but rounding: no phase, or one that says little. */
Test(analysis, group_delay_of_matrices)
{
    sinew_system *s = delayed(), *bare = as_matrices(s);
    double delay[DELAYS];
    done(sinew_system_group_delay(bare, delay_rad, DELAYS, delay, &error));
    for (size_t i = 0; i < DELAYS; i++)
        if (delay_rad[i] < 7 || delay_rad[i] > 7)
            near(delay[i], delay_s[i], 1e-12 * (fabs(delay_s[i]) + 1), "delay");
    sinew_system_free(s);
    sinew_system_free(bare);
}

Test(analysis, group_delay_of_two_inputs_and_outputs)
{
    sinew_system *s = time_system();
    sinew_discretize_opts opts = {.step_s = 0.25, .method = SINEW_METHOD_ZOH};
    sinew_discretization *d;
    double delay[20];
    done(sinew_system_group_delay(s, time_rad, 5, delay, &error));
    for (int i = 0; i < 20; i++)
        near(delay[i], time_delay[i], 1e-14, "delay");
    done(sinew_discretize(&d, s, &opts, &error));
    done(sinew_discretization_group_delay(d, held_rad, 5, delay, &error));
    for (int i = 0; i < 20; i++)
        near(delay[i], held_delay[i], 1e-13, "held");
    sinew_discretization_free(d);
    sinew_system_free(s);
}

/* In sections, and as one matrix. */
Test(analysis, group_delay_of_a_discretization)
{
    sinew_system *s = delayed(), *bare = as_matrices(s);
    const sinew_system *both[] = {s, bare};
    for (int i = 0; i < 2; i++) {
        sinew_discretize_opts opts = {.rate_hz = 10, .method = SINEW_METHOD_BILINEAR};
        sinew_discretization *d;
        double delay[BILINEARS];
        done(sinew_discretize(&d, both[i], &opts, &error));
        done(sinew_discretization_group_delay(d, bilinear_rad, BILINEARS, delay, &error));
        for (size_t k = 0; k < BILINEARS; k++)
            near(delay[k], bilinear_delay_s[k], 1e-11 * (1 + fabs(bilinear_delay_s[k])),
                 "bilinear");
        sinew_discretization_free(d);
    }
    sinew_system_free(s);
    sinew_system_free(bare);
}

/* Side by side: the sections of zoh, against the dense form of the same. */
Test(analysis, group_delay_side_by_side)
{
    sinew_design design = {.band = SINEW_BAND_PASS, .order = 4, .edges_hz = {300, 3400}};
    sinew_discretize_opts opts = {.rate_hz = 16000, .method = SINEW_METHOD_ZOH};
    sinew_discretization *d, *dense;
    sinew_system *s, *bare;
    double rad[50], a[50], b[50];
    done(sinew_system_new_design(&s, &design, &error));
    bare = as_matrices(s);
    done(sinew_discretize(&d, s, &opts, &error));
    done(sinew_discretize(&dense, bare, &opts, &error));
    for (int i = 0; i < 50; i++)
        rad[i] = 1000.0 * (i + 1);
    done(sinew_discretization_group_delay(d, rad, 50, a, &error));
    done(sinew_discretization_group_delay(dense, rad, 50, b, &error));
    for (int i = 0; i < 50; i++)
        near(a[i], b[i], 1e-10 * fabs(b[i]) + 1e-13, "delay");
    sinew_discretization_free(d);
    sinew_discretization_free(dense);
    sinew_system_free(s);
    sinew_system_free(bare);
}

Test(analysis, group_delay_where_there_is_none)
{
    const double zero[] = {0}, nan[] = {NAN};
    const sinew_complex origin = {0, 0}, two[] = {{-1, 0}, {-2, 0}};
    double delay;
    sinew_system *s, *bare;
    done(sinew_system_new_zpk(&s, NULL, 0, &origin, 1, 1, &error));
    refused(sinew_system_group_delay(s, zero, 1, &delay, &error), SINEW_ERR_NUMERIC, "pole");
    refused(sinew_system_group_delay(s, nan, 1, &delay, &error), SINEW_ERR_ARGUMENT, "nan");
    sinew_system_free(s);
    done(sinew_system_new_zpk(&s, &origin, 1, two, 2, 1, &error)); /* s / ((s + 1) (s + 2)) */
    bare = as_matrices(s);
    done(sinew_system_group_delay(s, zero, 1, &delay, &error));
    near(delay, 1.5, 1e-15, "beside the zero");
    done(sinew_system_group_delay(bare, zero, 1, &delay, &error));
    cr_assert(isnan(delay));
    sinew_system_free(s);
    sinew_system_free(bare);
    done(sinew_system_new_zpk(&s, NULL, 0, two, 2, 0, &error));
    done(sinew_system_group_delay(s, zero, 1, &delay, &error));
    cr_assert(isnan(delay));
    sinew_system_free(s);
}

/* ---- margins ---- */

static void has_crossovers(const sinew_system *s, const loop_case *c, double tolerance)
{
    sinew_crossover found[32];
    size_t n;
    done(sinew_system_crossovers(s, found, 32, &n, &error));
    cr_assert_eq(n, c->count, "%s: %zu crossovers, not %zu", c->name, n, c->count);
    for (size_t i = 0; i < n; i++) {
        const sinew_crossover *want = &c->crossovers[i];
        double size = hypot(want->loop.re, want->loop.im);
        cr_assert_eq(found[i].of_phase, want->of_phase, "%s", c->name);
        if (isfinite(want->rad))
            near(found[i].rad, want->rad, tolerance * want->rad, c->name);
        else
            cr_assert_eq(found[i].rad, want->rad);
        near(found[i].loop.re, want->loop.re, 1e4 * tolerance * size, c->name);
        near(found[i].loop.im, want->loop.im, 1e4 * tolerance * size, c->name);
    }
}

Test(analysis, crossovers_of_60_digits)
{
    for (size_t i = 0; i < sizeof loop_cases / sizeof *loop_cases; i++) {
        const loop_case *c = &loop_cases[i];
        sinew_system *s, *bare;
        done(sinew_system_new_zpk(&s, c->zeros, c->n_zeros, c->poles, c->n_poles, c->gain, &error));
        bare = as_matrices(s);
        has_crossovers(s, c, 2e-15);
        has_crossovers(bare, c, 1e-13);
        sinew_system_free(s);
        sinew_system_free(bare);
    }
}

/* By the bilinear rule a loop crosses where tan(wT/2) = wc T/2, at the same values. */
Test(analysis, crossovers_of_digital_loops)
{
    for (size_t i = 0; i < sizeof loop_cases / sizeof *loop_cases; i++) {
        const loop_case *c = &loop_cases[i];
        sinew_discretize_opts opts = {.step_s = 0.1, .method = SINEW_METHOD_BILINEAR};
        sinew_discretization *d;
        sinew_system *s;
        sinew_crossover found[32];
        size_t n;
        done(sinew_system_new_zpk(&s, c->zeros, c->n_zeros, c->poles, c->n_poles, c->gain, &error));
        done(sinew_discretize(&d, s, &opts, &error));
        done(sinew_discretization_crossovers(d, found, 32, &n, &error));
        cr_assert_eq(n, c->count, "%s: %zu crossovers, not %zu", c->name, n, c->count);
        for (size_t k = 0; k < n; k++) {
            double rad = 20 * atan(c->crossovers[k].rad / 20);
            near(found[k].rad, rad, 1e-13 * rad, c->name);
            near(found[k].loop.re, c->crossovers[k].loop.re, 1e-8, c->name);
            near(found[k].loop.im, c->crossovers[k].loop.im, 1e-8, c->name);
        }
        sinew_discretization_free(d);
        sinew_system_free(s);
    }
}

/* An integrator behind a hold, k / (z - 1): unstable from k = 2 on, at half the rate; |L| = 1 where
 * 2 sin(w/2) = k. */
Test(analysis, margins_of_a_digital_integrator)
{
    const sinew_complex origin = {0, 0};
    sinew_discretize_opts opts = {.step_s = 1, .method = SINEW_METHOD_ZOH};
    sinew_discretization *d;
    sinew_system *s;
    sinew_margins m;
    done(sinew_system_new_zpk(&s, NULL, 0, &origin, 1, 0.5, &error));
    done(sinew_discretize(&d, s, &opts, &error));
    done(sinew_discretization_margins(d, &m, &error));
    double w = 2 * asin(0.25);
    near(m.gain, 4, 1e-14, "gain");
    near(m.gain_rad, M_PI, 1e-14, "at");
    near(m.phase_rad, w, 1e-14, "at");
    near(m.phase, M_PI / 2 - w / 2, 1e-14, "phase");
    near(m.delay_s, (M_PI / 2 - w / 2) / w, 1e-13, "delay");
    sinew_discretization_free(d);
    sinew_system_free(s);
    const double A[] = {-2}, B[] = {1}, C[] = {1}, D[] = {0}; /* euler takes -2 to z = -1 */
    s = from_matrices((sinew_matrices){1, 1, 1, A, B, C, D});
    opts.method = SINEW_METHOD_EULER;
    done(sinew_discretize(&d, s, &opts, &error));
    refused(sinew_discretization_margins(d, &m, &error), SINEW_ERR_NUMERIC, "half the rate");
    sinew_discretization_free(d);
    sinew_system_free(s);
}

static sinew_margins margins_of(const char *name)
{
    sinew_margins m = {0};
    for (size_t i = 0; i < sizeof loop_cases / sizeof *loop_cases; i++) {
        const loop_case *c = &loop_cases[i];
        if (strcmp(c->name, name) != 0)
            continue;
        sinew_system *s;
        done(sinew_system_new_zpk(&s, c->zeros, c->n_zeros, c->poles, c->n_poles, c->gain, &error));
        done(sinew_system_margins(s, &m, &error));
        sinew_system_free(s);
    }
    return m;
}

Test(analysis, margins_of_textbooks)
{
    /* 1 / (s (s + 1) (s + 2)): a gain of 6 at sqrt 2, 53.41 degrees at 0.4457 */
    sinew_margins m = margins_of("three_lags");
    near(m.gain, 6, 1e-13, "gain");
    near(m.gain_rad, sqrt(2), 1e-14, "at");
    near(m.phase * 180 / M_PI, 53.410786, 1e-6, "phase");
    near(m.phase_rad, 0.445748, 1e-6, "at");
    near(m.delay_s, m.phase / m.phase_rad, 1e-14, "delay");
    cr_assert(m.gain_down == 0 && isnan(m.gain_down_rad));
    /* 5 (s + 2)^2 / s^3 is stable above a gain of 1 / 5 */
    m = margins_of("conditional");
    near(m.gain_down, 0.2, 1e-14, "down");
    cr_assert(isinf(m.gain) && isnan(m.gain_rad) && m.phase > 0);
    /* 1 / (s + 1)^4: 4 at 1; with a gain of 10 unstable, so the phase is short */
    m = margins_of("four_lags");
    near(m.gain_down, 0.4, 1e-14, "down");
    cr_assert(m.phase < 0);
    /* w0^2 / (s (s^2 + 2 z w0 s + w0^2)) rises above 1 again at its resonance */
    m = margins_of("light_damping");
    near(m.gain_down, 0.02, 1e-10, "down");
    near(m.phase_rad, 1.0049619868442939, 1e-14, "at");
    cr_assert(m.phase < 0);
    m = margins_of("never_one");
    cr_assert(isinf(m.gain) && isinf(m.phase) && isinf(m.delay_s) && isnan(m.phase_rad));
    m = margins_of("static");
    near(m.gain, 2, 0, "static");
}

/* Closed, the loop is at the border of stability at each margin: a pole of the closed loop lies on
 * the axis at the crossover. */
Test(analysis, margins_are_the_border_of_stability)
{
    int seen = 0;
    for (int round = 0; round < 60; round++) {
        sinew_system *loop = random_zpk(random_count(2, 4), 1), *louder, *closed;
        sinew_margins m;
        done(sinew_system_margins(loop, &m, &error));
        double gain = isfinite(m.gain) ? m.gain : m.gain_down;
        double at = isfinite(m.gain) ? m.gain_rad : m.gain_down_rad;
        if (gain > 0) {
            sinew_complex poles[16];
            double best = INFINITY;
            done(sinew_join_scale(&louder, loop, gain, &error));
            done(sinew_join_feedback(&closed, louder, NULL, SINEW_FEEDBACK_NEGATIVE, &error));
            done(sinew_system_poles(closed, poles, &error));
            for (size_t i = 0; i < sinew_system_matrices(closed).order; i++)
                best = fmin(best, hypot(poles[i].re, fabs(poles[i].im) - at));
            cr_assert(best < 1e-8 * (1 + at), "round %d: %g beside %g", round, best, at);
            sinew_system_free(louder);
            sinew_system_free(closed);
            seen++;
        }
        sinew_system_free(loop);
    }
    cr_assert_gt(seen, 10, "%d", seen);
}

/* No crossover is missed: against a fine walk along the axis. */
Test(analysis, no_crossover_is_missed)
{
    for (int round = 0; round < 60; round++) {
        sinew_system *loop = random_zpk(random_count(1, 5), round % 2);
        sinew_crossover found[64];
        size_t n, walked = 0;
        done(sinew_system_crossovers(loop, found, 64, &n, &error));
        double last = 0, last_re = 0, last_im = 0;
        for (double w = 1e-3; w < 1e3; w *= 1.0005) {
            response h = response_at(loop, w);
            double size = cabs(h.h[0]) - 1, re = creal(h.h[0]), im = cimag(h.h[0]);
            walked += last * size < 0;
            walked += last_im * im < 0 && re < 0 && last_re < 0;
            last = size;
            last_re = re;
            last_im = im;
        }
        size_t inside = 0;
        for (size_t i = 0; i < n; i++)
            inside += found[i].rad > 1e-3 && found[i].rad < 1e3;
        cr_assert_geq(inside, walked, "round %d: %zu, %zu walked over", round, inside, walked);
        /* the walk steps over what lies closer than its step */
        cr_assert_leq(inside, walked + 2, "round %d: %zu, %zu walked over", round, inside, walked);
        sinew_system_free(loop);
    }
}

/* At both ends of a band the response is next to nothing, and of matrices rounding: its phase,
 * that of -1, is no crossover. */
Test(analysis, deep_stop_bands_are_not_crossed)
{
    for (uint32_t order = 2; order <= 8; order += 2) {
        sinew_design d = {.band = SINEW_BAND_PASS, .order = order, .edges_hz = {1000, 2000}};
        sinew_system *s, *loop, *bare;
        sinew_crossover found[32];
        size_t n, of_matrices;
        done(sinew_system_new_design(&s, &d, &error));
        done(sinew_join_scale(&loop, s, 2, &error));
        bare = as_matrices(loop);
        done(sinew_system_crossovers(loop, found, 32, &n, &error));
        done(sinew_system_crossovers(bare, found, 32, &of_matrices, &error));
        /* the phase falls from order 90 to -order 90 degrees, ends excluded */
        cr_assert_eq(n, 2 + 2 * ((order * 90 + 179) / 360), "%u: %zu", order, n);
        cr_assert_eq(of_matrices, n, "%u: %zu, not %zu", order, of_matrices, n);
        sinew_system_free(s);
        sinew_system_free(loop);
        sinew_system_free(bare);
    }
}

Test(analysis, crossovers_that_do_not_fit_are_counted)
{
    sinew_system *s = time_system();
    sinew_crossover one;
    sinew_margins m;
    size_t n;
    refused(sinew_system_crossovers(s, &one, 1, &n, &error), SINEW_ERR_UNSUPPORTED, "2 inputs");
    refused(sinew_system_margins(s, &m, &error), SINEW_ERR_UNSUPPORTED, "2 inputs");
    sinew_system_free(s);
    const sinew_complex poles[] = {{0, 0}, {-1, 0}, {-2, 0}};
    done(sinew_system_new_zpk(&s, NULL, 0, poles, 3, 1, &error));
    done(sinew_system_crossovers(s, &one, 1, &n, &error));
    cr_assert_eq(n, 2);
    cr_assert(one.rad < 1 && !one.of_phase);
    done(sinew_system_crossovers(s, NULL, 0, &n, &error));
    cr_assert_eq(n, 2);
    sinew_system_free(s);
}

/* ---- dc gain, distance from the axis ---- */

Test(analysis, gain_at_0_and_distance_from_the_axis)
{
    sinew_system *s = time_system(), *integrator;
    const sinew_complex origin = {0, 0};
    double gain[4], margin;
    done(sinew_system_dc_gain(s, gain, &error));
    response h = response_at(s, 0);
    for (int i = 0; i < 4; i++)
        near(gain[i], creal(h.h[i]), 0, "dc");
    sinew_discretize_opts opts = {.step_s = 0.5, .method = SINEW_METHOD_ZOH};
    sinew_discretization *d;
    double held[4];
    done(sinew_discretize(&d, s, &opts, &error));
    done(sinew_discretization_dc_gain(d, held, &error)); /* zoh keeps it */
    for (int i = 0; i < 4; i++)
        near(held[i], gain[i], 1e-14, "held dc");
    sinew_discretization_free(d);
    sinew_system_free(s);
    done(sinew_system_new_zpk(&integrator, NULL, 0, &origin, 1, 1, &error));
    refused(sinew_system_dc_gain(integrator, gain, &error), SINEW_ERR_NUMERIC, "pole");
    done(sinew_system_stability_margin(integrator, &margin, &error));
    cr_assert(margin == 0);
    sinew_system_free(integrator);
    const sinew_complex poles[] = {{-3, 0}, {-0.5, 2}, {-0.5, -2}};
    done(sinew_system_new_zpk(&s, NULL, 0, poles, 3, 1, &error));
    done(sinew_system_stability_margin(s, &margin, &error));
    cr_assert(margin == 0.5);
    sinew_system_free(s);
}
