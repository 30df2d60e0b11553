/* topic: one published stream, between the worker that writes it and the publisher that sends it.
 *
 * The worker writes chunks; they wait in a ring until the publisher's thread takes them. A live
 * topic never waits: what finds the ring full is dropped by whole blocks, counted, and told with
 * the next block (`gap`). A topic that may wait (a file as fast as it goes) does so, and nothing
 * is lost. A topic without subscribers costs neither copy nor message; its seq and index go on.
 *
 * Real time: writing to a live topic takes bounded time and no lock of ours, and allocates nothing,
 * but it may wake the publisher, which is a system call (a write to an eventfd that never blocks).
 * So it is for a worker's thread; a device's callback is stricter, and writes to a ring only.
 *
 * Thread-safety: `_new`, `_free` and the worker's functions in turn; see each group. */
#ifndef SINEWD_TOPIC_H
#define SINEWD_TOPIC_H

#include <jansson.h>

#include "chunk.h"
#include "stop.h"
#include "wire.h"

typedef struct sinewd_topic sinewd_topic;

typedef struct sinewd_topic_opts {
    double rate_hz;
    uint32_t channels;
    sinew_sample sample;
    size_t max_frames; /* the longest block that will be written */
    double queue_s;    /* how much may wait */
    uint32_t latency_frames;
    const char *units;
    uint64_t model_hash;
    json_t *meta; /* what else subscribers are told; taken over, NULL: nothing */
} sinewd_topic_opts;

/* One that was taken from the ring, or the end of the stream. */
typedef struct sinewd_message {
    sinewd_wire_header header;
    const void *samples; /* in the machine's byte order */
    size_t n_samples;
} sinewd_message;

/* May this be the name of a topic? Its text says why not; NULL: yes. */
const char *sinewd_topic_name_fault(const char *name);

/* epoch: unlike any other start's. wake_fd: an eventfd to write to after each chunk.
 * may_wait: the worker waits for room. */
sinew_status sinewd_topic_new(sinewd_topic **out, const char *name, const char *epoch,
                              bool may_wait, int wake_fd, const sinewd_stop *stop,
                              sinew_error *error);
void sinewd_topic_free(sinewd_topic *topic); /* NULL is fine */

/* Any thread. */
const char *sinewd_topic_name(const sinewd_topic *topic);
bool sinewd_topic_may_wait(const sinewd_topic *topic);
size_t sinewd_topic_subscribers(const sinewd_topic *topic);

/* The worker's thread. open once, before write; write after open; finish at last. A write to a live
 * topic takes bounded time; another waits for room. */
sinew_status sinewd_topic_open(sinewd_topic *topic, const sinewd_topic_opts *opts,
                               sinew_error *error);
void sinewd_topic_write(sinewd_topic *topic, const sinewd_chunk *chunk);
void sinewd_topic_finish(sinewd_topic *topic);

/* The publisher's thread. */

/* A subscription to `prefix` came or went. Tells whether the meta message is now wanted. */
bool sinewd_topic_subscribed(sinewd_topic *topic, const char *prefix, size_t n, bool came);

/* The oldest message that waits, or the last one with `eos`; false: none now. `taken` ends it. */
bool sinewd_topic_peek(sinewd_topic *topic, sinewd_message *out);
void sinewd_topic_taken(sinewd_topic *topic);

/* The message was not sent and will not be: the next one tells of the gap. */
void sinewd_topic_dropped(sinewd_topic *topic);

bool sinewd_topic_ended(const sinewd_topic *topic); /* eos was taken, or it was never open */
json_t *sinewd_topic_meta(sinewd_topic *topic);     /* borrowed; NULL before open */
json_t *sinewd_topic_status(sinewd_topic *topic);   /* new: last seq and index; NULL likewise */

#endif
