/* lib/filter: the block engine, as right as the recurrence, and in which type. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "far.h"
#include "hard_systems.h"
#include "wide_recurrence.h"

enum { NOISE_FRAMES = 2000 };

/* The block engine's answer to noise, no further from the recurrence's than part of its peak. */
static void check_engine(sinew_discretization *d, size_t frames, double tolerance)
{
    static double u[NOISE_FRAMES], y[NOISE_FRAMES];
    sinew_wide x[MOST];
    sinew_filter_opts opts = {.engine = SINEW_ENGINE_BLOCK, .sample = SINEW_SAMPLE_F64};
    sinew_node *node;
    sinew_stream *stream;
    cr_assert_eq(sinew_filter_new(&node, d, &opts, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_filter_engine(node), SINEW_ENGINE_BLOCK);
    cr_assert_eq(sinew_stream_open(&stream, node, NULL, &error), SINEW_OK);
    for (size_t t = 0; t < frames; t++)
        u[t] = random_number();
    sinew_block in = {.samples = u, .n_frames = frames, .channels = 1}, out = {.samples = y};
    sinew_stream_process(stream, &in, &out);
    apart a = {0, 0};
    clear(x, d->order);
    for (size_t t = 0; t < frames; t++)
        compare(&a, y[t], step(d, x, u[t]));
    cr_expect(a.distance <= tolerance * a.size, "%.3g of %.3g", a.distance, a.size);
    sinew_stream_close(stream);
    sinew_node_free(node);
    sinew_discretization_free(d);
}

/* What has only begun to fill up is as right as what has. */
Test(blockwise, starts_as_small_as_it_is)
{
    check_engine(chebyshev(11, 5, SINEW_METHOD_BILINEAR), NOISE_FRAMES, 1e-14);
    check_engine(chebyshev(11, 5, SINEW_METHOD_ZOH), NOISE_FRAMES, 1e-14);
    check_engine(near_resonances(SINEW_METHOD_ZOH), NOISE_FRAMES, 5e-14);
    check_engine(near_resonances(SINEW_METHOD_BILINEAR), NOISE_FRAMES, 5e-14);
}

Test(blockwise, as_right_as_frame_by_frame)
{
    check_engine(chained_pairs(SINEW_METHOD_ZOH), NOISE_FRAMES, 1e-12);
    check_engine(chained_pairs(SINEW_METHOD_BILINEAR), NOISE_FRAMES, 1e-12);
    check_engine(chained_pairs(SINEW_METHOD_EULER), NOISE_FRAMES, 1e-6);
    check_engine(stiff(0.25), 200, 5e-13);
    check_engine(legendre(), 300, 1e-9);
}

/* ---- the type that is calculated in ---- */

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
Test(blockwise, a_float_stream_may_be_calculated_in_double)
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
Test(blockwise, a_float_stream_may_have_states_of_any_size)
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
Test(blockwise, a_float_stream_starts_as_small_as_it_is)
{
    enum { FRAMES = 1000 };
    static float u[FRAMES];
    static double wide[FRAMES], want[FRAMES];
    static float y[FRAMES];
    sinew_discretization *d = butterworth(16, 20, SINEW_METHOD_BILINEAR);
    double farthest = 0, top = 0;
    for (size_t t = 0; t < FRAMES; t++)
        wide[t] = u[t] = (float)random_number();
    run(d, SINEW_ENGINE_SCAN, SINEW_SAMPLE_F64, wide, want, FRAMES);
    run(d, SINEW_ENGINE_BLOCK, SINEW_SAMPLE_F32, u, y, FRAMES);
    for (size_t t = 0; t < FRAMES; t++) {
        farthest = farther(farthest, y[t], want[t]);
        top = fmax(top, fabs(want[t]));
    }
    cr_assert_lt(top, 1e-6);
    cr_assert_lt(farthest, 1e-5 * top);
    sinew_discretization_free(d);
}

/* Largest distance of the block engine over floats from the recurrence, over the highest sample. */
static double float_error(sinew_discretization *d, const float *u, size_t frames)
{
    double *wide = malloc(2 * frames * sizeof *wide), *want = wide + frames, farthest = 0, top = 0;
    float *y = malloc(frames * sizeof *y);
    for (size_t t = 0; t < frames; t++)
        wide[t] = u[t];
    run(d, SINEW_ENGINE_SCAN, SINEW_SAMPLE_F64, wide, want, frames);
    run(d, SINEW_ENGINE_BLOCK, SINEW_SAMPLE_F32, u, y, frames);
    for (size_t t = 0; t < frames; t++) {
        farthest = farther(farthest, y[t], want[t]);
        top = fmax(top, fabs(want[t]));
    }
    free(wide);
    free(y);
    return farthest / top;
}

static double error_of_ones(sinew_discretization *d, size_t frames)
{
    float *u = malloc(frames * sizeof *u);
    for (size_t t = 0; t < frames; t++)
        u[t] = 1;
    double error_ = float_error(d, u, frames);
    free(u);
    return error_;
}

/* An average over ten seconds, beside what noise is louder in: a direct path, and a fast average.
 * In float it stops moving where a step is less than half of its last digit. */
Test(coordinates, a_slow_state_beside_a_loud_path_is_held_by_double)
{
    enum { FRAMES = 30 * 48000 };
    double poles[] = {-0.1, -1000}, gains[] = {0.1, 1000};
    sinew_discretization *direct = real_poles(poles, gains, 1, 0.01);
    sinew_discretization *fast = real_poles(poles, gains, 2, 0);
    cr_expect_lt(error_of_ones(direct, FRAMES), 1e-7);
    cr_expect_lt(error_of_ones(fast, FRAMES), 1e-7);
    sinew_discretization_free(direct);
    sinew_discretization_free(fast);
}

/* A pole that turns once a block rests there as a slow one does. */
Test(coordinates, a_resonance_of_once_a_block_is_held_by_double)
{
    enum { FRAMES = 200000 };
    static float u[FRAMES];
    double w = 2 * 3.14159265358979323846 * 3000, A[] = {-0.3, w, -w, -0.3}, B[] = {1, 0};
    double C[] = {1, 0}, D = 1;
    sinew_matrices m = {2, 1, 1, A, B, C, &D};
    sinew_system *system;
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK);
    sinew_discretization *d = discretize(system, SINEW_METHOD_ZOH, 1 / 48000.0);
    for (size_t t = 0; t < FRAMES; t++)
        u[t] = (float)cos(2 * 3.14159265358979323846 * (double)(t % 16) / 16);
    cr_expect_lt(float_error(d, u, FRAMES), 1e-7);
    sinew_discretization_free(d);
}

/* A state that is rounded twice a block is driven around where it should rest. */
Test(coordinates, a_state_is_rounded_once_a_block)
{
    sinew_system *system;
    sinew_equalizer peaking = {.type = SINEW_EQ_PEAKING, .hz = 5, .q = 5, .gain_db = 12};
    cr_assert_eq(sinew_system_new_equalizer(&system, &peaking, &error), SINEW_OK);
    sinew_discretization *d = discretize(system, SINEW_METHOD_BILINEAR, 1 / 48000.0);
    cr_expect_lt(error_of_ones(d, 200000), 1.5e-6);
    sinew_discretization_free(d);
}

/* 10^6 to the power of 64 is no double; 50 frames of it are. */
Test(blockwise, what_grows_beyond_double_goes_frame_by_frame)
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
