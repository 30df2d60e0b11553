/* Mamba's mixers against the float64 reference of tests/vectors (layers_vectors.h), with states
 * that are carried, and with steps. */
#include "layer_help.h"

#include "../vectors/layers_vectors.h"

enum { FRAMES = 12, FIRST = 7, WIDTH = 6 };

/* An array of the state, in the order of the parts: after all frames, after the first of them. */
typedef struct kept {
    const char *name;
    size_t n;
    const double *after, *after_first;
} kept;

/* y of all frames; then the state of the first few, rounded, is gone on from, with its end. steps:
 * as the vectors have them, or NULL. */
static void check(const sinew_node *node, const float *x, const float *steps, const double *y,
                  const kept *arrays, size_t n_arrays)
{
    float state[256], got[FRAMES * WIDTH];
    double dt[FRAMES];
    size_t n = 0;
    sinew_state_part parts[4];
    for (size_t t = 0; steps && t < FRAMES; t++)
        dt[t] = (double)steps[t];
    run_node(node, x, got, FRAMES, steps ? dt : NULL);
    cr_assert_leq(nrmse(got, y, FRAMES * WIDTH), 1e-6, "%s", node->ops->kind);
    cr_assert_eq(node->ops->parts(node, parts, 4), n_arrays);
    for (size_t a = 0; a < n_arrays; a++) {
        cr_assert_str_eq(parts[a].name, arrays[a].name);
        cr_assert_eq(parts[a].offset, n * sizeof *state);
        for (size_t i = 0; i < arrays[a].n; i++)
            state[n++] = (float)arrays[a].after_first[i];
    }
    if (steps)
        return; /* a state is gone on from as a stream does, which the laws hold */
    run_from(node, state, n, x + FIRST * WIDTH, got, FRAMES - FIRST);
    cr_assert_leq(nrmse(got, y + FIRST * WIDTH, (FRAMES - FIRST) * WIDTH), 1e-6);
    for (size_t a = 0; a < n_arrays; a++) {
        double off = nrmse(state + parts[a].offset / sizeof *state, arrays[a].after, arrays[a].n);
        cr_assert_leq(off, 1e-6, "%s: %g", arrays[a].name, off);
    }
}

#define KEPT(mixer, name)                                                                          \
    {                                                                                              \
#name, sizeof mixer##_##name##_after / sizeof(double), mixer##_##name##_after,             \
            mixer##_##name##_after_7                                                               \
    }

Test(mamba_vectors, mamba1)
{
    sinew_node *node = NULL;
    sinew_mamba1_weights w = {.in_proj = TENSOR(mamba1_in_proj_weight, 24, 6),
                              .in_proj_bias = TENSOR(mamba1_in_proj_bias, 24),
                              .conv = TENSOR(mamba1_conv1d_weight, 12, 1, 3),
                              .conv_bias = TENSOR(mamba1_conv1d_bias, 12),
                              .x_proj = TENSOR(mamba1_x_proj_weight, 12, 12),
                              .dt_proj = TENSOR(mamba1_dt_proj_weight, 12, 2),
                              .dt_bias = TENSOR(mamba1_dt_proj_bias, 12),
                              .A_log = TENSOR(mamba1_A_log, 12, 5),
                              .D = TENSOR(mamba1_D, 12),
                              .out_proj = TENSOR(mamba1_out_proj_weight, 6, 12),
                              .out_proj_bias = TENSOR(mamba1_out_proj_bias, 6)};
    const kept arrays[] = {KEPT(mamba1, conv), KEPT(mamba1, ssm)};
    cr_assert_eq(sinew_mamba1_new(&node, &w, NULL, NULL), SINEW_OK);
    check(node, mamba1_x, NULL, mamba1_y, arrays, 2);
    check(node, mamba1_x, mamba1_dt, mamba1_y_dt, arrays, 2);
    sinew_node_free(node);
}

Test(mamba_vectors, mamba2)
{
    sinew_node *node = NULL;
    sinew_mamba2_weights w = {.in_proj = TENSOR(mamba2_in_proj_weight, 48, 6),
                              .in_proj_bias = TENSOR(mamba2_in_proj_bias, 48),
                              .conv = TENSOR(mamba2_conv1d_weight, 32, 1, 3),
                              .conv_bias = TENSOR(mamba2_conv1d_bias, 32),
                              .dt_bias = TENSOR(mamba2_dt_bias, 4),
                              .A_log = TENSOR(mamba2_A_log, 4),
                              .D = TENSOR(mamba2_D, 4),
                              .norm = TENSOR(mamba2_norm_weight, 12),
                              .out_proj = TENSOR(mamba2_out_proj_weight, 6, 12),
                              .out_proj_bias = TENSOR(mamba2_out_proj_bias, 6),
                              .groups = 2,
                              .dt_min = 0.002,
                              .dt_max = 0.4};
    const kept arrays[] = {KEPT(mamba2, conv), KEPT(mamba2, ssm)};
    cr_assert_eq(sinew_mamba2_new(&node, &w, NULL, NULL), SINEW_OK);
    check(node, mamba2_x, NULL, mamba2_y, arrays, 2);
    check(node, mamba2_x, mamba2_dt, mamba2_y_dt, arrays, 2);
    sinew_node_free(node);
}

Test(mamba_vectors, mamba3)
{
    sinew_node *node = NULL;
    sinew_mamba3_weights w = {.in_proj = TENSOR(mamba3_in_proj_weight, 58, 6),
                              .dt_bias = TENSOR(mamba3_dt_bias, 4),
                              .B_bias = TENSOR(mamba3_B_bias, 4, 1, 5),
                              .C_bias = TENSOR(mamba3_C_bias, 4, 1, 5),
                              .B_norm = TENSOR(mamba3_B_norm_weight, 5),
                              .C_norm = TENSOR(mamba3_C_norm_weight, 5),
                              .D = TENSOR(mamba3_D, 4),
                              .norm = TENSOR(mamba3_norm_weight, 12),
                              .out_proj = TENSOR(mamba3_out_proj_weight, 6, 12),
                              .groups = 2};
    const kept arrays[] = {KEPT(mamba3, angle), KEPT(mamba3, ssm), KEPT(mamba3, k),
                           KEPT(mamba3, v)};
    cr_assert_eq(sinew_mamba3_new(&node, &w, NULL, NULL), SINEW_OK);
    check(node, mamba3_x, NULL, mamba3_y, arrays, 4);
    check(node, mamba3_x, mamba3_dt, mamba3_y_dt, arrays, 4);
    sinew_node_free(node);
}
