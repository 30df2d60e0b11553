#include "pipeline.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/error.h"
#include "base/memory.h"
#include "build.h"
#include "log.h"
#include "output.h"
#include "source.h"

enum {
    WORKER_PRIORITY = 10,     /* of SCHED_FIFO: above all that is not real time, below the driver */
    HOLD_NS = 2000000,        /* how often a held source looks for its subscribers */
    UNKNOWN_MESSAGES_HZ = 200 /* of a stream that is not known yet: 48 kHz in blocks of 240 */
};

struct sinewd_pipeline {
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

static sinew_status build_node(sinewd_pipeline *p, sinew_error *error)
{
    sinew_status status = sinewd_build_node(&p->node, p->model, p->config, p->source->rate_hz,
                                            p->source->channels, error);
    if (!status)
        p->source->sample = p->node->sample_in;
    return status;
}

sinew_status sinewd_pipeline_open(sinewd_pipeline **out, const sinewd_pipeline_config *config,
                                  const sinewd_world *world, sinew_error *error)
{
    *out = NULL;
    sinew_status status = SINEW_OK;
    sinewd_pipeline *p = sinew_alloc(1, sizeof *p);
    if (!p)
        return sinew_fail_memory(error);
    p->config = config;
    p->world = *world;
    p->n_outputs = p->broken = config->outputs.n;
    p->topics = sinew_alloc(p->n_outputs, sizeof *p->topics);
    p->outputs = sinew_alloc(p->n_outputs, sizeof *p->outputs);
    if (!p->topics || !p->outputs)
        status = sinew_fail_memory(error);
    if (!status)
        status = sinew_model_open(&p->model, config->model, error);
    if (!status)
        status = sinewd_source_open(&p->source, &config->source, world->stop, error);
    if (!status)
        status = add_topics(p, error);
    if (!status && p->source->rate_hz > 0)
        status = build_node(p, error);
    if (status) {
        sinewd_pipeline_close(p);
        return status;
    }
    *out = p;
    return SINEW_OK;
}

static sinew_status open_outputs(sinewd_pipeline *p, sinew_error *error)
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
    sinew_status status = SINEW_OK;
    for (size_t i = 0; i < p->n_outputs && !status; i++)
        status =
            sinewd_output_open(&p->outputs[i], output_config(p, i), &stream, p->topics[i], error);
    return status;
}

sinew_status sinewd_pipeline_prepare(sinewd_pipeline *p, sinew_error *error)
{
    sinew_status status = SINEW_OK;
    if (p->source->rate_hz == 0)
        return SINEW_OK; /* the worker does it */
    if (!p->node && (status = build_node(p, error)))
        return status;
    sinew_stream_opts opts = {.max_frames = p->source->max_frames, .gap = p->config->gap};
    if ((status = sinew_stream_open(&p->stream, p->node, &opts, error)))
        return status;
    p->samples = sinew_alloc(p->source->max_frames * p->node->channels_out,
                             sinew_sample_bytes(p->node->sample_out));
    if (!p->samples)
        return sinew_fail_memory(error);
    return open_outputs(p, error);
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

static sinew_status begin(sinewd_pipeline *p, sinew_error *error)
{
    sinew_status status = SINEW_OK;
    while (!all_subscribed(p) && !sinewd_stop_wait(p->world.stop, HOLD_NS))
        ;
    if (p->source->ops->start)
        status = p->source->ops->start(p->source, error);
    if (!status && !p->stream)
        status = sinewd_pipeline_prepare(p, error);
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

/* After a failure, what came from a live source is kept, as it will not come again; a file that
 * stopped in the middle of another file is not. */
static sinew_status finish_outputs(sinewd_pipeline *p, sinew_status status)
{
    bool keep = status == SINEW_OK || p->source->live;
    for (size_t i = 0; i < p->n_outputs; i++) {
        sinew_error error = {0};
        sinewd_output *output = p->outputs[i];
        if (output && output->ops->finish(output, keep && i != p->broken && p->begun, &error)) {
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
