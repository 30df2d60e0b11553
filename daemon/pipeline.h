/* pipeline: source -> stream -> outputs, in a thread of its own.
 *
 *     sinewd_pipeline_open(&pipeline, &file, number, &world)    source, model, node, stream
 *     sinewd_pipeline_prepare(pipeline)                         outputs
 *     sinewd_pipeline_start(pipeline, &error)
 *     ... world.done_fd is written to when it has ended ...
 *     sinewd_pipeline_join(pipeline)                            how it went
 *     sinewd_pipeline_close(pipeline)
 *
 * A source that cannot say what it delivers before its first message arrives is built upon in
 * the worker; all others before anything starts, so that a mistake stops the daemon at once.
 * The way of a block, from read to write, allocates nothing of ours. */
#ifndef SINEWD_PIPELINE_H
#define SINEWD_PIPELINE_H

#include "config.h"
#include "publish.h"
#include "stop.h"

typedef struct sinewd_pipeline sinewd_pipeline;

/* What pipelines share; outlives them. */
typedef struct sinewd_world {
    sinewd_publisher *publisher; /* NULL: nothing is published, or this is only a check */
    double queue_s;
    const sinewd_stop *stop;
    int done_fd; /* an eventfd */
} sinewd_world;

/* Of a good pipeline. False: all that is wrong is among the file's problems; close it too. */
bool sinewd_pipeline_open(sinewd_pipeline **out, sinewd_config_file *file, size_t number,
                          const sinewd_world *world);
bool sinewd_pipeline_prepare(sinewd_pipeline *pipeline);
sinew_status sinewd_pipeline_start(sinewd_pipeline *pipeline, sinew_error *error);
sinew_status sinewd_pipeline_join(sinewd_pipeline *pipeline); /* what failed was logged */
void sinewd_pipeline_close(sinewd_pipeline *pipeline);        /* NULL is fine */

bool sinewd_pipeline_ended(const sinewd_pipeline *pipeline);
bool sinewd_pipeline_uses_device(const sinewd_pipeline *pipeline);

/* How many messages a second it publishes. */
double sinewd_pipeline_messages_hz(const sinewd_pipeline *pipeline);

#endif
