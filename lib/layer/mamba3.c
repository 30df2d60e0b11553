/* layer.mamba3: the mixer of Mamba-3 (sinew/mamba.h), H heads of P channels, G groups of B and C:
 *
 *     [z; v; B; C; dd_dt; dd_A; trap; angles] = W_in r
 *     A = min(-f(dd_A), -A_floor)     f(x) = 1 + x where x >= 0, else 1 / (1 - x)
 *     dt = softplus(dd_dt + dt_bias) step / trained step      lambda = sigmoid(trap)
 *     theta += dt pi tanh(angles)     (H, S), in [0, 2 pi)
 *     k, q = B, C after RMS norm over N, + bias of the head, pairs (2i, 2i+1) turned by theta_i
 *     h = alpha h + beta v_{t-1} k_{t-1}' + gamma v k'        alpha = exp(A dt)
 *         beta = (1 - lambda) dt alpha, gamma = lambda dt
 *     y = h q + D v                   out = W_out (y silu(z)), or RMS over each head first
 *
 * State: theta (H, S), k (H, N) and v (H, P) of the last frame, then h (H, panels, N, 16).
 */
#include "layer/mamba3.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "layer/rms.h"

typedef sinew_mamba3 mamba3;

typedef struct past {
    float *theta, *k, *v, *h;
} past;

static past past_of(const mamba3 *m, const void *state)
{
    past s = {.theta = (float *)(uintptr_t)state};
    s.k = s.theta + m->heads * m->angles;
    s.v = s.k + m->heads * m->order;
    s.h = s.v + m->inner;
    return s;
}

static size_t state_floats(const mamba3 *m)
{
    return m->heads * (m->angles + m->order) + m->inner +
           sinew_heads_floats(m->heads, m->head_dim, m->order);
}

/* A piece of n frames and the scratch memory that it takes. Row 0 of line and k is the frame
 * before. */
typedef struct piece {
    const mamba3 *m;
    const sinew_block *in;
    size_t at, n; /* its frames in the block */
    past past;
    float *line;                      /* (1 + n, rows of W_in) */
    float *k, *q;                     /* (1 + n, H, N), (n, H, N) */
    float *dt, *alpha, *beta, *gamma; /* (n, H) */
    float *sine, *cosine;             /* (H, S), of one frame */
    float *y;                         /* (n, D) */
    void *work;                       /* of the products */
} piece;

/* Where a piece of n frames has its arrays; returns the bytes that all take. */
static size_t lay_out(const mamba3 *m, size_t n, char *scratch, piece *p)
{
    const sinew_affine *maps[] = {&m->in_proj, &m->out_proj};
    float **of_heads[] = {&p->dt, &p->alpha, &p->beta, &p->gamma};
    size_t end = 0;
    p->line = sinew_take_floats(scratch, &end, (1 + n) * m->in_proj.weight.rows.rows);
    p->k = sinew_take_floats(scratch, &end, (1 + n) * m->heads * m->order);
    p->q = sinew_take_floats(scratch, &end, n * m->heads * m->order);
    for (size_t i = 0; i < 4; i++)
        *of_heads[i] = sinew_take_floats(scratch, &end, n * m->heads);
    p->sine = sinew_take_floats(scratch, &end, m->heads * m->angles);
    p->cosine = sinew_take_floats(scratch, &end, m->heads * m->angles);
    p->y = sinew_take_floats(scratch, &end, n * m->inner);
    p->work = sinew_take_floats(scratch, &end, 0);
    return end + sinew_affines_scratch(maps, 2, n);
}

/* Frame t, from 0, as W_in gives it: z first. */
static float *frame_of(const piece *p, size_t t)
{
    return p->line + (1 + t) * p->m->in_proj.weight.rows.rows;
}

/* B, C, dd_dt, dd_A, trap, angles within a frame. */
static float *b_of(const mamba3 *m, float *frame)
{
    return frame + 2 * m->inner;
}
static float *c_of(const mamba3 *m, float *frame)
{
    return b_of(m, frame) + m->groups * m->order;
}
static float *dd_dt_of(const mamba3 *m, float *frame)
{
    return c_of(m, frame) + m->groups * m->order;
}
static float *angles_of(const mamba3 *m, float *frame)
{
    return dd_dt_of(m, frame) + 3 * m->heads;
}

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    const mamba3 *m = (const mamba3 *)node;
    size_t n = max_frames < SINEW_LAYER_FRAMES ? max_frames : SINEW_LAYER_FRAMES;
    size_t saved = m->heads * (m->angles + m->order) + m->inner * (1 + m->order);
    piece p;
    *out = (sinew_footprint){.state_bytes = state_floats(m) * sizeof(float),
                             .saved_bytes = saved * sizeof(float),
                             .scratch_bytes = lay_out(m, n, NULL, &p)};
}

static void reset(const sinew_node *node, void *state)
{
    memset(state, 0, state_floats((const mamba3 *)node) * sizeof(float));
}

/* RMS norm over N of each group of B or C, in place. */
static void normalise(const mamba3 *m, float *b, const float *weight)
{
    const sinew_learned *ops = m->layer.ops;
    for (size_t g = 0; g < m->groups; g++, b += m->order)
        sinew_rms_scaled(ops, b, m->eps, weight, b, m->order);
}

/* dt, alpha, beta and gamma of a frame; scale: of dt. */
static void make_steps(const piece *p, size_t t, float scale)
{
    const mamba3 *m = p->m;
    const sinew_learned *ops = m->layer.ops;
    size_t H = m->heads, at = t * H;
    const float *dd_dt = dd_dt_of(m, frame_of(p, t)), *dd_A = dd_dt + H, *trap = dd_A + H;
    float *dt = p->dt + at, *alpha = p->alpha + at, *beta = p->beta + at, *gamma = p->gamma + at;
    for (size_t h = 0; h < H; h++)
        dt[h] = dd_dt[h] + m->dt_bias[h];
    ops->softplus(dt, dt, H);
    for (size_t h = 0; h < H; h++) {
        float rate = dd_A[h] >= 0 ? 1 + dd_A[h] : 1 / (1 - dd_A[h]);
        dt[h] *= scale;
        alpha[h] = -(rate < m->A_floor ? m->A_floor : rate) * dt[h];
    }
    ops->exp(alpha, alpha, H);
    ops->sigmoid(trap, gamma, H); /* lambda */
    for (size_t h = 0; h < H; h++) {
        beta[h] = (1 - gamma[h]) * dt[h] * alpha[h];
        gamma[h] *= dt[h];
    }
}

/* What frames [first, last) have by themselves. */
static void prepare(const void *given, size_t first, size_t last)
{
    const piece *p = given;
    const mamba3 *m = p->m;
    for (size_t t = first; t < last; t++) {
        float *frame = frame_of(p, t), *angles = angles_of(m, frame);
        normalise(m, b_of(m, frame), m->B_norm);
        normalise(m, c_of(m, frame), m->C_norm);
        make_steps(p, t, sinew_layer_delta_scale(&m->layer, p->in, p->at + t));
        m->layer.ops->tanh(angles, angles, m->angles);
    }
}

/* theta += dt pi tanh(angles), in [0, 2 pi): summed in double, so that it is rounded once. */
static void advance_angles(const piece *p, size_t t, size_t head)
{
    const double pi = 3.14159265358979324, turn = 2 * pi;
    const mamba3 *m = p->m;
    const float *turning = angles_of(m, frame_of(p, t)); /* (S): tanh(angles) */
    float *theta = p->past.theta + head * m->angles;
    double dt = (double)p->dt[t * m->heads + head];
    for (size_t i = 0; i < m->angles; i++) {
        double sum = (double)theta[i] + dt * pi * (double)turning[i];
        sum -= turn * floor(sum / turn);
        theta[i] = (float)sum;
        if (theta[i] >= (float)turn || theta[i] < 0)
            theta[i] = 0;
    }
}

/* to (N) = from (N) + bias (N), its pairs turned */
static void turn(const mamba3 *m, const float *from, const float *bias, const float *sine,
                 const float *cosine, float *to)
{
    for (size_t i = 0; i < m->angles; i++) {
        float a = from[2 * i] + bias[2 * i], b = from[2 * i + 1] + bias[2 * i + 1];
        to[2 * i] = a * cosine[i] - b * sine[i];
        to[2 * i + 1] = a * sine[i] + b * cosine[i];
    }
    for (size_t i = 2 * m->angles; i < m->order; i++)
        to[i] = from[i] + bias[i];
}

/* theta, k and q of a frame, of heads [first, last) */
static void turn_frame(const piece *p, size_t t, size_t first, size_t last)
{
    const mamba3 *m = p->m;
    size_t S = m->angles, N = m->order, group_heads = m->heads / m->groups;
    const float *B = b_of(m, frame_of(p, t)), *C = c_of(m, frame_of(p, t));
    for (size_t h = first; h < last; h++)
        advance_angles(p, t, h);
    m->layer.ops->sincos(p->past.theta + first * S, p->sine + first * S, p->cosine + first * S,
                         (last - first) * S);
    for (size_t h = first; h < last; h++) {
        const float *sine = p->sine + h * S, *cosine = p->cosine + h * S;
        size_t of_group = h / group_heads * N, of_head = h * N, row = m->heads * N;
        turn(m, B + of_group, m->B_bias + of_head, sine, cosine, p->k + (1 + t) * row + of_head);
        turn(m, C + of_group, m->C_bias + of_head, sine, cosine, p->q + t * row + of_head);
    }
}

/* Heads know nothing of one another. */
static void scan(const void *given, size_t first, size_t last)
{
    const piece *p = given;
    const mamba3 *m = p->m;
    const float *v = frame_of(p, 0) + m->inner;
    sinew_heads_in in = {.a = p->alpha,
                         .w = p->gamma,
                         .w2 = p->beta,
                         .x = v,
                         .x2 = v - m->scan.x_stride,
                         .b = p->k + m->heads * m->order,
                         .c = p->q,
                         .b2 = p->k};
    for (size_t t = 0; t < p->n; t++)
        turn_frame(p, t, first, last);
    m->layer.ops->heads(&m->scan, first, last, p->past.h, &in, p->y, p->n);
}

static void gate(const void *given, size_t first, size_t last)
{
    const piece *p = given;
    const mamba3 *m = p->m;
    sinew_gated_norm_apply(&m->norm, m->layer.ops, frame_of(p, first), m->scan.x_stride,
                           p->y + first * m->inner, m->inner, last - first);
}

/* x, out: (n, d_model) */
static void do_piece(const piece *p, const float *x, float *out)
{
    const mamba3 *m = p->m;
    sinew_workers *workers = m->layer.workers;
    size_t stride = m->in_proj.weight.rows.rows, d_model = m->layer.node.channels_in;
    size_t of_v = m->inner * sizeof(float), of_k = m->heads * m->order * sizeof(float);
    sinew_affine_apply(&m->in_proj, workers, x, d_model, frame_of(p, 0), stride, p->n, p->work);
    memcpy(p->line + m->inner, p->past.v, of_v);
    memcpy(p->k, p->past.k, of_k);
    sinew_mamba_share(workers, prepare, p, p->n, 1, p->n * m->groups * m->order);
    sinew_mamba_share(workers, scan, p, m->heads, 1, p->n * m->inner * m->order);
    memcpy(p->past.v, frame_of(p, p->n - 1) + m->inner, of_v);
    memcpy(p->past.k, p->k + p->n * m->heads * m->order, of_k);
    sinew_mamba_share(workers, gate, p, p->n, 1, p->n * m->inner);
    sinew_affine_apply(&m->out_proj, workers, p->y, m->inner, out, d_model, p->n, p->work);
}

static void process(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                    sinew_block *out)
{
    const mamba3 *m = (const mamba3 *)node;
    piece p = {.m = m, .in = in, .past = past_of(m, state)};
    size_t width = node->channels_in;
    for (; p.at < in->n_frames; p.at += p.n) {
        size_t left = in->n_frames - p.at;
        p.n = left < SINEW_LAYER_FRAMES ? left : SINEW_LAYER_FRAMES;
        lay_out(m, p.n, scratch, &p);
        do_piece(&p, (const float *)in->samples + p.at * width,
                 (float *)out->samples + p.at * width);
    }
}

static size_t parts(const sinew_node *node, sinew_state_part *out, size_t room)
{
    const mamba3 *m = (const mamba3 *)node;
    sinew_state_arrays arrays = {.parts = out, .room = room};
    sinew_state_arrays_add(&arrays, "angle", 2, (uint64_t[]){m->heads, m->angles});
    sinew_state_arrays_add(&arrays, "ssm", 3, (uint64_t[]){m->heads, m->head_dim, m->order});
    sinew_state_arrays_add(&arrays, "k", 2, (uint64_t[]){m->heads, m->order});
    sinew_state_arrays_add(&arrays, "v", 2, (uint64_t[]){m->heads, m->head_dim});
    return arrays.n;
}

static void save_state(const sinew_node *node, const void *state, void *bytes)
{
    const mamba3 *m = (const mamba3 *)node;
    past s = past_of(m, state);
    uint8_t *at = sinew_state_put(bytes, s.theta, m->heads * m->angles);
    at = sinew_heads_put(at, s.h, m->heads, m->head_dim, m->order);
    at = sinew_state_put(at, s.k, m->heads * m->order);
    sinew_state_put(at, s.v, m->inner);
}

static sinew_status load_state(const sinew_node *node, void *state, void *scratch,
                               const void *bytes, size_t n_bytes, sinew_error *error)
{
    const mamba3 *m = (const mamba3 *)node;
    past s = past_of(m, state);
    sinew_footprint expected;
    footprint(node, 1, &expected);
    (void)scratch;
    sinew_status status = sinew_state_check(node, n_bytes, expected.saved_bytes, error);
    if (status)
        return status;
    const uint8_t *at = sinew_state_get(bytes, s.theta, m->heads * m->angles);
    at = sinew_heads_get(at, s.h, m->heads, m->head_dim, m->order);
    at = sinew_state_get(at, s.k, m->heads * m->order);
    sinew_state_get(at, s.v, m->inner);
    return SINEW_OK;
}

static void free_node(sinew_node *node)
{
    mamba3 *m = (mamba3 *)node;
    float *arrays[] = {m->dt_bias, m->B_bias, m->C_bias, m->B_norm, m->C_norm, m->D};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        sinew_free(arrays[i]);
    sinew_affine_finish(&m->in_proj);
    sinew_affine_finish(&m->out_proj);
    sinew_gated_norm_finish(&m->norm);
    sinew_layer_finish(&m->layer);
    sinew_free(m);
}

const sinew_node_ops sinew_mamba3_ops = {.kind = "layer.mamba3",
                                         .footprint = footprint,
                                         .reset = reset,
                                         .process = process,
                                         .save_state = save_state,
                                         .load_state = load_state,
                                         .free = free_node,
                                         .parts = parts};
