/* The inside of a ZeroMQ source, shared by its two formats. */
#ifndef SINEWD_SOURCE_ZMQ_H
#define SINEWD_SOURCE_ZMQ_H

#include <stdio.h>
#include <zmq.h>

#include "source.h"

typedef struct sinewd_zmq_source {
    sinewd_source base;
    const sinewd_zmq_config *config;
    void *zmq, *socket;
    char key[4096 + 8];   /* what is subscribed to */
    zmq_msg_t head, body; /* the first and the last part of the message at hand */
    int parts;            /* of that message; 0: there is none, and head is empty */
    void *samples;        /* (max_frames, channels): what read hands out */
    uint64_t complaints;

    /* wire: the message at hand is cut into blocks */
    sinewd_wire_header header;
    size_t taken; /* frames of it that were handed out */
    bool at_hand;
    char epoch[SINEWD_WIRE_EPOCH_BYTES];

    /* raw: bytes of messages are gathered into blocks */
    unsigned char *pending; /* (max_frames, channels) of the wire's type */
    size_t pending_bytes, body_taken;
    sinewd_stamp pending_at;

    int64_t index; /* of the next frame */
} sinewd_zmq_source;

/* Wait for a message; false: a stop is wanted. */
bool sinewd_zmq_receive(sinewd_zmq_source *z);

/* Log why a message was dropped: the 1st, 2nd, 4th, 8th, ... time. */
void sinewd_zmq_complain(sinewd_zmq_source *z, const char *text);

/* `samples`, once the number of channels is known. */
sinew_status sinewd_zmq_make_room(sinewd_zmq_source *z, sinew_error *error);

sinew_status sinewd_wire_source_start(sinewd_source *source, sinew_error *error);
sinew_status sinewd_wire_source_read(sinewd_source *source, sinewd_chunk *out, sinew_error *error);
sinew_status sinewd_raw_source_start(sinewd_source *source, sinew_error *error);
sinew_status sinewd_raw_source_read(sinewd_source *source, sinewd_chunk *out, sinew_error *error);

#endif
