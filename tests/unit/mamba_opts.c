/* Mamba's mixers: steps and rates, numbers at the edge, rounded weights, threads, and what is told
 * of wrong tensors. */
#include "layer_help.h"

#include "../mamba_shapes.h"
#include "base/half.h"

enum { FRAMES = 300 };

static const mamba1_shape shape1 = {"opts", 6, 37, 7, 3, 2, true};
static const mamba2_shape shape2 = {"opts 2", 6, 4, 9, 2, 5, 3, true, false, true, false, 0, 0, 0};
static const mamba3_shape shape3 = {"opts 3", 6, 4, 9, 2, 6, 2, true, false};

static float *noise_frames(size_t n, uint64_t seed)
{
    float *x = sinew_alloc(n, sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i] = 2 * noise_number(&seed);
    return x;
}

/* Each of the three of d_model 6, or of another width. */
static sinew_node *made(int i, uint32_t d_model, const sinew_layer_opts *opts)
{
    sinew_node *node = NULL;
    mamba1_shape one = shape1;
    mamba2_shape two = shape2;
    mamba3_shape three = shape3;
    if (d_model > 6) { /* large enough for threads */
        one = (mamba1_shape){"wide", d_model, 2 * d_model, 16, 4, 4, true};
        two = (mamba2_shape){"wide 2", d_model, 8, 32, 2, 16, 4, true, false, true, false, 0, 0, 0};
        three = (mamba3_shape){"wide 3", d_model, 8, 32, 2, 16, 4, true, false};
    }
    sinew_mamba1_weights w1 = mamba1_weights_of(&one);
    sinew_mamba2_weights w2 = mamba2_weights_of(&two);
    sinew_mamba3_weights w3 = mamba3_weights_of(&three);
    sinew_status status = i == 1   ? sinew_mamba1_new(&node, &w1, opts, NULL)
                          : i == 2 ? sinew_mamba2_new(&node, &w2, opts, NULL)
                                   : sinew_mamba3_new(&node, &w3, opts, NULL);
    cr_assert_eq(status, SINEW_OK);
    return node;
}

/* ---- steps ---- */

Test(mamba_opts, a_rate_is_as_steps_of_its_length)
{
    float *x = noise_frames(FRAMES * 6, 1), y[FRAMES * 6], expected[FRAMES * 6];
    double steps[FRAMES];
    for (size_t t = 0; t < FRAMES; t++)
        steps[t] = 0.015;
    for (int i = 1; i <= 3; i++) {
        sinew_node *trained = made(i, 6, &(sinew_layer_opts){.trained_step_s = 0.01});
        sinew_node *slower =
            made(i, 6, &(sinew_layer_opts){.trained_step_s = 0.01, .step_s = 0.015});
        run_node(trained, x, expected, FRAMES, steps);
        run_node(slower, x, y, FRAMES, NULL);
        cr_assert_arr_eq(y, expected, sizeof y);
        run_node(trained, x, y, FRAMES, NULL);
        cr_assert_neq(memcmp(y, expected, sizeof y), 0);
        cr_assert_neq(trained->model_hash, slower->model_hash);
        sinew_node_free(trained);
        sinew_node_free(slower);
    }
    sinew_free(x);
}

/* Where dt is what the limits say, twice the step is twice the limits, to the bit. */
Test(mamba_opts, a_step_multiplies_dt_after_its_limits)
{
    float *x = noise_frames(FRAMES * 6, 2), y[FRAMES * 6], expected[FRAMES * 6];
    sinew_node *node = NULL, *twice = NULL;
    sinew_mamba2_weights w = mamba2_weights_of(&shape2);
    w.dt_min = w.dt_max = 0.125;
    cr_assert_eq(sinew_mamba2_new(&node, &w, &(sinew_layer_opts){.step_s = 2}, NULL), SINEW_OK);
    w.dt_min = w.dt_max = 0.25;
    cr_assert_eq(sinew_mamba2_new(&twice, &w, NULL, NULL), SINEW_OK);
    run_node(node, x, y, FRAMES, NULL);
    run_node(twice, x, expected, FRAMES, NULL);
    cr_assert_arr_eq(y, expected, sizeof y);
    sinew_node_free(node);
    sinew_node_free(twice);
    sinew_free(x);
}

/* Without input a state decays over a step of 2 as over two steps of 1. */
Test(mamba_opts, silence_decays_by_time_not_by_frames)
{
    mamba1_shape shape = {"decay", 4, 17, 6, 1, 1, false};
    sinew_mamba1_weights w = mamba1_weights_of(&shape);
    sinew_node *one = NULL, *two = NULL;
    float x[4] = {1, -2, 3, 0.5F}, silence[8] = {0}, y[8], at[17 * 6] = {0}, once[17 * 6];
    cr_assert_eq(sinew_mamba1_new(&one, &w, NULL, NULL), SINEW_OK);
    cr_assert_eq(sinew_mamba1_new(&two, &w, &(sinew_layer_opts){.step_s = 2}, NULL), SINEW_OK);
    run_from(one, at, 17 * 6, x, y, 1);
    memcpy(once, at, sizeof at);
    run_from(one, at, 17 * 6, silence, y, 2);
    run_from(two, once, 17 * 6, silence, y, 1);
    float most = 0;
    for (size_t i = 0; i < 17 * 6; i++) {
        most = fmaxf(most, fabsf(at[i]));
        cr_assert_float_eq(at[i], once[i], 1e-6 * (double)fabsf(at[i]) + 1e-12, "state %zu", i);
    }
    cr_assert_gt(most, 1e-3F);
    sinew_node_free(one);
    sinew_node_free(two);
}

/* ---- numbers at the edge ---- */

static void all_finite(const float *y, size_t n, const char *what)
{
    for (size_t i = 0; i < n; i++)
        cr_assert(isfinite(y[i]), "%s: %g at %zu", what, (double)y[i], i);
}

/* exp(delta A) is 0, or A no float, or delta 0, or both: 0 times infinity is nowhere. */
Test(mamba_opts, decays_that_underflow_are_zero)
{
    static const double biases[] = {200, -200, 3}, logs[] = {5, 100, -200};
    float *x = noise_frames(FRAMES * 6, 3), y[FRAMES * 6];
    for (size_t i = 0; i < 3; i++) {
        char name[32];
        sinew_node *node = NULL;
        sinew_mamba1_weights w1 = mamba1_weights_of(&shape1);
        sinew_mamba2_weights w2 = mamba2_weights_of(&shape2);
        sinew_mamba3_weights w3 = mamba3_weights_of(&shape3);
        snprintf(name, sizeof name, "edge %zu", i);
        w1.dt_bias = NOISE(name, "dt_bias 1", biases[i], 0, 37);
        w1.A_log = NOISE(name, "A_log 1", logs[i], 0, 37, 7);
        w2.dt_bias = w3.dt_bias = NOISE(name, "dt_bias", biases[i], 0, 4);
        w2.A_log = NOISE(name, "A_log", logs[i], 0, 4);
        cr_assert_eq(sinew_mamba1_new(&node, &w1, NULL, NULL), SINEW_OK);
        run_node(node, x, y, FRAMES, NULL);
        all_finite(y, FRAMES * 6, "Mamba-1");
        sinew_node_free(node);
        cr_assert_eq(sinew_mamba2_new(&node, &w2, NULL, NULL), SINEW_OK);
        run_node(node, x, y, FRAMES, NULL);
        all_finite(y, FRAMES * 6, "Mamba-2");
        sinew_node_free(node);
        cr_assert_eq(sinew_mamba3_new(&node, &w3, NULL, NULL), SINEW_OK);
        run_node(node, x, y, FRAMES, NULL);
        all_finite(y, FRAMES * 6, "Mamba-3");
        sinew_node_free(node);
    }
    sinew_free(x);
}

/* What came long before is forgotten where the decay is 0: the state is that of this frame. */
Test(mamba_opts, a_decay_of_zero_forgets)
{
    sinew_node *node = NULL;
    sinew_mamba1_weights w = mamba1_weights_of(&(mamba1_shape){"forgets", 6, 37, 7, 1, 2, true});
    w.dt_bias = NOISE("forgets", "dt", 200, 0, 37);
    w.A_log = NOISE("forgets", "A", 5, 0, 37, 7);
    cr_assert_eq(sinew_mamba1_new(&node, &w, NULL, NULL), SINEW_OK);
    float *x = noise_frames(2 * 6, 4), y[2][12];
    for (int i = 0; i < 2; i++) {
        x[0] = (float)i;
        run_node(node, x, y[i], 2, NULL);
    }
    cr_assert_neq(y[0][0], y[1][0]);
    cr_assert_arr_eq(y[0] + 6, y[1] + 6, 6 * sizeof(float));
    sinew_node_free(node);
    sinew_free(x);
}

/* ---- rounded weights, other types, threads ---- */

static double apart(const float *y, const float *expected, size_t n)
{
    double off = 0, all = 0;
    for (size_t i = 0; i < n; i++) {
        off += (double)(y[i] - expected[i]) * (double)(y[i] - expected[i]);
        all += (double)expected[i] * (double)expected[i];
    }
    return sqrt(off / all);
}

Test(mamba_opts, rounded_weights_are_near)
{
    enum { WIDE = 128 };
    float *x = noise_frames(FRAMES * WIDE, 5);
    float *exact = sinew_alloc(FRAMES * WIDE, sizeof *exact);
    float *y = sinew_alloc(FRAMES * WIDE, sizeof *y);
    for (int i = 1; i <= 3; i++)
        for (int q = 1; q <= 2; q++) {
            sinew_node *node = made(i, WIDE, NULL);
            sinew_node *rounded = made(i, WIDE, &(sinew_layer_opts){.quantize = (sinew_quantize)q});
            run_node(node, x, exact, FRAMES, NULL);
            run_node(rounded, x, y, FRAMES, NULL);
            double off = apart(y, exact, FRAMES * WIDE);
            cr_assert(off > 0 && off <= 3e-2, "Mamba-%d, %d: %g", i, q, off);
            cr_assert_eq(node->model_hash, rounded->model_hash);
            cr_assert_neq(node->identity, rounded->identity);
            sinew_node_free(node);
            sinew_node_free(rounded);
        }
    sinew_free(x);
    sinew_free(exact);
    sinew_free(y);
}

/* The same numbers as BF16, F16 and F64. */
static const sinew_tensor *as(sinew_dtype dtype, const sinew_tensor *t, sinew_tensor *room)
{
    size_t n = (size_t)sinew_tensor_count(t);
    void *data = sinew_alloc(n, 8);
    for (size_t i = 0; i < n; i++) {
        float value = ((const float *)t->data)[i];
        if (dtype == SINEW_DTYPE_BF16)
            ((uint16_t *)data)[i] = sinew_float_bf16(value);
        else if (dtype == SINEW_DTYPE_F16)
            ((uint16_t *)data)[i] = sinew_float_f16(value);
        else
            ((double *)data)[i] = (double)value;
    }
    *room = *t;
    room->dtype = dtype;
    room->data = data;
    return room;
}

/* The nearest float of what a tensor of 16 bits holds. */
static const sinew_tensor *back(const sinew_tensor *t, sinew_tensor *room)
{
    size_t n = (size_t)sinew_tensor_count(t);
    float *data = sinew_alloc(n, sizeof *data);
    sinew_tensor_floats(t, 0, n, data);
    *room = *t;
    room->dtype = SINEW_DTYPE_F32;
    room->data = data;
    return room;
}

Test(mamba_opts, weights_of_other_types_are_their_numbers)
{
    static const sinew_dtype dtypes[] = {SINEW_DTYPE_BF16, SINEW_DTYPE_F16, SINEW_DTYPE_F64};
    enum { TENSORS = 11 };
    float *x = noise_frames(FRAMES * 6, 6), y[FRAMES * 6], expected[FRAMES * 6];
    for (size_t d = 0; d < 3; d++) {
        sinew_mamba1_weights w = mamba1_weights_of(&shape1), plain = w;
        sinew_tensor room[2][TENSORS];
        const sinew_tensor **from = (const sinew_tensor **)&w;
        const sinew_tensor **to = (const sinew_tensor **)&plain;
        sinew_node *node = NULL, *same = NULL;
        for (size_t i = 0; i < TENSORS; i++) {
            from[i] = as(dtypes[d], from[i], &room[0][i]);
            to[i] = back(from[i], &room[1][i]);
        }
        cr_assert_eq(sinew_mamba1_new(&node, &w, NULL, NULL), SINEW_OK);
        cr_assert_eq(sinew_mamba1_new(&same, &plain, NULL, NULL), SINEW_OK);
        run_node(node, x, y, FRAMES, NULL);
        run_node(same, x, expected, FRAMES, NULL);
        cr_assert_leq(apart(y, expected, FRAMES * 6), 1e-6);
        sinew_node_free(node);
        sinew_node_free(same);
        for (size_t i = 0; i < TENSORS; i++) {
            sinew_free((void *)(uintptr_t)room[0][i].data);
            sinew_free((void *)(uintptr_t)room[1][i].data);
        }
    }
    sinew_free(x);
}

Test(mamba_opts, threads_change_no_bit)
{
    enum { WIDE = 128 };
    float *x = noise_frames(FRAMES * WIDE, 7);
    float *y = sinew_alloc(FRAMES * WIDE, sizeof *y);
    float *expected = sinew_alloc(FRAMES * WIDE, sizeof *expected);
    sinew_workers *workers = NULL;
    cr_assert_eq(sinew_workers_new(&workers, 3, NULL), SINEW_OK);
    for (int i = 1; i <= 3; i++) {
        sinew_node *alone = made(i, WIDE, NULL);
        sinew_node *shared = made(i, WIDE, &(sinew_layer_opts){.workers = workers});
        run_node(alone, x, expected, FRAMES, NULL);
        run_node(shared, x, y, FRAMES, NULL);
        cr_assert_eq(memcmp(y, expected, FRAMES * WIDE * sizeof *y), 0, "Mamba-%d", i);
        cr_assert_eq(alone->identity, shared->identity);
        sinew_node_free(alone);
        sinew_node_free(shared);
    }
    sinew_workers_free(workers);
    sinew_free(x);
    sinew_free(y);
    sinew_free(expected);
}

/* ---- faults ---- */

/* shape2 without biases, so that a convolution is all that is wrong. */
static const mamba2_shape bare2 = {"bare 2", 6, 4, 9, 2, 5, 3, false, false, true, false, 0, 0, 0};

/* What is wrong, one at a time: the tensor `at` of the weights' struct becomes `with`. */
static void refuses(int i, size_t at, const sinew_tensor *with, const char *expected)
{
    sinew_node *node = (sinew_node *)&i;
    sinew_error error = {0};
    union {
        sinew_mamba1_weights one;
        sinew_mamba2_weights two;
        sinew_mamba3_weights three;
    } w;
    if (i == 1)
        w.one = mamba1_weights_of(&shape1);
    else if (i == 2)
        w.two = mamba2_weights_of(&bare2);
    else
        w.three = mamba3_weights_of(&shape3);
    memcpy((char *)&w + at, &with, sizeof with);
    sinew_status status = i == 1   ? sinew_mamba1_new(&node, &w.one, NULL, &error)
                          : i == 2 ? sinew_mamba2_new(&node, &w.two, NULL, &error)
                                   : sinew_mamba3_new(&node, &w.three, NULL, &error);
    cr_assert_neq(status, SINEW_OK, "%s", expected);
    cr_assert_null(node);
    cr_assert_not_null(strstr(error.text, expected), "\"%s\", not \"%s\"", error.text, expected);
}

#define REFUSES(i, member, with, expected)                                                         \
    refuses(i, offsetof(sinew_mamba##i##_weights, member), with, expected)

Test(mamba_opts, wrong_tensors_are_told)
{
    REFUSES(1, in_proj, NOISE("bad", "in_proj", 0, 1, 73, 6),
            "bad.in_proj has the shape (73, 6), expected is (74, any)");
    REFUSES(1, conv, NOISE("bad", "conv", 0, 1, 37, 2, 3),
            "bad.conv has the shape (37, 2, 3), expected is (37, 1, any)");
    REFUSES(1, x_proj, NOISE("bad", "x_proj", 0, 1, 15, 37),
            "bad.x_proj (15, 37), opts.dt_proj.weight (37, 2) and opts.A_log (37, 7) do not fit");
    REFUSES(1, out_proj, NOISE("bad", "out", 0, 1, 5, 37),
            "bad.out has the shape (5, 37), expected is (6, 37)");
    REFUSES(1, D, NULL, "D is missing, of shape (37)");
    REFUSES(1, A_log, NULL, "A_log is missing");
    REFUSES(1, dt_bias, NOISE("bad", "dt", 0, 1, 36),
            "bad.dt has the shape (36), expected is (37)");
    REFUSES(1, A_log, NOISE("bad", "A", NAN, 0, 37, 7), "bad.A: number 0 is");
    REFUSES(2, in_proj, NOISE("bad", "in 2", 0, 1, 95, 6),
            "bad.in 2 has the shape (95, 6), expected is (96, 6)");
    REFUSES(2, A_log, NOISE("bad", "A 2", 0, 1, 5), "36 channels are not to be dealt to 5 heads");
    REFUSES(2, conv, NOISE("bad", "conv 2", 0, 1, 57, 1, 3), "bad.conv 2 has 57 channels");
    REFUSES(2, D, NOISE("bad", "D 2", 0, 1, 5), "bad.D 2 has the shape (5), expected is (4)");
    REFUSES(2, norm, NOISE("bad", "norm 2", 0, 1, 35), "bad.norm 2 has the shape (35)");
    REFUSES(3, in_proj, NOISE("bad", "in 3", 0, 1, 112, 6),
            "bad.in 3 has 112 rows, expected are 108 and up to 3 for angles");
    REFUSES(3, B_bias, NOISE("bad", "B_bias 3", 0, 1, 4, 6),
            "bad.B_bias 3 has the shape (4, 6), expected is (4, 1, 6)");
    REFUSES(3, C_norm, NULL, "C_norm.weight is missing, of shape (6)");
    REFUSES(3, D, NOISE("bad", "D 3", INFINITY, 0, 4), "bad.D 3: number 0 is");
}

Test(mamba_opts, wrong_numbers_are_told)
{
    sinew_node *node = NULL;
    sinew_error error = {0};
    sinew_mamba2_weights w = mamba2_weights_of(&shape2);
    w.groups = 3;
    cr_assert_eq(sinew_mamba2_new(&node, &w, NULL, &error), SINEW_ERR_MISMATCH);
    cr_assert_not_null(strstr(error.text, "4 heads"), "%s", error.text);
    w = mamba2_weights_of(&shape2);
    w.norm_groups = 5;
    cr_assert_eq(sinew_mamba2_new(&node, &w, NULL, &error), SINEW_ERR_MISMATCH);
    w = mamba2_weights_of(&shape2);
    w.dt_min = 2, w.dt_max = 1;
    cr_assert_eq(sinew_mamba2_new(&node, &w, NULL, &error), SINEW_ERR_ARGUMENT);
    w = mamba2_weights_of(&shape2);
    w.norm_eps = -1;
    cr_assert_eq(sinew_mamba2_new(&node, &w, NULL, &error), SINEW_ERR_ARGUMENT);
    cr_assert_eq(sinew_mamba2_new(&node, &w, &(sinew_layer_opts){.step_s = NAN}, &error),
                 SINEW_ERR_ARGUMENT);
    cr_assert_null(node);
}
