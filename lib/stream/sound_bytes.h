/* The bytes of a sound file as libsndfile writes them, on their way to a descriptor: functions of
 * ours, because sf_close does not tell of a full disk, and because libsndfile writes 8 KiB at a
 * time, when the calls of the system cost more than a filter. */
#ifndef SINEW_STREAM_SOUND_BYTES_H
#define SINEW_STREAM_SOUND_BYTES_H

#include <sndfile.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct sinew_sound_bytes {
    int fd;           /* not owned */
    bool positioned;  /* pwrite works: a file; else a device that swallows anything */
    int64_t at, size; /* of the file as libsndfile sees it */
    char *held;       /* what is not written yet, where positioned */
    size_t n_held;
    int64_t held_at; /* where it belongs */
    int reason;      /* errno of the first write that failed; 0: none */
} sinew_sound_bytes;

/* False without memory; finish in any case. */
bool sinew_sound_bytes_init(sinew_sound_bytes *b, int fd, bool positioned);
void sinew_sound_bytes_finish(sinew_sound_bytes *b);

/* What libsndfile calls, with the sinew_sound_bytes as its user data. */
extern SF_VIRTUAL_IO sinew_sound_bytes_io;

/* Write what is held; b->reason tells whether all has arrived. */
void sinew_sound_bytes_flush(sinew_sound_bytes *b);

#endif
