/* layer.s5: modes of all channels together; sinew/diagonal.h. The products with B and C are those
 * of matrices with many frames; between them each mode goes on by itself.
 *
 * State: h, in panels of 16 modes (modes.h), as wide as what stands between the products. */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "layer/modes.h"

enum { PANEL = SINEW_LEARNED_LANES, PIECE = SINEW_LAYER_FRAMES };

typedef struct s5 {
    sinew_layer layer;
    sinew_mode_set modes; /* of one mode a "channel" */
    float *B;             /* (width, channels_in) */
    float *C;             /* (channels_out, width): 2 C or C, imaginary parts negated */
    float *D;             /* (channels_in) or NULL */
} s5;

/* Of h. */
static size_t width(const s5 *l)
{
    return sinew_mode_floats(&l->modes);
}

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    const s5 *l = (const s5 *)node;
    size_t frame = width(l) + node->channels_out;
    (void)max_frames;
    *out = (sinew_footprint){.state_bytes = width(l) * sizeof(float),
                             .saved_bytes = l->modes.channels * l->modes.parts * sizeof(float),
                             .scratch_bytes = (2 * width(l) + PIECE * frame) * sizeof(float)};
}

static void reset(const sinew_node *node, void *state)
{
    memset(state, 0, width((const s5 *)node) * sizeof(float));
}

/* A frame: h = a h + b v, and v becomes h; all (width). */
static void step_complex(const sinew_mode_run *run, float *h, float *v, size_t n)
{
    for (size_t at = 0; at < n; at += 2 * PANEL)
        for (size_t re = at; re < at + PANEL; re++) {
            size_t im = re + PANEL;
            const float *a = run->a, *b = run->b;
            float x = a[re] * h[re] - a[im] * h[im] + (b[re] * v[re] - b[im] * v[im]);
            float y = a[re] * h[im] + a[im] * h[re] + (b[re] * v[im] + b[im] * v[re]);
            h[re] = v[re] = x;
            h[im] = v[im] = y;
        }
}

static void step_real(const sinew_mode_run *run, float *h, float *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        h[i] = v[i] = run->a[i] * h[i] + run->b[i] * v[i];
}

/* v: (frames [first, end), width), of B x; becomes h. */
static void go(const s5 *l, float *h, float *v, const sinew_block *in, size_t first, size_t end,
               float *made, double *ratio)
{
    for (size_t at = first, next; at < end; at = next) {
        sinew_mode_run run =
            sinew_mode_run_at(&l->modes, &l->layer, in, at, end, &next, made, ratio);
        for (size_t t = at; t < next; t++, v += width(l))
            (l->modes.parts == 2 ? step_complex : step_real)(&run, h, v, width(l));
    }
}

static void process(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                    sinew_block *out)
{
    const s5 *l = (const s5 *)node;
    size_t from = node->channels_in, to = node->channels_out, wide = width(l);
    float *made = scratch, *v = made + 2 * wide, *y = v + PIECE * wide;
    const sinew_rows B = {wide, from, l->B}, C = {to, wide, l->C};
    double ratio = -1; /* none is made yet */
    for (size_t at = 0, n; at < in->n_frames; at += n) {
        n = in->n_frames - at < PIECE ? in->n_frames - at : PIECE;
        const float *x = (const float *)in->samples + at * from;
        l->layer.ops->rows_f32(&B, 0, wide, x, from, v, wide, n);
        go(l, state, v, in, at, at + n, made, &ratio);
        l->layer.ops->rows_f32(&C, 0, to, v, wide, y, to, n);
        for (size_t i = 0; l->D && i < n * to; i++)
            y[i] += l->D[i % to] * x[i];
        memcpy((float *)out->samples + at * to, y, n * to * sizeof *y);
    }
}

static void save_state(const sinew_node *node, const void *state, void *bytes)
{
    sinew_mode_put(&((const s5 *)node)->modes, state, bytes);
}

static sinew_status load_state(const sinew_node *node, void *state, void *scratch,
                               const void *bytes, size_t n_bytes, sinew_error *error)
{
    const s5 *l = (const s5 *)node;
    size_t expected = l->modes.channels * l->modes.parts * sizeof(float);
    (void)scratch;
    sinew_status status = sinew_state_check(node, n_bytes, expected, error);
    if (!status)
        sinew_mode_get(&l->modes, state, bytes);
    return status;
}

static size_t parts(const sinew_node *node, sinew_state_part *out, size_t room)
{
    sinew_state_arrays arrays = {.parts = out, .room = room};
    sinew_mode_part(&((const s5 *)node)->modes, true, &arrays);
    return arrays.n;
}

static void free_node(sinew_node *node)
{
    s5 *l = (s5 *)node;
    sinew_mode_set_finish(&l->modes);
    sinew_free(l->B);
    sinew_free(l->C);
    sinew_free(l->D);
    sinew_layer_finish(&l->layer);
    sinew_free(l);
}

static const sinew_node_ops ops = {.kind = "layer.s5",
                                   .footprint = footprint,
                                   .reset = reset,
                                   .process = process,
                                   .save_state = save_state,
                                   .load_state = load_state,
                                   .free = free_node,
                                   .parts = parts};

/* ---- building ---- */

/* (N, channels, parts) to (width, channels) */
static sinew_status init_B(s5 *l, const sinew_tensor *tensor, sinew_error *error)
{
    const uint64_t shape[] = {l->modes.channels, SINEW_ANY};
    size_t parts = l->modes.parts;
    float *B = NULL;
    if (!tensor)
        return sinew_parameter_check(NULL, "B", 2, shape, error);
    sinew_status status = sinew_mode_numbers(&B, &l->modes, tensor, "B", 2, shape, error);
    if (status)
        return status;
    size_t channels = (size_t)tensor->shape[1];
    l->layer.node.channels_in = (uint32_t)channels;
    l->B = sinew_alloc(width(l) * channels, sizeof *l->B);
    for (size_t i = 0; l->B && i < l->modes.channels * channels * parts; i++) {
        size_t mode = i / parts / channels, channel = i / parts % channels, part = i % parts;
        l->B[(sinew_mode_place(&l->modes, mode, 0) + part * PANEL) * channels + channel] = B[i];
    }
    sinew_free(B);
    return l->B ? SINEW_OK : sinew_fail_memory(error);
}

/* (channels, N, parts) to (channels, width) */
static sinew_status init_C(s5 *l, const sinew_tensor *tensor, bool whole, sinew_error *error)
{
    const uint64_t shape[] = {SINEW_ANY, l->modes.channels};
    size_t parts = l->modes.parts;
    float factor = parts == 2 && !whole ? 2 : 1, *C = NULL;
    if (!tensor)
        return sinew_parameter_check(NULL, "C", 2, shape, error);
    sinew_status status = sinew_mode_numbers(&C, &l->modes, tensor, "C", 2, shape, error);
    if (status)
        return status;
    size_t channels = (size_t)tensor->shape[0], modes = l->modes.channels;
    l->layer.node.channels_out = (uint32_t)channels;
    l->C = sinew_alloc(channels * width(l), sizeof *l->C);
    for (size_t i = 0; l->C && i < channels * modes * parts; i++) {
        size_t channel = i / parts / modes, mode = i / parts % modes, part = i % parts;
        l->C[channel * width(l) + sinew_mode_place(&l->modes, mode, 0) + part * PANEL] =
            part ? -factor * C[i] : factor * C[i];
    }
    sinew_free(C);
    return l->C ? SINEW_OK : sinew_fail_memory(error);
}

static sinew_status init_D(s5 *l, const sinew_tensor *tensor, sinew_error *error)
{
    uint32_t in = l->layer.node.channels_in, out = l->layer.node.channels_out;
    if (tensor && in != out)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "D takes a channel to itself, but B has %u channels and C has %u", in,
                          out);
    return sinew_parameter_floats(&l->D, tensor, "D", 1, (uint64_t[]){in}, error);
}

static void seal(s5 *l, const sinew_s5_layer_weights *w)
{
    const sinew_tensor *const all[] = {w->log_A_real, w->A_real, w->A_imag,  w->B,
                                       w->C,          w->D,      w->log_step};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        sinew_layer_hash(&l->layer, all[i]);
    sinew_layer_hash_number(&l->layer, w->bilinear);
    sinew_layer_hash_number(&l->layer, w->whole);
    sinew_layer_hash_steps(&l->layer);
    sinew_layer_seal(&l->layer);
}

static sinew_status init(s5 *l, const sinew_s5_layer_weights *w, const sinew_layer_opts *opts,
                         sinew_error *error)
{
    const sinew_mode_tensors tensors = {w->log_A_real, w->A_real, w->A_imag, w->log_step,
                                        w->bilinear};
    sinew_status status = sinew_layer_init(&l->layer, &ops, opts, error);
    if (!status)
        status = sinew_mode_set_init(&l->modes, &tensors, true, error);
    if (!status)
        status = init_B(l, w->B, error);
    if (!status)
        status = init_C(l, w->C, w->whole, error);
    if (!status)
        status = init_D(l, w->D, error);
    if (!status)
        status = sinew_mode_set_own(&l->modes, &l->layer, error);
    if (!status)
        seal(l, w);
    return status;
}

sinew_status sinew_s5_layer_new(sinew_node **out, const sinew_s5_layer_weights *weights,
                                const sinew_layer_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!weights)
        return sinew_fail_null(error);
    s5 *l = sinew_alloc(1, sizeof *l);
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
