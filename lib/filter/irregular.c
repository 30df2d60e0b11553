/* A filter over irregular time; sinew/irregular.h says what it computes, steps.h how. State: x and
 * the frame before, and what is kept for the last distinct steps, which is no part of what is
 * saved. */
#include "sinew/irregular.h"

#include <math.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/samples.h"
#include "filter/steps.h"
#include "ssm/parallel.h"
#include "ssm/sections.h"

typedef struct irregular {
    sinew_node node;
    size_t copies, order, inputs, outputs;
    double *C, *D, *x0; /* x0: (copies, order) or NULL */
    sinew_steps steps;
} irregular;

/* The state in its flat region. */
typedef struct state {
    uint64_t *started;
    double *x, *u; /* (copies, order), (channels) */
    double *kept;
} state;

/* x, and u behind it */
static size_t saved_doubles(const irregular *f)
{
    return f->copies * f->order + f->node.channels_in;
}

static state state_at(const irregular *f, void *memory)
{
    double *x = (double *)memory + 1;
    return (state){
        .started = memory, .x = x, .u = x + f->copies * f->order, .kept = x + saved_doubles(f)};
}

/* version, order, copies, inputs (u32 each), started (u64); then x and u (f64) */
enum { SAVED_VERSION = 1, SAVED_HEADER_BYTES = 4 * 4 + 8 };

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    (void)max_frames;
    const irregular *f = (const irregular *)node;
    *out = (sinew_footprint){
        .state_bytes = (1 + saved_doubles(f) + sinew_steps_doubles(&f->steps)) * sizeof(double),
        .saved_bytes = SAVED_HEADER_BYTES + 8 * saved_doubles(f),
        .scratch_bytes =
            (f->node.channels_in + f->order + sinew_steps_scratch(&f->steps)) * sizeof(double)};
}

static void reset(const sinew_node *node, void *memory)
{
    const irregular *f = (const irregular *)node;
    size_t n = f->copies * f->order;
    memset(memory, 0, (1 + saved_doubles(f)) * sizeof(double));
    state s = state_at(f, memory);
    sinew_steps_forget(&f->steps, s.kept);
    if (f->x0 && n > 0)
        memcpy(s.x, f->x0, n * sizeof(double));
}

static double dot(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* All copies over dt, to the frame u; NaN and negative steps take no time. */
static void move_all(const irregular *f, state *s, double dt, const double *u, double *scratch)
{
    size_t n = f->order, q = f->inputs;
    if (*s->started && dt > 0 && n > 0) {
        sinew_step_at at = sinew_steps_find(&f->steps, s->kept, dt, scratch + n);
        for (size_t c = 0; c < f->copies; c++) {
            sinew_steps_move(&f->steps, &at, s->x + c * n, s->u + c * q, u + c * q, scratch);
            memcpy(s->x + c * n, scratch, n * sizeof *s->x);
        }
    }
    *s->started = 1;
    memcpy(s->u, u, f->node.channels_in * sizeof *u);
}

static void process(const sinew_node *node, void *memory, void *scratch, const sinew_block *in,
                    sinew_block *out)
{
    const irregular *f = (const irregular *)node;
    state s = state_at(f, memory);
    double *u = scratch, *work = u + node->channels_in;
    for (size_t t = 0; t < in->n_frames; t++) {
        for (size_t i = 0; i < node->channels_in; i++)
            u[i] = sinew_sample_get(in->samples, node->sample_in, t * node->channels_in + i);
        move_all(f, &s, in->step_s ? in->step_s[t] : node->step_s, u, work);
        for (size_t i = 0; i < node->channels_out; i++) {
            size_t copy = i / f->outputs, row = i % f->outputs;
            double y = dot(f->C + row * f->order, s.x + copy * f->order, f->order) +
                       dot(f->D + row * f->inputs, u + copy * f->inputs, f->inputs);
            sinew_sample_put(out->samples, node->sample_out, t * node->channels_out + i, y);
        }
    }
}

/* n frames of silence at the node's own step: the input goes to 0 in the first step of them. */
static void advance(const sinew_node *node, void *memory, void *scratch, uint64_t n)
{
    const irregular *f = (const irregular *)node;
    state s = state_at(f, memory);
    double *u = scratch, *work = u + node->channels_in;
    memset(u, 0, node->channels_in * sizeof *u);
    if (n > 0 && !*s.started) {
        move_all(f, &s, 0, u, work);
        n--;
    }
    if (n > 0)
        move_all(f, &s, node->step_s, u, work);
    if (n > 1)
        move_all(f, &s, node->step_s * (double)(n - 1), u, work);
}

/* ---- the saved state ---- */

static void save_state(const sinew_node *node, const void *memory, void *bytes)
{
    const irregular *f = (const irregular *)node;
    state s = state_at(f, (void *)(uintptr_t)memory);
    uint8_t *at = sinew_put_u32(bytes, SAVED_VERSION);
    at = sinew_put_u32(at, (uint32_t)f->order);
    at = sinew_put_u32(at, (uint32_t)f->copies);
    at = sinew_put_u32(at, (uint32_t)f->inputs);
    at = sinew_put_u64(at, *s.started);
    for (size_t i = 0; i < saved_doubles(f); i++) /* x, and u behind it */
        at = sinew_put_f64(at, s.x[i]);
}

static sinew_status load_state(const sinew_node *node, void *memory, void *scratch,
                               const void *bytes, size_t n_bytes, sinew_error *error)
{
    (void)scratch;
    const irregular *f = (const irregular *)node;
    const uint8_t *at = bytes;
    if (n_bytes != SAVED_HEADER_BYTES + 8 * saved_doubles(f))
        return sinew_fail(error, SINEW_ERR_DATA, "the saved filter state has a wrong length");
    if (sinew_get_u32(at) != SAVED_VERSION || sinew_get_u64(at + 16) > 1)
        return sinew_fail(error, SINEW_ERR_DATA, "the saved filter state has another version");
    if (sinew_get_u32(at + 4) != f->order || sinew_get_u32(at + 8) != f->copies ||
        sinew_get_u32(at + 12) != f->inputs)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "the saved state is of another order or channel count");
    reset(node, memory);
    state s = state_at(f, memory);
    *s.started = sinew_get_u64(at + 16);
    for (size_t i = 0; i < saved_doubles(f); i++)
        s.x[i] = sinew_get_f64(at + SAVED_HEADER_BYTES + 8 * i);
    return SINEW_OK;
}

static void irregular_free(sinew_node *node)
{
    irregular *f = (irregular *)node;
    sinew_steps_finish(&f->steps);
    sinew_free(f->C);
    sinew_free(f->D);
    sinew_free(f->x0);
    sinew_free(f);
}

static const sinew_node_ops irregular_ops = {.kind = "filter.irregular",
                                             .footprint = footprint,
                                             .reset = reset,
                                             .process = process,
                                             .save_state = save_state,
                                             .load_state = load_state,
                                             .advance = advance,
                                             .free = irregular_free};

/* ---- building ---- */

static sinew_status check(const sinew_system *system, const sinew_irregular_opts *opts,
                          sinew_error *error)
{
    if (opts->sample != SINEW_SAMPLE_F64 && opts->sample != SINEW_SAMPLE_F32)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a filter runs in f64 or f32");
    if (opts->method != SINEW_METHOD_DEFAULT && opts->method != SINEW_METHOD_ZOH &&
        opts->method != SINEW_METHOD_FOH)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "irregular steps are for the methods zoh and foh, not for %s",
                          sinew_method_name(opts->method));
    if (!(opts->step_s >= 0) || !isfinite(opts->step_s))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a step of %g s is out of range",
                          opts->step_s);
    bool single = system->inputs == 1 && system->outputs == 1;
    if (!single && opts->channels != 0 && opts->channels != system->inputs)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%u channels, but the system has %zu inputs",
                          opts->channels, system->inputs);
    return SINEW_OK;
}

/* Steps of which 1000 are a `times`-th of the fastest pole's time. */
static double short_step(const sinew_system *system, double times)
{
    double fastest = 0;
    for (size_t i = 0; i < system->zpk.n_poles; i++)
        fastest = fmax(fastest, cabs(system->zpk.poles[i]));
    return 1e-3 / (times * fastest);
}

/* The poles of a factored system as sections, where they may stand side by side: over 1000 of the
 * typical steps; where none is known over runs of any length, however short, so that only a system
 * passes whose output comes up at once. *count is 0 for the others. */
static sinew_status fractions(sinew_section *sections, size_t *count, double *direct,
                              const sinew_system *system, double step_s, sinew_error *error)
{
    const double steps[] = {step_s > 0 ? step_s : short_step(system, 30),
                            step_s > 0 ? step_s : short_step(system, 0x1p40)};
    bool good = true;
    sinew_status status = SINEW_OK;
    for (int i = 0; i < 2 && !status && good; i++)
        status =
            sinew_parallel_fractions(sections, count, direct, &good, &system->zpk, steps[i], error);
    *count = good ? *count : 0;
    return status;
}

/* The poles of a factored system side by side in *parallel, where they may stand so; NULL else. */
static sinew_status side_by_side(sinew_system **parallel, const sinew_system *system, double step_s,
                                 sinew_error *error)
{
    size_t count = 0, n = system->order;
    double direct = 0;
    *parallel = NULL;
    if (!system->factored || n == 0)
        return SINEW_OK;
    sinew_section *sections = sinew_alloc(n, sizeof *sections);
    sinew_status status = sections ? fractions(sections, &count, &direct, system, step_s, error)
                                   : sinew_fail_memory(error);
    if (!status && count > 0)
        status = sinew_system_alloc(parallel, n, 1, 1, error);
    if (*parallel)
        sinew_sections_parallel(sections, count, direct, n, (*parallel)->A, (*parallel)->B,
                                (*parallel)->C, (*parallel)->D);
    sinew_free(sections);
    return status;
}

/* The version of the coordinates, as in discretize.c. */
enum { COORDINATES = 1 };

static void hash_asked(irregular *f, const sinew_system *system, sinew_method method, bool parallel,
                       double step_s)
{
    static const char name[] = "irregular";
    uint64_t hash = sinew_hash(system->asked, name, sizeof name);
    hash = sinew_hash_count(hash, (uint64_t)method);
    hash = sinew_hash_count(hash, parallel);
    hash = sinew_hash_count(hash, COORDINATES);
    f->node.model_hash = sinew_hash_count(hash, f->node.channels_in);
    hash = sinew_hash_count(f->node.model_hash, (uint64_t)f->node.sample_in);
    f->node.identity = sinew_hash_numbers(hash, &step_s, 1);
}

static sinew_status fill(irregular *f, const sinew_system *system, int holds, const double *x0,
                         sinew_error *error)
{
    size_t n = f->order, q = f->inputs, p = f->outputs;
    sinew_matrices m = sinew_system_matrices(system);
    sinew_status status = sinew_steps_init(&f->steps, &m, holds, 0, error);
    if (status)
        return status;
    f->C = sinew_copy(system->C, p * n, sizeof *f->C);
    f->D = sinew_copy(system->D, p * q, sizeof *f->D);
    if (x0)
        f->x0 = sinew_copy(x0, f->copies * n, sizeof *f->x0);
    if (!f->C || !f->D || (x0 && !f->x0))
        return sinew_fail_memory(error);
    return SINEW_OK;
}

static sinew_status set_flags(irregular *f, const sinew_system *system, double step_s,
                              sinew_error *error)
{
    sinew_stability stability;
    sinew_status status = sinew_system_stability(system, &stability, error);
    if (!status)
        f->node.flags = SINEW_NODE_TAKES_STEPS |
                        (stability == SINEW_STABLE && step_s > 0 ? SINEW_NODE_FORGETS : 0);
    return status;
}

static sinew_status build(irregular *f, const sinew_system *system,
                          const sinew_irregular_opts *opts, sinew_error *error)
{
    bool single = system->inputs == 1 && system->outputs == 1;
    uint32_t channels = opts->channels ? opts->channels : (uint32_t)system->inputs;
    sinew_method method = opts->method == SINEW_METHOD_FOH ? opts->method : SINEW_METHOD_ZOH;
    sinew_system *parallel;
    sinew_status status = side_by_side(&parallel, system, opts->step_s, error);
    if (status)
        return status;
    f->copies = single ? channels : 1;
    f->order = system->order;
    f->inputs = system->inputs;
    f->outputs = system->outputs;
    f->node = (sinew_node){.ops = &irregular_ops,
                           .sample_in = opts->sample,
                           .sample_out = opts->sample,
                           .channels_in = channels,
                           .channels_out = single ? channels : (uint32_t)system->outputs,
                           .step_s = opts->step_s};
    hash_asked(f, system, method, parallel != NULL, opts->step_s);
    status =
        fill(f, parallel ? parallel : system, method == SINEW_METHOD_FOH ? 2 : 1, opts->x0, error);
    sinew_system_free(parallel);
    return status ? status : set_flags(f, system, opts->step_s, error);
}

sinew_status sinew_filter_new_irregular(sinew_node **out, const sinew_system *system,
                                        const sinew_irregular_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    static const sinew_irregular_opts defaults;
    *out = NULL;
    opts = opts ? opts : &defaults;
    if (!system)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no system");
    sinew_status status = check(system, opts, error);
    if (status)
        return status;
    irregular *f = sinew_alloc(1, sizeof *f);
    if (!f)
        return sinew_fail_memory(error);
    status = build(f, system, opts, error);
    if (status)
        irregular_free(&f->node);
    else
        *out = &f->node;
    return status;
}
