#include "publish.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "base/error.h"
#include "base/memory.h"
#include "endpoint.h"

enum {
    TOPICS_MOST = 1024,
    BURST = 64,     /* messages of one topic before the others have their turn */
    RETRY_MS = 1,   /* when a subscriber's queue is full and the topic waits */
    META_BEATS = 5, /* meta is repeated every so many heartbeats */
    BEAT_NS = 1000000000,
    STOP_NS = 500000000, /* what is not sent so long after a stop is dropped */
    LINGER_MS = 500,
    LINGER_WAITING_MS = 30000, /* a file as fast as it goes: the reader may take its time */
    SUBSCRIPTION_BYTES = 4096, /* a longer message ends the connection */
    HEARTBEAT_MS = 5000,
    HEARTBEAT_TIMEOUT_MS = 30000 /* generous: a reader that is behind answers late */
};

struct sinewd_publisher {
    sinewd_publish_opts opts;
    void *zmq, *socket;
    int wake_fd;
    char epoch[24];
    sinewd_topic **topics; /* (n_topics) of TOPICS_MOST */
    size_t n_topics, n_bound;
    bool may_wait; /* some topic may: then no message is ever lost without a word */
    pthread_t thread;
    bool running;
    atomic_bool closing;
    struct timespec beat_due, give_up;
    unsigned beats;
    bool giving_up; /* give_up is set */
};

typedef enum sent { SENT_NOTHING, SENT_ONE, SENT_MUST_WAIT } sent;

/* ---- sending ---- */

/* Both parts or none; false where some subscriber's queue is full. */
static bool send_parts(sinewd_publisher *p, const void *part0, size_t n0, const void *part1,
                       size_t n1)
{
    if (zmq_send(p->socket, part0, n0, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0)
        return false;
    /* The first part took the place in the queue, so the second cannot meet a full one; it may
     * still be interrupted. */
    while (zmq_send(p->socket, part1, n1, 0) < 0 && errno == EINTR)
        ;
    return true;
}

static bool send_message(sinewd_publisher *p, sinewd_topic *topic, const sinewd_message *message)
{
    char part0[SINEWD_WIRE_HEADER_BYTES];
    size_t n0 = sinewd_wire_encode(part0, sizeof part0, sinewd_topic_name(topic), &message->header);
    size_t n1 = message->n_samples * sinewd_dtype_bytes(message->header.dtype);
    if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
        return send_parts(p, part0, n0, message->samples, n1);
    sinew_sample sample =
        message->header.dtype == SINEWD_DTYPE_F8 ? SINEW_SAMPLE_F64 : SINEW_SAMPLE_F32;
    void *bytes = sinew_alloc(n1, 1);
    if (!bytes)
        return false;
    sinewd_wire_put_samples(bytes, message->samples, message->n_samples, sample);
    bool went = send_parts(p, part0, n0, bytes, n1);
    sinew_free(bytes);
    return went;
}

static bool past(struct timespec due)
{
    return sinewd_time_between(due, sinewd_stamp_now().mono) >= 0;
}

/* A stop bounds every wait: the clock starts when it is first seen. */
static bool gave_up(sinewd_publisher *p)
{
    if (!sinewd_stop_wanted(p->opts.stop))
        return false;
    if (!p->giving_up)
        p->give_up = sinewd_time_add(sinewd_stamp_now().mono, STOP_NS);
    p->giving_up = true;
    return past(p->give_up);
}

static sent send_next(sinewd_publisher *p, sinewd_topic *topic)
{
    sinewd_message message;
    if (!sinewd_topic_peek(topic, &message))
        return SENT_NOTHING;
    if (sinewd_topic_subscribers(topic) == 0 || send_message(p, topic, &message)) {
        sinewd_topic_taken(topic);
        return SENT_ONE;
    }
    bool end = message.header.flags & SINEWD_FLAG_EOS;
    if ((sinewd_topic_may_wait(topic) || end) && !gave_up(p))
        return SENT_MUST_WAIT;
    sinewd_topic_dropped(topic);
    return SENT_ONE;
}

static sent send_topics(sinewd_publisher *p)
{
    sent all = SENT_NOTHING;
    for (size_t i = 0; i < p->n_topics; i++) {
        sent one = SENT_ONE;
        for (int k = 0; k < BURST && one == SENT_ONE; k++) {
            one = send_next(p, p->topics[i]);
            if (one != SENT_NOTHING && all != SENT_ONE)
                all = one;
        }
    }
    return all;
}

/* `key` and the object as JSON, with an empty second part. A full queue drops it: it comes
 * again. */
static void send_news(sinewd_publisher *p, const char *name, const char *ending, json_t *object)
{
    char *json = object ? json_dumps(object, JSON_COMPACT) : NULL;
    char *text = NULL;
    if (json && asprintf(&text, "%s%s %s", name, ending, json) >= 0)
        send_parts(p, text, strlen(text), "", 0);
    free(text);
    free(json);
}

static void send_meta(sinewd_publisher *p, sinewd_topic *topic)
{
    send_news(p, sinewd_topic_name(topic), "/meta", sinewd_topic_meta(topic));
}

static json_t *time_json(struct timespec t)
{
    return json_pack("[I, I]", (json_int_t)t.tv_sec, (json_int_t)t.tv_nsec);
}

static void send_beat(sinewd_publisher *p)
{
    sinewd_stamp now = sinewd_stamp_now();
    json_t *topics = json_object();
    for (size_t i = 0; i < p->n_topics; i++) {
        json_t *status = sinewd_topic_status(p->topics[i]);
        if (status)
            json_object_set_new(topics, sinewd_topic_name(p->topics[i]), status);
    }
    json_t *beat =
        json_pack("{s:i, s:s, s:o, s:o, s:o}", "v", SINEWD_WIRE_VERSION, "epoch", p->epoch,
                  "t_mono", time_json(now.mono), "t_wall", time_json(now.wall), "topics", topics);
    send_news(p, "sinew/hb", "", beat);
    json_decref(beat);
}

static void send_due_news(sinewd_publisher *p)
{
    if (!past(p->beat_due))
        return;
    send_beat(p);
    p->beat_due = sinewd_time_add(sinewd_stamp_now().mono, BEAT_NS);
    if (p->beats++ % META_BEATS == 0)
        for (size_t i = 0; i < p->n_topics; i++)
            send_meta(p, p->topics[i]);
}

/* ---- the thread ---- */

/* XPUB delivers subscriptions: a byte 1 (came) or 0 (went), then the prefix. */
static void read_subscriptions(sinewd_publisher *p)
{
    zmq_msg_t message;
    zmq_msg_init(&message);
    while (zmq_msg_recv(&message, p->socket, ZMQ_DONTWAIT) >= 0) {
        const char *bytes = zmq_msg_data(&message);
        size_t n = zmq_msg_size(&message);
        if (n == 0 || bytes[0] < 0 || bytes[0] > 1)
            continue; /* a message of a peer that is no subscriber */
        for (size_t i = 0; i < p->n_topics; i++)
            if (sinewd_topic_subscribed(p->topics[i], bytes + 1, n - 1, bytes[0] == 1))
                send_meta(p, p->topics[i]);
    }
    zmq_msg_close(&message);
}

static void sleep_until_news(sinewd_publisher *p, sent last)
{
    zmq_pollitem_t items[] = {{.socket = p->socket, .events = ZMQ_POLLIN},
                              {.fd = p->wake_fd, .events = ZMQ_POLLIN}};
    int64_t ns = sinewd_time_between(sinewd_stamp_now().mono, p->beat_due);
    long ms = last == SENT_MUST_WAIT ? RETRY_MS : (long)(ns > 0 ? ns / 1000000 + 1 : 0);
    /* A retry must sleep, so then the wake-ups of workers are left to wait. */
    zmq_poll(items, last == SENT_MUST_WAIT ? 1 : 2, ms);
    eventfd_t ignored;
    eventfd_read(p->wake_fd, &ignored);
}

static bool all_ended(const sinewd_publisher *p)
{
    for (size_t i = 0; i < p->n_topics; i++)
        if (!sinewd_topic_ended(p->topics[i]))
            return false;
    return true;
}

/* The ipc sockets of this publisher; libzmq 4.3.4 leaves them behind. */
static void remove_sockets(sinewd_publisher *p)
{
    for (; p->n_bound > 0; p->n_bound--)
        sinewd_endpoint_remove(p->opts.bind[p->n_bound - 1]);
}

static void close_socket(sinewd_publisher *p)
{
    bool patient = p->may_wait && !sinewd_stop_wanted(p->opts.stop);
    int linger = patient ? LINGER_WAITING_MS : LINGER_MS;
    zmq_setsockopt(p->socket, ZMQ_LINGER, &linger, sizeof linger);
    zmq_close(p->socket);
    p->socket = NULL;
    while (zmq_ctx_term(p->zmq) < 0 && errno == EINTR)
        ;
    p->zmq = NULL;
    remove_sockets(p);
}

static void *publish(void *publisher)
{
    sinewd_publisher *p = publisher;
    p->beat_due = sinewd_stamp_now().mono;
    for (;;) {
        bool closing = atomic_load(&p->closing);
        read_subscriptions(p);
        sent last = send_topics(p);
        send_due_news(p);
        if (closing && all_ended(p))
            break;
        if (last != SENT_ONE)
            sleep_until_news(p, last);
    }
    close_socket(p);
    eventfd_write(p->opts.done_fd, 1);
    return NULL;
}

/* ---- making and ending ---- */

static sinew_status fail_zmq(sinew_error *error, const char *what)
{
    return sinew_fail(error, SINEW_ERR_IO, "%s: %s", what, zmq_strerror(errno));
}

/* A start is told from every other one by 64 random bits. */
static void epoch_new(sinewd_publisher *p)
{
    uint64_t bits = 0;
    if (getrandom(&bits, sizeof bits, 0) != (ssize_t)sizeof bits) {
        struct timespec now = sinewd_stamp_now().wall;
        bits = (uint64_t)now.tv_sec * SINEWD_SECOND_NS + (uint64_t)now.tv_nsec;
    }
    snprintf(p->epoch, sizeof p->epoch, "%016" PRIx64, bits);
}

sinew_status sinewd_publisher_new(sinewd_publisher **out, const sinewd_publish_opts *opts,
                                  sinew_error *error)
{
    *out = NULL;
    sinewd_publisher *p = sinew_alloc(1, sizeof *p);
    if (!p)
        return sinew_fail_memory(error);
    p->opts = *opts;
    epoch_new(p);
    sinew_status status = SINEW_OK;
    p->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    p->topics = sinew_alloc(TOPICS_MOST, sizeof *p->topics);
    p->zmq = zmq_ctx_new();
    p->socket = p->zmq ? zmq_socket(p->zmq, ZMQ_XPUB) : NULL;
    if (p->wake_fd < 0 || !p->topics)
        status = sinew_fail_memory(error);
    else if (!p->socket)
        status = fail_zmq(error, "ZeroMQ");
    if (status) {
        sinewd_publisher_free(p);
        return status;
    }
    *out = p;
    return SINEW_OK;
}

sinew_status sinewd_publisher_add(sinewd_publisher *p, sinewd_topic **out, const char *name,
                                  bool may_wait, sinew_error *error)
{
    *out = NULL;
    if (p->n_topics == TOPICS_MOST)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "more than %d topics", TOPICS_MOST);
    sinew_status status =
        sinewd_topic_new(out, name, p->epoch, may_wait, p->wake_fd, p->opts.stop, error);
    if (!status) {
        p->topics[p->n_topics++] = *out;
        p->may_wait |= may_wait;
    }
    return status;
}

static void set_options(sinewd_publisher *p, size_t queue_messages)
{
    const struct {
        int name, value;
    } options[] = {
        {ZMQ_XPUB_VERBOSER, 1},
        /* With a topic that waits, a full queue is told instead of dropped for that reader. */
        {ZMQ_XPUB_NODROP, p->may_wait},
        {ZMQ_SNDHWM, queue_messages < 1000000 ? (int)queue_messages : 1000000},
        {ZMQ_SNDBUF, 1 << 18}, /* what the kernel holds is latency too */
        {ZMQ_TCP_KEEPALIVE, 1},
        {ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS},
        {ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        zmq_setsockopt(p->socket, options[i].name, &options[i].value, sizeof(int));
    int64_t longest = SUBSCRIPTION_BYTES;
    zmq_setsockopt(p->socket, ZMQ_MAXMSGSIZE, &longest, sizeof longest);
}

static sinew_status bind_one(sinewd_publisher *p, const char *endpoint, sinew_error *error)
{
    const char *obstacle = sinewd_endpoint_obstacle(endpoint);
    if (obstacle)
        return sinew_fail(error, SINEW_ERR_IO, "%s: %s", endpoint, obstacle);
    if (sinewd_endpoint_taken(endpoint)) {
        errno = EADDRINUSE;
        return fail_zmq(error, endpoint);
    }
    int ipv6 = strchr(endpoint, '[') != NULL;
    zmq_setsockopt(p->socket, ZMQ_IPV6, &ipv6, sizeof ipv6);
    mode_t before = umask(0117); /* an ipc socket is for the group at most */
    int failed = zmq_bind(p->socket, endpoint);
    umask(before);
    return failed ? fail_zmq(error, endpoint) : SINEW_OK;
}

sinew_status sinewd_publisher_start(sinewd_publisher *p, size_t queue_messages, sinew_error *error)
{
    set_options(p, queue_messages);
    for (size_t i = 0; i < p->opts.n_bind; i++) {
        sinew_status status = bind_one(p, p->opts.bind[i], error);
        if (status)
            return status;
        p->n_bound = i + 1;
    }
    if (pthread_create(&p->thread, NULL, publish, p) != 0)
        return sinew_fail(error, SINEW_ERR_MEMORY, "no thread for the publisher");
    p->running = true;
    return SINEW_OK;
}

void sinewd_publisher_close(sinewd_publisher *p)
{
    atomic_store(&p->closing, true);
    eventfd_write(p->wake_fd, 1);
}

void sinewd_publisher_free(sinewd_publisher *p)
{
    if (!p)
        return;
    if (p->running)
        pthread_join(p->thread, NULL);
    if (p->socket)
        zmq_close(p->socket);
    if (p->zmq)
        zmq_ctx_term(p->zmq);
    remove_sockets(p);
    for (size_t i = 0; i < p->n_topics; i++)
        sinewd_topic_free(p->topics[i]);
    sinew_free(p->topics);
    if (p->wake_fd >= 0)
        close(p->wake_fd);
    sinew_free(p);
}
