/* The costs of this machine: small filters are run, and what they take beyond what was estimated is
 * put down to the kinds of work that prevail in them. One after the other: a later filter relies
 * on what the earlier ones have told. */
#include <math.h>
#include <time.h>

#include "base/error.h"
#include "base/memory.h"
#include "filter/filter.h"
#include "sinew/design.h"
#include "sinew/stream.h"

enum { PASSES = 4, ROUNDS = 2, MOST_FRAMES = 256, MOST_CHANNELS = 16, MOST_KINDS = 7 };

static const double round_s = 80e-6;

typedef enum shape { CASCADE, MODES, COUPLED } shape;

/* A filter, and the kinds of work that it tells of. */
typedef struct job {
    shape shape;
    size_t order;
    int channels;  /* below 0: as many as a panel has rows, or through so many */
    size_t frames; /* of a call */
    sinew_engine engine;
    bool typed; /* in double and in float */
    sinew_cost kinds[MOST_KINDS];
    size_t n_kinds;
} job;

#define KINDS(...) {__VA_ARGS__}, sizeof((sinew_cost[]){__VA_ARGS__}) / sizeof(sinew_cost)

/* clang-format off */
static const job jobs[] = {
    {CASCADE, 16, 1, 256, SINEW_ENGINE_SCAN, false, KINDS(SINEW_COST_SCAN_CASCADE, SINEW_COST_SCAN_SECTION)},
    {MODES, 32, 1, 256, SINEW_ENGINE_SCAN, false, KINDS(SINEW_COST_SCAN_GROUP)},
    {COUPLED, 16, 1, 256, SINEW_ENGINE_SCAN, false, KINDS(SINEW_COST_SCAN_DENSE, SINEW_COST_SCAN_COLUMN)},
    {CASCADE, 2, 8, 1, SINEW_ENGINE_SCAN, true, KINDS(SINEW_COST_SCAN_SAMPLE)},
    {CASCADE, 2, 1, 1, SINEW_ENGINE_SCAN, false, KINDS(SINEW_COST_CALL, SINEW_COST_SCAN_RUN)},
    {MODES, 32, 1, 1, SINEW_ENGINE_SCAN, false, KINDS(SINEW_COST_SCAN_ENTER)},
    {COUPLED, 16, 1, 1, SINEW_ENGINE_SCAN, false, KINDS(SINEW_COST_SCAN_START, SINEW_COST_SCAN_STATE)},
    {CASCADE, 8, 1, 256, SINEW_ENGINE_BLOCK, true,
     KINDS(SINEW_COST_REGISTERS_RUN, SINEW_COST_REGISTERS_BLOCK, SINEW_COST_REGISTERS_COLUMN)},
    {CASCADE, 8, 3, 256, SINEW_ENGINE_BLOCK, true, KINDS(SINEW_COST_BLOCK_SAMPLE)}, /* two, and one that is moved */
    {CASCADE, 8, -2, 256, SINEW_ENGINE_BLOCK, true,
     KINDS(SINEW_COST_CHANNELS_RUN, SINEW_COST_CHANNELS_BLOCK, SINEW_COST_CHANNELS_PRODUCT)},
    {CASCADE, 8, -1, 256, SINEW_ENGINE_BLOCK, true, KINDS(SINEW_COST_CHANNELS_WIDE)},
    {CASCADE, 8, 1, 1, SINEW_ENGINE_BLOCK, true,
     KINDS(SINEW_COST_PIECE, SINEW_COST_PIECE_BEGIN, SINEW_COST_PIECE_PANEL, SINEW_COST_PIECE_COLUMN)},
    {MODES, 64, 1, 256, SINEW_ENGINE_BLOCK, true,
     KINDS(SINEW_COST_PRODUCTS_RUN, SINEW_COST_PRODUCTS_BLOCK, SINEW_COST_PRODUCTS_COLUMN,
           SINEW_COST_PRODUCTS_VECTOR, SINEW_COST_PRODUCTS_PAIR)},
    {COUPLED, 32, 1, 64, SINEW_ENGINE_BLOCK, true, KINDS(SINEW_COST_PRODUCTS_CHAIN)},
    {CASCADE, 8, 1, 256, SINEW_ENGINE_CONVOLVE, true,
     KINDS(SINEW_COST_CONVOLVE_RUN, SINEW_COST_CONVOLVE_TAP, SINEW_COST_CONVOLVE_TURN,
           SINEW_COST_CONVOLVE_PRODUCT, SINEW_COST_CONVOLVE_STATE)},
};
/* clang-format on */

enum { N_JOBS = sizeof jobs / sizeof *jobs, TIMINGS = 2 * N_JOBS };

/* ---- systems ---- */

/* Resonances over eight octaves, in discrete time; COUPLED: each is driven by those before it. */
static sinew_status new_modes(sinew_discretization **out, size_t n, bool coupled,
                              sinew_error *error)
{
    double *A = sinew_alloc(n * (n + 2) + 1, sizeof *A);
    if (!A)
        return sinew_fail_memory(error);
    double *B = A + n * n, *C = B + n, *D = C + n;
    for (size_t i = 0; i < n; i++) {
        double w = 0.01 * exp2(8.0 * (double)(i / 2) / (double)(n / 2)), r = exp(-0.1 * w);
        A[i * n + i] = r * cos(w);
        A[i * n + (i ^ 1)] = i % 2 ? -r * sin(w) : r * sin(w);
        for (size_t j = 0; coupled && j < i - i % 2; j++)
            A[i * n + j] = 0.01 * w / (double)n;
        B[i] = w;
        C[i] = 1;
    }
    sinew_matrices m = {n, 1, 1, A, B, C, D};
    sinew_discretize_opts opts = {.rate_hz = 48000};
    sinew_status status = sinew_discretization_new(out, &m, &opts, error);
    sinew_free(A);
    return status;
}

static sinew_status new_cascade(sinew_discretization **out, size_t order, sinew_error *error)
{
    sinew_design design = {.order = (uint32_t)order, .edges_hz = {1000}};
    sinew_discretize_opts opts = {.rate_hz = 48000, .method = SINEW_METHOD_BILINEAR};
    sinew_system *system = NULL;
    sinew_status status = sinew_system_new_design(&system, &design, error);
    if (!status)
        status = sinew_discretize(out, system, &opts, error);
    sinew_system_free(system);
    return status;
}

/* ---- time ---- */

static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double time_calls(sinew_stream *stream, const sinew_block *in, void *samples, size_t calls)
{
    sinew_block out = {.samples = samples};
    double started_s = cpu_s();
    for (size_t i = 0; i < calls; i++)
        sinew_stream_process(stream, in, &out);
    return cpu_s() - started_s;
}

/* A job of a type on its way. */
typedef struct timing {
    const job *job;
    sinew_sample type;
    sinew_node *node; /* NULL: it runs by another engine, and tells nothing */
    sinew_work work;
    double ns; /* of a call, the least so far */
} timing;

/* The rounds of a pass: a stream of its own, at another place in memory each time, as its place
 * counts too. */
static sinew_status time_pass(timing *t, size_t pass, sinew_error *error)
{
    size_t frames = t->job->frames, bytes = frames * t->node->channels_in * sizeof(double);
    sinew_stream *stream = NULL;
    sinew_stream_opts opts = {.max_frames = frames};
    char *samples = sinew_alloc(2 * bytes + 1216 * pass, 1);
    sinew_status status =
        samples ? sinew_stream_open(&stream, t->node, &opts, error) : sinew_fail_memory(error);
    if (!status) {
        /* zeros take as long as all else that is finite */
        sinew_block in = {.samples = samples, .n_frames = frames, .channels = t->node->channels_in};
        size_t calls = 1, least = MOST_FRAMES / frames;
        while (time_calls(stream, &in, samples + bytes, calls) < round_s || calls < least)
            calls *= 2;
        for (int i = 0; i < ROUNDS; i++)
            t->ns =
                fmin(t->ns, time_calls(stream, &in, samples + bytes, calls) * 1e9 / (double)calls);
    }
    sinew_stream_close(stream);
    sinew_free(samples);
    return status;
}

/* ---- what it tells ---- */

static void learn(sinew_costs *costs, const sinew_costs *built_in, const timing *t)
{
    size_t at[MOST_KINDS];
    for (size_t i = 0; i < t->job->n_kinds; i++)
        at[i] =
            t->job->typed ? sinew_cost_typed(t->job->kinds[i], t->type) : (size_t)t->job->kinds[i];
    sinew_costs_learn(costs, built_in, at, t->job->n_kinds, &t->work, t->ns);
}

static void learn_all(sinew_costs *costs, const timing *timings, size_t n)
{
    const sinew_costs built_in = *costs;
    for (const timing *t = timings; t < timings + n; t++)
        if (t->node)
            learn(costs, &built_in, t);
    costs->measured = true;
}

/* ---- all of them ---- */

static sinew_status prepare(timing *t, const job *j, const sinew_discretization *d,
                            sinew_sample type, sinew_error *error)
{
    int panel = type == SINEW_SAMPLE_F64 ? SINEW_FUSED_F64 : SINEW_FUSED_F32;
    sinew_filter_opts opts = {.sample = type,
                              .engine = j->engine,
                              .channels =
                                  (uint32_t)(j->channels > 0 ? j->channels : panel / -j->channels),
                              .block_frames = j->frames};
    *t = (timing){.job = j, .type = type, .ns = INFINITY};
    sinew_status status = sinew_filter_new(&t->node, d, &opts, error);
    if (!status && (!sinew_engine_work(&t->work, d, &opts, j->engine) ||
                    sinew_filter_engine(t->node) != j->engine)) {
        sinew_node_free(t->node);
        t->node = NULL;
    }
    return status;
}

/* How many there are, all of them prepared or as many as went well. */
static sinew_status prepare_all(timing timings[TIMINGS], size_t *n, sinew_error *error)
{
    sinew_status status = SINEW_OK;
    for (const job *j = jobs; !status && j < jobs + N_JOBS; j++) {
        sinew_discretization *d = NULL;
        status = j->shape == CASCADE ? new_cascade(&d, j->order, error)
                                     : new_modes(&d, j->order, j->shape == COUPLED, error);
        for (int type = 0; !status && type <= (int)j->typed; type++)
            status = prepare(&timings[(*n)++], j, d,
                             type == 0 ? SINEW_SAMPLE_F64 : SINEW_SAMPLE_F32, error);
        sinew_discretization_free(d);
    }
    return status;
}

/* In several passes: what disturbs one job for a while disturbs them all then, and none later. */
sinew_status sinew_costs_new_measured(sinew_costs **out, sinew_error *error)
{
    timing timings[TIMINGS] = {{0}};
    size_t n = 0;
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    sinew_status status = prepare_all(timings, &n, error);
    for (size_t pass = 0; pass < PASSES; pass++)
        for (size_t i = 0; !status && i < n; i++)
            if (timings[i].node)
                status = time_pass(&timings[i], pass, error);
    if (!status) {
        sinew_costs costs = sinew_costs_built_in();
        learn_all(&costs, timings, n);
        status = sinew_costs_new(out, &costs, error);
    }
    for (size_t i = 0; i < n; i++)
        sinew_node_free(timings[i].node);
    return status;
}
