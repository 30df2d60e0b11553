/* layer.mamba2: the mixer of Mamba-2 (sinew/mamba.h), H heads of P channels, G groups:
 *
 *     [z; xBC; dt] = W_in r (+ b_in)  xBC = silu(conv(xBC))
 *     dt = clamp(softplus(dt + dt_bias), dt_limit) step / trained step
 *     h = exp(dt A) h + dt x B'       A = -exp(A_log), B and C of the head's group
 *     y = h C + D x                   out = W_out norm(y, z) (+ b_out)
 *
 * State: the history of the convolution, then h (H, panels, N, 16).
 */
#include "layer/mamba2.h"

#include <string.h>

#include "base/memory.h"

typedef sinew_mamba2 mamba2;

static size_t state_floats(const mamba2 *m)
{
    return sinew_heads_floats(m->heads, m->head_dim, m->order);
}

/* A piece of n frames and the scratch memory that it takes. */
typedef struct piece {
    const mamba2 *m;
    const sinew_block *in;
    size_t at, n; /* its frames in the block */
    float *h;
    float *line;  /* (K - 1 + n, rows of W_in): z, xBC, dt; where x was is y afterwards */
    float *xbc;   /* (n, D + 2 G N) */
    float *dt;    /* (n, H) */
    float *decay; /* (n, H): exp(dt A) */
    void *work;   /* of the products */
} piece;

/* Where a piece of n frames has its arrays; returns the bytes that all take. */
static size_t lay_out(const mamba2 *m, size_t n, char *scratch, piece *p)
{
    const sinew_affine *maps[] = {&m->in_proj, &m->out_proj};
    size_t end = 0;
    p->line =
        sinew_take_floats(scratch, &end, (m->conv.taps - 1 + n) * m->in_proj.weight.rows.rows);
    p->xbc = sinew_take_floats(scratch, &end, n * m->conv.channels);
    p->dt = sinew_take_floats(scratch, &end, n * m->heads);
    p->decay = sinew_take_floats(scratch, &end, n * m->heads);
    p->work = sinew_take_floats(scratch, &end, 0);
    return end + sinew_affines_scratch(maps, 2, n);
}

/* The first frame of the line: z, and xBC and dt beside it. */
static float *frames_of(const piece *p)
{
    return p->line + (p->m->conv.taps - 1) * p->m->in_proj.weight.rows.rows;
}

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    const mamba2 *m = (const mamba2 *)node;
    size_t n = max_frames < SINEW_LAYER_FRAMES ? max_frames : SINEW_LAYER_FRAMES;
    size_t history = sinew_history_floats(&m->conv);
    piece p;
    *out = (sinew_footprint){.state_bytes = (history + state_floats(m)) * sizeof(float),
                             .saved_bytes = (history + m->inner * m->order) * sizeof(float),
                             .scratch_bytes = lay_out(m, n, NULL, &p)};
}

static void reset(const sinew_node *node, void *state)
{
    const mamba2 *m = (const mamba2 *)node;
    memset(state, 0, (sinew_history_floats(&m->conv) + state_floats(m)) * sizeof(float));
}

/* xBC = silu(conv xBC), of frames [first, last). */
static void convolve(const void *given, size_t first, size_t last)
{
    const piece *p = given;
    const mamba2 *m = p->m;
    size_t channels = m->conv.channels;
    sinew_history_filter(&m->conv, p->line + m->inner, m->in_proj.weight.rows.rows, p->xbc,
                         channels, first, last);
    m->layer.ops->silu(p->xbc + first * channels, p->xbc + first * channels,
                       (last - first) * channels);
}

/* dt and exp(dt A) of all heads. The limits are of the model's own dt: a frame that comes after a
 * longer time has longer ones. */
static void make_steps(const piece *p)
{
    const mamba2 *m = p->m;
    size_t stride = m->in_proj.weight.rows.rows, H = m->heads;
    const float *raw = frames_of(p) + stride - H; /* (n, H), stride apart */
    for (size_t t = 0; t < p->n; t++)
        for (size_t h = 0; h < H; h++)
            p->dt[t * H + h] = raw[t * stride + h] + m->dt_bias[h];
    m->layer.ops->softplus(p->dt, p->dt, p->n * H);
    for (size_t t = 0; t < p->n; t++) {
        float scale = sinew_layer_delta_scale(&m->layer, p->in, p->at + t);
        for (size_t h = 0; h < H; h++) {
            float dt = p->dt[t * H + h];
            if (m->dt_max > 0) /* a NaN stays one */
                dt = dt < m->dt_min ? m->dt_min : dt > m->dt_max ? m->dt_max : dt;
            p->dt[t * H + h] = dt * scale;
            p->decay[t * H + h] = dt * scale * m->A[h];
        }
    }
    m->layer.ops->exp(p->decay, p->decay, p->n * H);
}

static void scan(const void *given, size_t first, size_t last)
{
    const piece *p = given;
    const mamba2 *m = p->m;
    const float *B = p->xbc + m->inner, *C = B + m->groups * m->order;
    sinew_heads_in in = {.a = p->decay, .w = p->dt, .x = p->xbc, .b = B, .c = C};
    m->layer.ops->heads(&m->scan, first, last, p->h, &in, frames_of(p) + m->inner, p->n);
}

/* norm(y, z), of frames [first, last). */
static void gate(const void *given, size_t first, size_t last)
{
    const piece *p = given;
    size_t stride = p->m->in_proj.weight.rows.rows;
    float *z = frames_of(p) + first * stride;
    sinew_gated_norm_apply(&p->m->norm, p->m->layer.ops, z, stride, z + p->m->inner, stride,
                           last - first);
}

/* x, out: (n, d_model) */
static void do_piece(const piece *p, float *history, const float *x, float *out)
{
    const mamba2 *m = p->m;
    sinew_workers *workers = m->layer.workers;
    size_t stride = m->in_proj.weight.rows.rows, d_model = m->layer.node.channels_in;
    float *frames = frames_of(p), *line = p->line + m->inner; /* that of xBC */
    sinew_affine_apply(&m->in_proj, workers, x, d_model, frames, stride, p->n, p->work);
    sinew_history_begin(&m->conv, history, line, stride);
    sinew_mamba_share(workers, convolve, p, p->n, 1, p->n * m->conv.channels);
    sinew_history_end(&m->conv, history, line, stride, p->n);
    make_steps(p);
    sinew_mamba_share(workers, scan, p, m->heads, 1, p->n * m->inner * m->order);
    sinew_mamba_share(workers, gate, p, p->n, 1, p->n * m->inner);
    sinew_affine_apply(&m->out_proj, workers, frames + m->inner, stride, out, d_model, p->n,
                       p->work);
}

static void process(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                    sinew_block *out)
{
    const mamba2 *m = (const mamba2 *)node;
    piece p = {.m = m, .in = in, .h = (float *)state + sinew_history_floats(&m->conv)};
    size_t width = node->channels_in;
    for (; p.at < in->n_frames; p.at += p.n) {
        size_t left = in->n_frames - p.at;
        p.n = left < SINEW_LAYER_FRAMES ? left : SINEW_LAYER_FRAMES;
        lay_out(m, p.n, scratch, &p);
        do_piece(&p, state, (const float *)in->samples + p.at * width,
                 (float *)out->samples + p.at * width);
    }
}

static size_t parts(const sinew_node *node, sinew_state_part *out, size_t room)
{
    const mamba2 *m = (const mamba2 *)node;
    sinew_state_arrays arrays = {.parts = out, .room = room};
    sinew_history_part(&m->conv, &arrays);
    sinew_state_arrays_add(&arrays, "ssm", 3, (uint64_t[]){m->heads, m->head_dim, m->order});
    return arrays.n;
}

static void save_state(const sinew_node *node, const void *state, void *bytes)
{
    const mamba2 *m = (const mamba2 *)node;
    uint8_t *at = sinew_history_put(&m->conv, state, bytes);
    const float *h = (const float *)state + sinew_history_floats(&m->conv);
    sinew_heads_put(at, h, m->heads, m->head_dim, m->order);
}

static sinew_status load_state(const sinew_node *node, void *state, void *scratch,
                               const void *bytes, size_t n_bytes, sinew_error *error)
{
    const mamba2 *m = (const mamba2 *)node;
    sinew_footprint expected;
    footprint(node, 1, &expected);
    (void)scratch;
    sinew_status status = sinew_state_check(node, n_bytes, expected.saved_bytes, error);
    if (status)
        return status;
    const uint8_t *at = sinew_history_get(&m->conv, state, bytes);
    float *h = (float *)state + sinew_history_floats(&m->conv);
    sinew_heads_get(at, h, m->heads, m->head_dim, m->order);
    return SINEW_OK;
}

static void free_node(sinew_node *node)
{
    mamba2 *m = (mamba2 *)node;
    sinew_affine_finish(&m->in_proj);
    sinew_affine_finish(&m->out_proj);
    sinew_history_finish(&m->conv);
    sinew_free(m->dt_bias);
    sinew_free(m->A);
    sinew_free(m->D);
    sinew_gated_norm_finish(&m->norm);
    sinew_layer_finish(&m->layer);
    sinew_free(m);
}

const sinew_node_ops sinew_mamba2_ops = {.kind = "layer.mamba2",
                                         .footprint = footprint,
                                         .reset = reset,
                                         .process = process,
                                         .save_state = save_state,
                                         .load_state = load_state,
                                         .free = free_node,
                                         .parts = parts};
