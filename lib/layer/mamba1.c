/* layer.mamba1: the mixer of Mamba-1 (sinew/mamba.h):
 *
 *     [x; z] = W_in r (+ b_in)        u = silu(b_conv + sum_k w_k x_{t-K+1+k})
 *     [dt; B; C] = W_x u              delta = softplus(W_dt dt + b_dt) step / trained step
 *     h = exp(delta A) h + delta u B  A = -exp(A_log)
 *     y = h C + D u                   out = W_out (y silu(z)) (+ b_out)
 *
 * State: the history of the convolution, then h (panels, N, 16).
 */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "layer/affine.h"
#include "layer/history.h"
#include "layer/layer.h"
#include "layer/mamba.h"
#include "sinew/mamba.h"

typedef struct mamba1 {
    sinew_layer layer;
    size_t inner, order, rank; /* D, N, R */
    sinew_affine in_proj;      /* (2 D, d_model) */
    sinew_affine x_proj;       /* (R + 2 N, D) */
    sinew_affine dt_proj;      /* (D, R) */
    sinew_affine out_proj;     /* (d_model, D) */
    sinew_history conv;        /* of D channels */
    sinew_selective scan;
    float *A; /* (panels, N, 16): -exp(A_log) log2(e) */
    float *D; /* (panels, 16) */
} mamba1;

static float *h_of(const mamba1 *m, void *state)
{
    return (float *)state + sinew_history_floats(&m->conv);
}

/* A piece of n frames and the scratch memory that it takes. */
typedef struct piece {
    const mamba1 *m;
    const sinew_block *in;
    size_t at, n; /* its frames in the block */
    float *h;
    float *line;  /* (K - 1 + n, 2 D): x and z behind the history; the columns of x become y */
    float *u;     /* (n, D) */
    float *low;   /* (n, R + 2 N): dt, B, C */
    float *delta; /* (n, D) */
    void *work;   /* of the products */
} piece;

/* Where a piece of n frames has its arrays; returns the bytes that all take. */
static size_t lay_out(const mamba1 *m, size_t n, char *scratch, piece *p)
{
    const sinew_affine *maps[] = {&m->in_proj, &m->x_proj, &m->dt_proj, &m->out_proj};
    size_t end = 0;
    p->line = sinew_take_floats(scratch, &end, (m->conv.taps - 1 + n) * 2 * m->inner);
    p->u = sinew_take_floats(scratch, &end, n * m->inner);
    p->low = sinew_take_floats(scratch, &end, n * (m->rank + 2 * m->order));
    p->delta = sinew_take_floats(scratch, &end, n * m->inner);
    p->work = sinew_take_floats(scratch, &end, 0);
    return end + sinew_affines_scratch(maps, 4, n);
}

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    const mamba1 *m = (const mamba1 *)node;
    size_t n = max_frames < SINEW_LAYER_FRAMES ? max_frames : SINEW_LAYER_FRAMES;
    size_t history = sinew_history_floats(&m->conv);
    piece p;
    *out = (sinew_footprint){.state_bytes = (history + sinew_panels_floats(m->inner, m->order)) *
                                            sizeof(float),
                             .saved_bytes = (history + m->inner * m->order) * sizeof(float),
                             .scratch_bytes = lay_out(m, n, NULL, &p)};
}

static void reset(const sinew_node *node, void *state)
{
    sinew_footprint footprint_of;
    footprint(node, 1, &footprint_of);
    memset(state, 0, footprint_of.state_bytes);
}

/* u = silu(conv x), of frames [first, last). */
static void convolve(const void *given, size_t first, size_t last)
{
    const piece *p = given;
    const mamba1 *m = p->m;
    float *u = p->u + first * m->inner;
    sinew_history_filter(&m->conv, p->line, 2 * m->inner, p->u, m->inner, first, last);
    m->layer.ops->silu(u, u, (last - first) * m->inner);
}

/* delta of W_dt dt + b_dt, of channels [first, first + n). */
static void make_delta(const piece *p, size_t first, size_t n)
{
    const sinew_layer *layer = &p->m->layer;
    for (size_t t = 0; t < p->n; t++) {
        float *delta = p->delta + t * p->m->inner + first;
        float scale = sinew_layer_delta_scale(layer, p->in, p->at + t);
        layer->ops->softplus(delta, delta, n);
        if (scale != 1)
            layer->ops->scaled(delta, scale, NULL, delta, n);
    }
}

/* y silu(z), of channels [first, last), which know nothing of the others. */
static void scan(const void *given, size_t first, size_t last)
{
    const piece *p = given;
    const mamba1 *m = p->m;
    const sinew_learned *ops = m->layer.ops;
    float *y = p->line + (m->conv.taps - 1) * 2 * m->inner, *z = y + m->inner;
    const float *B = p->low + m->rank, *C = B + m->order;
    make_delta(p, first, last - first);
    ops->selective(&m->scan, first, last, p->h, p->u, p->delta, B, C, y, p->n);
    for (size_t t = 0; t < p->n; t++)
        ops->gate(z + t * 2 * m->inner + first, y + t * 2 * m->inner + first, last - first);
}

/* x, out: (n, d_model) */
static void do_piece(const piece *p, float *history, const float *x, float *out)
{
    const mamba1 *m = p->m;
    sinew_workers *workers = m->layer.workers;
    size_t inner = m->inner, low = m->rank + 2 * m->order, d_model = m->layer.node.channels_in;
    size_t states = p->n * inner * m->order;
    float *x_and_z = p->line + (m->conv.taps - 1) * 2 * inner;
    sinew_affine_apply(&m->in_proj, workers, x, d_model, x_and_z, 2 * inner, p->n, p->work);
    sinew_history_begin(&m->conv, history, p->line, 2 * inner);
    sinew_mamba_share(workers, convolve, p, p->n, 1, p->n * inner);
    sinew_history_end(&m->conv, history, p->line, 2 * inner, p->n);
    sinew_affine_apply(&m->x_proj, workers, p->u, inner, p->low, low, p->n, p->work);
    sinew_affine_apply(&m->dt_proj, workers, p->low, low, p->delta, inner, p->n, p->work);
    sinew_mamba_share(workers, scan, p, inner, SINEW_LEARNED_LANES, states);
    sinew_affine_apply(&m->out_proj, workers, x_and_z, 2 * inner, out, d_model, p->n, p->work);
}

static void process(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                    sinew_block *out)
{
    const mamba1 *m = (const mamba1 *)node;
    piece p = {.m = m, .in = in, .h = h_of(m, state)};
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
    const mamba1 *m = (const mamba1 *)node;
    sinew_state_arrays arrays = {.parts = out, .room = room};
    sinew_history_part(&m->conv, &arrays);
    sinew_state_arrays_add(&arrays, "ssm", 2, (uint64_t[]){m->inner, m->order});
    return arrays.n;
}

static void save_state(const sinew_node *node, const void *state, void *bytes)
{
    const mamba1 *m = (const mamba1 *)node;
    uint8_t *at = sinew_history_put(&m->conv, state, bytes);
    sinew_panels_put(at, (const float *)state + sinew_history_floats(&m->conv), m->inner, m->order);
}

static sinew_status load_state(const sinew_node *node, void *state, void *scratch,
                               const void *bytes, size_t n_bytes, sinew_error *error)
{
    const mamba1 *m = (const mamba1 *)node;
    sinew_footprint expected;
    footprint(node, 1, &expected);
    (void)scratch;
    sinew_status status = sinew_state_check(node, n_bytes, expected.saved_bytes, error);
    if (status)
        return status;
    const uint8_t *at = sinew_history_get(&m->conv, state, bytes);
    sinew_panels_get(at, h_of(m, state), m->inner, m->order);
    return SINEW_OK;
}

static void free_node(sinew_node *node)
{
    mamba1 *m = (mamba1 *)node;
    sinew_affine_finish(&m->in_proj);
    sinew_affine_finish(&m->x_proj);
    sinew_affine_finish(&m->dt_proj);
    sinew_affine_finish(&m->out_proj);
    sinew_history_finish(&m->conv);
    sinew_free(m->A);
    sinew_free(m->D);
    sinew_layer_finish(&m->layer);
    sinew_free(m);
}

static const sinew_node_ops ops = {.kind = "layer.mamba1",
                                   .footprint = footprint,
                                   .reset = reset,
                                   .process = process,
                                   .save_state = save_state,
                                   .load_state = load_state,
                                   .free = free_node,
                                   .parts = parts};

/* A_log as it is where A = -(1 .. N), rounded once: log(1 .. N) in every channel. Only then one
 * exponential and its powers are what N exponentials are. */
static bool is_harmonic(const float *A_log, size_t channels, size_t order)
{
    for (size_t c = 0; c < channels; c++)
        for (size_t i = 0; i < order; i++)
            if (A_log[c * order + i] != (float)log((double)(i + 1)))
                return false;
    return true;
}

static sinew_status make_A(mamba1 *m, const sinew_tensor *tensor, sinew_error *error)
{
    const uint64_t any[] = {SINEW_ANY, SINEW_ANY};
    float *A_log = NULL; /* (D, N) */
    sinew_status status = sinew_parameter_required(&A_log, tensor, "A_log", 2, any, error);
    if (status)
        return status;
    m->inner = (size_t)tensor->shape[0];
    m->order = (size_t)tensor->shape[1];
    m->A = sinew_alloc(sinew_panels_floats(m->inner, m->order), sizeof *m->A);
    for (size_t c = 0; m->A && c < m->inner; c++)
        for (size_t i = 0; i < m->order; i++)
            m->A[(c / SINEW_LEARNED_LANES * m->order + i) * SINEW_LEARNED_LANES +
                 c % SINEW_LEARNED_LANES] =
                sinew_mamba_rate((double)A_log[c * m->order + i], 1.4426950408889634);
    m->scan.harmonic = is_harmonic(A_log, m->inner, m->order);
    sinew_free(A_log);
    return m->A ? SINEW_OK : sinew_fail_memory(error);
}

/* R and N of three tensors must agree; which one is wrong, none of them says. */
static sinew_status check_rank(const sinew_mamba1_weights *w, sinew_error *error)
{
    char low[64], state[64], rank[64];
    const sinew_tensor *x = w->x_proj, *dt = w->dt_proj, *A = w->A_log;
    if (!x || !dt || x->rank != 2 || dt->rank != 2 || x->shape[0] == dt->shape[1] + 2 * A->shape[1])
        return SINEW_OK; /* what else is wrong is said of each by itself */
    return sinew_fail(
        error, SINEW_ERR_MISMATCH,
        "%s %s, %s %s and %s %s do not fit: (R + 2 N, D), (D, R) and (D, N)",
        sinew_parameter_name(x, "x_proj.weight"), sinew_tensor_shape_text(x, low, sizeof low),
        sinew_parameter_name(dt, "dt_proj.weight"), sinew_tensor_shape_text(dt, rank, sizeof rank),
        sinew_parameter_name(A, "A_log"), sinew_tensor_shape_text(A, state, sizeof state));
}

/* D and N are those of A_log; all else is held to them. */
static sinew_status init_maps(mamba1 *m, const sinew_mamba1_weights *w, sinew_error *error)
{
    /* delta, B and C steer the state and are a twentieth of the weights: int8 would spend all of
     * its error on them */
    sinew_quantize quantize = m->layer.quantize, steering = quantize;
    if (steering == SINEW_QUANTIZE_INT8)
        steering = SINEW_QUANTIZE_BF16;
    uint64_t inner = m->inner;
    sinew_status status = sinew_affine_init(&m->in_proj, w->in_proj, w->in_proj_bias, "in_proj",
                                            (uint64_t[]){2 * inner, SINEW_ANY}, quantize, error);
    if (!status)
        status = sinew_history_init(&m->conv, w->conv, w->conv_bias, inner, error);
    if (!status)
        status = sinew_affine_init(&m->dt_proj, w->dt_proj, w->dt_bias, "dt_proj",
                                   (uint64_t[]){inner, SINEW_ANY}, steering, error);
    m->rank = m->dt_proj.weight.rows.columns;
    if (!status)
        status = sinew_affine_init(&m->x_proj, w->x_proj, NULL, "x_proj",
                                   (uint64_t[]){m->rank + 2 * m->order, inner}, steering, error);
    if (!status)
        status =
            sinew_affine_init(&m->out_proj, w->out_proj, w->out_proj_bias, "out_proj",
                              (uint64_t[]){m->in_proj.weight.rows.columns, inner}, quantize, error);
    if (!status)
        status = sinew_parameter_required(&m->D, w->D, "D", 1, &inner, error);
    return status;
}

static void seal(mamba1 *m, const sinew_mamba1_weights *w)
{
    const sinew_tensor *tensors[] = {w->in_proj, w->in_proj_bias, w->conv,         w->conv_bias,
                                     w->x_proj,  w->dt_proj,      w->dt_bias,      w->A_log,
                                     w->D,       w->out_proj,     w->out_proj_bias};
    for (size_t i = 0; i < sizeof tensors / sizeof *tensors; i++)
        sinew_layer_hash(&m->layer, tensors[i]);
    sinew_layer_hash_steps(&m->layer);
    sinew_layer_seal(&m->layer);
}

static sinew_status init(mamba1 *m, const sinew_mamba1_weights *weights,
                         const sinew_layer_opts *opts, sinew_error *error)
{
    sinew_status status = sinew_layer_init(&m->layer, &ops, opts, error);
    if (!status)
        status = make_A(m, weights->A_log, error);
    if (!status)
        status = check_rank(weights, error);
    if (!status)
        status = init_maps(m, weights, error);
    if (status)
        return status;
    m->scan = (sinew_selective){.channels = m->inner,
                                .order = m->order,
                                .A = m->A,
                                .D = m->D,
                                .harmonic = m->scan.harmonic,
                                .u_stride = m->inner,
                                .delta_stride = m->inner,
                                .bc_stride = m->rank + 2 * m->order,
                                .y_stride = 2 * m->inner};
    m->layer.node.channels_in = (uint32_t)m->in_proj.weight.rows.columns;
    m->layer.node.channels_out = m->layer.node.channels_in;
    seal(m, weights);
    return SINEW_OK;
}

sinew_status sinew_mamba1_new(sinew_node **out, const sinew_mamba1_weights *weights,
                              const sinew_layer_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!weights)
        return sinew_fail_null(error);
    mamba1 *m = sinew_alloc(1, sizeof *m);
    if (!m)
        return sinew_fail_memory(error);
    sinew_status status = init(m, weights, opts, error);
    if (status) {
        free_node(&m->layer.node);
        return status;
    }
    *out = &m->layer.node;
    return SINEW_OK;
}
