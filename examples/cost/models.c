/* The layers that are compared: each with what it is used with, before it RMSNorm, around it a
 * residual.
 *
 *     attention  heads of 64, RoPE; a feed-forward of 4 d           12 d^2 weights, d = d_model
 *     LSTM       d cells                                             8 d^2
 *     S4D        32 pairs of modes a channel; GELU, a gated layer    2 d^2 + 130 d
 *     Mamba-1    2 d channels of 16 states, 4 taps                   6.25 d^2 + 110 d */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "cost.h"

enum { S4D_MODES = 32, MAMBA_STATES = 16, MAMBA_TAPS = 4 };

void check(sinew_status status, const sinew_error *error)
{
    if (status) {
        fprintf(stderr, "cost_of_a_token: %s\n", error->text);
        exit(1);
    }
}

void *allocate(size_t n, size_t each)
{
    void *memory = calloc(n, each);
    if (!memory) {
        fprintf(stderr, "cost_of_a_token: out of memory\n");
        exit(1);
    }
    return memory;
}

/* One of [-1, 1). */
static float noise(void)
{
    static uint32_t x = 1;
    x = x * 1664525 + 1013904223;
    return (float)(int32_t)x / 2147483648.0f;
}

static float *numbers_of(sinew_tensor *t)
{
    return (float *)(t + 1);
}

/* A tensor (rows, columns), or (rows) where columns is 0, of numbers within +-scale. */
static sinew_tensor *tensor(model *m, size_t rows, size_t columns, float scale)
{
    size_t n = rows * (columns ? columns : 1);
    sinew_tensor *t = allocate(1, sizeof *t + n * sizeof(float));
    float *numbers = numbers_of(t);
    for (size_t i = 0; i < n; i++)
        numbers[i] = scale * noise();
    *t = (sinew_tensor){.rank = columns ? 2 : 1, .shape = {rows, columns}, .data = numbers};
    m->tensors[m->n_tensors++] = t;
    m->parameters += n;
    return t;
}

/* As linear layers begin: +-1 / sqrt(columns). */
static sinew_tensor *matrix(model *m, size_t rows, size_t columns)
{
    return tensor(m, rows, columns, 1 / sqrtf((float)columns));
}

static sinew_node *sequence(sinew_node **nodes, size_t n)
{
    sinew_node *node = NULL;
    sinew_error error;
    check(sinew_graph_new_sequence(&node, nodes, NULL, n, &error), &error);
    return node;
}

static sinew_node *linear(model *m, size_t out, size_t in)
{
    sinew_node *node = NULL;
    sinew_linear_weights weights = {.weight = matrix(m, out, in)};
    sinew_error error;
    check(sinew_linear_new(&node, &weights, NULL, &error), &error);
    return node;
}

static sinew_node *activation(sinew_activation which, size_t channels)
{
    sinew_node *node = NULL;
    sinew_error error;
    check(sinew_activation_new(&node, which, (uint32_t)channels, NULL, &error), &error);
    return node;
}

/* x + node(norm(x)) */
static sinew_node *residual(sinew_node *node, size_t d)
{
    sinew_node *parts[2] = {NULL, node}, *whole = NULL;
    sinew_norm_weights weights = {.channels = (uint32_t)d};
    sinew_error error;
    check(sinew_norm_new(&parts[0], &weights, NULL, &error), &error);
    check(sinew_graph_new_residual(&whole, sequence(parts, 2), &error), &error);
    return whole;
}

static sinew_node *attention(model *m, size_t d, size_t context)
{
    sinew_node *mixer = NULL;
    sinew_attention_weights weights = {.qkv = matrix(m, 3 * d, d),
                                       .out = matrix(m, d, d),
                                       .heads = (uint32_t)(d / HEAD),
                                       .context_frames = (uint32_t)context,
                                       .rope_base = 10000};
    sinew_error error;
    check(sinew_attention_new(&mixer, &weights, NULL, &error), &error);
    sinew_node *wide[] = {linear(m, 4 * d, d), activation(SINEW_ACTIVATION_GELU_TANH, 4 * d),
                          linear(m, d, 4 * d)};
    sinew_node *both[] = {residual(mixer, d), residual(sequence(wide, 3), d)};
    return sequence(both, 2);
}

static sinew_node *lstm(model *m, size_t d)
{
    sinew_node *cell = NULL;
    sinew_recurrent_weights weights = {.weight_ih = matrix(m, 4 * d, d),
                                       .weight_hh = matrix(m, 4 * d, d),
                                       .bias_ih = tensor(m, 4 * d, 0, 0.1f)};
    sinew_error error;
    check(sinew_lstm_new(&cell, &weights, NULL, &error), &error);
    return residual(cell, d);
}

/* Steps are between 0.001 and 0.1. */
static float step_s(void)
{
    return 0.001f * powf(100, fabsf(noise()));
}

/* S4D-Lin: lambda = -1/2 + j pi n, steps between 0.001 and 0.1. */
static sinew_node *s4d_filters(model *m, size_t d)
{
    sinew_tensor *real = tensor(m, d, S4D_MODES, 1), *imag = tensor(m, d, S4D_MODES, 1);
    sinew_tensor *log_step = tensor(m, d, 0, 1), *C = matrix(m, d, 2 * S4D_MODES);
    C->rank = 3;
    C->shape[1] = S4D_MODES;
    C->shape[2] = 2;
    for (size_t i = 0; i < d * S4D_MODES; i++) {
        numbers_of(real)[i] = -0.5f;
        numbers_of(imag)[i] = 3.14159265f * (float)(i % S4D_MODES);
    }
    for (size_t i = 0; i < d; i++)
        numbers_of(log_step)[i] = logf(step_s());
    sinew_node *node = NULL;
    sinew_s4d_layer_weights weights = {
        .A_real = real, .A_imag = imag, .C = C, .D = tensor(m, d, 0, 1), .log_step = log_step};
    sinew_error error;
    check(sinew_s4d_layer_new(&node, &weights, NULL, &error), &error);
    return node;
}

/* A filter for each channel, then what joins them: (W_1 x) sigmoid(W_2 x) of x = GELU(filtered). */
static sinew_node *s4d(model *m, size_t d)
{
    sinew_node *gate[] = {linear(m, d, d), activation(SINEW_ACTIVATION_SIGMOID, d)};
    sinew_node *factors[] = {linear(m, d, d), sequence(gate, 2)}, *gated = NULL;
    sinew_error error;
    check(sinew_graph_new_branches(&gated, SINEW_GRAPH_PRODUCT, factors, NULL, 2, &error), &error);
    sinew_node *parts[] = {s4d_filters(m, d), activation(SINEW_ACTIVATION_GELU_TANH, d), gated};
    return residual(sequence(parts, 3), d);
}

/* As Mamba begins: A = -(1 .. N). */
static void set_dynamics(sinew_tensor *A_log, sinew_tensor *dt_bias)
{
    float *A = numbers_of(A_log), *bias = numbers_of(dt_bias);
    for (size_t i = 0; i < sinew_tensor_count(A_log); i++)
        A[i] = logf((float)(i % MAMBA_STATES + 1));
    for (size_t i = 0; i < sinew_tensor_count(dt_bias); i++)
        bias[i] = logf(expm1f(step_s()));
}

static sinew_node *mamba(model *m, size_t d)
{
    sinew_node *mixer = NULL;
    size_t inner = 2 * d, rank = (d + 15) / 16;
    sinew_tensor *conv = matrix(m, inner, MAMBA_TAPS);
    conv->rank = 3;
    conv->shape[1] = 1;
    conv->shape[2] = MAMBA_TAPS;
    sinew_tensor *A_log = tensor(m, inner, MAMBA_STATES, 1), *dt_bias = tensor(m, inner, 0, 1);
    set_dynamics(A_log, dt_bias);
    sinew_mamba1_weights weights = {.in_proj = matrix(m, 2 * inner, d),
                                    .conv = conv,
                                    .conv_bias = tensor(m, inner, 0, 0.5f),
                                    .x_proj = matrix(m, rank + 2 * MAMBA_STATES, inner),
                                    .dt_proj = matrix(m, inner, rank),
                                    .dt_bias = dt_bias,
                                    .A_log = A_log,
                                    .D = tensor(m, inner, 0, 1),
                                    .out_proj = matrix(m, d, inner)};
    sinew_error error;
    check(sinew_mamba1_new(&mixer, &weights, NULL, &error), &error);
    return residual(mixer, d);
}

static sinew_node *layer(model *m, kind which, size_t d, size_t context)
{
    switch (which) {
    case LSTM:
        return lstm(m, d);
    case S4D:
        return s4d(m, d);
    case MAMBA:
        return mamba(m, d);
    default:
        return attention(m, d, context);
    }
}

void model_init(model *m, kind which, const size *of, size_t context)
{
    sinew_node **layers = allocate(of->layers, sizeof(sinew_node *));
    *m = (model){.parameters = 0};
    for (size_t i = 0; i < of->layers; i++)
        layers[i] = layer(m, which, of->d_model, context);
    m->node = sequence(layers, of->layers);
    free(layers);
}

void model_finish(model *m)
{
    sinew_node_free(m->node);
    for (size_t i = 0; i < m->n_tensors; i++)
        free(m->tensors[i]);
}
