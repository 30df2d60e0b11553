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
