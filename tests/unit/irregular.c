/* Filters over irregular time: against 512-bit arithmetic, and steps of every kind. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "far.h"
#include "../vectors/irregular_vectors.h"
#include "base/memory.h"
#include "math/expm.h"
#include "math/solve.h"
#include "sinew/sinew.h"
#include "ssm/held.h"

static sinew_node *made(const sinew_matrices *m, const sinew_irregular_opts *opts)
{
    sinew_error error = {0};
    sinew_system *system = NULL;
    sinew_node *node = NULL;
    cr_assert_eq(sinew_system_new_ss(&system, m, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_filter_new_irregular(&node, system, opts, &error), SINEW_OK, "%s",
                 error.text);
    sinew_system_free(system);
    return node;
}

/* All frames through a new stream; the blocks have `cut` frames. */
static void run(const sinew_node *node, const double *u, const double *steps, double *y, size_t n,
                size_t cut)
{
    sinew_stream *stream = NULL;
    sinew_stream_opts opts = {.steps = true};
    cr_assert_eq(sinew_stream_open(&stream, node, &opts, NULL), SINEW_OK);
    for (size_t at = 0; at < n; at += cut) {
        sinew_block in = {.samples = (double *)(uintptr_t)u + at * node->channels_in,
                          .n_frames = n - at < cut ? n - at : cut,
                          .channels = node->channels_in,
                          .step_s = steps + at};
        sinew_block out = {.samples = y + at * node->channels_out};
        sinew_stream_process(stream, &in, &out);
    }
    sinew_stream_close(stream);
}

Test(irregular, follows_512_bits)
{
    for (size_t v = 0; v < sizeof irregular_vectors / sizeof *irregular_vectors; v++)
        for (int foh = 0; foh < 2; foh++) {
            const sinew_matrices *m = &irregular_vectors[v].system;
            const double *times = irregular_vectors[v].times, *y = irregular_vectors[v].y[foh];
            double steps[IRREGULAR_FRAMES], got[IRREGULAR_FRAMES * 4], peak = 0, worst = 0;
            steps[0] = 12345; /* does not count */
            for (size_t k = 1; k < IRREGULAR_FRAMES; k++)
                steps[k] = times[k] - times[k - 1];
            sinew_irregular_opts opts = {.method = foh ? SINEW_METHOD_FOH : SINEW_METHOD_ZOH,
                                         .x0 = irregular_vectors[v].x0};
            sinew_node *node = made(m, &opts);
            run(node, irregular_vectors[v].u, steps, got, IRREGULAR_FRAMES, 5);
            for (size_t i = 0; i < IRREGULAR_FRAMES * m->outputs; i++) {
                peak = fmax(peak, fabs(y[i]));
                worst = farther(worst, got[i], y[i]);
            }
            cr_assert_leq(worst / peak, irregular_vectors[v].allowed[foh], "%s %d: %g",
                          irregular_vectors[v].name, foh, worst / peak);
            sinew_node_free(node);
        }
}

/* x' = -x + u from x = 0 under u = 1, y = x: 1 - e^-t. */
static const double one[] = {1}, minus_one[] = {-1}, zero[] = {0};
static const sinew_matrices lag = {1, 1, 1, minus_one, one, one, zero};

Test(irregular, steps_that_are_none_take_no_time)
{
    double steps[] = {7, 0.5, 0, NAN, -3, 0.25}, u[] = {1, 1, 1, 1, 1, 1}, y[6];
    double t[] = {0, 0.5, 0.5, 0.5, 0.5, 0.75};
    for (int foh = 0; foh < 2; foh++) {
        sinew_irregular_opts opts = {.method = foh ? SINEW_METHOD_FOH : SINEW_METHOD_ZOH};
        sinew_node *node = made(&lag, &opts);
        run(node, u, steps, y, 6, 6);
        for (int k = 0; k < 6; k++)
            cr_assert_float_eq(y[k], -expm1(-t[k]), 1e-15);
        sinew_node_free(node);
    }
}

/* Whatever the length of the step, what is stable comes to rest: 2 x 2 and 3 x 3, stiff. */
Test(irregular, the_longest_steps_end_at_rest)
{
    static const double A2[] = {-1, 900, -700, -3}, B2[] = {1, 0}, C2[] = {0, 1};
    static const double A3[] = {-1e6, 3e5, 0, 2, -1, 1e3, 1e-3, 0, -40}, B3[] = {1, 2, 3};
    static const double C3[] = {1, 0, 0};
    const sinew_matrices systems[] = {
        lag, {2, 1, 1, A2, B2, C2, zero}, {3, 1, 1, A3, B3, C3, zero}};
    const double allowed[] = {1e-15, 1e-12, 1e-9}; /* eps |A| / slowest pole */
    const double lengths[] = {1e4, 1e9, 1e30, 1e100, 1e300, INFINITY};
    for (int s = 0; s < 3; s++) {
        sinew_system *system;
        sinew_complex at_rest;
        cr_assert_eq(sinew_system_new_ss(&system, &systems[s], NULL), SINEW_OK);
        cr_assert_eq(sinew_system_response(system, zero, 1, &at_rest, NULL), SINEW_OK);
        sinew_system_free(system);
        for (int foh = 0; foh < 2; foh++)
            for (int l = 0; l < 6; l++) {
                sinew_irregular_opts opts = {.method = foh ? SINEW_METHOD_FOH : SINEW_METHOD_ZOH};
                sinew_node *node = made(&systems[s], &opts);
                double u[] = {1, 1, 1}, steps[] = {0, lengths[l], lengths[l]}, y[3];
                run(node, u, steps, y, 3, 3);
                for (int k = 1; k < 3; k++)
                    cr_assert_float_eq(y[k], at_rest.re, allowed[s] * fabs(at_rest.re),
                                       "%d %g: %g, %g", s, lengths[l], y[k], at_rest.re);
                sinew_node_free(node);
            }
    }
}

/* More distinct steps than are kept, again and again, in blocks of one frame and in one block: the
 * same bits; and those of a node that sees each step once. */
Test(irregular, what_is_kept_changes_no_bit)
{
    enum { FRAMES = 700, DISTINCT = 61 };
    const sinew_matrices *m = &irregular_vectors[5].system;
    double u[FRAMES], steps[FRAMES], whole[FRAMES], cut[FRAMES];
    for (int k = 0; k < FRAMES; k++) {
        u[k] = sin(k * k);
        steps[k] = 0.01 * (1 + k * k % DISTINCT);
    }
    sinew_node *node = made(m, NULL);
    run(node, u, steps, whole, FRAMES, FRAMES);
    run(node, u, steps, cut, FRAMES, 1);
    cr_assert_eq(memcmp(whole, cut, sizeof cut), 0);
    for (int from = 0; from < FRAMES; from += 100) { /* from the saved state, nothing is kept */
        sinew_stream *stream;
        sinew_stream_opts opts = {.steps = true};
        cr_assert_eq(sinew_stream_open(&stream, node, &opts, NULL), SINEW_OK);
        unsigned char saved[512];
        cr_assert_leq(sinew_stream_saved_bytes(stream), sizeof saved);
        for (int k = 0; k <= from; k++) {
            sinew_block in = {.samples = u + k, .n_frames = 1, .step_s = steps + k};
            sinew_block out = {.samples = cut + k};
            cr_assert_eq(sinew_stream_save(stream, saved, sizeof saved, NULL), SINEW_OK);
            cr_assert_eq(sinew_stream_load(stream, saved, sinew_stream_saved_bytes(stream), NULL),
                         SINEW_OK);
            sinew_stream_process(stream, &in, &out);
            cr_assert_eq(cut[k], whole[k], "frame %d", k);
        }
        sinew_stream_close(stream);
    }
    sinew_node_free(node);
}

Test(irregular, one_step_for_all_is_the_discretization)
{
    sinew_system *system;
    sinew_discretization *d;
    sinew_design design = {.order = 6, .edges_hz = {30}};
    sinew_discretize_opts how = {.rate_hz = 1000, .method = SINEW_METHOD_ZOH};
    cr_assert_eq(sinew_system_new_design(&system, &design, NULL), SINEW_OK);
    cr_assert_eq(sinew_discretize(&d, system, &how, NULL), SINEW_OK);
    enum { FRAMES = 400 };
    double u[FRAMES], steps[FRAMES], y[FRAMES], expected[FRAMES];
    for (int k = 0; k < FRAMES; k++) {
        u[k] = cos(k * k);
        steps[k] = 1e-3;
    }
    sinew_node *scan, *node;
    sinew_stream *stream;
    cr_assert_eq(sinew_filter_new(&scan, d, NULL, NULL), SINEW_OK);
    cr_assert_eq(sinew_stream_open(&stream, scan, NULL, NULL), SINEW_OK);
    sinew_block in = {.samples = u, .n_frames = FRAMES}, out = {.samples = expected};
    sinew_stream_process(stream, &in, &out);
    for (int given = 0; given < 2; given++) { /* whole, and side by side */
        sinew_irregular_opts opts = {.step_s = given ? 1e-3 : 0};
        cr_assert_eq(sinew_filter_new_irregular(&node, system, &opts, NULL), SINEW_OK);
        run(node, u, steps, y, FRAMES, FRAMES);
        for (int k = 0; k < FRAMES; k++)
            cr_assert_float_eq(y[k], expected[k], 1e-14);
        sinew_node_free(node);
    }
    sinew_stream_close(stream);
    sinew_node_free(scan);
    sinew_discretization_free(d);
    sinew_system_free(system);
}

static void refused(const sinew_irregular_opts *opts, const sinew_matrices *m, const char *says)
{
    sinew_system *system;
    sinew_node *node = (sinew_node *)&system;
    sinew_error error = {0};
    cr_assert_eq(sinew_system_new_ss(&system, m, NULL), SINEW_OK);
    cr_assert_eq(sinew_filter_new_irregular(&node, system, opts, &error), SINEW_ERR_ARGUMENT);
    cr_assert_null(node);
    cr_assert(strstr(error.text, says), "%s", error.text);
    sinew_system_free(system);
}

Test(irregular, what_does_not_fit_is_refused)
{
    refused(&(sinew_irregular_opts){.method = SINEW_METHOD_BILINEAR}, &lag, "not for bilinear");
    refused(&(sinew_irregular_opts){.sample = SINEW_SAMPLE_I32}, &lag, "f64 or f32");
    refused(&(sinew_irregular_opts){.step_s = -1}, &lag, "out of range");
    refused(&(sinew_irregular_opts){.step_s = NAN}, &lag, "out of range");
    refused(&(sinew_irregular_opts){.channels = 3}, &irregular_vectors[0].system, "2 inputs");
    sinew_node *node = made(&lag, NULL);
    sinew_stream *stream = NULL;
    sinew_error error;
    cr_assert_eq(sinew_stream_open(&stream, node, NULL, &error), SINEW_ERR_UNSUPPORTED);
    cr_assert(strstr(error.text, "no step of its own"), "%s", error.text);
    sinew_node_free(node);
}

/* A plan serves every t, in units of any size; a nilpotent A gives a polynomial however long t. */
Test(expm_plan, serves_every_time)
{
    const double times[] = {0, 1e-12, 0.3, 1, 40, 1e6};
    for (int e = -900; e <= 900; e += 450)
        for (int k = 0; k < 6; k++) {
            double A[] = {0, ldexp(1, e), 0, 0, 0, ldexp(2, e), 0, 0, 0}, out[9], less[9];
            double memory[27], t = ldexp(times[k], -e);
            sinew_expm_plan plan;
            cr_assert_eq(sinew_expm_plan_init(&plan, A, 3, NULL), SINEW_OK);
            cr_assert_leq(sinew_expm_memory(&plan), 27);
            cr_assert(sinew_expm_run(&plan, t, out, less, memory));
            cr_assert_float_eq(out[1], times[k], 1e-15 * times[k]);
            cr_assert_float_eq(out[2], times[k] * times[k], 4e-15 * times[k] * times[k]);
            cr_assert(out[0] == 1 && less[0] == 0 && out[3] == 0);
            sinew_expm_plan_finish(&plan);
        }
}

Test(solve, inverts_and_sees_the_singular)
{
    double M[] = {0, 2, 1, 1, 1e-20, 3, 4, 1, 0}, x[] = {1, 2, 3, -1, 5, 0}, b[6];
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 2; j++)
            b[2 * i + j] = M[3 * i] * x[j] + M[3 * i + 1] * x[2 + j] + M[3 * i + 2] * x[4 + j];
    cr_assert(sinew_solve(M, b, 3, 2));
    for (int i = 0; i < 6; i++)
        cr_assert_float_eq(b[i], x[i], 1e-14);
    double singular[] = {1, 2, 2, 4}, bad[] = {NAN, 1, 1, 1};
    cr_assert_not(sinew_solve(singular, b, 2, 1));
    cr_assert_not(sinew_solve(bad, b, 2, 1));
    cr_assert(sinew_solve(NULL, NULL, 0, 0));
}
