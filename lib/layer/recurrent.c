/* layer.gru, layer.lstm: the equations of sinew/recurrent.h. State: h (H), c (H) behind it; a GRU
 * has no c. */
#include "sinew/recurrent.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "layer/affine.h"
#include "layer/layer.h"
#include "layer/state_arrays.h"

typedef struct recurrent recurrent;

/* One frame: in (gates H), of the input, and back (gates H), of h, to the next h, c: (H). in and
 * back are used up. */
typedef void step(const recurrent *l, float *in, float *back, float *h, float *c);

struct recurrent {
    sinew_layer layer;
    size_t size, gates; /* H, G */
    step *step;
    sinew_affine ih, hh; /* (gates H, channels_in), (gates H, H) */
};

static void add(float *y, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] += x[i];
}

static void gru(const recurrent *l, float *in, float *back, float *h, float *c)
{
    size_t H = l->size;
    float *r = in, *z = in + H, *n = in + 2 * H;
    (void)c;
    add(in, back, 2 * H);
    l->layer.ops->sigmoid(in, in, 2 * H);
    for (size_t i = 0; i < H; i++)
        n[i] += r[i] * back[2 * H + i];
    l->layer.ops->tanh(n, n, H);
    for (size_t i = 0; i < H; i++)
        h[i] = (1 - z[i]) * n[i] + z[i] * h[i];
}

static void lstm(const recurrent *l, float *in, float *back, float *h, float *c)
{
    size_t H = l->size;
    float *i = in, *f = in + H, *g = in + 2 * H, *o = in + 3 * H;
    add(in, back, 4 * H);
    l->layer.ops->sigmoid(i, i, 2 * H);
    l->layer.ops->tanh(g, g, H);
    l->layer.ops->sigmoid(o, o, H);
    for (size_t k = 0; k < H; k++)
        c[k] = f[k] * c[k] + i[k] * g[k];
    l->layer.ops->tanh(c, h, H);
    for (size_t k = 0; k < H; k++)
        h[k] *= o[k];
}

/* ---- state ---- */

/* h, and c where there is one */
static size_t state_floats(const recurrent *l)
{
    return l->gates == 4 ? 2 * l->size : l->size;
}

static void reset(const sinew_node *node, void *state)
{
    memset(state, 0, state_floats((const recurrent *)node) * sizeof(float));
}

static void save_state(const sinew_node *node, const void *state, void *bytes)
{
    sinew_state_put(bytes, state, state_floats((const recurrent *)node));
}

static sinew_status load_state(const sinew_node *node, void *state, void *scratch,
                               const void *bytes, size_t n_bytes, sinew_error *error)
{
    size_t n = state_floats((const recurrent *)node);
    (void)scratch;
    sinew_status status = sinew_state_check(node, n_bytes, n * sizeof(float), error);
    if (!status)
        sinew_state_get(bytes, state, n);
    return status;
}

static size_t parts(const sinew_node *node, sinew_state_part *out, size_t room)
{
    const recurrent *l = (const recurrent *)node;
    sinew_state_arrays arrays = {.parts = out, .room = room};
    sinew_state_arrays_add(&arrays, "h", 1, (uint64_t[]){l->size});
    if (l->gates == 4)
        sinew_state_arrays_add(&arrays, "c", 1, (uint64_t[]){l->size});
    return arrays.n;
}

/* ---- running ---- */

/* Scratch: what a piece's frames bring, (frames, gates H); what h brings, (gates H); products. */
static size_t in_bytes(const recurrent *l)
{
    return sinew_aligned(SINEW_LAYER_FRAMES * l->gates * l->size * sizeof(float));
}

static size_t back_bytes(const recurrent *l)
{
    return sinew_aligned(l->gates * l->size * sizeof(float));
}

static size_t product_bytes(const recurrent *l)
{
    size_t in = sinew_weights_scratch(&l->ih.weight, SINEW_LAYER_FRAMES);
    size_t back = sinew_weights_scratch(&l->hh.weight, 1);
    return in > back ? in : back;
}

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    const recurrent *l = (const recurrent *)node;
    size_t bytes = state_floats(l) * sizeof(float);
    (void)max_frames;
    *out = (sinew_footprint){.state_bytes = bytes,
                             .saved_bytes = bytes,
                             .scratch_bytes = in_bytes(l) + back_bytes(l) + product_bytes(l)};
}

static void process(const sinew_node *node, void *state, void *scratch, const sinew_block *block,
                    sinew_block *out)
{
    const recurrent *l = (const recurrent *)node;
    size_t H = l->size, rows = l->gates * H;
    float *h = state, *c = h + H, *in = scratch; /* (n, rows) */
    float *back = (float *)(void *)((char *)scratch + in_bytes(l));
    void *work = (char *)back + back_bytes(l);
    for (size_t at = 0, n; at < block->n_frames; at += n) {
        n = block->n_frames - at < SINEW_LAYER_FRAMES ? block->n_frames - at : SINEW_LAYER_FRAMES;
        const float *x = (const float *)block->samples + at * node->channels_in;
        float *y = (float *)out->samples + at * H;
        sinew_affine_apply(&l->ih, l->layer.workers, x, node->channels_in, in, rows, n, work);
        for (size_t t = 0; t < n; t++) {
            sinew_affine_apply(&l->hh, l->layer.workers, h, H, back, rows, 1, work);
            l->step(l, in + t * rows, back, h, c);
            memcpy(y + t * H, h, H * sizeof *h);
        }
    }
}

static void free_node(sinew_node *node)
{
    recurrent *l = (recurrent *)node;
    sinew_affine_finish(&l->ih);
    sinew_affine_finish(&l->hh);
    sinew_layer_finish(&l->layer);
    sinew_free(l);
}

#define OPS(name)                                                                                  \
    {                                                                                              \
        .kind = name, .footprint = footprint, .reset = reset, .process = process,                  \
        .save_state = save_state, .load_state = load_state, .free = free_node, .parts = parts      \
    }
static const sinew_node_ops gru_ops = OPS("layer.gru"), lstm_ops = OPS("layer.lstm");

/* ---- building ---- */

/* H is told by weight_hh, of whose rows there are G for each column. */
static sinew_status init_weights(recurrent *l, const sinew_recurrent_weights *w, sinew_error *error)
{
    uint64_t shape[2] = {SINEW_ANY, SINEW_ANY};
    sinew_status status = sinew_parameter_check(w->weight_hh, "weight_hh", 2, shape, error);
    if (status)
        return status;
    shape[1] = w->weight_hh->shape[1];
    shape[0] = l->gates * shape[1];
    l->size = (size_t)shape[1];
    status =
        sinew_affine_init(&l->hh, w->weight_hh, w->bias_hh, "hh", shape, l->layer.quantize, error);
    shape[1] = SINEW_ANY;
    if (!status)
        status = sinew_affine_init(&l->ih, w->weight_ih, w->bias_ih, "ih", shape, l->layer.quantize,
                                   error);
    return status;
}

static sinew_status init(recurrent *l, const sinew_node_ops *ops, const sinew_recurrent_weights *w,
                         const sinew_layer_opts *opts, sinew_error *error)
{
    sinew_status status = sinew_layer_init(&l->layer, ops, opts, error);
    if (!status)
        status = init_weights(l, w, error);
    if (status)
        return status;
    l->layer.node.channels_in = (uint32_t)l->ih.weight.rows.columns;
    l->layer.node.channels_out = (uint32_t)l->size;
    const sinew_tensor *const all[] = {w->weight_ih, w->weight_hh, w->bias_ih, w->bias_hh};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        sinew_layer_hash(&l->layer, all[i]);
    sinew_layer_seal(&l->layer);
    return SINEW_OK;
}

static sinew_status make(sinew_node **out, const recurrent *kind, const sinew_node_ops *ops,
                         const sinew_recurrent_weights *weights, const sinew_layer_opts *opts,
                         sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!weights)
        return sinew_fail_null(error);
    recurrent *l = sinew_copy(kind, 1, sizeof *l);
    if (!l)
        return sinew_fail_memory(error);
    sinew_status status = init(l, ops, weights, opts, error);
    if (status) {
        free_node(&l->layer.node);
        return status;
    }
    *out = &l->layer.node;
    return SINEW_OK;
}

sinew_status sinew_gru_new(sinew_node **out, const sinew_recurrent_weights *weights,
                           const sinew_layer_opts *opts, sinew_error *error)
{
    return make(out, &(recurrent){.gates = 3, .step = gru}, &gru_ops, weights, opts, error);
}

sinew_status sinew_lstm_new(sinew_node **out, const sinew_recurrent_weights *weights,
                            const sinew_layer_opts *opts, sinew_error *error)
{
    return make(out, &(recurrent){.gates = 4, .step = lstm}, &lstm_ops, weights, opts, error);
}
