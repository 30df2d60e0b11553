/* The parts of convolve that are double for every sample type: planning, kernel, matrices. */
#include "filter/convolve.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

enum { MOST_PLANNED_PARTITIONS = 16, PLANNED_LENGTH = 64 };

/* An FFT rounds in proportion to the largest of its numbers: within a partition a response may
 * not grow by more than a digit, or its small beginning drowns. */
static bool holds(const sinew_discretization *d, size_t length)
{
    double radius = sinew_discretization_radius(d);
    return !(radius > 1) || (double)length * log2(radius) <= 3;
}

/* The options with the lengths that were left open. */
static sinew_filter_opts planned(const sinew_discretization *d, const sinew_filter_opts *opts)
{
    sinew_filter_opts plan = *opts;
    if (plan.partition_frames == 0) {
        plan.partition_frames = PLANNED_LENGTH;
        while (plan.partition_frames > SINEW_FIR_QUANTUM && !holds(d, plan.partition_frames))
            plan.partition_frames /= 2;
    }
    if (plan.partitions == 0) {
        /* more partitions than the response is long only cost time */
        size_t needed = sinew_discretization_settle_frames(d) / plan.partition_frames + 1;
        plan.partitions = needed < MOST_PLANNED_PARTITIONS ? needed : MOST_PLANNED_PARTITIONS;
    }
    return plan;
}

bool sinew_convolve_work(sinew_work *work, const sinew_discretization *d,
                         const sinew_filter_opts *opts)
{
    sinew_filter_opts plan = planned(d, opts);
    if (!holds(d, plan.partition_frames))
        return false;
    double n = (double)d->order, m = (double)d->inputs, p = (double)d->outputs;
    double length = (double)plan.partition_frames, copies = (double)sinew_call_copies(d, opts);
    double frames = copies * (double)sinew_call_frames(opts);
    work->of[SINEW_COST_CALL] = 1;
    work->of[sinew_cost_typed(SINEW_COST_CONVOLVE_RUN, opts->sample)] =
        copies + frames / length; /* a call, and the end of a block */
    work->of[sinew_cost_typed(SINEW_COST_CONVOLVE_TAP, opts->sample)] = frames * m * p * length;
    work->of[sinew_cost_typed(SINEW_COST_CONVOLVE_TURN, opts->sample)] =
        frames * (m + p) * log2(2 * length);
    work->of[sinew_cost_typed(SINEW_COST_CONVOLVE_PRODUCT, opts->sample)] =
        frames * m * p * (double)plan.partitions;
    work->of[sinew_cost_typed(SINEW_COST_CONVOLVE_STATE, opts->sample)] =
        frames * (n * (m + p) + n * n / length);
    return true;
}

/* One column of `column`s: the recurrence over n frames from x, its input an impulse at 0 in
 * `input` or, if that is `inputs`, nothing. y: (n, outputs). */
static void free_run(const sinew_filter *f, double *x, size_t input, double *y, size_t n, double *u,
                     double *scratch)
{
    const sinew_recurrence *r = &f->recurrence;
    memset(u, 0, n * r->inputs * sizeof *u);
    if (input < r->inputs && n > 0)
        u[input] = 1;
    sinew_recurrence_run(r, x, u, y, n, scratch);
}

/* Memory for free runs of n frames. */
typedef struct run_memory {
    double *x, *u, *y, *scratch;
} run_memory;

static int run_memory_init(run_memory *m, const sinew_recurrence *r, size_t n)
{
    m->x = sinew_alloc(r->order, sizeof(double));
    m->u = sinew_alloc(n * r->inputs, sizeof(double));
    m->y = sinew_alloc(n * r->outputs, sizeof(double));
    m->scratch = sinew_alloc(sinew_recurrence_scratch(r), sizeof(double));
    return m->x && m->u && m->y && m->scratch;
}

static void run_memory_finish(run_memory *m)
{
    sinew_free(m->x);
    sinew_free(m->u);
    sinew_free(m->y);
    sinew_free(m->scratch);
}

sinew_status sinew_convolve_kernel(const sinew_filter *f, double *h, size_t n, sinew_error *error)
{
    const sinew_recurrence *r = &f->recurrence;
    run_memory m;
    int ok = run_memory_init(&m, r, n);
    for (size_t i = 0; ok && i < r->inputs; i++) {
        memset(m.x, 0, r->order * sizeof *m.x);
        free_run(f, m.x, i, m.y, n, m.u, m.scratch);
        for (size_t o = 0; o < r->outputs; o++)
            for (size_t t = 0; t < n; t++)
                h[(o * r->inputs + i) * n + t] = m.y[t * r->outputs + o];
    }
    run_memory_finish(&m);
    return ok ? SINEW_OK : sinew_fail_memory(error);
}

/* Column s of A^L and of the tail: the free response to state s alone. */
static void tail_columns(const sinew_convolve *c, run_memory *m, double *step, double *tail)
{
    const sinew_recurrence *r = &c->filter.recurrence;
    size_t n = r->order, length = c->length;
    for (size_t s = 0; s < n; s++) {
        memset(m->x, 0, n * sizeof *m->x);
        m->x[s] = 1;
        free_run(&c->filter, m->x, r->inputs, m->y, length, m->u, m->scratch);
        for (size_t i = 0; i < n; i++)
            step[i * n + s] = m->x[i];
        for (size_t o = 0; o < r->outputs; o++)
            for (size_t t = 0; t < length; t++)
                tail[(o * length + t) * n + s] = m->y[t * r->outputs + o];
    }
}

/* Columns of the fold: the state after an impulse and q more frames is A^q B. */
static void fold_columns(const sinew_convolve *c, run_memory *m, double *fold)
{
    const sinew_recurrence *r = &c->filter.recurrence;
    size_t n = r->order, length = c->length, cols = r->inputs * length;
    for (size_t i = 0; i < r->inputs; i++) {
        memset(m->x, 0, n * sizeof *m->x);
        free_run(&c->filter, m->x, i, m->y, 1, m->u, m->scratch);
        for (size_t k = 0; k < c->partitions; k++)
            free_run(&c->filter, m->x, r->inputs, m->y, length, m->u, m->scratch);
        for (size_t j = length; j-- > 0;) {
            for (size_t s = 0; s < n; s++)
                fold[s * cols + i * length + j] = m->x[s];
            free_run(&c->filter, m->x, r->inputs, m->y, 1, m->u, m->scratch);
        }
    }
}

sinew_status sinew_convolve_matrices(sinew_convolve *c, sinew_error *error)
{
    const sinew_recurrence *r = &c->filter.recurrence;
    size_t n = r->order, length = c->length;
    run_memory m;
    int ok = run_memory_init(&m, r, length);
    double *step = sinew_alloc(n * n, sizeof *step);
    double *tail = sinew_alloc(r->outputs * length, n * sizeof *tail);
    double *fold = sinew_alloc(r->inputs * length, n * sizeof *fold);
    ok = ok && step && tail && fold;
    if (ok) {
        tail_columns(c, &m, step, tail);
        fold_columns(c, &m, fold);
        ok = sinew_panels_init(&c->step, step, n, n) &&
             sinew_panels_init(&c->tail, tail, r->outputs * length, n) &&
             sinew_panels_init(&c->fold, fold, n, r->inputs * length);
    }
    sinew_free(step);
    sinew_free(tail);
    sinew_free(fold);
    run_memory_finish(&m);
    return ok ? SINEW_OK : sinew_fail_memory(error);
}

void sinew_convolve_finish(sinew_convolve *c)
{
    sinew_free(c->head);
    sinew_free(c->spectra);
    sinew_free(c->carry0);
    sinew_panels_finish(&c->step);
    sinew_panels_finish(&c->fold);
    sinew_panels_finish(&c->tail);
    sinew_filter_finish(&c->filter);
}

sinew_status sinew_convolve_new(sinew_node **out, const sinew_discretization *d,
                                const sinew_filter_opts *opts, sinew_error *error)
{
    sinew_filter_opts plan = planned(d, opts);
    size_t length = plan.partition_frames, most = 65536;
    if (length < SINEW_FIR_QUANTUM || length > most || (length & (length - 1)))
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a partition of %zu frames: it must be a power of two, %d to %zu", length,
                          SINEW_FIR_QUANTUM, most);
    if (plan.partitions > 4096)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%zu partitions: 1 to 4096 can be",
                          plan.partitions);
    return plan.sample == SINEW_SAMPLE_F32 ? sinew_convolve_new_f32(out, d, &plan, error)
                                           : sinew_convolve_new_f64(out, d, &plan, error);
}

void sinew_convolve_tell(sinew_plan *plan, const sinew_node *node)
{
    const sinew_convolve *c = (const sinew_convolve *)node;
    plan->computes_by = "transforms";
    plan->arithmetic = c->filter.node.sample_in;
    plan->length = c->length;
    plan->partitions = c->partitions;
}
