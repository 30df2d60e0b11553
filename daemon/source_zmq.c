/* A ZeroMQ SUB socket as a source. One message at a time is kept and cut into blocks; what kind
 * of message, wire v1 or raw samples, is for source_wire.c and source_raw.c. */
#include "source_zmq.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "log.h"

enum {
    MESSAGE_BYTES = 1 << 26, /* a longer message ends the connection */
    HEARTBEAT_MS = 5000,
    HEARTBEAT_TIMEOUT_MS = 30000,
    RECONNECT_MS = 100,
    RECONNECT_MOST_MS = 5000
};

void sinewd_zmq_complain(sinewd_zmq_source *z, const char *text)
{
    z->complaints++;
    if ((z->complaints & (z->complaints - 1)) == 0)
        sinewd_log("%s: message %llu that was dropped: %s",
                   ((const char *const *)z->config->connect.items)[0],
                   (unsigned long long)z->complaints, text);
}

/* All parts of the message that is there: the first in `head`, the last in `body`. */
static bool receive_parts(sinewd_zmq_source *z)
{
    int parts = 0;
    zmq_msg_t *part = &z->head;
    z->parts = 0;
    do {
        if (zmq_msg_recv(part, z->socket, ZMQ_DONTWAIT) < 0)
            return false; /* at the first part only, which is empty then: a message comes whole */
        parts++;
        if (!zmq_msg_more(part))
            break;
        part = &z->body;
    } while (true);
    z->parts = parts;
    return true;
}

bool sinewd_zmq_receive(sinewd_zmq_source *z)
{
    zmq_pollitem_t items[] = {{.socket = z->socket, .events = ZMQ_POLLIN},
                              {.fd = z->base.stop->fd, .events = ZMQ_POLLIN}};
    while (!sinewd_stop_wanted(z->base.stop)) {
        if (receive_parts(z))
            return true;
        zmq_poll(items, 2, -1);
    }
    return false;
}

sinew_status sinewd_zmq_make_room(sinewd_zmq_source *z, sinew_error *error)
{
    sinew_free(z->samples);
    z->samples = sinew_alloc(z->base.max_frames * z->base.channels, sizeof(double));
    return z->samples ? SINEW_OK : sinew_fail_memory(error);
}

static void zmq_source_close(sinewd_source *source)
{
    sinewd_zmq_source *z = (sinewd_zmq_source *)source;
    zmq_msg_close(&z->head);
    zmq_msg_close(&z->body);
    if (z->socket)
        zmq_close(z->socket);
    if (z->zmq)
        zmq_ctx_term(z->zmq);
    sinew_free(z->samples);
    sinew_free(z->pending);
    sinew_free(z);
}

/* Everything is set before connect, as later connections inherit it. */
static sinew_status connect_all(sinewd_zmq_source *z, sinew_error *error)
{
    const struct {
        int name, value;
    } options[] = {{ZMQ_LINGER, 0},
                   {ZMQ_TCP_KEEPALIVE, 1},
                   {ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS},
                   {ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS},
                   {ZMQ_RECONNECT_IVL, RECONNECT_MS},
                   {ZMQ_RECONNECT_IVL_MAX, RECONNECT_MOST_MS}};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        zmq_setsockopt(z->socket, options[i].name, &options[i].value, sizeof(int));
    int64_t longest = MESSAGE_BYTES;
    zmq_setsockopt(z->socket, ZMQ_MAXMSGSIZE, &longest, sizeof longest);
    zmq_setsockopt(z->socket, ZMQ_SUBSCRIBE, z->key, strlen(z->key));
    const char *const *endpoints = z->config->connect.items;
    for (size_t i = 0; i < z->config->connect.n; i++) {
        int ipv6 = strchr(endpoints[i], '[') != NULL;
        zmq_setsockopt(z->socket, ZMQ_IPV6, &ipv6, sizeof ipv6);
        if (zmq_connect(z->socket, endpoints[i]) < 0)
            return sinew_fail(error, SINEW_ERR_IO, "%s: %s", endpoints[i], zmq_strerror(errno));
    }
    return SINEW_OK;
}

static const sinewd_source_ops wire_ops = {sinewd_wire_source_start, sinewd_wire_source_read,
                                           zmq_source_close};
static const sinewd_source_ops raw_ops = {sinewd_raw_source_start, sinewd_raw_source_read,
                                          zmq_source_close};

sinew_status sinewd_source_zmq(sinewd_source **out, const sinewd_zmq_config *config,
                               const sinewd_source *like, sinew_error *error)
{
    *out = NULL;
    sinewd_zmq_source *z = sinew_alloc(1, sizeof *z);
    if (!z)
        return sinew_fail_memory(error);
    bool raw = config->format == SINEWD_ZMQ_RAW;
    z->base = *like;
    z->base.ops = raw ? &raw_ops : &wire_ops;
    z->base.max_frames = (size_t)config->block;
    z->base.live = true;
    z->base.waits = config->pace == SINEWD_PACE_FAST;
    z->base.rate_hz = raw ? config->rate_hz : 0;
    z->base.channels = raw ? (uint32_t)config->channels : 0;
    z->config = config;
    zmq_msg_init(&z->head);
    zmq_msg_init(&z->body);
    /* The space makes the subscription to a topic of the wire exact. */
    snprintf(z->key, sizeof z->key, "%s%s", config->topic ? config->topic : "", raw ? "" : " ");
    z->zmq = zmq_ctx_new();
    z->socket = z->zmq ? zmq_socket(z->zmq, ZMQ_SUB) : NULL;
    sinew_status status = z->socket
                              ? connect_all(z, error)
                              : sinew_fail(error, SINEW_ERR_IO, "ZeroMQ: %s", zmq_strerror(errno));
    if (status) {
        zmq_source_close(&z->base);
        return status;
    }
    *out = &z->base;
    return SINEW_OK;
}
