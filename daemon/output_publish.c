/* A topic as an output: the worker's end of it, and what its subscribers are told. */
#include <inttypes.h>
#include <stdio.h>

#include "base/error.h"
#include "base/memory.h"
#include "output.h"

typedef struct publish_output {
    sinewd_output base;
    sinewd_topic *topic; /* the publisher's */
} publish_output;

static sinew_status publish_write(sinewd_output *output, const sinewd_chunk *chunk,
                                  sinew_error *error)
{
    (void)error;
    sinewd_topic_write(((publish_output *)output)->topic, chunk);
    return SINEW_OK;
}

/* Subscribers are told of the end in any case. */
static sinew_status publish_finish(sinewd_output *output, bool keep, sinew_error *error)
{
    (void)keep;
    (void)error;
    sinewd_topic_finish(((publish_output *)output)->topic);
    return SINEW_OK;
}

static void publish_close(sinewd_output *output)
{
    sinew_free(output);
}

static const sinewd_output_ops publish_ops = {NULL, publish_write, publish_finish, publish_close};

/* The names given, then numbers from 1. */
static json_t *channel_names(const sinewd_output_stream *stream)
{
    const sinew_items *given = &stream->pipeline->channel_names;
    json_t *names = json_array();
    for (uint32_t c = 0; c < stream->channels; c++) {
        char number[16];
        snprintf(number, sizeof number, "%" PRIu32, c + 1);
        json_array_append_new(
            names, json_string(c < given->n ? ((const char *const *)given->items)[c] : number));
    }
    return names;
}

static json_t *meta_json(const sinewd_output_stream *stream)
{
    const sinew_node *node = stream->node;
    const char *units = sinew_model_units_out(stream->model);
    char hash[20];
    snprintf(hash, sizeof hash, "%016" PRIx64, node->model_hash);
    json_t *model =
        json_pack("{s:s, s:s, s:s, s:s}", "name", sinew_model_name(stream->model), "about",
                  sinew_model_about(stream->model), "hash", hash, "engine", node->ops->kind);
    return json_pack("{s:i, s:f, s:s, s:o, s:s, s:i, s:o}", "v", SINEWD_WIRE_VERSION, "rate",
                     stream->rate_hz, "dtype", stream->sample == SINEW_SAMPLE_F64 ? "<f8" : "<f4",
                     "channels", channel_names(stream), "units", units, "latency",
                     (int)node->latency_frames, "model", model);
}

sinew_status sinewd_output_publish(sinewd_output **out, sinewd_topic *topic,
                                   const sinewd_output_stream *stream, sinew_error *error)
{
    *out = NULL;
    publish_output *p = sinew_alloc(1, sizeof *p);
    if (!p)
        return sinew_fail_memory(error);
    p->base.ops = &publish_ops;
    p->topic = topic;
    sinewd_topic_opts opts = {.rate_hz = stream->rate_hz,
                              .channels = stream->channels,
                              .sample = stream->sample,
                              .max_frames = stream->max_frames,
                              .queue_s = stream->queue_s,
                              .latency_frames = stream->node->latency_frames,
                              .units = sinew_model_units_out(stream->model),
                              .model_hash = stream->node->model_hash,
                              .meta = meta_json(stream)};
    sinew_status status = sinewd_topic_open(topic, &opts, error);
    if (status) {
        sinew_free(p);
        return status;
    }
    *out = &p->base;
    return SINEW_OK;
}
