/* S4D and S5 against the numbers of tests/vectors/layers.py, and against their equations in
 * complex double. */
#include <complex.h>

#include "layer_help.h"

#include "../vectors/layers_vectors.h"

static sinew_node *made(const sinew_s4d_layer_weights *weights, const sinew_layer_opts *opts)
{
    sinew_error error;
    sinew_node *node = NULL;
    cr_assert_eq(sinew_s4d_layer_new(&node, weights, opts, &error), SINEW_OK, "%s", error.text);
    return node;
}

Test(diagonal, s4d_is_the_published_one)
{
    float log_step[2];
    double steps[8];
    for (int i = 0; i < 2; i++)
        log_step[i] = logf(diagonal_step[i]);
    for (int i = 0; i < 8; i++)
        steps[i] = (double)diagonal_dt[i];
    sinew_s4d_layer_weights w = {.A_real = TENSOR(diagonal_A_re, 2, 3),
                                 .A_imag = TENSOR(diagonal_A_im, 2, 3),
                                 .B = TENSOR(diagonal_B, 2, 3, 2),
                                 .C = TENSOR(diagonal_C, 2, 3, 2),
                                 .D = TENSOR(diagonal_D, 2),
                                 .log_step = TENSOR(log_step, 2, 1)};
    expect_output(made(&w, NULL), diagonal_x, diagonal_y_zoh, 8, steps, 1e-6);
    w.bilinear = true;
    expect_output(made(&w, NULL), diagonal_x, diagonal_y_bilinear, 8, steps, 1e-6);
}

/* ---- by the equations ---- */

enum { H = 37, N = 7, T = 300 };

static float noise_at(uint32_t *state, float from, float to)
{
    *state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
    return from + (to - from) * (float)(*state >> 8) / (1 << 24);
}

typedef struct numbers {
    float log_re[H * N], im[H * N], B[H * N * H * 2], C[H * N * 2], D[H], log_step[H * N], x[T * H];
    double steps[T];
} numbers;

static numbers *draw(void)
{
    uint32_t s = 3;
    numbers *w = sinew_alloc(1, sizeof *w);
    for (size_t i = 0; i < H * N; i++) {
        w->log_re[i] = noise_at(&s, -2, 1);
        w->im[i] = noise_at(&s, 0, 30);
        w->log_step[i] = noise_at(&s, -6, -1);
    }
    for (size_t i = 0; i < H * N * H * 2; i++)
        w->B[i] = noise_at(&s, -1, 1);
    for (size_t i = 0; i < H * N * 2; i++)
        w->C[i] = noise_at(&s, -1, 1);
    for (size_t i = 0; i < H; i++)
        w->D[i] = noise_at(&s, -1, 1);
    for (size_t i = 0; i < T * H; i++)
        w->x[i] = noise_at(&s, -1, 1);
    for (size_t t = 0; t < T; t++)
        w->steps[t] = t % 5 ? (double)noise_at(&s, 0.1F, 4) : 2; /* some like others */
    return w;
}

typedef double complex cd;

static cd number(const float *x, size_t i)
{
    return (double)x[2 * i] + (double)x[2 * i + 1] * I;
}

/* h_t of one mode, of what it hears */
static cd moved(cd h, cd lambda, double step, bool bilinear, cd heard)
{
    if (bilinear)
        return ((1 + step * lambda / 2) * h + step * heard) / (1 - step * lambda / 2);
    return cexp(step * lambda) * h + (cexp(step * lambda) - 1) / lambda * heard;
}

static void s4d_reference(const numbers *w, bool complex_modes, bool bilinear, bool whole,
                          double *y)
{
    for (size_t c = 0; c < H; c++) {
        cd h[N] = {0};
        for (size_t t = 0; t < T; t++) {
            double sum = 0, x = (double)w->x[t * H + c];
            for (size_t k = 0; k < N; k++) {
                size_t i = c * N + k;
                double im = complex_modes ? (double)w->im[i] : 0;
                cd lambda = -exp((double)w->log_re[i]) + im * I;
                double step = exp((double)w->log_step[c]) * w->steps[t] / 2;
                cd B = complex_modes ? number(w->B, i) : (double)w->B[i];
                cd C = complex_modes ? number(w->C, i) : (double)w->C[i];
                h[k] = moved(h[k], lambda, step, bilinear, B * x);
                sum += creal(C * h[k]) * (complex_modes && !whole ? 2 : 1);
            }
            y[t * H + c] = sum + (double)w->D[c] * x;
        }
    }
}

/* At a trained step of 2; channels over panels, an odd number of modes. */
Test(diagonal, s4d_is_its_equations)
{
    static double y[T * H];
    static float got[T * H];
    numbers *n = draw();
    sinew_layer_opts opts = {.trained_step_s = 2};
    for (int kind = 0; kind < 6; kind++) {
        bool real = kind >= 4, bilinear = kind & 1, whole = kind & 2;
        sinew_s4d_layer_weights w = {
            .log_A_real = TENSOR(n->log_re, H, N),
            .A_imag = real ? NULL : TENSOR(n->im, H, N),
            .B = real ? TENSOR(n->B, H, N) : TENSOR(n->B, H, N, 2),
            .C = real ? TENSOR(n->C, H, N) : TENSOR(n->C, H, N, 2),
            .D = TENSOR(n->D, H),
            .log_step = TENSOR(n->log_step, H),
            .bilinear = bilinear,
            .whole = whole,
        };
        sinew_node *node = made(&w, &opts);
        s4d_reference(n, !real, bilinear, whole, y);
        run_node(node, n->x, got, T, n->steps);
        double off = nrmse(got, y, T * H);
        cr_assert_leq(off, 2e-6, "kind %d is %g off", kind, off);
        sinew_node_free(node);
    }
    sinew_free(n);
}

/* N modes, H / 2 channels in, H out. */
static void s5_reference(const numbers *w, size_t in, bool bilinear, double *y)
{
    cd h[N] = {0};
    for (size_t t = 0; t < T; t++) {
        for (size_t k = 0; k < N; k++) {
            cd heard = 0, lambda = -exp((double)w->log_re[k]) + (double)w->im[k] * I;
            double step = exp((double)w->log_step[k]) * w->steps[t] / 2;
            for (size_t c = 0; c < in; c++)
                heard += number(w->B, k * in + c) * (double)w->x[t * in + c];
            h[k] = moved(h[k], lambda, step, bilinear, heard);
        }
        for (size_t c = 0; c < H; c++) {
            y[t * H + c] = in == H ? (double)w->D[c] * (double)w->x[t * H + c] : 0;
            for (size_t k = 0; k < N; k++)
                y[t * H + c] += 2 * creal(number(w->C, c * N + k) * h[k]);
        }
    }
}

Test(diagonal, s5_is_its_equations)
{
    static double y[T * H];
    static float got[T * H];
    numbers *n = draw();
    sinew_layer_opts opts = {.trained_step_s = 2};
    for (int kind = 0; kind < 4; kind++) {
        size_t in = kind & 1 ? H : 5;
        sinew_node *node = NULL;
        sinew_s5_layer_weights w = {.log_A_real = TENSOR(n->log_re, N),
                                    .A_imag = TENSOR(n->im, N),
                                    .B = TENSOR(n->B, N, in, 2),
                                    .C = TENSOR(n->C, H, N, 2),
                                    .D = in == H ? TENSOR(n->D, H) : NULL,
                                    .log_step = TENSOR(n->log_step, N),
                                    .bilinear = kind & 2};
        cr_assert_eq(sinew_s5_layer_new(&node, &w, &opts, NULL), SINEW_OK);
        s5_reference(n, in, kind & 2, y);
        run_node(node, n->x, got, T, n->steps);
        double off = nrmse(got, y, T * H);
        cr_assert_leq(off, 2e-6, "kind %d is %g off", kind, off);
        sinew_node_free(node);
    }
    sinew_free(n);
}

/* Real modes: as a bank of S4D of one mode a channel, in the way that B and C say. */
Test(diagonal, s5_of_real_modes_is_a_bank)
{
    static const float unit[] = {1, 0, 0, 0, 1, 0, 0, 0, 1}, ones[] = {1, 1, 1};
    static float y[2][T * 3];
    numbers *n = draw();
    sinew_node *nodes[2];
    sinew_s4d_layer_weights bank = {.log_A_real = TENSOR(n->log_re, 3, 1),
                                    .C = TENSOR(ones, 3, 1),
                                    .log_step = TENSOR(n->log_step, 3)};
    sinew_s5_layer_weights w = {.log_A_real = TENSOR(n->log_re, 3),
                                .B = TENSOR(unit, 3, 3),
                                .C = TENSOR(unit, 3, 3),
                                .log_step = TENSOR(n->log_step, 3)};
    cr_assert_eq(sinew_s4d_layer_new(&nodes[0], &bank, NULL, NULL), SINEW_OK);
    cr_assert_eq(sinew_s5_layer_new(&nodes[1], &w, NULL, NULL), SINEW_OK);
    for (int i = 0; i < 2; i++) {
        run_node(nodes[i], n->x, y[i], T, n->steps);
        sinew_node_free(nodes[i]);
    }
    for (size_t i = 0; i < T * 3; i++)
        cr_assert_float_eq(y[0][i], y[1][i], 1e-6);
    sinew_free(n);
}

/* lambda = 0 is an integrator, whose gain is the step; modes so slow that e^z - 1 would lose all
 * of it likewise. */
Test(diagonal, slow_modes_keep_their_gain)
{
    static const float re[] = {0, -1e-12F}, ones[] = {1, 1}, log_step[] = {-3};
    static const float x[] = {1, 1, 1, 1};
    float y[4];
    sinew_node *node = NULL;
    sinew_s4d_layer_weights w = {
        .A_real = TENSOR(re, 1, 2), .C = TENSOR(ones, 1, 2), .log_step = TENSOR(log_step, 1)};
    node = made(&w, NULL);
    run_node(node, x, y, 4, NULL);
    for (int t = 0; t < 4; t++)
        cr_assert_float_eq((double)y[t], 2 * (t + 1) * exp(-3), 1e-6);
    sinew_node_free(node);
}

/* A model that was trained at one rate, at another: as steps that are told frame by frame. */
Test(diagonal, another_rate_is_other_steps)
{
    static float y[2][T * H];
    numbers *n = draw();
    double steps[T];
    for (int t = 0; t < T; t++)
        steps[t] = 0.5;
    sinew_s4d_layer_weights w = {.log_A_real = TENSOR(n->log_re, H, N),
                                 .A_imag = TENSOR(n->im, H, N),
                                 .C = TENSOR(n->C, H, N, 2),
                                 .log_step = TENSOR(n->log_step, H)};
    sinew_layer_opts opts[] = {{.trained_step_s = 2, .step_s = 0.5}, {.trained_step_s = 2}};
    for (int i = 0; i < 2; i++) {
        sinew_node *node = made(&w, &opts[i]);
        run_node(node, n->x, y[i], T, i ? steps : NULL);
        sinew_node_free(node);
    }
    cr_assert_arr_eq(y[0], y[1], sizeof y[0]);
    sinew_free(n);
}

/* Steps so long that e^z underflows; a step that is none takes no time. */
Test(diagonal, odd_steps_are_harmless)
{
    static const double steps[] = {1e30, 0, -1, NAN, 1e-300};
    static const float re[] = {1}, im[] = {3}, C[] = {1, 1}, log_step[] = {0};
    static const float x[] = {1, 5, 5, 5, 0};
    float y[5];
    sinew_s4d_layer_weights w = {.log_A_real = TENSOR(re, 1, 1),
                                 .A_imag = TENSOR(im, 1, 1),
                                 .C = TENSOR(C, 1, 1, 2),
                                 .log_step = TENSOR(log_step, 1)};
    sinew_node *node = made(&w, NULL);
    run_node(node, x, y, 5, steps);
    for (int t = 0; t < 5; t++)
        cr_assert(isfinite(y[t]) && y[t] == y[0], "%d: %g", t, (double)y[t]);
    sinew_node_free(node);
}

/* Nodes that compute other bits are no equals: their states are not to be exchanged unseen. */
Test(diagonal, another_step_is_another_model)
{
    numbers *n = draw();
    sinew_s4d_layer_weights s4d = {.log_A_real = TENSOR(n->log_re, H, N),
                                   .C = TENSOR(n->C, H, N),
                                   .log_step = TENSOR(n->log_step, H)};
    sinew_s5_layer_weights s5 = {.log_A_real = TENSOR(n->log_re, N),
                                 .B = TENSOR(n->B, N, 5),
                                 .C = TENSOR(n->C, H, N),
                                 .log_step = TENSOR(n->log_step, N)};
    const sinew_layer_opts opts[] = {{0}, {.step_s = 2}, {.trained_step_s = 2}};
    sinew_node *a[3], *b[3];
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(sinew_s4d_layer_new(&a[i], &s4d, &opts[i], NULL), SINEW_OK);
        cr_assert_eq(sinew_s5_layer_new(&b[i], &s5, &opts[i], NULL), SINEW_OK);
        for (int k = 0; k < i; k++) {
            cr_expect_neq(a[i]->model_hash, a[k]->model_hash, "s4d: %d and %d", i, k);
            cr_expect_neq(b[i]->model_hash, b[k]->model_hash, "s5: %d and %d", i, k);
        }
    }
    for (int i = 0; i < 3; i++) {
        sinew_node_free(a[i]);
        sinew_node_free(b[i]);
    }
    sinew_free(n);
}

static void expect_refused(const sinew_s4d_layer_weights *w, sinew_status want, const char *words)
{
    sinew_error e;
    sinew_node *node = NULL;
    cr_assert_eq(sinew_s4d_layer_new(&node, w, NULL, &e), want, "%s", words);
    cr_assert(strstr(e.text, words), "\"%s\" does not say \"%s\"", e.text, words);
    cr_assert_null(node);
}

Test(diagonal, what_does_not_fit_is_refused)
{
    numbers *n = draw();
    static const float pole[] = {2};
    static const float zero[] = {0};
    sinew_s4d_layer_weights good = {.log_A_real = TENSOR(n->log_re, H, N),
                                    .A_imag = TENSOR(n->im, H, N),
                                    .C = TENSOR(n->C, H, N, 2),
                                    .log_step = TENSOR(n->log_step, H)},
                            w = good;
    w.C = TENSOR(n->C, H, N);
    expect_refused(&w, SINEW_ERR_MISMATCH, "shape (37, 7), expected is (37, 7, 2)");
    w = good;
    w.log_step = TENSOR(n->log_step, H, 2);
    expect_refused(&w, SINEW_ERR_MISMATCH, "expected is (37, 1)");
    w = good;
    w.A_imag = TENSOR(n->im, N, H);
    expect_refused(&w, SINEW_ERR_MISMATCH, "expected is (37, 7)");
    w = good;
    w.A_real = w.log_A_real;
    expect_refused(&w, SINEW_ERR_MISMATCH, "not both");
    w = good;
    w.log_A_real = NULL;
    expect_refused(&w, SINEW_ERR_MISMATCH, "A_real is missing");
    w = good;
    w.C = NULL;
    expect_refused(&w, SINEW_ERR_MISMATCH, "C is missing");
    w = (sinew_s4d_layer_weights){.A_real = TENSOR(pole, 1, 1), /* 1 - step lambda / 2 is 0 */
                                  .C = TENSOR(pole, 1, 1),
                                  .log_step = TENSOR(zero, 1),
                                  .bilinear = true};
    expect_refused(&w, SINEW_ERR_NUMERIC, "not finite");
    sinew_free(n);
}

Test(diagonal, s5_takes_a_channel_to_itself_only_where_there_are_as_many)
{
    numbers *n = draw();
    sinew_error e;
    sinew_node *node = NULL;
    sinew_s5_layer_weights w = {.log_A_real = TENSOR(n->log_re, N),
                                .B = TENSOR(n->B, N, 5),
                                .C = TENSOR(n->C, H, N),
                                .D = TENSOR(n->D, H),
                                .log_step = TENSOR(n->log_step, N)};
    cr_assert_eq(sinew_s5_layer_new(&node, &w, NULL, &e), SINEW_ERR_MISMATCH);
    cr_assert(strstr(e.text, "5 channels and C has 37"), "%s", e.text);
    sinew_free(n);
}
