#include "whole.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "interrupt.h"
#include "losses.h"
#include "sinew/stream.h"

enum { BLOCK_FRAMES = 4096, ROOM_MOST = 1 << 20 };

/* A signal as it is read; what is NULL is not there. */
typedef struct signal {
    const sinew_node *node;
    size_t n, room;
    void *in, *out;      /* (room, channels_in), (n, channels_out) */
    void *steps, *times; /* double, (room), with a time column */
    sinew_error *error;
} signal;

sinew_status whole_check(const job_plan *plan, sinew_error *error)
{
    const char *what = plan->block_given  ? "--block"
                       : plan->state_in   ? "--state-in"
                       : plan->state_out  ? "--state-out"
                       : plan->tail_s > 0 ? "--tail"
                                          : NULL;
    if (!what)
        return SINEW_OK;
    return sinew_fail(error, SINEW_ERR_ARGUMENT,
                      "%s needs its whole input before its output begins: %s does not fit",
                      plan->model_path, what);
}

/* A wish for more than there is in the machine fails here, and says why. */
static sinew_status fail_memory(const signal *s, size_t frames)
{
    return sinew_fail(s->error, SINEW_ERR_MEMORY,
                      "%s needs its whole input at once: no memory for %zu frames",
                      s->node->ops->kind, frames);
}

/* False: no memory, and *array is as before. */
static bool grow(void **array, size_t n, size_t room, size_t width)
{
    void *more = sinew_alloc(room, width);
    if (!more)
        return false;
    if (n * width > 0)
        memcpy(more, *array, n * width);
    sinew_free(*array);
    *array = more;
    return true;
}

static size_t in_bytes(const signal *s)
{
    return s->node->channels_in * sinew_sample_bytes(s->node->sample_in);
}

static sinew_status make_room(signal *s, size_t room, bool timed)
{
    if (!grow(&s->in, s->n, room, in_bytes(s)) ||
        (timed && (!grow(&s->steps, s->n, room, sizeof(double)) ||
                   !grow(&s->times, s->n, room, sizeof(double)))))
        return fail_memory(s, room);
    s->room = room;
    return SINEW_OK;
}

/* Nothing came before the first frame: it has the step that the layers were trained at. */
static void keep_times(signal *s, const sinew_block *block, const double *times)
{
    double *steps = s->steps;
    memcpy(steps + s->n, block->step_s, block->n_frames * sizeof *steps);
    memcpy((double *)s->times + s->n, times, block->n_frames * sizeof *times);
    if (s->n == 0 && !(steps[0] > 0))
        steps[0] = s->node->step_s;
}

static sinew_status interrupted(sinew_error *error)
{
    return sinew_fail(error, SINEW_ERR_IO, "interrupted");
}

/* Room for as much as the source says, but at first for no more than ROOM_MOST, as a header may say
 * anything; twice as much whenever that is full. */
static sinew_status read_all(signal *s, sinew_source *source, bool timed)
{
    int64_t said = sinew_source_signal(source)->frames;
    size_t room = said < 0 || said >= ROOM_MOST ? ROOM_MOST : (size_t)said + 1;
    sinew_status status = make_room(s, room, timed);
    for (bool more = true; !status && more;) {
        size_t left = s->room - s->n;
        sinew_block block = {.samples = (char *)s->in + s->n * in_bytes(s)};
        status = sinew_source_read(source, s->node->sample_in,
                                   left < BLOCK_FRAMES ? left : BLOCK_FRAMES, &block, s->error);
        if (!status && interrupt_signal())
            status = interrupted(s->error);
        more = !status && block.n_frames > 0;
        if (more && timed)
            keep_times(s, &block, sinew_source_times(source));
        s->n += more ? block.n_frames : 0;
        if (more && s->n == s->room)
            status = make_room(s, 2 * s->room, timed);
    }
    return status;
}

static sinew_status run(signal *s)
{
    const sinew_node *node = s->node;
    sinew_stream *stream = NULL;
    sinew_stream_opts opts = {.max_frames = s->n, .whole = true, .steps = s->steps != NULL};
    sinew_block in = {
        .samples = s->in, .n_frames = s->n, .channels = node->channels_in, .step_s = s->steps};
    s->out = sinew_alloc(s->n, node->channels_out * sinew_sample_bytes(node->sample_out));
    if (!s->out)
        return fail_memory(s, s->n);
    sinew_status status = sinew_stream_open(&stream, node, &opts, s->error);
    if (status)
        return status == SINEW_ERR_MEMORY ? fail_memory(s, s->n) : status;
    sinew_block out = {.samples = s->out};
    sinew_stream_process(stream, &in, &out);
    sinew_stream_close(stream);
    return SINEW_OK;
}

static sinew_status write_all(const signal *s, job_result *result, sinew_sink *sink,
                              const job_watch *watch, double rate_hz)
{
    const sinew_node *node = s->node;
    size_t frame = node->channels_out * sinew_sample_bytes(node->sample_out);
    sinew_status status = SINEW_OK;
    for (size_t at = 0, n; !status && at < s->n; at += n) {
        n = s->n - at < BLOCK_FRAMES ? s->n - at : BLOCK_FRAMES;
        sinew_block block = {.samples = (char *)s->out + at * frame,
                             .n_frames = n,
                             .channels = node->channels_out,
                             .index = (int64_t)at};
        losses_count(result, &block, node->sample_out, block.index);
        status = interrupt_signal()
                     ? interrupted(s->error)
                     : sinew_sink_write(sink, node->sample_out, &block,
                                        s->times ? (double *)s->times + at : NULL, s->error);
        result->frames += (int64_t)n;
        if (!status && watch->tick)
            watch->tick(watch->context, result->frames, (int64_t)s->n, rate_hz);
    }
    return status;
}

sinew_status whole_signal(job_result *result, const sinew_node *node, sinew_source *source,
                          sinew_sink *sink, bool timed, double rate_hz, const job_watch *watch,
                          sinew_error *error)
{
    signal s = {.node = node, .error = error};
    sinew_status status = read_all(&s, source, timed);
    if (!status)
        status = run(&s);
    if (!status)
        status = write_all(&s, result, sink, watch, rate_hz);
    sinew_free(s.in);
    sinew_free(s.out);
    sinew_free(s.steps);
    sinew_free(s.times);
    return status;
}
