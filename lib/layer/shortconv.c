/* layer.shortconv: y_t = f(b + sum_k w_k x_{t-K+1+k}), channel by channel; f is silu or nothing.
 * State: the last K - 1 frames. */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "layer/history.h"
#include "layer/layer.h"

enum { PIECE = SINEW_LAYER_FRAMES };

typedef struct shortconv {
    sinew_layer layer;
    sinew_history history;
    bool silu;
} shortconv;

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    const shortconv *l = (const shortconv *)node;
    size_t kept = sinew_history_floats(&l->history) * sizeof(float);
    (void)max_frames;
    *out = (sinew_footprint){.state_bytes = kept,
                             .saved_bytes = kept,
                             .scratch_bytes = kept + PIECE * node->channels_in * sizeof(float)};
}

static void reset(const sinew_node *node, void *state)
{
    memset(state, 0, sinew_history_floats(&((const shortconv *)node)->history) * sizeof(float));
}

static void process(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                    sinew_block *out)
{
    const shortconv *l = (const shortconv *)node;
    size_t channels = node->channels_in;
    float *line = scratch; /* (K - 1 + PIECE, channels) */
    float *frames = line + sinew_history_floats(&l->history);
    for (size_t at = 0, n; at < in->n_frames; at += n) {
        n = in->n_frames - at < PIECE ? in->n_frames - at : PIECE;
        float *y = (float *)out->samples + at * channels;
        memcpy(frames, (const float *)in->samples + at * channels, n * channels * sizeof *frames);
        sinew_history_begin(&l->history, state, line, channels);
        sinew_history_filter(&l->history, line, channels, y, channels, 0, n);
        sinew_history_end(&l->history, state, line, channels, n);
        if (l->silu)
            l->layer.ops->silu(y, y, n * channels);
    }
}

static void save_state(const sinew_node *node, const void *state, void *bytes)
{
    sinew_history_put(&((const shortconv *)node)->history, state, bytes);
}

static sinew_status load_state(const sinew_node *node, void *state, void *scratch,
                               const void *bytes, size_t n_bytes, sinew_error *error)
{
    const sinew_history *history = &((const shortconv *)node)->history;
    size_t expected = sinew_history_floats(history) * sizeof(float);
    (void)scratch;
    sinew_status status = sinew_state_check(node, n_bytes, expected, error);
    if (!status)
        sinew_history_get(history, state, bytes);
    return status;
}

static size_t parts(const sinew_node *node, sinew_state_part *out, size_t room)
{
    sinew_state_arrays arrays = {.parts = out, .room = room};
    sinew_history_part(&((const shortconv *)node)->history, &arrays);
    return arrays.n;
}

static void free_node(sinew_node *node)
{
    shortconv *l = (shortconv *)node;
    sinew_history_finish(&l->history);
    sinew_layer_finish(&l->layer);
    sinew_free(l);
}

static const sinew_node_ops ops = {.kind = "layer.shortconv",
                                   .footprint = footprint,
                                   .reset = reset,
                                   .process = process,
                                   .save_state = save_state,
                                   .load_state = load_state,
                                   .free = free_node,
                                   .parts = parts};

static sinew_status init(shortconv *l, const sinew_shortconv_weights *weights,
                         const sinew_layer_opts *opts, sinew_error *error)
{
    sinew_status status = sinew_layer_init(&l->layer, &ops, opts, error);
    if (!status)
        status = sinew_history_init(&l->history, weights->weight, weights->bias, SINEW_ANY, error);
    if (status)
        return status;
    l->silu = weights->silu;
    l->layer.node.channels_in = l->layer.node.channels_out = (uint32_t)l->history.channels;
    sinew_layer_hash(&l->layer, weights->weight);
    sinew_layer_hash(&l->layer, weights->bias);
    sinew_layer_hash_number(&l->layer, l->silu);
    sinew_layer_seal(&l->layer);
    return SINEW_OK;
}

sinew_status sinew_shortconv_new(sinew_node **out, const sinew_shortconv_weights *weights,
                                 const sinew_layer_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!weights)
        return sinew_fail_null(error);
    shortconv *l = sinew_alloc(1, sizeof *l);
    if (!l)
        return sinew_fail_memory(error);
    sinew_status status = init(l, weights, opts, error);
    if (status) {
        free_node(&l->layer.node);
        return status;
    }
    *out = &l->layer.node;
    return SINEW_OK;
}
