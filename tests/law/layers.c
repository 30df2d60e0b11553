#include "layers.h"

#include <stdio.h>
#include <stdlib.h>

/* Tokens of law_input are below this. */
enum { NOISE = 1 << 14, IDS = 1001 };

static float noise[NOISE];

static void make_noise(void)
{
    uint32_t state = 1;
    for (size_t i = 0; i < NOISE; i++) {
        state = state * UINT32_C(1664525) + UINT32_C(1013904223);
        noise[i] = (float)(state >> 8) / (1 << 24) - 0.5F;
    }
}

/* Other numbers for another place; shape: (rank), and 0 behind it. */
static sinew_tensor tensor_at(size_t place, const uint64_t *shape)
{
    sinew_tensor t = {.name = "noise", .dtype = SINEW_DTYPE_F32, .data = noise + place};
    uint64_t count = 1;
    while (shape[t.rank]) {
        t.shape[t.rank] = shape[t.rank];
        count *= shape[t.rank++];
    }
    if (noise[0] == 0)
        make_noise();
    if (place + count > NOISE)
        abort();
    return t;
}

#define TENSOR(place, ...)                                                                         \
    &(sinew_tensor[]){tensor_at(place, (const uint64_t[]){__VA_ARGS__, 0})}[0]

static sinew_node *made(sinew_node *node, sinew_status status, const sinew_error *error)
{
    if (status) {
        fprintf(stderr, "law: %s\n", error->text);
        abort();
    }
    return node;
}

static sinew_node *linear(const sinew_linear_weights *weights, sinew_quantize quantize)
{
    sinew_error error;
    sinew_node *node = NULL;
    sinew_layer_opts opts = {.quantize = quantize};
    sinew_status status = sinew_linear_new(&node, weights, &opts, &error);
    return made(node, status, &error);
}

sinew_node *law_linear(const law_node *law)
{
    (void)law;
    return linear(&(sinew_linear_weights){TENSOR(10, 18, 5), TENSOR(3, 18)}, SINEW_QUANTIZE_NONE);
}

/* More than a group of columns, more than two panels of rows. */
sinew_node *law_linear_int8(const law_node *law)
{
    (void)law;
    return linear(&(sinew_linear_weights){TENSOR(20, 35, 35), NULL}, SINEW_QUANTIZE_INT8);
}

static sinew_node *norm(const sinew_norm_weights *weights)
{
    sinew_error error;
    sinew_node *node = NULL;
    sinew_status status = sinew_norm_new(&node, weights, NULL, &error);
    return made(node, status, &error);
}

sinew_node *law_rms_norm(const law_node *law)
{
    (void)law;
    return norm(&(sinew_norm_weights){.weight = TENSOR(30, 19)});
}

sinew_node *law_layer_norm(const law_node *law)
{
    (void)law;
    return norm(&(sinew_norm_weights){TENSOR(40, 7), TENSOR(50, 7), .kind = SINEW_NORM_LAYER});
}

sinew_node *law_activation(const law_node *law)
{
    sinew_error error;
    sinew_node *node = NULL;
    sinew_status status =
        sinew_activation_new(&node, SINEW_ACTIVATION_SILU, law->channels_in, NULL, &error);
    return made(node, status, &error);
}

sinew_node *law_embedding(const law_node *law)
{
    (void)law;
    sinew_error error;
    sinew_node *node = NULL;
    sinew_embedding_weights weights = {TENSOR(60, IDS, 3)};
    sinew_status status = sinew_embedding_new(&node, &weights, NULL, &error);
    return made(node, status, &error);
}

sinew_node *law_embedding_tied(const law_node *law)
{
    (void)law;
    sinew_error error;
    sinew_node *node = NULL;
    sinew_node *head =
        linear(&(sinew_linear_weights){TENSOR(70, IDS, 4), NULL}, SINEW_QUANTIZE_INT8);
    sinew_status status = sinew_embedding_new_tied(&node, head, NULL, &error);
    sinew_node_free(head);
    return made(node, status, &error);
}

sinew_node *law_gru(const law_node *law)
{
    (void)law;
    sinew_error error;
    sinew_node *node = NULL;
    sinew_recurrent_weights w = {TENSOR(80, 15, 3), TENSOR(90, 15, 5), TENSOR(100, 15),
                                 TENSOR(110, 15)};
    sinew_status status = sinew_gru_new(&node, &w, NULL, &error);
    return made(node, status, &error);
}

sinew_node *law_gru_int8(const law_node *law)
{
    (void)law;
    sinew_error error;
    sinew_node *node = NULL;
    sinew_recurrent_weights w = {TENSOR(120, 54, 18), TENSOR(130, 54, 18), NULL, NULL};
    sinew_layer_opts opts = {.quantize = SINEW_QUANTIZE_INT8};
    sinew_status status = sinew_gru_new(&node, &w, &opts, &error);
    return made(node, status, &error);
}

sinew_node *law_lstm(const law_node *law)
{
    (void)law;
    sinew_error error;
    sinew_node *node = NULL;
    sinew_recurrent_weights w = {TENSOR(140, 16, 4), TENSOR(150, 16, 4), TENSOR(160, 16), NULL};
    sinew_status status = sinew_lstm_new(&node, &w, NULL, &error);
    return made(node, status, &error);
}

static sinew_node *attention(const sinew_attention_weights *weights, sinew_quantize quantize)
{
    sinew_error error;
    sinew_node *node = NULL;
    sinew_layer_opts opts = {.quantize = quantize};
    sinew_status status = sinew_attention_new(&node, weights, &opts, &error);
    return made(node, status, &error);
}

/* Packed, a context that is no multiple of a tile. */
sinew_node *law_attention(const law_node *law)
{
    (void)law;
    sinew_attention_weights w = {.qkv = TENSOR(170, 18, 6),
                                 .qkv_bias = TENSOR(180, 18),
                                 .out = TENSOR(190, 6, 6),
                                 .heads = 2,
                                 .context_frames = 70};
    return attention(&w, SINEW_QUANTIZE_NONE);
}

/* Groups, turned, and but a few frames. */
sinew_node *law_attention_rope(const law_node *law)
{
    (void)law;
    sinew_attention_weights w = {.q = TENSOR(200, 16, 3),
                                 .k = TENSOR(210, 8, 3),
                                 .v = TENSOR(220, 8, 3),
                                 .out = TENSOR(230, 5, 16),
                                 .out_bias = TENSOR(240, 5),
                                 .heads = 4,
                                 .kv_heads = 2,
                                 .context_frames = 7,
                                 .rope_base = 100};
    return attention(&w, SINEW_QUANTIZE_NONE);
}

/* A frame that attends to itself alone has a state of a position. */
sinew_node *law_attention_int8(const law_node *law)
{
    (void)law;
    sinew_attention_weights w = {
        .qkv = TENSOR(250, 24, 8), .out = TENSOR(260, 8, 8), .heads = 1, .context_frames = 1};
    return attention(&w, SINEW_QUANTIZE_INT8);
}

sinew_node *law_shortconv(const law_node *law)
{
    (void)law;
    sinew_error error;
    sinew_node *node = NULL;
    sinew_shortconv_weights w = {TENSOR(270, 5, 1, 4), TENSOR(280, 5), .silu = true};
    sinew_status status = sinew_shortconv_new(&node, &w, NULL, &error);
    return made(node, status, &error);
}

/* The step of law_steps, about. */
static const sinew_layer_opts stepped = {.trained_step_s = 0.008, .step_s = 0.006};

/* More than a panel, and an odd number of modes. */
sinew_node *law_s4d(const law_node *law)
{
    (void)law;
    sinew_error error;
    sinew_node *node = NULL;
    sinew_s4d_layer_weights w = {.log_A_real = TENSOR(290, 19, 5),
                                 .A_imag = TENSOR(300, 19, 5),
                                 .C = TENSOR(310, 19, 5, 2),
                                 .D = TENSOR(320, 19),
                                 .log_step = TENSOR(330, 19)};
    sinew_status status = sinew_s4d_layer_new(&node, &w, &stepped, &error);
    return made(node, status, &error);
}

sinew_node *law_s4d_real(const law_node *law)
{
    (void)law;
    sinew_error error;
    sinew_node *node = NULL;
    sinew_s4d_layer_weights w = {.log_A_real = TENSOR(340, 2, 4),
                                 .B = TENSOR(350, 2, 4),
                                 .C = TENSOR(360, 2, 4),
                                 .log_step = TENSOR(370, 2, 1),
                                 .bilinear = true};
    sinew_status status = sinew_s4d_layer_new(&node, &w, &stepped, &error);
    return made(node, status, &error);
}

sinew_node *law_s5(const law_node *law)
{
    (void)law;
    sinew_error error;
    sinew_node *node = NULL;
    sinew_s5_layer_weights w = {.log_A_real = TENSOR(380, 18),
                                .A_imag = TENSOR(390, 18),
                                .B = TENSOR(400, 18, 3, 2),
                                .C = TENSOR(410, 3, 18, 2),
                                .D = TENSOR(420, 3),
                                .log_step = TENSOR(430, 18)};
    sinew_status status = sinew_s5_layer_new(&node, &w, &stepped, &error);
    return made(node, status, &error);
}
