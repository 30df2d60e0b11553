#include "smooth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "interrupt.h"
#include "losses.h"

enum { BLOCK_FRAMES = 4096 };

/* A record as it is read; what is NULL is not there. */
typedef struct record {
    const sinew_kalman *kalman;
    sinew_kalman_node_opts opts;
    size_t order, measured, inputs, n, room;
    double *steps, *times, *y, *u; /* (n), (n), (n, measured), (n, inputs) */
    double *x, *P;                 /* smoothed: (n, order), (n, order, order) */
} record;

static bool grow(double **array, size_t n, size_t room, size_t width)
{
    double *more = sinew_alloc(room, width * sizeof *more);
    if (more && n * width > 0)
        memcpy(more, *array, n * width * sizeof *more);
    if (!more)
        return false;
    sinew_free(*array);
    *array = more;
    return true;
}

static bool make_room(record *r, size_t frames)
{
    if (r->n + frames <= r->room)
        return true;
    size_t room = 2 * (r->n + frames);
    bool good = grow(&r->steps, r->n, room, 1) && grow(&r->times, r->n, room, 1) &&
                grow(&r->y, r->n, room, r->measured) && grow(&r->u, r->n, room, r->inputs);
    r->room = good ? room : r->room;
    return good;
}

static void take_in(record *r, const sinew_block *block, const double *times, double step_s)
{
    size_t width = r->measured + r->inputs;
    for (size_t t = 0; t < block->n_frames; t++, r->n++) {
        const double *frame = (const double *)block->samples + t * width;
        r->steps[r->n] = block->step_s ? block->step_s[t] : step_s;
        r->times[r->n] = times ? times[t] : 0;
        for (size_t i = 0; i < width; i++)
            *(i < r->measured ? &r->y[r->n * r->measured + i]
                              : &r->u[r->n * r->inputs + i - r->measured]) = frame[i];
    }
}

static sinew_status interrupted(sinew_error *error)
{
    return sinew_fail(error, SINEW_ERR_IO, "interrupted");
}

static sinew_status read_all(record *r, sinew_source *source, double step_s, sinew_error *error)
{
    double *samples = sinew_alloc(BLOCK_FRAMES, (r->measured + r->inputs) * sizeof *samples);
    sinew_block block = {.samples = samples};
    sinew_status status = samples ? SINEW_OK : sinew_fail_memory(error);
    do {
        if (!status)
            status = sinew_source_read(source, SINEW_SAMPLE_F64, BLOCK_FRAMES, &block, error);
        if (!status && !make_room(r, block.n_frames))
            status = sinew_fail_memory(error);
        if (!status && interrupt_signal())
            status = interrupted(error);
        if (!status)
            take_in(r, &block, sinew_source_times(source), step_s);
    } while (!status && block.n_frames > 0);
    sinew_free(samples);
    return status;
}

static sinew_status smooth(record *r, sinew_error *error)
{
    r->x = sinew_alloc(r->n, r->order * sizeof *r->x);
    r->P = sinew_alloc(r->n, r->order * r->order * sizeof *r->P);
    if (!r->x || !r->P)
        return sinew_fail_memory(error);
    sinew_kalman_record whole = {.n_frames = r->n,
                                 .step_s = r->steps,
                                 .measured = r->y,
                                 .inputs = r->u,
                                 .smoothed = r->x,
                                 .smoothed_covariance = r->P};
    return sinew_kalman_smooth(r->kalman, &whole, error);
}

static sinew_status write_all(record *r, job_result *result, sinew_sink *sink, bool timed,
                              sinew_error *error)
{
    size_t width = (r->opts.output == SINEW_KALMAN_STATES ? r->order : r->measured) *
                   (r->opts.deviations ? 2 : 1);
    double *samples = sinew_alloc(BLOCK_FRAMES, width * sizeof *samples);
    sinew_status status = samples ? SINEW_OK : sinew_fail_memory(error);
    double *u = sinew_alloc(r->inputs, sizeof *u); /* one that is no number is as before */
    status = u ? status : sinew_fail_memory(error);
    for (size_t at = 0, n; !status && at < r->n; at += n) {
        n = r->n - at < BLOCK_FRAMES ? r->n - at : BLOCK_FRAMES;
        for (size_t t = at; t < at + n; t++) {
            for (size_t i = 0; i < r->inputs; i++)
                u[i] = isfinite(r->u[t * r->inputs + i]) ? r->u[t * r->inputs + i] : u[i];
            sinew_kalman_estimate(r->kalman, &r->opts, r->x + t * r->order,
                                  r->P + t * r->order * r->order, u, samples + (t - at) * width);
        }
        sinew_block block = {
            .samples = samples, .n_frames = n, .channels = (uint32_t)width, .index = (int64_t)at};
        losses_count(result, &block, SINEW_SAMPLE_F64, block.index);
        status = interrupt_signal() ? interrupted(error)
                                    : sinew_sink_write(sink, SINEW_SAMPLE_F64, &block,
                                                       timed ? r->times + at : NULL, error);
    }
    sinew_free(samples);
    sinew_free(u);
    return status;
}

sinew_status smooth_record(job_result *result, const sinew_model *model, sinew_source *source,
                           sinew_sink *sink, double step_s, sinew_error *error)
{
    record r = {0};
    r.kalman = sinew_model_kalman(model, &r.opts);
    r.order = sinew_kalman_order(r.kalman);
    r.measured = sinew_kalman_measured(r.kalman);
    r.inputs = sinew_kalman_known_inputs(r.kalman);
    bool timed = sinew_source_times(source) != NULL || !(step_s > 0);
    sinew_status status = read_all(&r, source, step_s, error);
    if (!status)
        status = smooth(&r, error);
    if (!status)
        status = write_all(&r, result, sink, timed, error);
    result->frames = (int64_t)r.n;
    double *const arrays[] = {r.steps, r.times, r.y, r.u, r.x, r.P};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        sinew_free(arrays[i]);
    return status;
}
