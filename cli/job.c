#include "job.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "initial.h"
#include "interrupt.h"
#include "progress.h"
#include "sinew/stream.h"
#include "state_file.h"

/* A job on its way; what is NULL is not there yet. */
typedef struct task {
    const job_plan *plan;
    const job_files *files;
    const job_watch *watch;
    job_result *result;
    sinew_error *error;

    sinew_source *source;
    sinew_discretization *discretization;
    sinew_node *node;
    sinew_stream *stream;
    sinew_sink *sink;
    void *in_samples, *out_samples; /* (block_frames, channels); the same where that fits */
    sinew_block in;
    double rate_hz;
    int64_t total; /* frames to come, -1: not known */
    sinew_atomic_file state;
} task;

static sinew_status open_source(task *t)
{
    sinew_source_opts opts = {.format = t->files->in_format, .channels = t->plan->raw_channels};
    return sinew_source_open(&t->source, t->files->input, &opts, t->error);
}

/* The file's own rate, which the options may repeat but not contradict; else theirs. */
static sinew_status decide_step(task *t, sinew_discretize_opts *opts)
{
    double given = opts->step_s > 0 ? 1 / opts->step_s : opts->rate_hz;
    double own = sinew_source_signal(t->source)->rate_hz;
    t->rate_hz = own > 0 ? own : given;
    if (own > 0 && given > 0 && fabs(given - own) > 1e-9 * own)
        return sinew_fail(t->error, SINEW_ERR_MISMATCH, "%s: has %.10g Hz, but --%s says %.10g Hz",
                          t->files->input, own, opts->step_s > 0 ? "step" : "rate", given);
    if (t->rate_hz <= 0)
        return sinew_fail(t->error, SINEW_ERR_ARGUMENT,
                          "%s: does not say its rate: --rate HZ or --step S is needed",
                          t->files->input);
    if (own > 0) {
        opts->rate_hz = own;
        opts->step_s = 0;
    }
    return SINEW_OK;
}

static sinew_status discretize(task *t)
{
    sinew_discretize_opts opts = t->plan->discretize;
    sinew_error detail;
    sinew_status status = decide_step(t, &opts);
    if (status)
        return status;
    status =
        sampling_discretize(&t->discretization, t->plan->model, &opts, t->result->warning, &detail);
    /* An edge of the model above half the file's rate: no option is to blame. */
    if (status == SINEW_ERR_ARGUMENT && sinew_source_signal(t->source)->rate_hz > 0 &&
        opts.prewarp_hz <= 0)
        return sinew_fail(t->error, SINEW_ERR_MISMATCH, "%s: %s", t->files->input, detail.text);
    return status ? sinew_fail(t->error, status, "%s", detail.text) : SINEW_OK;
}

/* One-in one-out systems run on each channel by themselves; otherwise channels must match. */
static sinew_status check_channels(task *t)
{
    sinew_matrices m = sinew_discretization_matrices(t->discretization);
    uint32_t channels = sinew_source_signal(t->source)->channels;
    if ((m.inputs == 1 && m.outputs == 1) || m.inputs == channels)
        return SINEW_OK;
    return sinew_fail(t->error, SINEW_ERR_MISMATCH, "%s: has %u channels, the model takes %zu",
                      t->files->input, channels, m.inputs);
}

static void *new_samples(const task *t, uint32_t channels)
{
    return sinew_alloc(t->plan->block_frames * channels, sinew_sample_bytes(t->plan->sample));
}

/* Into t->in; the first call comes before the filter is built, whose initial state may depend
 * on the first frame. */
static sinew_status read_block(task *t)
{
    t->in.samples = t->in_samples;
    return sinew_source_read(t->source, t->plan->sample, t->plan->block_frames, &t->in, t->error);
}

static sinew_status read_first_block(task *t)
{
    t->in_samples = new_samples(t, sinew_source_signal(t->source)->channels);
    return t->in_samples ? read_block(t) : sinew_fail_memory(t->error);
}

static sinew_status build_filter(task *t)
{
    const job_plan *plan = t->plan;
    uint32_t channels = sinew_source_signal(t->source)->channels;
    double *x0 = NULL;
    sinew_status status = SINEW_OK;
    if (plan->x0)
        status = initial_state(&x0, sinew_model_system(plan->model), t->discretization, plan->x0,
                               plan->n_x0, channels, t->in.n_frames ? &t->in : NULL, plan->sample,
                               t->error);
    sinew_filter_opts opts = {
        .sample = plan->sample, .engine = plan->engine, .channels = channels, .x0 = x0};
    if (!status)
        status = sinew_filter_new(&t->node, t->discretization, &opts, t->error);
    sinew_free(x0);
    return status;
}

static sinew_status open_stream(task *t)
{
    sinew_stream_opts opts = {.max_frames = t->plan->block_frames};
    sinew_status status = sinew_stream_open(&t->stream, t->node, &opts, t->error);
    if (!status && t->plan->state_in)
        status = state_file_load(t->stream, t->plan->state_in, t->error);
    if (status)
        return status;
    t->out_samples = t->node->channels_in == t->node->channels_out
                         ? t->in_samples
                         : new_samples(t, t->node->channels_out);
    return t->out_samples ? SINEW_OK : sinew_fail_memory(t->error);
}

/* At most 2^53, which no run reaches. */
static int64_t tail_frames(const task *t)
{
    return (int64_t)llround(fmin(t->plan->tail_s * t->rate_hz, 9007199254740992.0));
}

static sinew_status open_sink(task *t)
{
    sinew_sink_opts opts = {.format = t->files->out_format,
                            .signal = *sinew_source_signal(t->source)};
    t->total = opts.signal.frames < 0 ? -1 : opts.signal.frames + tail_frames(t);
    opts.signal.rate_hz = t->rate_hz;
    opts.signal.channels = t->node->channels_out;
    opts.signal.frames = t->total;
    opts.signal.sample = t->plan->sample; /* what is written is what was computed */
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
    sinew_stream_process(t->stream, &t->in, &out);
    sinew_status status = sinew_sink_write(t->sink, t->plan->sample, &out, NULL, t->error);
    t->result->frames += (int64_t)out.n_frames;
    if (!status && t->watch->tick)
        t->watch->tick(t->watch->context, t->result->frames, t->total, t->rate_hz);
    return status;
}

static sinew_status filter_input(task *t)
{
    sinew_status status = SINEW_OK;
    while (!status && t->in.n_frames > 0) {
        status = filter_block(t);
        if (!status)
            status = read_block(t);
    }
    return status;
}

/* What still rings after the end: silence is fed. */
static sinew_status filter_tail(task *t)
{
    sinew_status status = SINEW_OK;
    size_t frame_bytes = t->node->channels_in * sinew_sample_bytes(t->plan->sample);
    for (int64_t left = tail_frames(t); !status && left > 0; left -= (int64_t)t->in.n_frames) {
        size_t most = t->plan->block_frames;
        t->in = (sinew_block){.samples = t->in_samples,
                              .n_frames = left < (int64_t)most ? (size_t)left : most,
                              .channels = t->node->channels_in};
        memset(t->in_samples, 0, t->in.n_frames * frame_bytes);
        status = filter_block(t);
    }
    return status;
}

/* Only what may be removed: a device or a pipe has been written to, and stays. */
static void remove_output(const task *t)
{
    struct stat about;
    if (lstat(t->files->output, &about) == 0 && S_ISREG(about.st_mode))
        unlink(t->files->output);
}

/* The state is on disk before the output gets its name, and gets its own name after it: neither
 * is there without the other. */
static sinew_status commit(task *t)
{
    sinew_status status = SINEW_OK;
    if (t->plan->state_out)
        status = state_file_write(&t->state, t->stream, t->plan->state_out, t->error);
    if (!status && interrupt_signal())
        status = interrupted(t);
    if (!status)
        status = sinew_sink_commit(t->sink, t->error);
    if (!status && t->plan->state_out &&
        (status = sinew_atomic_file_commit(&t->state, t->plan->state_out, t->error)))
        remove_output(t);
    t->result->clipped = sinew_sink_clipped(t->sink);
    return status;
}

static void close_task(task *t)
{
    sinew_atomic_file_close(&t->state);
    sinew_sink_close(t->sink);
    sinew_stream_close(t->stream);
    sinew_node_free(t->node);
    sinew_discretization_free(t->discretization);
    sinew_source_close(t->source);
    if (t->out_samples != t->in_samples)
        sinew_free(t->out_samples);
    sinew_free(t->in_samples);
}

sinew_status job_run(job_result *result, const job_plan *plan, const job_files *files,
                     const job_watch *watch, sinew_error *error)
{
    static sinew_status (*const steps[])(task *) = {
        open_source, discretize, check_channels, read_first_block, build_filter, open_stream,
        open_state,  open_sink,  filter_input,   filter_tail,      commit};
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
