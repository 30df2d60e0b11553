/* chunk: a block on its way through the daemon, with what the wire wants to know about it. */
#ifndef SINEWD_CHUNK_H
#define SINEWD_CHUNK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "sinew/block.h"

/* What happened to a stream at a block; the wire's `flags`, in this order (wire.c). */
enum {
    SINEWD_FLAG_GAP = 1 << 0,     /* frames before the block were lost: `gap` of them */
    SINEWD_FLAG_XRUN = 1 << 1,    /* the device was not served in time */
    SINEWD_FLAG_DISCONT = 1 << 2, /* the time line jumped for another reason */
    SINEWD_FLAG_CLIP = 1 << 3,
    SINEWD_FLAG_MUTED = 1 << 4,
    SINEWD_FLAG_EOS = 1 << 5, /* the stream ends with this block */
    SINEWD_FLAG_REPLAY = 1 << 6,
    SINEWD_FLAG_STALE = 1 << 7,
    SINEWD_FLAGS = 8 /* how many there are */
};

/* One instant on both clocks: CLOCK_MONOTONIC orders, CLOCK_REALTIME dates. */
typedef struct sinewd_stamp {
    struct timespec mono, wall;
} sinewd_stamp;

typedef struct sinewd_chunk {
    sinew_block block;
    sinewd_stamp at; /* when the first frame happened */
    uint32_t flags;  /* SINEWD_FLAG_... */
    int64_t gap;     /* frames lost before the block */
    bool restart;    /* the source began anew: what the filter remembers is of another stream */
} sinewd_chunk;

enum { SINEWD_SECOND_NS = 1000000000 };

/* Real time: clock_gettime is answered in user space. */
static inline sinewd_stamp sinewd_stamp_now(void)
{
    sinewd_stamp now;
    clock_gettime(CLOCK_MONOTONIC, &now.mono);
    clock_gettime(CLOCK_REALTIME, &now.wall);
    return now;
}

static inline struct timespec sinewd_time_add(struct timespec t, int64_t ns)
{
    int64_t seconds = ns / SINEWD_SECOND_NS, rest = t.tv_nsec + ns % SINEWD_SECOND_NS;
    if (rest < 0) {
        seconds--;
        rest += SINEWD_SECOND_NS;
    } else if (rest >= SINEWD_SECOND_NS) {
        seconds++;
        rest -= SINEWD_SECOND_NS;
    }
    t.tv_sec += seconds;
    t.tv_nsec = rest;
    return t;
}

static inline sinewd_stamp sinewd_stamp_add(sinewd_stamp at, int64_t ns)
{
    return (sinewd_stamp){sinewd_time_add(at.mono, ns), sinewd_time_add(at.wall, ns)};
}

/* to - from, in nanoseconds. */
static inline int64_t sinewd_time_between(struct timespec from, struct timespec to)
{
    return (int64_t)(to.tv_sec - from.tv_sec) * SINEWD_SECOND_NS + (to.tv_nsec - from.tv_nsec);
}

/* n frames in nanoseconds: whole seconds apart, as n * 1e9 has no room in a double. */
static inline int64_t sinewd_frames_ns(int64_t n, double rate_hz)
{
    double seconds = (double)n / rate_hz;
    int64_t whole = (int64_t)seconds;
    return whole * SINEWD_SECOND_NS + (int64_t)((seconds - (double)whole) * SINEWD_SECOND_NS);
}

#endif
