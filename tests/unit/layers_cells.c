/* Recurrent cells against PyTorch's numbers (tests/vectors/layers.py), started at its states. */
#include "layer_help.h"

#include "../vectors/layers_vectors.h"

enum { FRAMES = 6, INPUTS = 3, SIZE = 4 };

static sinew_node *gru(void)
{
    sinew_node *node = NULL;
    sinew_recurrent_weights w = {TENSOR(gru_weight_ih_l0, 12, INPUTS),
                                 TENSOR(gru_weight_hh_l0, 12, SIZE), TENSOR(gru_bias_ih_l0, 12),
                                 TENSOR(gru_bias_hh_l0, 12)};
    cr_assert_eq(sinew_gru_new(&node, &w, NULL, NULL), SINEW_OK);
    return node;
}

static sinew_node *lstm(void)
{
    sinew_node *node = NULL;
    sinew_recurrent_weights w = {TENSOR(lstm_weight_ih_l0, 16, INPUTS),
                                 TENSOR(lstm_weight_hh_l0, 16, SIZE), TENSOR(lstm_bias_ih_l0, 16),
                                 TENSOR(lstm_bias_hh_l0, 16)};
    cr_assert_eq(sinew_lstm_new(&node, &w, NULL, NULL), SINEW_OK);
    return node;
}

Test(cells, a_gru_is_pytorchs)
{
    sinew_node *node = gru();
    float state[SIZE], y[FRAMES * SIZE];
    memcpy(state, cell_h, sizeof state);
    run_from(node, state, SIZE, cell_x, y, FRAMES);
    cr_assert_leq(nrmse(y, gru_y, FRAMES * SIZE), 1e-6);
    cr_assert_arr_eq(state, y + (FRAMES - 1) * SIZE, sizeof state);
    sinew_node_free(node);
}

Test(cells, an_lstm_is_pytorchs)
{
    sinew_node *node = lstm();
    float state[2 * SIZE], y[FRAMES * SIZE];
    memcpy(state, cell_h, sizeof cell_h);
    memcpy(state + SIZE, cell_c, sizeof cell_c);
    run_from(node, state, 2 * SIZE, cell_x, y, FRAMES);
    cr_assert_leq(nrmse(y, lstm_y, FRAMES * SIZE), 1e-6);
    cr_assert_leq(nrmse(state + SIZE, lstm_c_after, SIZE), 1e-6);
    cr_assert_arr_eq(state, y + (FRAMES - 1) * SIZE, SIZE * sizeof *y);
    sinew_node_free(node);
}

static void expect_part(const sinew_state_part *part, const char *name, size_t offset)
{
    cr_assert_str_eq(part->name, name);
    cr_assert_eq(part->rank, 1);
    cr_assert_eq(part->shape[0], SIZE);
    cr_assert_eq(part->dtype, SINEW_DTYPE_F32);
    cr_assert_eq(part->offset, offset);
}

Test(cells, their_states_are_named)
{
    sinew_state_part parts[2];
    sinew_node *node = gru();
    cr_assert_eq(node->ops->parts(node, parts, 2), 1);
    expect_part(&parts[0], "h", 0);
    sinew_node_free(node);
    node = lstm();
    cr_assert_eq(node->ops->parts(node, parts, 2), 2);
    expect_part(&parts[0], "h", 0);
    expect_part(&parts[1], "c", SIZE * sizeof(float));
    sinew_node_free(node);
}

/* Gates of huge inputs saturate and are no NaN. */
Test(cells, huge_inputs_saturate)
{
    static const float huge[2 * INPUTS] = {1e30F, -1e30F, 1e30F, -3e37F, 3e37F, 1};
    sinew_node *nodes[] = {gru(), lstm()};
    for (int k = 0; k < 2; k++) {
        float y[2 * SIZE];
        run_node(nodes[k], huge, y, 2, NULL);
        for (int i = 0; i < 2 * SIZE; i++)
            cr_assert(fabsf(y[i]) <= 1, "%g", (double)y[i]);
        sinew_node_free(nodes[k]);
    }
}

Test(cells, shapes_are_held_to_one_another)
{
    sinew_error e;
    sinew_node *node = NULL;
    sinew_recurrent_weights w = {TENSOR(gru_weight_ih_l0, 12, INPUTS),
                                 TENSOR(gru_weight_hh_l0, 12, SIZE), NULL, NULL};
    cr_assert_eq(sinew_lstm_new(&node, &w, NULL, &e), SINEW_ERR_MISMATCH);
    cr_assert(strstr(e.text, "gru_weight_hh_l0 has the shape (12, 4), expected is (16, 4)"), "%s",
              e.text);
    w.weight_ih = TENSOR(gru_weight_ih_l0, 9, 4);
    cr_assert_eq(sinew_gru_new(&node, &w, NULL, &e), SINEW_ERR_MISMATCH);
    cr_assert(strstr(e.text, "gru_weight_ih_l0 has the shape (9, 4), expected is (12, any)"), "%s",
              e.text);
    w.weight_ih = NULL;
    cr_assert_eq(sinew_gru_new(&node, &w, NULL, &e), SINEW_ERR_MISMATCH);
    cr_assert(strstr(e.text, "missing"), "%s", e.text);
    cr_assert_null(node);
}

/* ---- a short convolution ---- */

static void expect_conv(size_t taps, const float *x, const sinew_tensor *weight,
                        const sinew_tensor *bias, const float *start, const double *y_want,
                        const double *after)
{
    enum { CHANNELS = 5, N = 6 };
    float state[CHANNELS * 3], y[N * CHANNELS];
    sinew_node *node = NULL;
    sinew_shortconv_weights w = {weight, bias, false};
    cr_assert_eq(sinew_shortconv_new(&node, &w, NULL, NULL), SINEW_OK);
    memcpy(state, start, CHANNELS * (taps - 1) * sizeof *state);
    run_from(node, state, CHANNELS * (taps - 1), x, y, N);
    cr_assert_leq(nrmse(y, y_want, N * CHANNELS), 1e-6);
    cr_assert_leq(nrmse(state, after, CHANNELS * (taps - 1)), 1e-7);
    sinew_node_free(node);
}

Test(cells, a_short_convolution_is_pytorchs)
{
    expect_conv(2, conv2_x, TENSOR(conv2_weight, 5, 1, 2), TENSOR(conv2_bias, 5), conv2_state,
                conv2_y, conv2_after);
    expect_conv(3, conv3_x, TENSOR(conv3_weight, 5, 1, 3), TENSOR(conv3_bias, 5), conv3_state,
                conv3_y, conv3_after);
    expect_conv(4, conv4_x, TENSOR(conv4_weight, 5, 1, 4), TENSOR(conv4_bias, 5), conv4_state,
                conv4_y, conv4_after);
}

/* One tap keeps nothing; silu comes last. */
Test(cells, a_convolution_of_one_tap_is_a_gain)
{
    static const float x[] = {1, 2, -3, 4}, gains[] = {2, -1};
    float y[4];
    sinew_node *node = NULL;
    sinew_shortconv_weights w = {TENSOR(gains, 2, 1, 1), NULL, true};
    cr_assert_eq(sinew_shortconv_new(&node, &w, NULL, NULL), SINEW_OK);
    cr_assert_eq(node->ops->parts(node, NULL, 0), 0);
    run_node(node, x, y, 2, NULL);
    for (int i = 0; i < 4; i++) {
        double v = (double)x[i] * (double)gains[i % 2];
        cr_assert_float_eq((double)y[i], v / (1 + exp(-v)), 1e-6);
    }
    sinew_node_free(node);
}
