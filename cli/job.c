#include "job.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/samples.h"
#include "command.h"
#include "interrupt.h"
#include "losses.h"
#include "progress.h"
#include "sinew/kernel.h"
#include "sinew/parallel.h"
#include "smooth.h"
#include "state_file.h"
#include "whole.h"

/* Of either end. */
enum { BLOCK_BYTES_MOST = 1 << 25 };

/* A job on its way; what is NULL is not there yet. */
typedef struct task {
    const job_plan *plan;
    const job_files *files;
    const job_watch *watch;
    job_result *result;
    sinew_error *error;

    sinew_source *source;
    double *first;  /* (channels): the first frame, read ahead of the others */
    double *steps;  /* (block_frames): of the first block of a run of layers with --time */
    size_t n_first; /* frames in it that are not processed yet: 0 or 1 */
    sinew_node *node;
    sinew_parallel *parallel;
    sinew_sink *sink;
    char *in_samples, *out_samples; /* (block_frames, channels); the same where that fits */
    sinew_block in;
    size_t block_frames; /* the plan's, or as many as BLOCK_BYTES_MOST hold */
    double rate_hz;
    int64_t total;      /* frames to come, -1: not known */
    double last_time_s; /* of the frame last processed, or of the one before --state-in's end */
    sinew_atomic_file state;
} task;

/* Whether a sample may be missing, and be told by an empty cell. */
static bool takes_missing(const sinew_model *model)
{
    sinew_kalman_node_opts opts;
    return sinew_model_kalman(model, &opts) && !opts.steady;
}

static sinew_status open_source(task *t)
{
    sinew_source_opts opts = {.format = t->files->in_format,
                              .channels = t->plan->raw_channels,
                              .time_column = t->plan->time,
                              .missing = takes_missing(t->plan->model)};
    return sinew_source_open(&t->source, t->files->input, &opts, t->error);
}

/* A kernel has a rate of its own: where it is another one, both sides are named. */
static sinew_status check_kernel_rate(const task *t)
{
    const sinew_kernel *kernel = sinew_model_kernel(t->plan->model, NULL);
    double rate_hz = kernel ? sinew_kernel_rate_hz(kernel) : t->rate_hz;
    if (fabs(t->rate_hz - rate_hz) <= 1e-9 * rate_hz)
        return SINEW_OK;
    return sinew_fail(t->error, SINEW_ERR_MISMATCH,
                      "%s: the kernel is of %.10g Hz, but %s is of %.10g Hz: one of them must be "
                      "resampled first",
                      t->plan->model_path, rate_hz, t->files->input, t->rate_hz);
}

static bool is_checkpoint(const task *t)
{
    return sinew_model_checkpoint(t->plan->model) != NULL;
}

/* Layers run at any rate; only a tail is measured by it. */
static sinew_status go_without_rate(const task *t)
{
    if (sinew_model_has_layers(t->plan->model) && t->plan->tail_s <= 0)
        return SINEW_OK;
    return sinew_fail(t->error, SINEW_ERR_ARGUMENT,
                      "%s: does not say its rate: --rate HZ or --step S is needed",
                      t->files->input);
}

/* The file's own rate, which the options may repeat but not contradict; else theirs. */
static sinew_status decide_step(task *t, sinew_discretize_opts *opts)
{
    if (t->plan->time)
        return SINEW_OK;
    double given = opts->step_s > 0 ? 1 / opts->step_s : opts->rate_hz;
    double own = sinew_source_signal(t->source)->rate_hz;
    t->rate_hz = own > 0 ? own : given;
    if (own > 0 && given > 0 && fabs(given - own) > 1e-9 * own)
        return sinew_fail(t->error, SINEW_ERR_MISMATCH, "%s: has %.10g Hz, but --%s says %.10g Hz",
                          t->files->input, own, opts->step_s > 0 ? "step" : "rate", given);
    if (t->rate_hz <= 0)
        return go_without_rate(t);
    if (own > 0) {
        opts->rate_hz = own;
        opts->step_s = 0;
    }
    return check_kernel_rate(t);
}

/* The state of foh at the start depends on the first frame. */
static sinew_status peek(task *t)
{
    if (!t->plan->x0 || t->plan->time)
        return SINEW_OK;
    t->first = sinew_alloc(sinew_source_signal(t->source)->channels, sizeof *t->first);
    if (!t->first)
        return sinew_fail_memory(t->error);
    sinew_block frame = {.samples = t->first};
    sinew_status status = sinew_source_read(t->source, SINEW_SAMPLE_F64, 1, &frame, t->error);
    t->n_first = frame.n_frames;
    return status;
}

/* May the rate of the input be too low for an edge of the model? A kernel's is its own, a Kalman
 * filter has no edges, and layers say which of them it is. */
static bool has_edges(const job_plan *plan)
{
    return !plan->x0 && plan->discretize.prewarp_hz <= 0 && !sinew_model_has_layers(plan->model) &&
           !sinew_model_kernel(plan->model, NULL) && !sinew_model_kalman(plan->model, NULL);
}

/* Is it the input that does not fit the model? Channels do not; nor does the rate of a sound file
 * that is too low for an edge of the model, as no option is to blame. */
static bool blames_input(const task *t, sinew_status status, const sinew_build_report *report)
{
    return (status == SINEW_ERR_MISMATCH && !is_checkpoint(t)) ||
           (status == SINEW_ERR_ARGUMENT && report->method == SINEW_METHOD_DEFAULT &&
            sinew_source_signal(t->source)->rate_hz > 0 && has_edges(t->plan));
}

/* A file of very many channels gets shorter blocks, but halves of what is wanted: a kernel's
 * transforms fill them. */
static size_t limited(size_t frames, size_t in, size_t out)
{
    size_t most = BLOCK_BYTES_MOST / (sizeof(double) * (in > out ? in : out));
    while (frames > most && frames > 1)
        frames /= 2;
    return frames;
}

/* The calls of its kernel, for which there is no node yet. */
static size_t call_frames(const task *t)
{
    const sinew_kernel *kernel = sinew_model_kernel(t->plan->model, NULL);
    return limited(t->plan->block_frames, sinew_source_signal(t->source)->channels,
                   kernel ? sinew_kernel_outputs(kernel) : 1);
}

static size_t limited_by_node(const task *t, size_t frames)
{
    return limited(frames, t->node->channels_in, t->node->channels_out);
}

static bool is_whole(const task *t)
{
    return (t->node->flags & SINEW_NODE_WHOLE) != 0;
}

/* A checkpoint is not asked whether it fits: what it has to say is of its own files. */
static sinew_status check_width(const task *t)
{
    uint32_t channels = sinew_source_signal(t->source)->channels, takes = t->node->channels_in;
    if (!is_checkpoint(t) || channels == takes)
        return SINEW_OK;
    return sinew_fail(t->error, SINEW_ERR_MISMATCH, "%s: %u channels, but %s takes %u",
                      t->files->input, channels, t->plan->model_path, takes);
}

static sinew_status build_node(task *t)
{
    const job_plan *plan = t->plan;
    uint32_t channels = sinew_source_signal(t->source)->channels;
    sinew_build_report report;
    sinew_build_opts opts = {.discretize = plan->discretize,
                             .filter = {.sample = plan->sample,
                                        .engine = plan->engine,
                                        .costs = plan->costs,
                                        .channels = is_checkpoint(t) ? 0 : channels},
                             .checkpoint = plan->checkpoint,
                             .sample_given = plan->sample_given,
                             .steps = plan->time,
                             .call_frames = call_frames(t),
                             .allow_unstable = true, /* a file ends: a warning will do */
                             .x0 = plan->x0,
                             .n_x0 = plan->n_x0,
                             .u0 = t->n_first ? t->first : NULL,
                             .report = &report};
    sinew_error why;
    sinew_status status = decide_step(t, &opts.discretize);
    if (status)
        return status;
    status = sinew_model_build(&t->node, plan->model, &opts, &why);
    if (blames_input(t, status, &report))
        return sinew_fail(t->error, SINEW_ERR_MISMATCH, "%s: %s", t->files->input, why.text);
    if (status) {
        report_name_file(status, plan->model_path, &why);
        return sinew_fail(t->error, status, "%s", why.text);
    }
    status = check_width(t);
    if (!status && is_whole(t))
        status = whole_check(plan, t->error);
    /* what drifts is no harm to a filter that measures it */
    return status || sinew_model_kalman(plan->model, NULL)
               ? status
               : sampling_warning(t->result->warning, plan->model, &report, t->error);
}

/* Threads share long ones; a stream still runs in pieces of the plan's. */
static size_t choose_block(const task *t)
{
    size_t wanted = t->plan->block_frames;
    size_t shared = t->plan->threads > 1 ? sinew_parallel_frames(t->parallel) : 0;
    return limited_by_node(t, wanted > shared ? wanted : shared);
}

/* No more than have work in a file of this length: each has a stream of its own. */
static size_t choose_threads(const task *t)
{
    int64_t frames = sinew_source_signal(t->source)->frames;
    size_t most = frames < 0 ? t->plan->threads : (size_t)frames / SINEW_SEGMENT_LEAST + 1;
    return t->plan->threads < most ? t->plan->threads : most;
}

static sinew_status open_stream(task *t)
{
    bool time = t->plan->time;
    if (is_whole(t)) /* when it is known how long the signal is */
        return SINEW_OK;
    sinew_stream_opts opts = {.max_frames = limited_by_node(t, t->plan->block_frames),
                              .steps = time};
    sinew_status status =
        sinew_parallel_open(&t->parallel, t->node, &opts, choose_threads(t), t->error);
    if (status)
        return status;
    t->block_frames = choose_block(t);
    if (!t->plan->state_in)
        return SINEW_OK;
    bool exactly = false;
    status = state_file_load(sinew_parallel_stream(t->parallel), &exactly,
                             time ? &t->last_time_s : NULL, t->plan->state_in, t->error);
    t->result->continues_inexactly = !status && !exactly;
    return !status && time && !isnan(t->last_time_s)
               ? sinew_source_continue(t->source, t->last_time_s, t->error)
               : status;
}

static char *new_samples(const task *t, uint32_t channels, sinew_sample sample)
{
    return sinew_alloc(t->block_frames * channels, sinew_sample_bytes(sample));
}

static sinew_status make_room(task *t)
{
    const sinew_node *node = t->node;
    if (is_whole(t))
        return SINEW_OK;
    bool alike = node->channels_in == node->channels_out && node->sample_in == node->sample_out;
    t->in_samples = new_samples(t, node->channels_in, node->sample_in);
    t->out_samples = alike ? t->in_samples : new_samples(t, node->channels_out, node->sample_out);
    return t->in_samples && t->out_samples ? SINEW_OK : sinew_fail_memory(t->error);
}

static size_t in_frame_bytes(const task *t)
{
    return t->node->channels_in * sinew_sample_bytes(t->node->sample_in);
}

/* The next block into t->in, the frame that was read ahead before all others. */
static sinew_status read_block(task *t)
{
    const sinew_node *node = t->node;
    size_t n = t->n_first;
    for (size_t i = 0; i < n * node->channels_in; i++)
        sinew_sample_put(t->in_samples, node->sample_in, i, t->first[i]);
    t->n_first = 0;
    t->in.samples = t->in_samples + n * in_frame_bytes(t);
    sinew_status status =
        sinew_source_read(t->source, node->sample_in, t->block_frames - n, &t->in, t->error);
    t->in.samples = t->in_samples;
    t->in.n_frames += n;
    t->in.index -= (int64_t)n;
    return status;
}

/* At most 2^53, which no run reaches. */
static int64_t tail_frames(const task *t)
{
    return (int64_t)llround(fmin(t->plan->tail_s * t->rate_hz, 9007199254740992.0));
}

static sinew_status open_sink(task *t)
{
    sinew_sink_opts opts = {.format = t->files->out_format,
                            .signal = *sinew_source_signal(t->source),
                            .time_column = t->plan->time};
    t->total = opts.signal.frames < 0 ? -1 : opts.signal.frames + tail_frames(t);
    opts.signal.rate_hz = t->rate_hz;
    opts.signal.channels = t->node->channels_out;
    opts.signal.frames = t->total;
    opts.signal.sample = t->node->sample_out; /* what is written is what was computed */
    return sinew_sink_open(&t->sink, t->files->output, &opts, t->error);
}

/* Before the work, which may be long: a folder that is not there is better known now. */
static sinew_status open_state(task *t)
{
    const char *path = t->plan->state_out;
    return path ? sinew_atomic_file_open(&t->state, path, path, t->error) : SINEW_OK;
}

static sinew_status interrupted(task *t)
{
    return sinew_fail(t->error, SINEW_ERR_IO, "%s: interrupted", t->files->input);
}

static sinew_status filter_block(task *t)
{
    sinew_block out = {.samples = t->out_samples};
    if (interrupt_signal())
        return interrupted(t);
    sinew_parallel_process(t->parallel, &t->in, &out);
    const double *times = sinew_source_times(t->source);
    uint64_t clipped = sinew_sink_clipped(t->sink);
    sinew_status status = sinew_sink_write(t->sink, t->node->sample_out, &out, times, t->error);
    /* where all that is not finite counts as clipped, a look at that saves one at each sample */
    if (!sinew_sink_saturates(t->sink) || sinew_sink_clipped(t->sink) != clipped)
        losses_count(t->result, &out, t->node->sample_out, t->result->frames);
    if (times)
        t->last_time_s = times[out.n_frames - 1];
    t->result->frames += (int64_t)out.n_frames;
    if (!status && t->watch->tick)
        t->watch->tick(t->watch->context, t->result->frames, t->total, t->rate_hz);
    return status;
}

/* Nothing came before the first frame of a time column, and its step is 0; to a layer that would be
 * as if the frame were not there. It takes the step that it was trained at. */
static sinew_status give_first_step(task *t)
{
    if (!sinew_model_has_layers(t->plan->model) || !t->in.step_s || t->in.n_frames == 0 ||
        t->in.step_s[0] > 0)
        return SINEW_OK;
    t->steps = sinew_copy(t->in.step_s, t->in.n_frames, sizeof *t->steps);
    if (!t->steps)
        return sinew_fail_memory(t->error);
    t->steps[0] = t->node->step_s;
    t->in.step_s = t->steps;
    return SINEW_OK;
}

static sinew_status filter_input(task *t)
{
    if (t->plan->smooth)
        return smooth_record(t->result, t->plan->model, t->source, t->sink, t->node->step_s,
                             t->error);
    if (is_whole(t))
        return whole_signal(t->result, t->node, t->source, t->sink, t->plan->time, t->rate_hz,
                            t->watch, t->error);
    sinew_status status = read_block(t);
    if (!status)
        status = give_first_step(t);
    while (!status && t->in.n_frames > 0) {
        status = filter_block(t);
        if (!status)
            status = read_block(t);
    }
    return status;
}

/* What still rings after the end: silence is fed, or to an estimate that nothing is measured. */
static sinew_status filter_tail(task *t)
{
    sinew_status status = SINEW_OK;
    for (int64_t left = tail_frames(t); !status && left > 0; left -= (int64_t)t->in.n_frames) {
        size_t most = t->block_frames;
        t->in = (sinew_block){.samples = t->in_samples,
                              .n_frames = left < (int64_t)most ? (size_t)left : most,
                              .channels = t->node->channels_in};
        size_t n = t->in.n_frames * t->in.channels;
        for (size_t i = 0; i < n; i++)
            sinew_sample_put(t->in_samples, t->node->sample_in, i,
                             takes_missing(t->plan->model) ? NAN : 0);
        status = filter_block(t);
    }
    return status;
}

static sinew_status commit(task *t)
{
    const char *path = t->plan->state_out;
    sinew_status status = SINEW_OK;
    if (path)
        status = state_file_write(&t->state, sinew_parallel_stream(t->parallel),
                                  t->plan->time ? &t->last_time_s : NULL, path, t->error);
    if (!status && interrupt_signal())
        status = interrupted(t);
    if (!status)
        status = state_file_commit(t->sink, t->files->output, &t->state, path, t->error);
    t->result->clipped = sinew_sink_clipped(t->sink);
    return status;
}

static void close_task(task *t)
{
    sinew_atomic_file_close(&t->state);
    sinew_sink_close(t->sink);
    sinew_parallel_close(t->parallel);
    sinew_node_free(t->node);
    sinew_source_close(t->source);
    if (t->out_samples != t->in_samples)
        sinew_free(t->out_samples);
    sinew_free(t->in_samples);
    sinew_free(t->first);
    sinew_free(t->steps);
}

sinew_status job_run(job_result *result, const job_plan *plan, const job_files *files,
                     const job_watch *watch, sinew_error *error)
{
    static sinew_status (*const steps[])(task *) = {
        open_source, peek,      build_node,   open_stream, make_room,
        open_state,  open_sink, filter_input, filter_tail, commit};
    task t = {.plan = plan,
              .files = files,
              .watch = watch,
              .result = result,
              .error = error,
              .state = {.fd = -1}};
    double started_s = clock_s();
    sinew_status status = SINEW_OK;
    *result = (job_result){0};
    for (size_t i = 0; !status && i < sizeof steps / sizeof *steps; i++)
        status = steps[i](&t);
    if (status && interrupt_signal())
        status = interrupted(&t); /* whatever the interruption made fail */
    close_task(&t);
    result->rate_hz = t.rate_hz;
    result->seconds = clock_s() - started_s;
    return status;
}
