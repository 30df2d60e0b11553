#include "scarce_layers.h"

#include <string.h>

#include "base/hash.h"

static float numbers[1024]; /* of all weights */

static sinew_tensor tensor(uint32_t rank, uint64_t a, uint64_t b, uint64_t c)
{
    return (sinew_tensor){.rank = rank, .shape = {a, b, c}, .data = numbers};
}

static sinew_status make_gru(sinew_node **out, const sinew_layer_opts *opts)
{
    sinew_tensor ih = tensor(2, 12, 3, 0), hh = tensor(2, 12, 4, 0), bias = tensor(1, 12, 0, 0);
    sinew_recurrent_weights w = {&ih, &hh, &bias, &bias};
    return sinew_gru_new(out, &w, opts, NULL);
}

static sinew_status make_norm(sinew_node **out, const sinew_layer_opts *opts)
{
    sinew_tensor w = tensor(1, 3, 0, 0);
    sinew_norm_weights weights = {.weight = &w, .bias = &w};
    return sinew_norm_new(out, &weights, opts, NULL);
}

static sinew_status make_activation(sinew_node **out, const sinew_layer_opts *opts)
{
    return sinew_activation_new(out, SINEW_ACTIVATION_RELU, 3, opts, NULL);
}

static sinew_status make_shortconv(sinew_node **out, const sinew_layer_opts *opts)
{
    sinew_tensor w = tensor(3, 3, 1, 4), b = tensor(1, 3, 0, 0);
    sinew_shortconv_weights weights = {.weight = &w, .bias = &b};
    return sinew_shortconv_new(out, &weights, opts, NULL);
}

static sinew_status make_attention(sinew_node **out, const sinew_layer_opts *opts)
{
    sinew_tensor q = tensor(2, 8, 3, 0), k = tensor(2, 4, 3, 0), o = tensor(2, 3, 8, 0);
    sinew_tensor bias = tensor(1, 3, 0, 0);
    sinew_attention_weights w = {.q = &q,
                                 .k = &k,
                                 .v = &k,
                                 .out = &o,
                                 .out_bias = &bias,
                                 .heads = 4,
                                 .kv_heads = 2,
                                 .context_frames = 5,
                                 .rope_base = 100};
    return sinew_attention_new(out, &w, opts, NULL);
}

static sinew_status make_s4d(sinew_node **out, const sinew_layer_opts *opts)
{
    sinew_tensor A = tensor(2, 3, 4, 0), C = tensor(3, 3, 4, 2), D = tensor(1, 3, 0, 0);
    sinew_s4d_layer_weights w = {
        .log_A_real = &A, .A_imag = &A, .B = &C, .C = &C, .D = &D, .log_step = &D};
    return sinew_s4d_layer_new(out, &w, opts, NULL);
}

static sinew_status make_s5(sinew_node **out, const sinew_layer_opts *opts)
{
    sinew_tensor A = tensor(1, 4, 0, 0), B = tensor(3, 4, 3, 2), C = tensor(3, 3, 4, 2);
    sinew_tensor D = tensor(1, 3, 0, 0);
    sinew_s5_layer_weights w = {
        .log_A_real = &A, .A_imag = &A, .B = &B, .C = &C, .D = &D, .log_step = &A};
    return sinew_s5_layer_new(out, &w, opts, NULL);
}

/* A head and the embedding that shares its matrix; the ids are bits of floats, mostly no rows. */
static sinew_status make_tied(sinew_node **out, const sinew_layer_opts *opts)
{
    sinew_tensor w = tensor(2, 9, 3, 0), b = tensor(1, 9, 0, 0);
    sinew_linear_weights weights = {&w, &b};
    sinew_node *head = NULL;
    sinew_status status = sinew_linear_new(&head, &weights, opts, NULL);
    if (!status)
        status = sinew_embedding_new_tied(out, head, opts, NULL);
    sinew_node_free(head);
    return status;
}

static const struct {
    const char *kind;
    sinew_status (*make)(sinew_node **out, const sinew_layer_opts *opts);
} makers[] = {{"gru", make_gru},
              {"norm", make_norm},
              {"activation", make_activation},
              {"shortconv", make_shortconv},
              {"attention", make_attention},
              {"s4d", make_s4d},
              {"s5", make_s5},
              {"tied embedding", make_tied}};

static sinew_status run(uint64_t *answer, const sinew_node *node)
{
    enum { FRAMES = 9 };
    float y[FRAMES * 8];
    sinew_stream *stream = NULL;
    sinew_block in = {.samples = numbers, .n_frames = FRAMES}, out = {.samples = y};
    sinew_status status = sinew_stream_open(&stream, node, NULL, NULL);
    if (!status) {
        sinew_stream_process(stream, &in, &out);
        *answer = sinew_hash(*answer, y, FRAMES * node->channels_out * sizeof *y);
    }
    sinew_stream_close(stream);
    return status;
}

sinew_status scarce_layer(uint64_t *answer, const char *kind)
{
    sinew_status status = SINEW_OK;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        numbers[i] = (float)((double)(i * 7919 % 101) / 101 - 0.5);
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        for (int q = 0; strcmp(kind, makers[i].kind) == 0 && q <= SINEW_QUANTIZE_INT8; q++) {
            sinew_node *node = NULL;
            sinew_layer_opts opts = {.quantize = (sinew_quantize)q};
            if (!status)
                status = makers[i].make(&node, &opts);
            if (!status)
                status = run(answer, node);
            sinew_node_free(node);
        }
    return status;
}
