/* scan: the recurrence, sample by sample.
 *
 *     y[k] = C x[k] + D u[k],   x[k+1] = A x[k] + B u[k]
 *
 * State and arithmetic are double for every sample type: the loop waits for its own last result,
 * not for the arithmetic units, so float would save next to nothing and lose nine digits at low
 * frequencies (a pole at 20 Hz on 48 kHz differs from 1 by 0.003). State: x (copies, order).
 */
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"
#include "filter/filter.h"

/* Frames that are brought to double at a time: small enough for the first-level cache. */
enum { CHUNK_FRAMES = 256 };

static size_t chunk_doubles(const sinew_filter *f)
{
    return CHUNK_FRAMES * (f->recurrence.inputs + f->recurrence.outputs);
}

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    (void)max_frames;
    const sinew_filter *f = (const sinew_filter *)node;
    size_t run = chunk_doubles(f) + sinew_recurrence_scratch(&f->recurrence);
    size_t fold = sinew_filter_fold_scratch(f), decay = sinew_decay_scratch(&f->recurrence);
    run = run > fold ? run : fold;
    out->state_bytes = f->copies * f->recurrence.order * sizeof(double);
    out->saved_bytes = sinew_filter_saved_bytes(f, 0);
    out->scratch_bytes = (run > decay ? run : decay) * sizeof(double);
}

static void reset(const sinew_node *node, void *state)
{
    sinew_filter_start((const sinew_filter *)node, state);
}

static void process(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                    sinew_block *out)
{
    const sinew_filter *f = (const sinew_filter *)node;
    const sinew_recurrence *r = &f->recurrence;
    double *u = scratch, *y = u + CHUNK_FRAMES * r->inputs, *work = u + chunk_doubles(f);
    for (size_t at = 0; at < in->n_frames; at += CHUNK_FRAMES) {
        size_t n = in->n_frames - at < CHUNK_FRAMES ? in->n_frames - at : CHUNK_FRAMES;
        double *x = state;
        for (size_t c = 0; c < f->copies; c++, x += r->order) {
            sinew_filter_gather(f, in->samples, at, n, c, u);
            sinew_recurrence_run(r, x, u, y, n, work);
            sinew_filter_scatter(f, out->samples, at, n, c, y);
        }
    }
}

static void save_state(const sinew_node *node, const void *state, void *bytes)
{
    const sinew_filter *f = (const sinew_filter *)node;
    const double *x = state;
    uint8_t *at = sinew_filter_put_saved(f, bytes, 0, 0, 0);
    for (size_t i = 0; i < f->copies * f->recurrence.order; i++)
        at = sinew_put_f64(at, x[i]);
}

static sinew_status load_state(const sinew_node *node, void *state, void *scratch,
                               const void *bytes, size_t n_bytes, sinew_error *error)
{
    const sinew_filter *f = (const sinew_filter *)node;
    sinew_filter_saved saved;
    sinew_status status = sinew_filter_get_saved(f, &saved, bytes, n_bytes, error);
    if (status == SINEW_OK)
        sinew_filter_fold(f, &saved, state, scratch);
    return status;
}

static void advance(const sinew_node *node, void *state, void *scratch, uint64_t n_frames)
{
    const sinew_filter *f = (const sinew_filter *)node;
    for (size_t c = 0; c < f->copies; c++)
        sinew_decay_run(&f->decay, &f->recurrence, (double *)state + c * f->recurrence.order,
                        n_frames, scratch);
}

static void scan_free(sinew_node *node)
{
    sinew_filter_finish((sinew_filter *)node);
    sinew_free(node);
}

static const sinew_node_ops scan_ops = {.kind = "filter.scan",
                                        .footprint = footprint,
                                        .reset = reset,
                                        .process = process,
                                        .save_state = save_state,
                                        .load_state = load_state,
                                        .advance = advance,
                                        .free = scan_free};

sinew_status sinew_scan_new(sinew_node **out, const sinew_discretization *d,
                            const sinew_filter_opts *opts, sinew_error *error)
{
    sinew_filter *f = sinew_alloc(1, sizeof *f);
    if (!f)
        return sinew_fail_memory(error);
    sinew_status status = sinew_filter_init(f, &scan_ops, SINEW_ENGINE_SCAN, d, opts, error);
    if (status)
        scan_free(&f->node);
    else
        *out = &f->node;
    return status;
}

bool sinew_scan_work(sinew_work *work, const sinew_discretization *d, const sinew_filter_opts *opts)
{
    size_t frames = sinew_call_frames(opts), copies = sinew_call_copies(d, opts);
    size_t chunks = (frames + CHUNK_FRAMES - 1) / CHUNK_FRAMES;
    work->of[SINEW_COST_CALL] = 1;
    work->of[sinew_cost_typed(SINEW_COST_SCAN_SAMPLE, opts->sample)] =
        (double)(copies * frames * (d->inputs + d->outputs));
    sinew_recurrence_work(work, d, copies * frames, copies * chunks);
    return true;
}

/* In double, whatever the stream holds. */
void sinew_scan_tell(sinew_plan *plan, const sinew_node *node)
{
    (void)node;
    plan->computes_by = "recurrence";
    plan->arithmetic = SINEW_SAMPLE_F64;
}
