#include "pipeline.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/error.h"
#include "base/memory.h"
#include "build.h"
#include "config_check.h"
#include "log.h"
#include "output.h"
#include "sinew/io.h"
#include "source.h"
#include "target.h"

enum {
    WORKER_PRIORITY = 10,     /* of SCHED_FIFO: above all that is not real time, below the driver */
    HOLD_NS = 2000000,        /* how often a held source looks for its subscribers */
    UNKNOWN_MESSAGES_HZ = 200 /* of a stream that is not known yet: 48 kHz in blocks of 240 */
};

struct sinewd_pipeline {
    sinewd_config_file *file; /* its problems are the opener's: not touched by the worker */
    size_t number;            /* in the file */
    const sinewd_pipeline_config *config;
    sinewd_world world;
    sinewd_source *source;
    sinew_model *model;
    sinew_node *node; /* NULL until the signal is known */
    sinew_stream *stream;
    void *samples;            /* (max_frames, channels_out) */
    sinewd_topic **topics;    /* (n_outputs), the publisher's; NULL where nothing is published */
    sinewd_output **outputs;  /* (n_outputs) */
    size_t n_outputs, broken; /* broken: the output that failed; n_outputs: none */
    pthread_t thread;
    bool running, begun;
    sinew_status status; /* the worker's, read after join */
    atomic_bool ended;
};

static const sinewd_output_config *output_config(const sinewd_pipeline *p, size_t i)
{
    return (const sinewd_output_config *)p->config->outputs.items + i;
}

/* ---- building ---- */

/* Where nothing can be late, topics wait for their readers. */
static sinew_status add_topics(sinewd_pipeline *p, sinew_error *error)
{
    sinew_status status = SINEW_OK;
    for (size_t i = 0; i < p->n_outputs && p->world.publisher && !status; i++)
        if (output_config(p, i)->is_publish)
            status =
                sinewd_publisher_add(p->world.publisher, &p->topics[i],
                                     output_config(p, i)->publish.topic, p->source->waits, error);
    return status;
}

/* Node, stream and room for a block, once the signal is known. *key: the key that a failure is
 * about. */
static sinew_status build(sinewd_pipeline *p, const char **key, sinew_error *error)
{
    const sinewd_pipeline_config *config = p->config;
    double rate_hz = p->source->rate_hz;
    *key = config->prewarp_hz >= rate_hz / 2 ? "prewarp_hz" : "model";
    sinew_status status = sinewd_build_node(&p->node, p->model, config, rate_hz,
                                            p->source->channels, p->source->max_frames, error);
    if (status)
        return status;
    p->source->sample = p->node->sample_in;
    *key = "channel_names";
    if (config->channel_names.n > 0 && config->channel_names.n != p->node->channels_out)
        return sinew_fail(error, SINEW_ERR_MISMATCH, "%zu names for %u channels",
                          config->channel_names.n, p->node->channels_out);
    *key = p->node->flags & SINEW_NODE_WHOLE ? "model" : "gap";
    sinew_stream_opts opts = {.max_frames = p->source->max_frames, .gap = config->gap};
    if ((status = sinew_stream_open(&p->stream, p->node, &opts, error)))
        return status;
    p->samples = sinew_alloc(p->source->max_frames * p->node->channels_out,
                             sinew_sample_bytes(p->node->sample_out));
    return p->samples ? SINEW_OK : sinew_fail_memory(error);
}

/* A mistake that shows before anything runs is a problem of the configuration, with its place. */
static void fault(sinewd_pipeline *p, const char *key, sinew_error *error)
{
    sinewd_config_fault(p->file, sinewd_way_to("pipelines.%zu.%s", p->number, key),
                        "pipeline '%s': %s", p->config->name, error->text);
    *error = (sinew_error){0};
}

static void output_fault(sinewd_pipeline *p, size_t i, sinew_error *error)
{
    const sinewd_output_config *output = output_config(p, i);
    sinewd_way key = sinewd_way_to("outputs.%zu.%s", i,
                                   output->is_file     ? "file.path"
                                   : output->is_device ? "device.name"
                                                       : "publish");
    fault(p, key.text, error);
}

/* What can be said of files without making them. */
static void check_files(sinewd_pipeline *p)
{
    sinew_error error = {0};
    for (size_t i = 0; i < p->n_outputs; i++) {
        const sinewd_output_config *output = output_config(p, i);
        const char *wrong = output->is_file ? sinewd_target_fault(output->file.path) : NULL;
        if (wrong) {
            sinew_fail(&error, SINEW_ERR_IO, "%s: %s", output->file.path, wrong);
            output_fault(p, i, &error);
        }
        if (output->is_file && !sinew_format_of_path(output->file.path)) {
            sinew_fail(&error, SINEW_ERR_UNSUPPORTED, "%s: its extension names no format",
                       output->file.path);
            output_fault(p, i, &error);
        }
    }
}

static void open_parts(sinewd_pipeline *p)
{
    const sinewd_source_config *source = &p->config->source;
    const char *key = "source.zmq.connect";
    sinew_error error = {0};
    if (source->is_file)
        key = "source.file.path";
    else if (source->is_device)
        key = "source.device.name";
    if (sinew_model_open_any(&p->model, p->config->model, &error))
        fault(p, "model", &error);
    if (sinewd_source_open(&p->source, source, p->world.stop, &error))
        fault(p, key, &error);
    check_files(p);
    if (p->source && add_topics(p, &error))
        fault(p, "outputs", &error);
    if (p->model && p->source && p->source->rate_hz > 0 && build(p, &key, &error))
        fault(p, key, &error);
}

bool sinewd_pipeline_open(sinewd_pipeline **out, sinewd_config_file *file, size_t number,
                          const sinewd_world *world)
{
    size_t seen = file->problems.seen;
    sinewd_pipeline *p = *out = sinew_alloc(1, sizeof *p);
    if (!p) {
        sinew_problems_add_memory(&file->problems);
        return false;
    }
    p->file = file;
    p->number = number;
    p->config = (const sinewd_pipeline_config *)file->config.pipelines.items + number;
    p->world = *world;
    p->n_outputs = p->broken = p->config->outputs.n;
    p->topics = sinew_alloc(p->n_outputs, sizeof *p->topics);
    p->outputs = sinew_alloc(p->n_outputs, sizeof *p->outputs);
    if (p->topics && p->outputs)
        open_parts(p);
    else
        sinew_problems_add_memory(&file->problems);
    return file->problems.seen == seen;
}

static sinew_status open_output(sinewd_pipeline *p, size_t i, sinew_error *error)
{
    const sinewd_source *source = p->source;
    sinewd_output_stream stream = {.pipeline = p->config,
                                   .rate_hz = source->rate_hz,
                                   .channels = p->node->channels_out,
                                   .sample = p->node->sample_out,
                                   .max_frames = source->max_frames,
                                   .frames = source->frames,
                                   .encoding = source->encoding,
                                   .live = source->live && !source->waits,
                                   .queue_s = p->world.queue_s,
                                   .stop = p->world.stop,
                                   .model = p->model,
                                   .node = p->node};
    return sinewd_output_open(&p->outputs[i], output_config(p, i), &stream, p->topics[i], error);
}

bool sinewd_pipeline_prepare(sinewd_pipeline *p)
{
    size_t seen = p->file->problems.seen;
    sinew_error error = {0};
    for (size_t i = 0; i < p->n_outputs && p->stream; i++)
        if (open_output(p, i, &error))
            output_fault(p, i, &error);
    return p->file->problems.seen == seen;
}

/* ---- the worker ---- */

static bool all_subscribed(const sinewd_pipeline *p)
{
    for (size_t i = 0; i < p->n_outputs; i++)
        if (p->topics[i] &&
            sinewd_topic_subscribers(p->topics[i]) < (size_t)p->config->start.subscribers)
            return false;
    return true;
}

/* The signal is known only now, or never (a stop). */
static sinew_status build_late(sinewd_pipeline *p, sinew_error *error)
{
    const char *key;
    if (p->source->rate_hz == 0)
        return SINEW_OK;
    sinew_status status = build(p, &key, error);
    for (size_t i = 0; i < p->n_outputs && !status; i++)
        status = open_output(p, i, error);
    return status;
}

static sinew_status begin(sinewd_pipeline *p, sinew_error *error)
{
    sinew_status status = SINEW_OK;
    while (!all_subscribed(p) && !sinewd_stop_wait(p->world.stop, HOLD_NS))
        ;
    if (p->source->ops->start)
        status = p->source->ops->start(p->source, error);
    if (!status && !p->stream)
        status = build_late(p, error);
    for (size_t i = 0; i < p->n_outputs && p->stream && !status; i++)
        if (p->outputs[i]->ops->start)
            status = p->outputs[i]->ops->start(p->outputs[i], error);
    return status;
}

/* in: what the source delivered; out: the same block, filtered. */
static void process(sinewd_pipeline *p, sinewd_chunk *in, sinewd_chunk *out)
{
    sinew_block *block = &in->block;
    if (in->restart || !p->begun)
        sinew_stream_reset(p->stream, block->index);
    else if (block->index != sinew_stream_index(p->stream))
        block->flags |= SINEW_BLOCK_GAP;
    p->begun = true;
    *out = *in;
    out->block.samples = p->samples;
    sinew_stream_process(p->stream, block, &out->block);
}

static sinew_status write_outputs(sinewd_pipeline *p, const sinewd_chunk *chunk, sinew_error *error)
{
    for (size_t i = 0; i < p->n_outputs; i++) {
        sinew_status status = p->outputs[i]->ops->write(p->outputs[i], chunk, error);
        if (status) {
            p->broken = i;
            return status;
        }
    }
    return SINEW_OK;
}

static sinew_status run(sinewd_pipeline *p, sinew_error *error)
{
    sinew_status status = begin(p, error);
    while (!status && p->stream) {
        sinewd_chunk in, out;
        status = p->source->ops->read(p->source, &in, error);
        if (status || in.block.n_frames == 0)
            break;
        process(p, &in, &out);
        status = write_outputs(p, &out, error);
    }
    return status;
}

static void complain(const sinewd_pipeline *p, const sinew_error *error)
{
    sinewd_log("pipeline '%s': %s", p->config->name, error->text);
}

static void say_that_nothing_came(const sinewd_pipeline *p)
{
    for (size_t i = 0; i < p->n_outputs; i++)
        if (output_config(p, i)->is_file)
            sinewd_log("pipeline '%s': nothing came, so %s is not made", p->config->name,
                       output_config(p, i)->file.path);
}

/* After a failure, what came from a live source is kept, as it will not come again; a file that
 * stopped in the middle of another file is not. A stream without a frame makes an empty file,
 * but where it never said what it is, or was stopped before it began, there is none. */
static sinew_status finish_outputs(sinewd_pipeline *p, sinew_status status)
{
    bool never = !p->begun && (!p->stream || sinewd_stop_wanted(p->world.stop));
    bool keep = !never && (status == SINEW_OK || (p->source->live && p->begun));
    if (never && !status)
        say_that_nothing_came(p);
    for (size_t i = 0; i < p->n_outputs; i++) {
        sinew_error error = {0};
        sinewd_output *output = p->outputs[i];
        if (output && output->ops->finish(output, keep && i != p->broken, &error)) {
            complain(p, &error);
            status = error.status;
        }
    }
    return status;
}

static void *work(void *pipeline)
{
    sinewd_pipeline *p = pipeline;
    sinew_error error = {0};
    p->status = run(p, &error);
    if (p->status)
        complain(p, &error);
    p->status = finish_outputs(p, p->status);
    atomic_store(&p->ended, true);
    eventfd_write(p->world.done_fd, 1);
    return NULL;
}

/* ---- starting and ending ---- */

/* A worker that serves a device runs before all that has time, where that is allowed. */
static bool start_real_time(sinewd_pipeline *p)
{
    pthread_attr_t attributes;
    struct sched_param priority = {.sched_priority = WORKER_PRIORITY};
    pthread_attr_init(&attributes);
    pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&attributes, SCHED_FIFO);
    pthread_attr_setschedparam(&attributes, &priority);
    int failed = pthread_create(&p->thread, &attributes, work, p);
    pthread_attr_destroy(&attributes);
    if (failed)
        sinewd_log("pipeline '%s': no real-time priority (%s), going on without", p->config->name,
                   strerror(failed));
    return !failed;
}

sinew_status sinewd_pipeline_start(sinewd_pipeline *p, sinew_error *error)
{
    p->running = sinewd_pipeline_uses_device(p) && start_real_time(p);
    if (!p->running)
        p->running = pthread_create(&p->thread, NULL, work, p) == 0;
    return p->running ? SINEW_OK
                      : sinew_fail(error, SINEW_ERR_MEMORY, "no thread for pipeline '%s'",
                                   p->config->name);
}

sinew_status sinewd_pipeline_join(sinewd_pipeline *p)
{
    if (p->running)
        pthread_join(p->thread, NULL);
    p->running = false;
    return p->status;
}

bool sinewd_pipeline_ended(const sinewd_pipeline *p)
{
    return atomic_load(&p->ended);
}

bool sinewd_pipeline_uses_device(const sinewd_pipeline *p)
{
    for (size_t i = 0; i < p->n_outputs; i++)
        if (sinewd_output_is_device(output_config(p, i)))
            return true;
    return p->source->device;
}

double sinewd_pipeline_messages_hz(const sinewd_pipeline *p)
{
    double topics = 0;
    for (size_t i = 0; i < p->n_outputs; i++)
        topics += output_config(p, i)->is_publish;
    double rate_hz = p->source->rate_hz;
    return topics * (rate_hz > 0 ? rate_hz / (double)p->source->max_frames : UNKNOWN_MESSAGES_HZ);
}

void sinewd_pipeline_close(sinewd_pipeline *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->n_outputs && p->outputs; i++)
        sinewd_output_close(p->outputs[i]);
    sinew_stream_close(p->stream);
    sinew_node_free(p->node);
    sinew_model_free(p->model);
    sinewd_source_close(p->source);
    sinew_free(p->samples);
    sinew_free(p->outputs);
    sinew_free(p->topics);
    sinew_free(p);
}
