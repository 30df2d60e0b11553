/* source: where a pipeline's blocks come from; one constructor for each kind.
 *
 * `open` checks what can be checked without waiting; `start` runs in the worker's thread and may
 * wait (for a device, or for the first message, which says what the stream is); `read` waits for
 * the next block. All three end early, as at the end of a stream, when a stop is wanted.
 *
 * A new kind: a file source_KIND.c with its ops, a constructor here, a line in source.c, and its
 * keys in config_keys.c. */
#ifndef SINEWD_SOURCE_H
#define SINEWD_SOURCE_H

#include "chunk.h"
#include "config.h"
#include "stop.h"

typedef struct sinewd_source sinewd_source;

typedef struct sinewd_source_ops {
    /* NULL: nothing to do. After it, rate_hz and channels are known, or a stop is wanted. */
    sinew_status (*start)(sinewd_source *source, sinew_error *error);
    /* The next 1 to max_frames frames, in memory of the source until the next read; n_frames = 0
     * at the end and after a stop. */
    sinew_status (*read)(sinewd_source *source, sinewd_chunk *out, sinew_error *error);
    void (*close)(sinewd_source *source);
} sinewd_source_ops;

/* The first member of every kind of source. */
struct sinewd_source {
    const sinewd_source_ops *ops;
    const sinewd_stop *stop;
    sinew_sample sample; /* what read is to deliver, F32 or F64: set by the owner before the
                          * first read, once there is a node to say it */
    double rate_hz;      /* 0: not known before start */
    uint32_t channels;   /* likewise */
    size_t max_frames;
    int64_t frames; /* of the whole stream; -1: not known */
    int encoding;   /* the file's, for files that are made of it; 0: none */
    bool live;      /* it will not come again; unless it waits, what is late is lost */
    bool waits;     /* it goes as fast as it is read: nothing can be late */
    bool device;    /* it is served by a driver: the worker runs in real time */
};

sinew_status sinewd_source_open(sinewd_source **out, const sinewd_source_config *config,
                                const sinewd_stop *stop, sinew_error *error);
void sinewd_source_close(sinewd_source *source); /* NULL is fine */

/* The kinds. Each fills in a sinewd_source whose stop is given. */
sinew_status sinewd_source_file(sinewd_source **out, const sinewd_file_config *config,
                                const sinewd_source *like, sinew_error *error);
sinew_status sinewd_source_device(sinewd_source **out, const sinewd_device_config *config,
                                  const sinewd_source *like, sinew_error *error);
sinew_status sinewd_source_zmq(sinewd_source **out, const sinewd_zmq_config *config,
                               const sinewd_source *like, sinew_error *error);

#endif
