#include "topic.h"

#include <inttypes.h>
#include <math.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/error.h"
#include "base/memory.h"
#include "ring.h"

enum {
    ROOM_NS = 500000,    /* how often a waiting worker looks for room */
    SLOTS_LEAST = 8,     /* at least so many blocks wait ... */
    SLOTS_MOST = 4096,   /* ... and at most so many, */
    RING_BYTES = 1 << 26 /* or so many bytes */
};

typedef struct slot {
    int64_t seq, index, gap;
    sinewd_stamp at;
    size_t n_frames;
    uint32_t flags, epoch;
    alignas(SINEW_ALIGN) unsigned char samples[];
} slot;

struct sinewd_topic {
    /* constant */
    char name[SINEWD_WIRE_TOPIC_BYTES];
    char epoch[SINEWD_WIRE_EPOCH_BYTES / 2];
    const sinewd_stop *stop;
    int wake_fd;
    bool may_wait;

    /* set by open, then constant; `ring` is stored last, and whoever has it sees the rest */
    sinewd_wire_header like; /* what all headers share */
    size_t frame_bytes, max_frames;
    sinew_sample sample;
    _Atomic(sinewd_ring *) ring;

    /* any thread */
    atomic_size_t subscribers;
    atomic_llong last_seq, last_index, lost_frames;
    atomic_bool finished; /* the worker writes no more */

    /* the worker's; the publisher's too once `finished` */
    int64_t seq, index, gap;
    uint32_t restarts;
    sinewd_stamp end;

    /* the publisher's */
    json_t *meta;
    int64_t unsent; /* frames that the publisher dropped since the last message */
    bool ended;
};

const char *sinewd_topic_name_fault(const char *name)
{
    if (!name[0])
        return "is empty";
    if (strlen(name) + sizeof "/meta " > SINEWD_WIRE_TOPIC_BYTES)
        return "is too long";
    for (const unsigned char *c = (const unsigned char *)name; *c; c++)
        if (*c <= ' ' || *c == 0x7f)
            return "holds a space or a control character, which end a topic";
    if (strncmp(name, "sinew/", 6) == 0)
        return "starts with sinew/, which is the daemon's own";
    size_t n = strlen(name);
    if (n >= 5 && strcmp(name + n - 5, "/meta") == 0)
        return "ends with /meta, which is what describes a topic";
    return NULL;
}

sinew_status sinewd_topic_new(sinewd_topic **out, const char *name, const char *epoch,
                              bool may_wait, int wake_fd, const sinewd_stop *stop,
                              sinew_error *error)
{
    *out = NULL;
    const char *fault = sinewd_topic_name_fault(name);
    if (fault)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "topic '%s' %s", name, fault);
    sinewd_topic *topic = sinew_alloc(1, sizeof *topic);
    if (!topic)
        return sinew_fail_memory(error);
    snprintf(topic->name, sizeof topic->name, "%s", name);
    snprintf(topic->epoch, sizeof topic->epoch, "%s", epoch);
    topic->stop = stop;
    topic->wake_fd = wake_fd;
    topic->may_wait = may_wait;
    atomic_init(&topic->last_seq, -1);
    *out = topic;
    return SINEW_OK;
}

void sinewd_topic_free(sinewd_topic *topic)
{
    if (!topic)
        return;
    sinewd_ring_free(atomic_load(&topic->ring));
    json_decref(topic->meta);
    sinew_free(topic);
}

const char *sinewd_topic_name(const sinewd_topic *topic)
{
    return topic->name;
}

bool sinewd_topic_may_wait(const sinewd_topic *topic)
{
    return topic->may_wait;
}

size_t sinewd_topic_subscribers(const sinewd_topic *topic)
{
    return atomic_load(&topic->subscribers);
}

/* ---- the worker's side ---- */

static size_t slots_wanted(const sinewd_topic_opts *opts, size_t slot_bytes)
{
    double slots = ceil(opts->queue_s * opts->rate_hz / (double)opts->max_frames);
    double most = fmin(SLOTS_MOST, floor((double)RING_BYTES / (double)slot_bytes));
    return (size_t)fmax(SLOTS_LEAST, fmin(slots, most));
}

sinew_status sinewd_topic_open(sinewd_topic *topic, const sinewd_topic_opts *opts,
                               sinew_error *error)
{
    sinewd_wire_header *like = &topic->like;
    like->rate_hz = opts->rate_hz;
    like->channels = opts->channels;
    like->dtype = opts->sample == SINEW_SAMPLE_F64 ? SINEWD_DTYPE_F8 : SINEWD_DTYPE_F4;
    like->latency_frames = opts->latency_frames;
    snprintf(like->units, sizeof like->units, "%s", opts->units ? opts->units : "");
    snprintf(like->model, sizeof like->model, "%016" PRIx64, opts->model_hash);
    topic->sample = opts->sample;
    topic->frame_bytes = opts->channels * sinew_sample_bytes(opts->sample);
    topic->max_frames = opts->max_frames;
    topic->meta = opts->meta ? opts->meta : json_object();
    topic->end = sinewd_stamp_now();
    size_t bytes = sizeof(slot) + topic->max_frames * topic->frame_bytes;
    sinewd_ring *ring;
    sinew_status status = sinewd_ring_new(&ring, slots_wanted(opts, bytes), bytes, error);
    if (!status)
        atomic_store(&topic->ring, ring);
    return status;
}

/* A free slot; NULL where there is none and the topic may not wait, or a stop is wanted. */
static slot *slot_take(sinewd_topic *topic, sinewd_ring *ring)
{
    slot *to = sinewd_ring_write(ring);
    while (!to && topic->may_wait && !sinewd_stop_wait(topic->stop, ROOM_NS))
        to = sinewd_ring_write(ring);
    return to;
}

static void slot_fill(slot *to, sinewd_topic *topic, const sinewd_chunk *chunk)
{
    to->seq = topic->seq;
    to->index = chunk->block.index;
    to->gap = chunk->gap + topic->gap;
    to->flags = chunk->flags & ~(uint32_t)SINEWD_FLAG_EOS;
    if (to->gap > 0)
        to->flags |= SINEWD_FLAG_GAP;
    to->epoch = topic->restarts;
    to->at = chunk->at;
    to->n_frames = chunk->block.n_frames;
    memcpy(to->samples, chunk->block.samples, to->n_frames * topic->frame_bytes);
}

/* Where the topic stands after a block that was written, or that nobody wanted. */
static void topic_advance(sinewd_topic *topic, const sinewd_chunk *chunk)
{
    atomic_store(&topic->last_seq, topic->seq++);
    atomic_store(&topic->last_index, chunk->block.index);
    topic->gap = 0;
}

void sinewd_topic_write(sinewd_topic *topic, const sinewd_chunk *chunk)
{
    size_t n = chunk->block.n_frames;
    if (n == 0)
        return;
    if (chunk->restart) {
        topic->restarts++;
        topic->seq = topic->gap = 0;
    }
    topic->index = chunk->block.index + (int64_t)n;
    topic->end = sinewd_stamp_add(chunk->at, sinewd_frames_ns((int64_t)n, topic->like.rate_hz));
    if (sinewd_topic_subscribers(topic) == 0) {
        topic_advance(topic, chunk);
        return;
    }
    sinewd_ring *ring = atomic_load_explicit(&topic->ring, memory_order_relaxed);
    slot *to = slot_take(topic, ring);
    if (!to) {
        topic->gap += chunk->gap + (int64_t)n;
        atomic_fetch_add(&topic->lost_frames, (long long)n);
        return;
    }
    slot_fill(to, topic, chunk);
    topic_advance(topic, chunk);
    sinewd_ring_wrote(ring);
    eventfd_write(topic->wake_fd, 1);
}

void sinewd_topic_finish(sinewd_topic *topic)
{
    atomic_store(&topic->finished, true);
    eventfd_write(topic->wake_fd, 1);
}

/* ---- the publisher's side ---- */

static bool prefix_of(const char *prefix, size_t n, const char *name, const char *ending)
{
    char key[SINEWD_WIRE_TOPIC_BYTES + 8];
    int length = snprintf(key, sizeof key, "%s%s", name, ending);
    return n <= (size_t)length && memcmp(prefix, key, n) == 0;
}

/* libzmq reports each subscription and each end of one, also of a peer that vanished
 * (XPUB_VERBOSER). A peer may end what it never had: the count stays at 0 then. */
bool sinewd_topic_subscribed(sinewd_topic *topic, const char *prefix, size_t n, bool came)
{
    if (prefix_of(prefix, n, topic->name, " ")) {
        size_t count = sinewd_topic_subscribers(topic);
        if (came)
            atomic_store(&topic->subscribers, count + 1);
        else if (count > 0)
            atomic_store(&topic->subscribers, count - 1);
    }
    return came && prefix_of(prefix, n, topic->name, "/meta ");
}

static void header_start(sinewd_topic *topic, sinewd_wire_header *header, uint32_t epoch)
{
    *header = topic->like;
    snprintf(header->epoch, sizeof header->epoch, "%s.%" PRIu32, topic->epoch, epoch);
}

static void message_of_slot(sinewd_topic *topic, const slot *from, sinewd_message *out)
{
    sinewd_wire_header *h = &out->header;
    header_start(topic, h, from->epoch);
    h->seq = from->seq;
    h->index = from->index;
    h->gap = from->gap + topic->unsent;
    h->flags = from->flags | (topic->unsent > 0 ? SINEWD_FLAG_GAP : 0u);
    h->at = from->at;
    h->n_frames = from->n_frames;
    out->samples = from->samples;
    out->n_samples = from->n_frames * h->channels;
}

static void message_of_end(sinewd_topic *topic, sinewd_message *out)
{
    sinewd_wire_header *h = &out->header;
    header_start(topic, h, topic->restarts);
    h->seq = topic->seq;
    h->index = topic->index;
    h->gap = topic->gap + topic->unsent;
    h->flags = SINEWD_FLAG_EOS | (h->gap > 0 ? SINEWD_FLAG_GAP : 0u);
    h->at = topic->end;
    out->samples = NULL;
    out->n_samples = 0;
}

bool sinewd_topic_peek(sinewd_topic *topic, sinewd_message *out)
{
    bool finished = atomic_load(&topic->finished); /* before the ring: then empty is the end */
    sinewd_ring *ring = atomic_load(&topic->ring);
    if (!ring || topic->ended)
        return false;
    const slot *from = sinewd_ring_read(ring);
    if (from)
        message_of_slot(topic, from, out);
    else if (finished)
        message_of_end(topic, out);
    return from || finished;
}

void sinewd_topic_taken(sinewd_topic *topic)
{
    sinewd_ring *ring = atomic_load(&topic->ring);
    topic->unsent = 0;
    if (sinewd_ring_read(ring))
        sinewd_ring_have_read(ring);
    else
        topic->ended = true;
}

void sinewd_topic_dropped(sinewd_topic *topic)
{
    const slot *from = sinewd_ring_read(atomic_load(&topic->ring));
    int64_t unsent = topic->unsent;
    if (from) {
        unsent += from->gap + (int64_t)from->n_frames;
        atomic_fetch_add(&topic->lost_frames, (long long)from->n_frames);
    }
    sinewd_topic_taken(topic);
    topic->unsent = unsent;
}

bool sinewd_topic_ended(const sinewd_topic *topic)
{
    return topic->ended || !atomic_load(&topic->ring);
}

json_t *sinewd_topic_meta(sinewd_topic *topic)
{
    return atomic_load(&topic->ring) ? topic->meta : NULL;
}

json_t *sinewd_topic_status(sinewd_topic *topic)
{
    if (!atomic_load(&topic->ring))
        return NULL;
    json_int_t seq = atomic_load(&topic->last_seq), index = atomic_load(&topic->last_index);
    return json_pack("{s:o, s:o, s:I, s:I}", "seq", seq < 0 ? json_null() : json_integer(seq),
                     "index", seq < 0 ? json_null() : json_integer(index), "subscribers",
                     (json_int_t)sinewd_topic_subscribers(topic), "lost",
                     (json_int_t)atomic_load(&topic->lost_frames));
}
