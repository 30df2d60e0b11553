/* Layers that keep nothing between frames, against PyTorch's numbers (tests/vectors/layers.py). */
#include "layer_help.h"

#include "../vectors/layers_vectors.h"

Test(layers, linear_is_pytorchs)
{
    sinew_node *node = NULL;
    sinew_linear_weights w = {TENSOR(linear_weight, 5, 7), TENSOR(linear_bias, 5)};
    cr_assert_eq(sinew_linear_new(&node, &w, NULL, NULL), SINEW_OK);
    expect_output(node, linear_x, linear_y, 4, NULL, 1e-6);
}

Test(layers, norms_are_pytorchs)
{
    sinew_node *node = NULL;
    sinew_norm_weights w = {.weight = TENSOR(norm_weight, 7)};
    cr_assert_eq(sinew_norm_new(&node, &w, NULL, NULL), SINEW_OK);
    expect_output(node, norm_x, norm_rms, 4, NULL, 1e-6);
    w.bias = TENSOR(norm_bias, 7);
    w.kind = SINEW_NORM_LAYER;
    cr_assert_eq(sinew_norm_new(&node, &w, NULL, NULL), SINEW_OK);
    expect_output(node, norm_x, norm_layer, 4, NULL, 1e-6);
}

/* (1, -1, 2, ...) 2^k: the same for each k where eps is nothing, also where squares overflow. */
Test(layers, norms_of_large_numbers_are_those_of_small_ones)
{
    enum { CHANNELS = 37 };
    float x[CHANNELS], y[CHANNELS], expected[CHANNELS];
    for (int kind = SINEW_NORM_RMS; kind <= SINEW_NORM_LAYER; kind++) {
        sinew_node *node = NULL;
        sinew_norm_weights w = {.channels = CHANNELS, .kind = (sinew_norm_kind)kind};
        for (int power = 30; power <= 122; power++) {
            for (int i = 0; i < CHANNELS; i++)
                x[i] = ldexpf((float)(i * 37 % 60 - 20), power);
            cr_assert_eq(sinew_norm_new(&node, &w, NULL, NULL), SINEW_OK);
            run_node(node, x, power == 30 ? expected : y, 1, NULL);
            for (int i = 0; power > 30 && i < CHANNELS; i++)
                cr_assert_float_eq(y[i], expected[i], 1e-6, "2^%d: %g", power, y[i]);
            sinew_node_free(node);
        }
    }
}

/* Without weight and bias, of channels that are no multiple of anything, far from zero. */
Test(layers, a_bare_norm_has_mean_0_and_variance_1)
{
    enum { CHANNELS = 131 };
    float x[CHANNELS], y[CHANNELS];
    double mean = 0, square = 0;
    sinew_node *node = NULL;
    sinew_norm_weights w = {.channels = CHANNELS, .kind = SINEW_NORM_LAYER};
    cr_assert_eq(sinew_norm_new(&node, &w, NULL, NULL), SINEW_OK);
    for (int i = 0; i < CHANNELS; i++)
        x[i] = 1000 + (float)(i * 37 % 101);
    run_node(node, x, y, 1, NULL);
    for (int i = 0; i < CHANNELS; i++) {
        mean += (double)y[i] / CHANNELS;
        square += (double)y[i] * (double)y[i] / CHANNELS;
    }
    cr_assert_float_eq(mean, 0, 1e-5);
    cr_assert_float_eq(square, 1, 1e-5);
    sinew_node_free(node);
}

static const struct {
    sinew_activation kind;
    const double *expected; /* NULL: exp */
} activations[] = {{SINEW_ACTIVATION_SILU, grid_silu},           {SINEW_ACTIVATION_GELU, grid_gelu},
                   {SINEW_ACTIVATION_GELU_TANH, grid_gelu_tanh}, {SINEW_ACTIVATION_RELU, grid_relu},
                   {SINEW_ACTIVATION_SIGMOID, grid_sigmoid},     {SINEW_ACTIVATION_TANH, grid_tanh},
                   {SINEW_ACTIVATION_SOFTPLUS, grid_softplus},   {SINEW_ACTIVATION_EXP, NULL}};

/* Relative to the larger of the number and x's own rounding; the tail of gelu is x times a
 * difference of 1. */
Test(layers, activations_are_pytorchs)
{
    enum { N = sizeof grid_x / sizeof *grid_x };
    for (size_t k = 0; k < sizeof activations / sizeof *activations; k++) {
        sinew_node *node = NULL;
        float y[N];
        cr_assert_eq(sinew_activation_new(&node, activations[k].kind, 3, NULL, NULL), SINEW_OK);
        run_node(node, grid_x, y, N / 3, NULL);
        for (size_t i = 0; i < N; i++) {
            double x = (double)grid_x[i];
            double want = activations[k].expected ? activations[k].expected[i] : exp(x);
            if (want > 3.4e38) /* beyond float */
                cr_assert(isinf(y[i]));
            else
                cr_assert_float_eq((double)y[i], want, 2e-6 * (fabs(want) + fmin(fabs(x), 1)),
                                   "activation %zu of %g: %g, not %g", k, x, (double)y[i], want);
        }
        sinew_node_free(node);
    }
}

Test(layers, what_is_no_number_stays_so)
{
    for (int kind = 0; kind <= SINEW_ACTIVATION_IDENTITY; kind++) {
        sinew_node *node = NULL;
        float x = NAN, y = 0;
        cr_assert_eq(sinew_activation_new(&node, (sinew_activation)kind, 1, NULL, NULL), SINEW_OK);
        run_node(node, &x, &y, 1, NULL);
        cr_assert(isnan(y), "activation %d", kind);
        sinew_node_free(node);
    }
}

Test(layers, what_is_not_changed_has_the_same_bits)
{
    float x[6] = {1, -0.0F, 3e38F, -1e-40F, 0.1F, INFINITY}, y[6] = {0};
    sinew_node *node = NULL;
    cr_assert_eq(sinew_activation_new(&node, SINEW_ACTIVATION_IDENTITY, 2, NULL, NULL), SINEW_OK);
    run_node(node, x, y, 3, NULL);
    cr_assert_eq(memcmp(x, y, sizeof x), 0);
    run_node(node, x, x, 3, NULL);
    cr_assert_eq(memcmp(x, y, sizeof x), 0);
    sinew_node_free(node);
}

static const float table[] = {1, 2, 3, -4, 5.5F, 6, 7, 8, 9, 10, -11, 12};

Test(layers, an_embedding_gives_rows_and_nan_for_what_is_none)
{
    static const int32_t ids[] = {3, 0, -1, 4, 2, INT32_MIN, INT32_MAX};
    float y[7 * 3];
    sinew_node *node = NULL;
    sinew_embedding_weights w = {TENSOR(table, 4, 3)};
    cr_assert_eq(sinew_embedding_new(&node, &w, NULL, NULL), SINEW_OK);
    run_node(node, ids, y, 7, NULL);
    for (size_t i = 0; i < 7 * 3; i++)
        if (ids[i / 3] >= 0 && ids[i / 3] < 4)
            cr_assert_eq(y[i], table[ids[i / 3] * 3 + (int32_t)i % 3]);
        else
            cr_assert(isnan(y[i]));
    sinew_node_free(node);
}

/* In all forms of the matrix the embedding's row is the column that the head gives to 1. */
Test(layers, an_embedding_is_tied_to_its_head)
{
    static const int32_t ids[] = {0, 1, 2, 3};
    for (int q = 0; q <= SINEW_QUANTIZE_INT8; q++) {
        float rows[4 * 3], products[3 * 4];
        static const float unit[] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
        sinew_node *head = NULL, *node = NULL;
        sinew_linear_weights w = {TENSOR(table, 4, 3), NULL};
        sinew_layer_opts opts = {.quantize = (sinew_quantize)q};
        cr_assert_eq(sinew_linear_new(&head, &w, &opts, NULL), SINEW_OK);
        cr_assert_eq(sinew_embedding_new_tied(&node, head, NULL, NULL), SINEW_OK);
        run_node(head, unit, products, 3, NULL);
        sinew_node_free(head);
        run_node(node, ids, rows, 4, NULL);
        for (int i = 0; i < 12; i++)
            cr_assert_float_eq(rows[i], products[i % 3 * 4 + i / 3], 1e-5 * (q ? 12 : 0), "%d: %g",
                               q, (double)rows[i]);
        sinew_node_free(node);
    }
}

static void expect_refused(sinew_status status, sinew_status want, const sinew_error *error,
                           const char *words)
{
    cr_assert_eq(status, want);
    cr_assert(strstr(error->text, words), "\"%s\" does not say \"%s\"", error->text, words);
}

Test(layers, what_does_not_fit_is_refused_by_name)
{
    static const float bad[] = {1, NAN, 3};
    sinew_error e;
    sinew_node *node = NULL;
    sinew_norm_weights both = {.weight = TENSOR(norm_weight, 7), .bias = TENSOR(norm_bias, 6)};
    expect_refused(sinew_norm_new(&node, &both, NULL, &e), SINEW_ERR_MISMATCH, &e,
                   "norm_bias has the shape (6), expected is (7)");
    sinew_norm_weights flat = {.weight = TENSOR(norm_weight, 7, 1)};
    expect_refused(sinew_norm_new(&node, &flat, NULL, &e), SINEW_ERR_MISMATCH, &e,
                   "norm_weight has the shape (7, 1), expected is (any)");
    sinew_norm_weights told = {.weight = TENSOR(norm_weight, 7), .channels = 8};
    expect_refused(sinew_norm_new(&node, &told, NULL, &e), SINEW_ERR_MISMATCH, &e,
                   "expected is (8)");
    sinew_norm_weights nan = {.weight = TENSOR(bad, 3)};
    expect_refused(sinew_norm_new(&node, &nan, NULL, &e), SINEW_ERR_NUMERIC, &e, "number 1 is nan");
    sinew_norm_weights negative = {.channels = 3, .eps = -1};
    expect_refused(sinew_norm_new(&node, &negative, NULL, &e), SINEW_ERR_ARGUMENT, &e, "eps of -1");
    expect_refused(sinew_norm_new(&node, &(sinew_norm_weights){0}, NULL, &e), SINEW_ERR_MISMATCH,
                   &e, "channels");
    expect_refused(sinew_activation_new(&node, (sinew_activation)99, 1, NULL, &e),
                   SINEW_ERR_ARGUMENT, &e, "99");
    expect_refused(sinew_activation_new(&node, SINEW_ACTIVATION_RELU, 0, NULL, &e),
                   SINEW_ERR_ARGUMENT, &e, "0 channels");
    cr_assert_eq(sinew_activation_new(&node, SINEW_ACTIVATION_RELU, 1, NULL, &e), SINEW_OK);
    sinew_node *tied = NULL;
    expect_refused(sinew_embedding_new_tied(&tied, node, NULL, &e), SINEW_ERR_UNSUPPORTED, &e,
                   "layer.activation");
    sinew_node_free(node);
    cr_assert_null(tied);
}
