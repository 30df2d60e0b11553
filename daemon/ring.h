/* ring: a queue of fixed-size slots between one writing and one reading thread, without locks.
 *
 *     void *slot = sinewd_ring_write(ring);          NULL: full
 *     if (slot) { fill it; sinewd_ring_wrote(ring); }
 *     ...
 *     const void *slot = sinewd_ring_read(ring);     NULL: empty
 *     if (slot) { use it; sinewd_ring_have_read(ring); }
 *
 * The slots are the pool: nobody allocates after `new`. Real time: all but new and free. */
#ifndef SINEWD_RING_H
#define SINEWD_RING_H

#include <stddef.h>

#include "sinew/status.h"

typedef struct sinewd_ring sinewd_ring;

/* `slots` is rounded up to a power of two; each slot starts on a cache line. */
sinew_status sinewd_ring_new(sinewd_ring **out, size_t slots, size_t slot_bytes,
                             sinew_error *error);
void sinewd_ring_free(sinewd_ring *ring); /* NULL is fine; both threads must be done */

/* The writer's side. */
void *sinewd_ring_write(sinewd_ring *ring);
void sinewd_ring_wrote(sinewd_ring *ring);

/* The reader's side. */
void *sinewd_ring_read(sinewd_ring *ring);
void sinewd_ring_have_read(sinewd_ring *ring);

/* How many slots are filled, exact for neither side: the other one may be at work. */
size_t sinewd_ring_filled(sinewd_ring *ring);

#endif
