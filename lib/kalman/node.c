/* The node: measurements in, estimates out, a step for each frame. State: mean, root, the known
 * inputs of the frame before, and what is kept for the last distinct steps, which is no part of
 * what is saved. */
#include <math.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/samples.h"
#include "kalman/kalman.h"
#include "sinew/filter.h"

typedef struct kalman_node {
    sinew_node node;
    const sinew_kalman *kalman;
    sinew_kalman_output output;
    bool deviations;
    size_t estimates; /* without their deviations */
} kalman_node;

typedef struct state {
    uint64_t *started;
    sinew_belief belief;
    double *u, *kept;
} state;

/* the belief and u, one behind another */
static size_t saved_doubles(const sinew_kalman *k)
{
    return sinew_belief_doubles(k) + k->inputs;
}

static state state_at(const kalman_node *f, void *memory)
{
    const sinew_kalman *k = f->kalman;
    double *belief = (double *)memory + 1, *u = belief + sinew_belief_doubles(k);
    return (state){memory, sinew_belief_at(k, belief), u, u + k->inputs};
}

/* version, order, measured, inputs (u32 each), started (u64); then the doubles */
enum { SAVED_VERSION = 2, SAVED_HEADER_BYTES = 4 * 4 + 8 };

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    (void)max_frames;
    const sinew_kalman *k = ((const kalman_node *)node)->kalman;
    *out = (sinew_footprint){
        .state_bytes = (1 + saved_doubles(k) + sinew_steps_doubles(&k->steps)) * sizeof(double),
        .saved_bytes = SAVED_HEADER_BYTES + 8 * saved_doubles(k),
        .scratch_bytes =
            (k->order + 2 * k->measured + k->inputs + sinew_kalman_scratch(k)) * sizeof(double)};
}

static void reset(const sinew_node *node, void *memory)
{
    const kalman_node *f = (const kalman_node *)node;
    state s = state_at(f, memory);
    *s.started = 0;
    sinew_kalman_start(f->kalman, &s.belief);
    memset(s.u, 0, f->kalman->inputs * sizeof *s.u);
    sinew_steps_forget(&f->kalman->steps, s.kept);
}

/* ---- what goes out ---- */

/* The standard deviation of c'x: |U c|. */
static double deviation(const sinew_kalman *k, const double *U, const double *c)
{
    size_t n = k->order;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double part = 0;
        for (size_t j = 0; j < n; j++)
            part += U[i * n + j] * c[j];
        sum = hypot(sum, part);
    }
    return sum;
}

static double deviation_of_state(const sinew_kalman *k, const double *U, size_t j)
{
    double sum = 0;
    for (size_t i = 0; i < k->order; i++)
        sum = hypot(sum, U[i * k->order + j]);
    return sum;
}

static double filtered(const sinew_kalman *k, const double *x, const double *u, size_t channel)
{
    double y = 0;
    for (size_t i = 0; i < k->order; i++)
        y += k->C[channel * k->order + i] * x[i];
    for (size_t i = 0; i < k->inputs; i++)
        y += k->D[channel * k->inputs + i] * u[i];
    return y;
}

static double estimate(const kalman_node *f, const state *s, const double *x,
                       const double *innovations, size_t i)
{
    const sinew_kalman *k = f->kalman;
    bool is_deviation = i >= f->estimates;
    i -= is_deviation ? f->estimates : 0;
    switch (f->output) {
    case SINEW_KALMAN_STATES:
        return is_deviation ? deviation_of_state(k, s->belief.U, i) : x[i];
    case SINEW_KALMAN_FILTERED:
        return is_deviation ? deviation(k, s->belief.U, k->C + i * k->order)
                            : filtered(k, x, s->u, i);
    case SINEW_KALMAN_INNOVATIONS:
        break;
    }
    return innovations[i];
}

/* c'P c for row c, or for state i */
static double variance(const sinew_kalman *k, const double *P, const double *c, size_t i)
{
    size_t n = k->order;
    double sum = 0;
    for (size_t a = 0; c && a < n; a++)
        for (size_t b = 0; b < n; b++)
            sum += c[a] * P[a * n + b] * c[b];
    return c ? sum : P[i * (n + 1)];
}

void sinew_kalman_estimate(const sinew_kalman *k, const sinew_kalman_node_opts *opts,
                           const double *x, const double *P, const double *u, double *out)
{
    bool states = opts->output == SINEW_KALMAN_STATES;
    size_t count = states ? k->order : k->measured;
    for (size_t i = 0; i < count; i++) {
        out[i] = states ? x[i] : filtered(k, x, u, i);
        if (opts->deviations)
            out[count + i] = sqrt(fmax(0, variance(k, P, states ? NULL : k->C + i * k->order, i)));
    }
}

/* ---- frames ---- */

/* u, where a known input that is no number is as before. */
static void read_frame(const kalman_node *f, const sinew_block *in, size_t t, const double *before,
                       double *y, double *u)
{
    size_t p = f->kalman->measured, q = f->kalman->inputs, at = t * (p + q);
    for (size_t i = 0; i < p; i++)
        y[i] = sinew_sample_get(in->samples, f->node.sample_in, at + i);
    for (size_t i = 0; i < q; i++) {
        u[i] = sinew_sample_get(in->samples, f->node.sample_in, at + p + i);
        u[i] = isfinite(u[i]) ? u[i] : before[i];
    }
}

static void process(const sinew_node *node, void *memory, void *scratch, const sinew_block *in,
                    sinew_block *out)
{
    const kalman_node *f = (const kalman_node *)node;
    const sinew_kalman *k = f->kalman;
    state s = state_at(f, memory);
    double *y = scratch, *innovations = y + k->measured, *u = innovations + k->measured;
    double *x = u + k->inputs, *work = x + k->order;
    for (size_t t = 0; t < in->n_frames; t++) {
        double dt = in->step_s ? in->step_s[t] : node->step_s;
        read_frame(f, in, t, s.u, y, u);
        if (*s.started && dt > 0) {
            sinew_kalman_step step = sinew_kalman_find_step(k, s.kept, dt, work);
            sinew_kalman_predict(k, &s.belief, &step, s.u, u, NULL, work);
        }
        *s.started = 1;
        memcpy(s.u, u, k->inputs * sizeof *u);
        sinew_kalman_update(k, &s.belief, y, u, NULL, innovations, NULL, work);
        sinew_kalman_mean(k, &s.belief, x);
        for (size_t i = 0; i < node->channels_out; i++)
            sinew_sample_put(out->samples, node->sample_out, t * node->channels_out + i,
                             estimate(f, &s, x, innovations, i));
    }
}

/* ---- the saved state ---- */

static void save_state(const sinew_node *node, const void *memory, void *bytes)
{
    const kalman_node *f = (const kalman_node *)node;
    const sinew_kalman *k = f->kalman;
    state s = state_at(f, (void *)(uintptr_t)memory);
    uint8_t *at = sinew_put_u32(bytes, SAVED_VERSION);
    at = sinew_put_u32(at, (uint32_t)k->order);
    at = sinew_put_u32(at, (uint32_t)k->measured);
    at = sinew_put_u32(at, (uint32_t)k->inputs);
    at = sinew_put_u64(at, *s.started);
    for (size_t i = 0; i < saved_doubles(k); i++)
        at = sinew_put_f64(at, s.belief.m[i]);
}

static sinew_status load_state(const sinew_node *node, void *memory, void *scratch,
                               const void *bytes, size_t n_bytes, sinew_error *error)
{
    (void)scratch;
    const kalman_node *f = (const kalman_node *)node;
    const sinew_kalman *k = f->kalman;
    const uint8_t *at = bytes;
    if (n_bytes != SAVED_HEADER_BYTES + 8 * saved_doubles(k))
        return sinew_fail(error, SINEW_ERR_DATA, "the saved estimate has a wrong length");
    if (sinew_get_u32(at) != SAVED_VERSION || sinew_get_u64(at + 16) > 1)
        return sinew_fail(error, SINEW_ERR_DATA, "the saved estimate has another version");
    if (sinew_get_u32(at + 4) != k->order || sinew_get_u32(at + 8) != k->measured ||
        sinew_get_u32(at + 12) != k->inputs)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "the saved estimate is of another order or channel count");
    reset(node, memory);
    state s = state_at(f, memory);
    *s.started = sinew_get_u64(at + 16);
    for (size_t i = 0; i < saved_doubles(k); i++)
        s.belief.m[i] = sinew_get_f64(at + SAVED_HEADER_BYTES + 8 * i);
    return SINEW_OK;
}

static void node_free(sinew_node *node)
{
    sinew_kalman_free((sinew_kalman *)(uintptr_t)((kalman_node *)node)->kalman);
    sinew_free(node);
}

static const sinew_node_ops kalman_ops = {.kind = "kalman",
                                          .footprint = footprint,
                                          .reset = reset,
                                          .process = process,
                                          .save_state = save_state,
                                          .load_state = load_state,
                                          .free = node_free};

/* ---- building ---- */

static sinew_status check(const sinew_kalman *k, const sinew_kalman_node_opts *opts,
                          sinew_error *error)
{
    if (!k)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no kalman");
    if (opts->sample != SINEW_SAMPLE_F64 && opts->sample != SINEW_SAMPLE_F32)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a kalman filter runs in f64 or f32");
    if ((unsigned)opts->output > SINEW_KALMAN_INNOVATIONS)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no output has the number %d",
                          (int)opts->output);
    if (opts->deviations && opts->output == SINEW_KALMAN_INNOVATIONS)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "all innovations deviate by 1");
    if (!(opts->step_s >= 0) || !isfinite(opts->step_s))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a step of %g s is out of range",
                          opts->step_s);
    if (opts->steady && (opts->deviations || opts->output == SINEW_KALMAN_INNOVATIONS))
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a steady filter gives states or filtered outputs, without deviations");
    if (opts->steady && !(opts->step_s > 0))
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a steady filter has one step, which is "
                          "not given");
    return SINEW_OK;
}

/* From the mean on; on lines, as if the input had been 0 until the first frame. */
static sinew_status steady_node(sinew_node **out, const sinew_kalman *k,
                                const sinew_kalman_node_opts *opts, sinew_error *error)
{
    sinew_discretization *d = NULL;
    sinew_filter_opts how = {.sample = opts->sample, .x0 = k->mean};
    sinew_status status = sinew_kalman_discretize(&d, k, opts->step_s, opts->output, error);
    if (!status)
        status = sinew_filter_new(out, d, &how, error);
    sinew_discretization_free(d);
    return status;
}

static void hash_asked(kalman_node *f, double step_s)
{
    uint64_t hash = sinew_hash_count(f->kalman->asked, (uint64_t)f->output);
    f->node.model_hash = sinew_hash_count(hash, f->deviations);
    hash = sinew_hash_count(f->node.model_hash, (uint64_t)f->node.sample_in);
    f->node.identity = sinew_hash_numbers(hash, &step_s, 1);
}

sinew_status sinew_kalman_node(sinew_node **out, const sinew_kalman *kalman,
                               const sinew_kalman_node_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    static const sinew_kalman_node_opts defaults;
    *out = NULL;
    opts = opts ? opts : &defaults;
    sinew_status status = check(kalman, opts, error);
    if (status)
        return status;
    if (opts->steady)
        return steady_node(out, kalman, opts, error);
    kalman_node *f = sinew_alloc(1, sizeof *f);
    if (!f)
        return sinew_fail_memory(error);
    size_t estimates = opts->output == SINEW_KALMAN_STATES ? kalman->order : kalman->measured;
    *f = (kalman_node){.kalman = sinew_kalman_share(kalman),
                       .output = opts->output,
                       .deviations = opts->deviations,
                       .estimates = estimates};
    f->node = (sinew_node){.ops = &kalman_ops,
                           .sample_in = opts->sample,
                           .sample_out = opts->sample,
                           .channels_in = (uint32_t)(kalman->measured + kalman->inputs),
                           .channels_out = (uint32_t)(estimates * (opts->deviations ? 2 : 1)),
                           .flags = SINEW_NODE_TAKES_STEPS,
                           .step_s = opts->step_s};
    hash_asked(f, opts->step_s);
    *out = &f->node;
    return SINEW_OK;
}
