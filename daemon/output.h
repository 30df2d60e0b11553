/* output: where a pipeline's blocks go to; one constructor for each kind.
 *
 * A new kind: a file output_KIND.c with its ops, a constructor here, a line in output.c, and its
 * keys in config_keys.c. */
#ifndef SINEWD_OUTPUT_H
#define SINEWD_OUTPUT_H

#include "chunk.h"
#include "config.h"
#include "sinew/model.h"
#include "stop.h"
#include "topic.h"

typedef struct sinewd_output sinewd_output;

typedef struct sinewd_output_ops {
    /* NULL: nothing to do. In the worker's thread, once, before the first write. */
    sinew_status (*start)(sinewd_output *output, sinew_error *error);
    sinew_status (*write)(sinewd_output *output, const sinewd_chunk *chunk, sinew_error *error);
    /* After the last write, once. keep: what was written is good and is kept. */
    sinew_status (*finish)(sinewd_output *output, bool keep, sinew_error *error);
    void (*close)(sinewd_output *output);
} sinewd_output_ops;

/* The first member of every kind of output. */
struct sinewd_output {
    const sinewd_output_ops *ops;
};

/* What all outputs of a pipeline are told about the stream. */
typedef struct sinewd_output_stream {
    const sinewd_pipeline_config *pipeline;
    double rate_hz;
    uint32_t channels;
    sinew_sample sample;
    size_t max_frames;
    int64_t frames; /* -1: not known */
    int encoding;
    bool live; /* it must not wait: the source does not */
    double queue_s;
    const sinewd_stop *stop;
    const sinew_model *model;
    const sinew_node *node;
} sinewd_output_stream;

/* topic: for an output that publishes, made beforehand; NULL for others. */
sinew_status sinewd_output_open(sinewd_output **out, const sinewd_output_config *config,
                                const sinewd_output_stream *stream, sinewd_topic *topic,
                                sinew_error *error);

/* Is it served by a driver? Known before it is open: the worker that opens it runs in real time
 * then. */
bool sinewd_output_is_device(const sinewd_output_config *config);

void sinewd_output_close(sinewd_output *output); /* NULL is fine */

/* The kinds. */
sinew_status sinewd_output_publish(sinewd_output **out, sinewd_topic *topic,
                                   const sinewd_output_stream *stream, sinew_error *error);
sinew_status sinewd_output_file(sinewd_output **out, const char *path,
                                const sinewd_output_stream *stream, sinew_error *error);
sinew_status sinewd_output_device(sinewd_output **out, const sinewd_device_config *config,
                                  const sinewd_output_stream *stream, sinew_error *error);

#endif
