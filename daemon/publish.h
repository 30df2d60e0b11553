/* publish: the one thread that owns the XPUB socket and sends what waits in the topics.
 *
 *     sinewd_publisher_new(&publisher, &opts, &error)
 *     sinewd_publisher_add(publisher, &topic, "mic/clean", false, &error)   for each topic
 *     sinewd_publisher_start(publisher, queue_messages, &error)             binds
 *     ... workers open, write and finish their topics ...
 *     sinewd_publisher_close(publisher)     when the workers are done; `done_fd` tells the end
 *     sinewd_publisher_free(publisher)
 *
 * Beside the topics it sends `<topic>/meta ` on each subscription and every 5 s, and `sinew/hb `
 * once a second. What no subscriber asked for is not sent at all. */
#ifndef SINEWD_PUBLISH_H
#define SINEWD_PUBLISH_H

#include <stddef.h>

#include "stop.h"
#include "topic.h"

typedef struct sinewd_publisher sinewd_publisher;

typedef struct sinewd_publish_opts {
    char *const *bind; /* (n_bind) endpoints */
    size_t n_bind;
    double queue_s; /* how much may wait for a subscriber that is slow */
    const sinewd_stop *stop;
    int done_fd; /* an eventfd that is written to when all is sent, after `close` */
} sinewd_publish_opts;

/* opts is copied; what it points to must outlive the publisher. */
sinew_status sinewd_publisher_new(sinewd_publisher **out, const sinewd_publish_opts *opts,
                                  sinew_error *error);

/* Before start. The topic is the publisher's. */
sinew_status sinewd_publisher_add(sinewd_publisher *publisher, sinewd_topic **out, const char *name,
                                  bool may_wait, sinew_error *error);

/* Bind and run. queue_messages: how many messages of all topics fall into queue_s.
 * Errors: SINEW_ERR_IO for an endpoint that is in use or not there. */
sinew_status sinewd_publisher_start(sinewd_publisher *publisher, size_t queue_messages,
                                    sinew_error *error);

/* Every topic is finished or was never opened: send the rest, then end. */
void sinewd_publisher_close(sinewd_publisher *publisher);

/* Waits for the thread, so close first. NULL is fine. */
void sinewd_publisher_free(sinewd_publisher *publisher);

#endif
