/* Kalman filter and smoother: against the dense textbook in 250 digits, at rest, at the edges. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "../vectors/kalman_vectors.h"
#include "base/memory.h"
#include "far.h"
#include "math/matrix.h"
#include "math/root.h"
#include "random_systems.h"
#include "sinew/sinew.h"

enum { N = 4, VECTORS = sizeof kalman_vectors / sizeof *kalman_vectors };

static sinew_kalman *made(const sinew_matrices *m, const sinew_kalman_opts *opts)
{
    sinew_error error = {0};
    sinew_system *system = NULL;
    sinew_kalman *kalman = NULL;
    cr_assert_eq(sinew_system_new_ss(&system, m, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_kalman_new(&kalman, system, opts, &error), SINEW_OK, "%s", error.text);
    sinew_system_free(system);
    return kalman;
}

static sinew_kalman *made_of(size_t v)
{
    return made(&kalman_vectors[v].system, &kalman_vectors[v].opts);
}

/* The largest difference, relative to the largest number. */
static double apart(const double *a, const double *b, size_t n)
{
    double most = 0, peak = 0;
    for (size_t i = 0; i < n; i++) {
        most = farther(most, a[i], b[i]);
        peak = fmax(peak, fabs(b[i]));
    }
    return most / peak;
}

/* Frame by frame, covariance by covariance: none may hide behind another. */
static double frames_apart(const double *a, const double *b, size_t width)
{
    double most = 0;
    for (size_t t = 0; t < KALMAN_FRAMES; t++)
        most = fmax(most, apart(a + t * width, b + t * width, width));
    return most;
}

Test(kalman, follows_the_textbook_in_250_digits)
{
    for (size_t v = 0; v < VECTORS; v++) {
        sinew_kalman *kalman = made_of(v);
        size_t n = sinew_kalman_order(kalman);
        double x[KALMAN_FRAMES * N], P[KALMAN_FRAMES * N * N], xs[KALMAN_FRAMES * N];
        double Ps[KALMAN_FRAMES * N * N];
        sinew_kalman_record record = {.n_frames = KALMAN_FRAMES,
                                      .step_s = kalman_vectors[v].steps,
                                      .measured = kalman_vectors[v].y,
                                      .inputs = kalman_vectors[v].u,
                                      .filtered = x,
                                      .filtered_covariance = P,
                                      .smoothed = xs,
                                      .smoothed_covariance = Ps};
        cr_assert_eq(sinew_kalman_smooth(kalman, &record, NULL), SINEW_OK);
        const char *name = kalman_vectors[v].name;
        double allowed = kalman_vectors[v].allowed; /* 1e-13, with gaps of e^40 1e-12 */
        double off = apart(x, kalman_vectors[v].filtered, KALMAN_FRAMES * n);
        cr_assert_leq(off, allowed, "%s filtered: %g", name, off);
        off = frames_apart(P, kalman_vectors[v].filtered_P, n * n);
        cr_assert_leq(off, allowed, "%s filtered P: %g", name, off);
        off = apart(xs, kalman_vectors[v].smoothed, KALMAN_FRAMES * n);
        cr_assert_leq(off, allowed, "%s smoothed: %g", name, off);
        off = frames_apart(Ps, kalman_vectors[v].smoothed_P, n * n);
        cr_assert_leq(off, allowed, "%s smoothed P: %g", name, off);
        cr_assert_float_eq(record.log_likelihood, kalman_vectors[v].likelihood,
                           allowed * fabs(kalman_vectors[v].likelihood), "%s: %.17g", name,
                           record.log_likelihood);
        sinew_kalman_free(kalman);
    }
}

Test(kalman, noise_of_a_step_is_van_loans)
{
    for (size_t v = 0; v < VECTORS; v++) {
        sinew_kalman *kalman = made_of(v);
        size_t n = sinew_kalman_order(kalman);
        double Q[N * N];
        const double *expected = kalman_vectors[v].noise;
        cr_assert_eq(sinew_kalman_process_noise(kalman, kalman_vectors[v].steps[1], Q, NULL),
                     SINEW_OK);
        for (size_t i = 0; i < n * n; i++) /* entry by entry: units differ */
            cr_assert_float_eq(Q[i], expected[i],
                               1e-14 * sqrt(expected[i / n * (n + 1)] * expected[i % n * (n + 1)]),
                               "%s %zu: %.17g %.17g", kalman_vectors[v].name, i, Q[i], expected[i]);
        cr_assert_eq(sinew_kalman_process_noise(kalman, -1, Q, NULL), SINEW_ERR_ARGUMENT);
        cr_assert_eq(sinew_kalman_process_noise(kalman, NAN, Q, NULL), SINEW_ERR_ARGUMENT);
        sinew_kalman_free(kalman);
    }
}

/* (1 - e^{-2at}) q / 2a for one pole, over all times. */
Test(kalman, noise_of_one_pole_over_any_time)
{
    const double A[] = {-1e3, 0, 0, -1}, B[] = {0, 0}, C[] = {1, 1}, D[] = {0};
    const double Q[] = {4, 0, 0, 4}, R[] = {1};
    const sinew_matrices m = {2, 1, 1, A, B, C, D};
    sinew_kalman *kalman =
        made(&m, &(sinew_kalman_opts){.process_noise = Q, .measurement_noise = R});
    for (int e = -40; e <= 300; e += 5) {
        double t = pow(10, e), P[4];
        cr_assert_eq(sinew_kalman_process_noise(kalman, t, P, NULL), SINEW_OK);
        for (int i = 0; i < 2; i++) {
            double expected = -expm1(2 * A[3 * i] * t) * 4 / (-2 * A[3 * i]);
            cr_assert_float_eq(P[3 * i], expected, 2e-14 * expected, "1e%d: %g", e, P[3 * i]);
        }
    }
    sinew_kalman_free(kalman);
}

/* Means and covariances, filtered and smoothed, of a record of one measured channel. */
typedef struct answers {
    double x[24 * N], P[24 * N * N], xs[24 * N], Ps[24 * N * N];
} answers;

static void answer(answers *a, const sinew_kalman *kalman, const double *steps, const double *y,
                   size_t frames)
{
    sinew_kalman_record record = {.n_frames = frames,
                                  .step_s = steps,
                                  .measured = y,
                                  .filtered = a->x,
                                  .filtered_covariance = a->P,
                                  .smoothed = a->xs,
                                  .smoothed_covariance = a->Ps};
    cr_assert_eq(sinew_kalman_smooth(kalman, &record, NULL), SINEW_OK);
}

static void alike(const double *a, const double *b, size_t width, size_t split, size_t times)
{
    for (size_t t = 0; t < 8; t++) {
        size_t at = t < split ? t : t + times - 1;
        double off = apart(a + t * width, b + at * width, width);
        cr_assert_leq(off, 1e-10, "frame %zu: %g", t, off);
    }
}

/* Over a gap in one step or in several without a measurement: random systems that may grow, by up
 * to e^40, far apart from the rest. */
Test(kalman, a_gap_is_its_parts)
{
    static answers once, parts;
    enum { FRAMES = 8, SPLIT = 4, TIMES = 16 };
    for (int seed = 0; seed < 200; seed++) {
        size_t n = random_count(1, N), w = random_count(1, n);
        double *A = random_matrix(n * n, 1), *C = random_matrix(n, 1), *G = random_matrix(n * w, 1);
        double B[N] = {0}, D[1] = {0}, R[1] = {0.01}, Q[N * N] = {0}, P0[N * N] = {0};
        for (size_t i = 0; i < n; i++)
            P0[i * n + i] = 1;
        for (size_t i = 0; i < w; i++)
            Q[i * w + i] = 1;
        const sinew_matrices m = {n, 1, 1, A, B, C, D};
        sinew_kalman *kalman = made(&m, &(sinew_kalman_opts){.noises = w,
                                                             .noise_input = G,
                                                             .process_noise = Q,
                                                             .measurement_noise = R,
                                                             .covariance = P0});
        double steps[FRAMES], y[FRAMES], split[FRAMES + TIMES], z[FRAMES + TIMES];
        for (size_t t = 0, at = 0; t < FRAMES; t++) {
            steps[t] = t == SPLIT ? 16 : 0.25;
            y[t] = random_number();
            for (size_t i = 1; t == SPLIT && i < TIMES; i++, at++) {
                split[at] = steps[t] / TIMES;
                z[at] = NAN;
            }
            split[at] = t == SPLIT ? steps[t] / TIMES : steps[t];
            z[at++] = y[t];
        }
        answer(&once, kalman, steps, y, FRAMES);
        answer(&parts, kalman, split, z, FRAMES + TIMES - 1);
        alike(once.x, parts.x, n, SPLIT, TIMES);
        alike(once.P, parts.P, n * n, SPLIT, TIMES);
        alike(once.xs, parts.xs, n, SPLIT, TIMES);
        alike(once.Ps, parts.Ps, n * n, SPLIT, TIMES);
        sinew_kalman_free(kalman);
        free(A);
        free(C);
        free(G);
    }
}

static sinew_node *node_of(const sinew_kalman *kalman, sinew_kalman_output output, bool deviations)
{
    sinew_node *node = NULL;
    sinew_kalman_node_opts opts = {.output = output, .deviations = deviations};
    cr_assert_eq(sinew_kalman_node(&node, kalman, &opts, NULL), SINEW_OK);
    return node;
}

static void run(const sinew_node *node, const double *in, const double *steps, double *out,
                size_t n, size_t cut)
{
    sinew_stream *stream = NULL;
    sinew_stream_opts opts = {.steps = true};
    cr_assert_eq(sinew_stream_open(&stream, node, &opts, NULL), SINEW_OK);
    for (size_t at = 0; at < n; at += cut) {
        sinew_block from = {.samples = (double *)(uintptr_t)in + at * node->channels_in,
                            .n_frames = n - at < cut ? n - at : cut,
                            .step_s = steps + at};
        sinew_block to = {.samples = out + at * node->channels_out};
        sinew_stream_process(stream, &from, &to);
    }
    sinew_stream_close(stream);
}

/* Live is offline to the bit: states, outputs, innovations, deviations. */
Test(kalman, the_node_is_the_filter)
{
    for (size_t v = 0; v < VECTORS; v++) {
        sinew_kalman *kalman = made_of(v);
        size_t n = sinew_kalman_order(kalman), p = sinew_kalman_measured(kalman);
        size_t q = sinew_kalman_known_inputs(kalman);
        const sinew_matrices *m = &kalman_vectors[v].system;
        double x[KALMAN_FRAMES * N], P[KALMAN_FRAMES * N * N], e[KALMAN_FRAMES * 2];
        double in[KALMAN_FRAMES * 4], out[KALMAN_FRAMES * 2 * N];
        sinew_kalman_record record = {.n_frames = KALMAN_FRAMES,
                                      .step_s = kalman_vectors[v].steps,
                                      .measured = kalman_vectors[v].y,
                                      .inputs = kalman_vectors[v].u,
                                      .filtered = x,
                                      .filtered_covariance = P,
                                      .innovations = e};
        cr_assert_eq(sinew_kalman_smooth(kalman, &record, NULL), SINEW_OK);
        for (size_t t = 0; t < KALMAN_FRAMES; t++)
            for (size_t i = 0; i < p + q; i++)
                in[t * (p + q) + i] =
                    i < p ? kalman_vectors[v].y[t * p + i] : kalman_vectors[v].u[t * q + i - p];
        sinew_node *nodes[] = {node_of(kalman, SINEW_KALMAN_STATES, true),
                               node_of(kalman, SINEW_KALMAN_FILTERED, false),
                               node_of(kalman, SINEW_KALMAN_INNOVATIONS, false)};
        sinew_kalman_free(kalman); /* the nodes keep what they need */
        run(nodes[0], in, kalman_vectors[v].steps, out, KALMAN_FRAMES, 3);
        for (size_t t = 0; t < KALMAN_FRAMES; t++)
            for (size_t i = 0; i < n; i++) {
                double deviation = sqrt(P[(t * n + i) * n + i]);
                cr_assert_eq(out[t * 2 * n + i], x[t * n + i]);
                cr_assert_float_eq(out[t * 2 * n + n + i], deviation, 1e-15 * deviation);
            }
        run(nodes[1], in, kalman_vectors[v].steps, out, KALMAN_FRAMES, 1);
        for (size_t t = 0; t < KALMAN_FRAMES; t++)
            for (size_t i = 0; i < p; i++) {
                double y = 0, size = 0;
                for (size_t j = 0; j < n; j++) {
                    y += m->C[i * n + j] * x[t * n + j];
                    size += fabs(m->C[i * n + j] * x[t * n + j]);
                }
                for (size_t j = 0; j < q; j++)
                    y += m->D[i * q + j] * kalman_vectors[v].u[t * q + j];
                cr_assert_float_eq(out[t * p + i], y, 1e-14 * (1 + size));
            }
        run(nodes[2], in, kalman_vectors[v].steps, out, KALMAN_FRAMES, KALMAN_FRAMES);
        cr_assert_eq(memcmp(out, e, KALMAN_FRAMES * p * sizeof *e), 0);
        for (int i = 0; i < 3; i++)
            sinew_node_free(nodes[i]);
    }
}

/* What settles is what a long run of frames arrives at, and solves the Riccati equation. */
Test(kalman, at_rest_is_where_frames_lead)
{
    enum { LONG = 3000 };
    for (size_t v = 0; v < VECTORS; v++) {
        sinew_kalman *kalman = made_of(v);
        size_t n = sinew_kalman_order(kalman), p = sinew_kalman_measured(kalman);
        size_t q = sinew_kalman_known_inputs(kalman);
        double P[N * N], K[N * 2];
        sinew_error error = {0};
        sinew_status status = sinew_kalman_steady(kalman, 0.2, P, K, &error);
        cr_assert_eq(status, kalman_vectors[v].settles ? SINEW_OK : SINEW_ERR_NUMERIC, "%s: %s",
                     kalman_vectors[v].name, error.text);
        if (status) {
            sinew_kalman_free(kalman);
            continue;
        }
        double *steps = sinew_alloc(LONG, sizeof *steps);
        double *in = sinew_alloc(LONG * (p + q), sizeof *in), y[LONG * 2];
        double *live = sinew_alloc(LONG * n, sizeof *live), *rest = sinew_alloc(LONG * n, 8);
        double *u = sinew_alloc(LONG * 2, sizeof *u), *at_end = sinew_alloc(LONG * n * n, 8);
        for (size_t t = 0; t < LONG; t++) {
            steps[t] = 0.2;
            for (size_t i = 0; i < p + q; i++)
                in[t * (p + q) + i] = sin((double)(t * t + i));
            memcpy(y + t * p, in + t * (p + q), p * sizeof *y);
            memcpy(u + t * q, in + t * (p + q) + p, q * sizeof *u);
        }
        /* filtered P = P - K C P */
        sinew_kalman_record record = {.n_frames = LONG,
                                      .step_s = steps,
                                      .measured = y,
                                      .inputs = u,
                                      .filtered = live,
                                      .filtered_covariance = at_end};
        cr_assert_eq(sinew_kalman_smooth(kalman, &record, NULL), SINEW_OK);
        const double *C = kalman_vectors[v].system.C;
        double CP[2 * N], KCP[N * N];
        sinew_matrix_multiply(CP, C, P, p, n, n);
        sinew_matrix_multiply(KCP, K, CP, n, p, n);
        for (size_t i = 0; i < n * n; i++)
            KCP[i] = P[i] - KCP[i];
        double off = apart(KCP, at_end + (LONG - 1) * n * n, n * n);
        cr_assert_leq(off, 1e-11, "%s: P is %g off", kalman_vectors[v].name, off);
        /* and the steady filter, by the engines, is the live one in the end */
        sinew_discretization *d = NULL;
        cr_assert_eq(sinew_kalman_discretize(&d, kalman, 0.2, SINEW_KALMAN_STATES, &error),
                     SINEW_OK, "%s", error.text);
        cr_assert_not(sinew_discretization_grows(d));
        sinew_node *node = NULL;
        cr_assert_eq(sinew_filter_new(&node, d, NULL, NULL), SINEW_OK);
        cr_assert(node->channels_in == p + q && node->channels_out == n);
        sinew_stream *stream = NULL;
        cr_assert_eq(sinew_stream_open(&stream, node, NULL, NULL), SINEW_OK);
        sinew_block from = {.samples = in, .n_frames = LONG}, to = {.samples = rest};
        sinew_stream_process(stream, &from, &to);
        off = apart(rest + (LONG - 100) * n, live + (LONG - 100) * n, 100 * n);
        cr_assert_leq(off, 1e-10, "%s: %g", kalman_vectors[v].name, off);
        sinew_stream_close(stream);
        sinew_node_free(node);
        sinew_discretization_free(d);
        double *const memory[] = {steps, in, live, rest, u, at_end};
        for (size_t i = 0; i < sizeof memory / sizeof *memory; i++)
            sinew_free(memory[i]);
        sinew_kalman_free(kalman);
    }
}

/* A double integrator whose position is known exactly at the start and measured without noise, or
 * never; a huge start; a huge gap: covariances stay covariances. */
Test(kalman, the_edges_stay_finite_and_positive)
{
    const double A[] = {0, 1, 0, 0}, B[] = {0, 1}, C[] = {1, 0}, D[] = {0}, zero[4] = {0};
    const double Q[] = {0, 0, 0, 1}, one[] = {1}, huge[] = {1e24, 0, 0, 1e20};
    const sinew_matrices m = {2, 1, 1, A, B, C, D};
    const double *noises[] = {Q, zero}, *measurements[] = {one, zero}, *starts[] = {zero, huge};
    double y[] = {1, 2, NAN, NAN, 3.5, 4}, steps[] = {0, 1e-9, 1, 1e7, 0, 2};
    double x[12], P[24], xs[12], Ps[24];
    for (int i = 0; i < 8; i++) {
        sinew_kalman *kalman =
            made(&m, &(sinew_kalman_opts){.process_noise = noises[i & 1],
                                          .measurement_noise = measurements[i >> 1 & 1],
                                          .covariance = starts[i >> 2]});
        sinew_kalman_record record = {.n_frames = 6,
                                      .step_s = steps,
                                      .measured = y,
                                      .filtered = x,
                                      .filtered_covariance = P,
                                      .smoothed = xs,
                                      .smoothed_covariance = Ps};
        cr_assert_eq(sinew_kalman_smooth(kalman, &record, NULL), SINEW_OK);
        for (int t = 0; t < 6; t++) {
            const double *both[] = {P + 4 * t, Ps + 4 * t};
            for (int j = 0; j < 2; j++) {
                const double *p = both[j];
                cr_assert(isfinite(p[0]) && p[0] >= 0 && p[3] >= 0, "%d %d: %g %g", i, t, p[0],
                          p[3]);
                cr_assert_leq(p[1] * p[1], p[0] * p[3] * (1 + 1e-12), "%d %d", i, t);
            }
            cr_assert(Ps[4 * t] <= P[4 * t] * (1 + 1e-9) && isfinite(xs[2 * t]), "%d %d", i, t);
        }
        if (i == 2 || i == 6) /* measured without noise: it is what was measured */
            cr_assert_float_eq(x[0], i == 6 ? 1 : 0, 1e-12);
        cr_assert(isfinite(record.log_likelihood));
        sinew_kalman_free(kalman);
    }
}

static void refused(const sinew_matrices *m, const sinew_kalman_opts *opts, sinew_status status,
                    const char *says)
{
    sinew_system *system = NULL;
    sinew_kalman *kalman = (sinew_kalman *)&system;
    sinew_error error = {0};
    cr_assert_eq(sinew_system_new_ss(&system, m, NULL), SINEW_OK);
    cr_assert_eq(sinew_kalman_new(&kalman, system, opts, &error), status, "%s", error.text);
    cr_assert_null(kalman);
    cr_assert(strstr(error.text, says), "'%s' does not say '%s'", error.text, says);
    sinew_system_free(system);
}

Test(kalman, what_does_not_fit_is_refused)
{
    const sinew_matrices *m = &kalman_vectors[0].system;
    const sinew_kalman_opts good = kalman_vectors[0].opts;
    const double skew[] = {1, 2, 3, 1}, negative[] = {1, 2, 2, 1}, bad[] = {1, 0, 0, NAN};
    sinew_kalman_opts opts = good;
    opts.process_noise = NULL;
    refused(m, &opts, SINEW_ERR_ARGUMENT, "process noise");
    opts = good;
    opts.measurement_noise = skew;
    refused(m, &opts, SINEW_ERR_DATA, "not symmetric");
    opts.measurement_noise = negative;
    refused(m, &opts, SINEW_ERR_DATA, "not positive semidefinite");
    opts.measurement_noise = bad;
    refused(m, &opts, SINEW_ERR_DATA, "[1][1] is nan");
    opts = good;
    opts.covariance = NULL;
    refused(m, &opts, SINEW_ERR_ARGUMENT, "not stable");
    opts = good;
    opts.noise_input = NULL;
    refused(m, &opts, SINEW_ERR_ARGUMENT, "input matrix");
    opts = good;
    opts.method = SINEW_METHOD_BILINEAR;
    refused(m, &opts, SINEW_ERR_ARGUMENT, "bilinear");

    sinew_kalman *kalman = made_of(0);
    double steps[] = {0, -1}, y[4] = {0};
    sinew_kalman_record record = {.n_frames = 2, .step_s = steps, .measured = y};
    cr_assert_eq(sinew_kalman_smooth(kalman, &record, NULL), SINEW_ERR_ARGUMENT);
    cr_assert_eq(sinew_kalman_steady(kalman, 0, NULL, NULL, NULL), SINEW_ERR_ARGUMENT);
    sinew_node *node = NULL;
    sinew_kalman_node_opts no = {.output = SINEW_KALMAN_INNOVATIONS, .deviations = true};
    cr_assert_eq(sinew_kalman_node(&node, kalman, &no, NULL), SINEW_ERR_ARGUMENT);
    sinew_discretization *d = NULL;
    cr_assert_eq(sinew_kalman_discretize(&d, kalman, 1, SINEW_KALMAN_INNOVATIONS, NULL),
                 SINEW_ERR_ARGUMENT);
    sinew_kalman_free(kalman);

    /* what is not measured and stays, or grows, does not settle */
    const double A[] = {0.1, 0, 0, -1}, B[] = {0, 0}, C[] = {0, 1}, D[] = {0};
    const double Q[] = {1, 0, 0, 1}, R[] = {1};
    const sinew_matrices unseen = {2, 1, 1, A, B, C, D};
    kalman = made(
        &unseen, &(sinew_kalman_opts){.process_noise = Q, .measurement_noise = R, .covariance = Q});
    cr_assert_eq(sinew_kalman_steady(kalman, 1, NULL, NULL, NULL), SINEW_ERR_NUMERIC);
    sinew_kalman_free(kalman);
}

Test(root, of_covariances_of_any_rank)
{
    double work[40], U[9], P[9];
    const double rank1[] = {4, 2, -2, 2, 1, -1, -2, -1, 1}, zero[9] = {0};
    const double scaled[] = {1e40, 1e19, 0, 1e19, 1, 0, 0, 0, 1e-40};
    const double not [] = {1, 0, 2, 0, 1, 0, 2, 0, 1}, off[] = {0, 1, 0, 1, 1, 0, 0, 0, 1};
    const double *good[] = {rank1, zero, scaled};
    for (int k = 0; k < 3; k++) {
        cr_assert(sinew_root_of(U, good[k], 3, work));
        sinew_root_square(P, U, 3);
        for (int i = 0; i < 9; i++)
            cr_assert_float_eq(P[i], good[k][i],
                               1e-15 * sqrt(good[k][i / 3 * 4] * good[k][i % 3 * 4]));
        cr_assert(U[3] == 0 && U[6] == 0 && U[7] == 0);
    }
    cr_assert_not(sinew_root_of(U, not, 3, work));
    cr_assert_not(sinew_root_of(U, off, 3, work));
}

/* 1e20 one way and 1 another, neither along an axis: both keep their digits, and what depends on
 * the others becomes 0. */
Test(root, graded_by_size)
{
    const double scale[] = {1, 1, 1};
    double sizes[12];
    double M[] = {1,   0.5, 0.25, 1e20, -2e20, 3e20,
                  0.5, 1,   0.25, 2,    1,     0.5}; /* the last is twice the first */
    cr_assert_eq(sinew_root_grade(M, 4, 3, 3, scale, sizes), 3);
    cr_assert(M[9] == 0 && M[10] == 0 && M[11] == 0);
    cr_assert(fabs(M[2]) > fabs(M[0]) && M[5] == 0 && M[8] == 0);
    double volume = M[2] * (M[3] * M[7] - M[4] * M[6]); /* sqrt(5) |det| of the first three */
    double det =
        (1 * (-2 * 0.25 - 3 * 1) - 0.5 * (1 * 0.25 - 3 * 0.5) + 0.25 * (1 + 2 * 0.5)) * 1e20;
    cr_assert_float_eq(fabs(volume), sqrt(5) * fabs(det), 1e-14 * fabs(volume), "%g %g", volume,
                       det);
}
