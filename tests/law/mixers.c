#include "mixers.h"

#include <stdio.h>
#include <stdlib.h>

#include "../mamba_shapes.h"

static const sinew_layer_opts usual = {.trained_step_s = 0.007, .step_s = 0.005};
static const sinew_layer_opts rounded = {.quantize = SINEW_QUANTIZE_INT8, .trained_step_s = 0.007};

static sinew_node *made(sinew_node *node, sinew_status status, const sinew_error *error)
{
    if (status) {
        fprintf(stderr, "law: %s\n", error->text);
        abort();
    }
    return node;
}

static sinew_node *mamba1(const mamba1_shape *shape, const sinew_layer_opts *opts)
{
    sinew_error error;
    sinew_node *node = NULL;
    sinew_mamba1_weights weights = mamba1_weights_of(shape);
    sinew_status status = sinew_mamba1_new(&node, &weights, opts, &error);
    return made(node, status, &error);
}

sinew_node *law_mamba1(const law_node *law)
{
    (void)law;
    return mamba1(&(mamba1_shape){"law usual", 16, 32, 8, 4, 1, true}, &usual);
}

sinew_node *law_mamba1_odd(const law_node *law)
{
    (void)law;
    return mamba1(&(mamba1_shape){"law odd", 5, 37, 3, 70, 2, false}, &usual);
}

sinew_node *law_mamba1_one(const law_node *law)
{
    (void)law;
    return mamba1(&(mamba1_shape){"law one", 1, 1, 1, 1, 1, true}, &usual);
}

sinew_node *law_mamba1_int8(const law_node *law)
{
    (void)law;
    return mamba1(&(mamba1_shape){"law int8", 7, 19, 5, 2, 3, true}, &rounded);
}

static sinew_node *mamba2(const mamba2_shape *shape, const sinew_layer_opts *opts)
{
    sinew_error error;
    sinew_node *node = NULL;
    sinew_mamba2_weights weights = mamba2_weights_of(shape);
    sinew_status status = sinew_mamba2_new(&node, &weights, opts, &error);
    return made(node, status, &error);
}

sinew_node *law_mamba2(const law_node *law)
{
    (void)law;
    return mamba2(&(mamba2_shape){.name = "law heads",
                                  .d_model = 16,
                                  .heads = 4,
                                  .head_dim = 16,
                                  .groups = 2,
                                  .order = 8,
                                  .taps = 4,
                                  .biases = true,
                                  .norm = true},
                  &usual);
}

/* With limits, a norm of another number of groups before the gate, a D of each channel. */
sinew_node *law_mamba2_odd(const law_node *law)
{
    (void)law;
    return mamba2(
        &(mamba2_shape){"law heads odd", 5, 3, 7, 3, 5, 70, false, true, true, true, 7, 0.01, 0.2},
        &usual);
}

sinew_node *law_mamba2_int8(const law_node *law)
{
    (void)law;
    return mamba2(&(mamba2_shape){.name = "law heads int8",
                                  .d_model = 3,
                                  .heads = 2,
                                  .head_dim = 1,
                                  .groups = 1,
                                  .order = 1,
                                  .taps = 1},
                  &rounded);
}

static sinew_node *mamba3(const mamba3_shape *shape, const sinew_layer_opts *opts)
{
    sinew_error error;
    sinew_node *node = NULL;
    sinew_mamba3_weights weights = mamba3_weights_of(shape);
    sinew_status status = sinew_mamba3_new(&node, &weights, opts, &error);
    return made(node, status, &error);
}

sinew_node *law_mamba3(const law_node *law)
{
    (void)law;
    return mamba3(&(mamba3_shape){"law turns", 16, 4, 16, 2, 8, 2, true, false}, &usual);
}

sinew_node *law_mamba3_odd(const law_node *law)
{
    (void)law;
    return mamba3(&(mamba3_shape){"law turns odd", 5, 3, 7, 3, 5, 2, false, true}, &usual);
}

/* Nothing turns. */
sinew_node *law_mamba3_int8(const law_node *law)
{
    (void)law;
    return mamba3(&(mamba3_shape){"law turns int8", 3, 2, 1, 1, 1, 0, true, true}, &rounded);
}
