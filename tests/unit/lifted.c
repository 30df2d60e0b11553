/* lib/filter: L frames at once are L frames one by one; in which coordinates, and in which type. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "far.h"
#include "filter/coordinates.h"
#include "filter/lifted.h"
#include "math/lu.h"
#include "math/matrix.h"
#include "random_systems.h"
#include "sinew/sinew.h"

static sinew_error error;

static sinew_discretization *discretize(sinew_system *system, sinew_method method, double step_s)
{
    sinew_discretization *d;
    sinew_discretize_opts opts = {.step_s = step_s, .method = method};
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
    sinew_system_free(system);
    return d;
}

static sinew_discretization *butterworth(uint32_t order, double hz, sinew_method method)
{
    sinew_system *system;
    sinew_design design = {.order = order, .edges_hz = {hz}};
    cr_assert_eq(sinew_system_new_design(&system, &design, &error), SINEW_OK);
    return discretize(system, method, 1 / 48000.0);
}

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

static sinew_components one_group(size_t *states, size_t *ends, size_t n)
{
    for (size_t i = 0; i < n; i++)
        states[i] = i;
    ends[0] = n;
    return (sinew_components){.count = 1, .states = states, .ends = ends};
}

/* P and its inverse are what they say, and the growth is as bounded as it was asked to be. */
static sinew_coordinates choose(sinew_discretization *d, double kept, double most, double unit)
{
    size_t states[32], ends[32];
    sinew_components groups = one_group(states, ends, d->order);
    sinew_recurrence r;
    sinew_lifted l;
    sinew_coordinates c;
    cr_assert_eq(sinew_recurrence_init(&r, d, sinew_simd_best(), &error), SINEW_OK);
    cr_assert_eq(sinew_lifted_init(&l, d, 16, &error), SINEW_OK);
    sinew_digits digits = {.kept = kept, .most = most, .unit = unit};
    cr_assert_eq(sinew_coordinates_choose(&c, &l, d, &r, &groups, &digits, &error), SINEW_OK, "%s",
                 error.text);
    for (size_t i = 0; c.P && i < d->order; i++)
        for (size_t j = 0; j < d->order; j++) {
            double sum = 0;
            for (size_t k = 0; k < d->order; k++)
                sum += c.P[i * d->order + k] * c.inverse[k * d->order + j];
            cr_assert_float_eq(sum, i == j, 1e-9);
        }
    sinew_lifted_finish(&l);
    sinew_recurrence_finish(&r);
    return c;
}

/* Side by side, the sections of a Butterworth of order 8 cancel in three halves of a digit. */
Test(coordinates, balanced_ones_where_sums_cancel)
{
    sinew_discretization *d = butterworth(8, 1000, SINEW_METHOD_ZOH);
    sinew_coordinates given = choose(d, 64, 512, 0x1p-24), other = choose(d, 8, 8, 0x1p-24);
    cr_assert_null(given.P);
    cr_assert(given.fits);
    cr_assert_not_null(other.P);
    cr_assert(other.fits);
    sinew_coordinates_finish(&given);
    sinew_coordinates_finish(&other);
    sinew_discretization_free(d);
}

static void check_kept(sinew_discretization *d, double unit)
{
    sinew_coordinates c = choose(d, 1, 64, unit);
    cr_assert_null(c.P);
    cr_assert(c.fits);
    sinew_coordinates_finish(&c);
    sinew_discretization_free(d);
}

/* What is lost in double is far less than what rounds in float, but more than nothing. */
Test(coordinates, given_ones_where_turning_loses_more_than_rounding)
{
    check_kept(butterworth(8, 1000, SINEW_METHOD_ZOH), 0x1p-60);
}

Test(coordinates, given_ones_where_noise_is_no_less_in_others)
{
    check_kept(butterworth(8, 20, SINEW_METHOD_BILINEAR), 0x1p-24);
}

/* A quarter less noise is not worth what the sections of a cascade start with. */
Test(coordinates, a_cascade_is_given_up_for_much_only)
{
    check_kept(butterworth(16, 20, SINEW_METHOD_BILINEAR), 0x1p-24);
}

Test(coordinates, what_never_settles_has_those_given)
{
    double A = 0, B = 1, C = 1, D = 0;
    sinew_matrices m = {1, 1, 1, &A, &B, &C, &D};
    sinew_system *system;
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK);
    sinew_discretization *d = discretize(system, SINEW_METHOD_ZOH, 1e-3);
    sinew_coordinates c = choose(d, 8, 8, 0x1p-24);
    cr_assert_null(c.P);
    cr_assert_not(c.fits);
    sinew_coordinates_finish(&c);
    sinew_discretization_free(d);
}

static void run(sinew_discretization *d, sinew_engine engine, sinew_sample sample, const void *u,
                void *y, size_t frames)
{
    sinew_filter_opts opts = {.engine = engine, .sample = sample};
    sinew_node *node;
    sinew_stream *stream;
    cr_assert_eq(sinew_filter_new(&node, d, &opts, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_filter_engine(node), engine);
    cr_assert_eq(sinew_stream_open(&stream, node, NULL, &error), SINEW_OK);
    sinew_block in = {.samples = (void *)(uintptr_t)u, .n_frames = frames, .channels = 1};
    sinew_block out = {.samples = y};
    sinew_stream_process(stream, &in, &out);
    sinew_stream_close(stream);
    sinew_node_free(node);
}

/* Float streams of what float does not hold: an integrator over 30 000 frames adds ones exactly. */
Test(coordinates, a_float_stream_may_be_calculated_in_double)
{
    enum { FRAMES = 30000 };
    static float u[FRAMES], y[FRAMES];
    double A = 0, B = 1000, C = 1, D = 0;
    sinew_matrices m = {1, 1, 1, &A, &B, &C, &D};
    sinew_system *system;
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK);
    sinew_discretization *d = discretize(system, SINEW_METHOD_ZOH, 1e-3);
    for (size_t t = 0; t < FRAMES; t++)
        u[t] = 1 + 0x1p-20f;
    run(d, SINEW_ENGINE_BLOCK, SINEW_SAMPLE_F32, u, y, FRAMES);
    for (size_t t = 0; t < FRAMES; t++)
        cr_assert_eq(y[t], (float)((double)t * (1 + 0x1p-20)));
    sinew_discretization_free(d);
}

/* Float's exponents end at 10^38: what is beyond them, or the first block of, is double's too. */
Test(coordinates, a_float_stream_may_have_states_of_any_size)
{
    for (double size = 1e-45; size < 1e46; size *= 1e15) {
        double A = -1, B = size, C = 1 / size, D = 0;
        float u[40] = {1}, y[40];
        sinew_matrices m = {1, 1, 1, &A, &B, &C, &D};
        sinew_system *system;
        cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK);
        sinew_discretization *d = discretize(system, SINEW_METHOD_ZOH, 0.1);
        run(d, SINEW_ENGINE_BLOCK, SINEW_SAMPLE_F32, u, y, 40);
        for (int t = 1; t < 40; t++)
            cr_assert_float_eq(y[t] / (-expm1(-0.1) * exp(-0.1 * (t - 1))), 1, 1e-6);
        sinew_discretization_free(d);
    }
}

/* In float Butterworth's order 16 at 20 Hz begins a millionth of a millionth of what it comes to.
 */
Test(coordinates, a_float_stream_starts_as_small_as_it_is)
{
    enum { FRAMES = 1000 };
    static float u[FRAMES];
    static double wide[FRAMES], want[FRAMES];
    static float y[FRAMES];
    sinew_discretization *d = butterworth(16, 20, SINEW_METHOD_BILINEAR);
    double apart = 0, top = 0;
    for (size_t t = 0; t < FRAMES; t++)
        wide[t] = u[t] = (float)random_number();
    run(d, SINEW_ENGINE_SCAN, SINEW_SAMPLE_F64, wide, want, FRAMES);
    run(d, SINEW_ENGINE_BLOCK, SINEW_SAMPLE_F32, u, y, FRAMES);
    for (size_t t = 0; t < FRAMES; t++) {
        apart = farther(apart, y[t], want[t]);
        top = fmax(top, fabs(want[t]));
    }
    cr_assert_lt(top, 1e-6);
    cr_assert_lt(apart, 1e-5 * top);
    sinew_discretization_free(d);
}

/* 10^6 to the power of 64 is no double; 50 frames of it are. */
Test(coordinates, what_grows_beyond_double_goes_frame_by_frame)
{
    enum { ORDER = 40, FRAMES = 50 };
    double A[ORDER * ORDER] = {0}, B[ORDER], C[ORDER], D = 0;
    double u[FRAMES] = {1}, y[FRAMES];
    for (size_t i = 0; i < ORDER; i++) {
        A[i * ORDER + (i + 1) % ORDER] = 1e6;
        B[i] = C[i] = 1;
    }
    sinew_matrices m = {ORDER, 1, 1, A, B, C, &D};
    sinew_system *system;
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK);
    sinew_discretization *d = discretize(system, SINEW_METHOD_EULER, 1);
    sinew_filter_opts opts = {.engine = SINEW_ENGINE_BLOCK};
    sinew_node *node;
    cr_assert_eq(sinew_filter_new(&node, d, &opts, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_filter_engine(node), SINEW_ENGINE_SCAN);
    sinew_node_free(node);
    run(d, SINEW_ENGINE_SCAN, SINEW_SAMPLE_F64, u, y, FRAMES);
    for (size_t t = 0; t < FRAMES; t++)
        cr_assert(isfinite(y[t]));
    sinew_discretization_free(d);
}
