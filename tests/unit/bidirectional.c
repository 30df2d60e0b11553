/* Layers that look both ways against their two halves, run one by one, and against their equations
 * in double; what they refuse. */
#include <complex.h>

#include "layer_help.h"

enum { H = 3, N = 2, MOST = 4097 };

static float noise(uint32_t *state)
{
    *state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
    return (float)(*state >> 8) / (1 << 23) - 1;
}

/* Of one direction; they stay while the node lives. */
typedef struct half {
    float log_re[H * N], im[H * N], C[H * N * 2], D[H], log_step[H];
} half;

static half *half_new(uint32_t seed)
{
    half *w = sinew_alloc(1, sizeof *w);
    for (size_t i = 0; i < H * N; i++) {
        w->log_re[i] = noise(&seed);
        w->im[i] = 3 * noise(&seed);
    }
    for (size_t i = 0; i < H * N * 2; i++)
        w->C[i] = noise(&seed);
    for (size_t i = 0; i < H; i++) {
        w->D[i] = noise(&seed);
        w->log_step[i] = noise(&seed) - 3;
    }
    return w;
}

static sinew_node *s4d(const half *w)
{
    sinew_error error;
    sinew_node *node = NULL;
    sinew_s4d_layer_weights weights = {.log_A_real = TENSOR(w->log_re, H, N),
                                       .A_imag = TENSOR(w->im, H, N),
                                       .C = TENSOR(w->C, H, N, 2),
                                       .D = TENSOR(w->D, H),
                                       .log_step = TENSOR(w->log_step, H)};
    sinew_layer_opts opts = {.trained_step_s = 0.01};
    cr_assert_eq(sinew_s4d_layer_new(&node, &weights, &opts, &error), SINEW_OK, "%s", error.text);
    return node;
}

static sinew_node *both_ways(sinew_node *forward, sinew_node *backward, sinew_graph_join join)
{
    sinew_error error;
    sinew_node *node = NULL;
    cr_assert_eq(sinew_graph_new_bidirectional(&node, forward, backward, join, &error), SINEW_OK,
                 "%s", error.text);
    return node;
}

static void run_whole(const sinew_node *node, const void *x, float *y, size_t n,
                      const double *steps)
{
    sinew_error error;
    sinew_stream *stream = NULL;
    sinew_stream_opts opts = {.max_frames = n, .whole = true, .steps = steps != NULL};
    cr_assert_eq(sinew_stream_open(&stream, node, &opts, &error), SINEW_OK, "%s", error.text);
    run_stream(stream, x, y, n, n, steps);
    sinew_stream_close(stream);
}

static float *signal_of(size_t n)
{
    uint32_t seed = 7;
    float *x = sinew_alloc(n * H, sizeof *x);
    for (size_t i = 0; i < n * H; i++)
        x[i] = noise(&seed);
    return x;
}

static double *steps_of(size_t n)
{
    uint32_t seed = 8;
    double *steps = sinew_alloc(n, sizeof *steps);
    for (size_t t = 0; t < n; t++)
        steps[t] = 0.01 * (1.2 + (double)noise(&seed));
    return steps;
}

/* y (n, H) of the S4D layer with zoh in double; x from the end where `backward`.
 * h' = exp(step A) h + (exp(step A) - 1) / A x,  y = 2 Re(C h') + D x */
static void reference(const half *w, const float *x, const double *steps, size_t n, bool backward,
                      double *y)
{
    for (size_t c = 0; c < H; c++) {
        double complex h[N] = {0};
        for (size_t k = 0; k < n; k++) {
            size_t t = backward ? n - 1 - k : k, told = backward ? (k ? t + 1 : 0) : t;
            double u = (double)x[t * H + c], dt = steps ? steps[told] / 0.01 : 1, sum = 0;
            for (size_t i = 0; i < N; i++) {
                double complex A =
                    -exp((double)w->log_re[c * N + i]) + (double)w->im[c * N + i] * I;
                double complex a = cexp(exp((double)w->log_step[c]) * dt * A);
                const float *C = w->C + (c * N + i) * 2;
                h[i] = a * h[i] + (a - 1) / A * u;
                sum += 2 * creal(((double)C[0] + (double)C[1] * I) * h[i]);
            }
            y[t * H + c] = sum + (double)w->D[c] * u;
        }
    }
}

static const size_t lengths[] = {0, 1, 2, 3, 127, 129, MOST};

#define EACH_LENGTH(n)                                                                             \
    for (size_t i_ = 0, n = 0; i_ < sizeof lengths / sizeof *lengths && (n = lengths[i_], true);   \
         i_++)

static void expect_equations(bool with_steps)
{
    half *a = half_new(1), *b = half_new(2);
    sinew_node *node = both_ways(s4d(a), s4d(b), SINEW_GRAPH_SUM);
    EACH_LENGTH(n)
    {
        float *x = signal_of(n), *y = sinew_alloc(n * H, sizeof *y);
        double *steps = with_steps ? steps_of(n) : NULL;
        double *ahead = sinew_alloc(n * H, sizeof *ahead), *back = sinew_alloc(n * H, sizeof *back);
        reference(a, x, steps, n, false, ahead);
        reference(b, x, steps, n, true, back);
        for (size_t i = 0; i < n * H; i++)
            ahead[i] += back[i];
        run_whole(node, x, y, n, steps);
        cr_assert(n == 0 || nrmse(y, ahead, n * H) < 1e-6, "%zu frames: %g", n,
                  nrmse(y, ahead, n * H));
        sinew_free(x), sinew_free(y), sinew_free(steps), sinew_free(ahead), sinew_free(back);
    }
    sinew_node_free(node);
    sinew_free(a), sinew_free(b);
}

Test(bidirectional, s4d_is_its_equations)
{
    expect_equations(false);
}

Test(bidirectional, a_step_is_one_step_both_ways)
{
    expect_equations(true);
}

static void reverse(float *x, size_t n, size_t channels)
{
    for (size_t t = 0; t < n / 2; t++)
        for (size_t c = 0; c < channels; c++) {
            float kept = x[t * channels + c];
            x[t * channels + c] = x[(n - 1 - t) * channels + c];
            x[(n - 1 - t) * channels + c] = kept;
        }
}

/* To the bit, in all ways to join. */
Test(bidirectional, is_its_halves)
{
    half *a = half_new(3), *b = half_new(4);
    for (int join = SINEW_GRAPH_SUM; join <= SINEW_GRAPH_CONCAT; join++) {
        sinew_node *forward = s4d(a), *backward = s4d(b), *halves[] = {s4d(a), s4d(b)};
        sinew_node *node = both_ways(forward, backward, (sinew_graph_join)join);
        EACH_LENGTH(n)
        {
            float *x = signal_of(n), *y = sinew_alloc(n * 2 * H, sizeof *y);
            float *ahead = sinew_alloc(n * H, sizeof *ahead);
            float *back = sinew_alloc(n * H, sizeof *back);
            run_whole(node, x, y, n, NULL);
            run_node(halves[0], x, ahead, n, NULL);
            reverse(x, n, H);
            run_node(halves[1], x, back, n, NULL);
            reverse(back, n, H);
            for (size_t i = 0; i < n * H; i++) {
                if (join == SINEW_GRAPH_CONCAT) {
                    cr_assert_eq(y[i / H * 2 * H + i % H], ahead[i]);
                    cr_assert_eq(y[i / H * 2 * H + H + i % H], back[i]);
                } else {
                    float want = join == SINEW_GRAPH_SUM ? ahead[i] + back[i] : ahead[i] * back[i];
                    cr_assert_eq(y[i], want, "%zu frames, %zu", n, i);
                }
            }
            sinew_free(x), sinew_free(y), sinew_free(ahead), sinew_free(back);
        }
        sinew_node_free(node), sinew_node_free(halves[0]), sinew_node_free(halves[1]);
    }
    sinew_free(a), sinew_free(b);
}

static sinew_node *activation(uint32_t channels)
{
    sinew_node *node = NULL;
    cr_assert_eq(sinew_activation_new(&node, SINEW_ACTIVATION_RELU, channels, NULL, NULL),
                 SINEW_OK);
    return node;
}

static sinew_node *late(void)
{
    sinew_error error;
    sinew_node *node = NULL;
    sinew_spectral_opts opts = {.window_frames = 4, .hop_frames = 2, .step_s = 0.01};
    cr_assert_eq(sinew_spectral_new(&node, activation(3), &opts, &error), SINEW_OK, "%s",
                 error.text);
    return node;
}

static void expect_refused(sinew_node *forward, sinew_node *backward, int join,
                           sinew_status expected, const char *words)
{
    sinew_error error;
    sinew_node *node = forward;
    cr_assert_eq(
        sinew_graph_new_bidirectional(&node, forward, backward, (sinew_graph_join)join, &error),
        expected, "%s", words);
    cr_assert_null(node);
    cr_assert(strstr(error.text, words), "%s", error.text);
    if (backward != forward)
        sinew_node_free(backward);
    sinew_node_free(forward); /* the caller's still */
}

Test(bidirectional, what_does_not_fit_is_refused)
{
    sinew_node *one = activation(2);
    expect_refused(activation(2), activation(3), SINEW_GRAPH_SUM, SINEW_ERR_MISMATCH,
                   "takes 3 channels, branch 0, layer.activation, 2");
    expect_refused(activation(2), activation(2), 3, SINEW_ERR_ARGUMENT, "no such way");
    expect_refused(one, one, SINEW_GRAPH_SUM, SINEW_ERR_ARGUMENT, "are one node");
    expect_refused(late(), late(), SINEW_GRAPH_SUM, SINEW_ERR_UNSUPPORTED,
                   "late by 3 frames, and backwards early by as many");
}

Test(bidirectional, spectra_come_one_by_one)
{
    sinew_error error;
    sinew_node *node = NULL, *inner = both_ways(activation(3), activation(3), SINEW_GRAPH_SUM);
    sinew_spectral_opts opts = {.window_frames = 4, .hop_frames = 2, .step_s = 0.01};
    cr_assert_eq(sinew_spectral_new(&node, inner, &opts, &error), SINEW_ERR_UNSUPPORTED);
    cr_assert(strstr(error.text, "needs its whole input"), "%s", error.text);
    sinew_node_free(inner);
}
