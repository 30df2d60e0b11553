#include "ring.h"

#include <stdatomic.h>
#include <stdalign.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"

/* Two counters that only grow; slot = counter mod slots. The writer publishes a slot by a
 * release of `wrote`, the reader gives it back by a release of `read`; each sits on its own
 * cache line, so that the threads do not pull one line to and fro (Lamport 1983). */
struct sinewd_ring {
    alignas(SINEW_ALIGN) atomic_size_t wrote;
    alignas(SINEW_ALIGN) atomic_size_t have_read;
    alignas(SINEW_ALIGN) unsigned char *slot;
    size_t mask, slot_bytes;
};

sinew_status sinewd_ring_new(sinewd_ring **out, size_t slots, size_t slot_bytes, sinew_error *error)
{
    *out = NULL;
    size_t n = 2;
    while (n < slots && n <= SIZE_MAX / 4)
        n *= 2;
    sinewd_ring *ring = sinew_alloc(1, sizeof *ring);
    unsigned char *slot = sinew_alloc(n, sinew_aligned(slot_bytes));
    if (!ring || !slot) {
        sinew_free(ring);
        sinew_free(slot);
        return sinew_fail_memory(error);
    }
    ring->slot = slot;
    ring->mask = n - 1;
    ring->slot_bytes = sinew_aligned(slot_bytes);
    *out = ring;
    return SINEW_OK;
}

void sinewd_ring_free(sinewd_ring *ring)
{
    if (!ring)
        return;
    sinew_free(ring->slot);
    sinew_free(ring);
}

static void *slot_at(sinewd_ring *ring, size_t counter)
{
    return ring->slot + (counter & ring->mask) * ring->slot_bytes;
}

void *sinewd_ring_write(sinewd_ring *ring)
{
    size_t wrote = atomic_load_explicit(&ring->wrote, memory_order_relaxed);
    size_t have_read = atomic_load_explicit(&ring->have_read, memory_order_acquire);
    return wrote - have_read > ring->mask ? NULL : slot_at(ring, wrote);
}

void sinewd_ring_wrote(sinewd_ring *ring)
{
    size_t wrote = atomic_load_explicit(&ring->wrote, memory_order_relaxed);
    atomic_store_explicit(&ring->wrote, wrote + 1, memory_order_release);
}

void *sinewd_ring_read(sinewd_ring *ring)
{
    size_t have_read = atomic_load_explicit(&ring->have_read, memory_order_relaxed);
    size_t wrote = atomic_load_explicit(&ring->wrote, memory_order_acquire);
    return wrote == have_read ? NULL : slot_at(ring, have_read);
}

void sinewd_ring_have_read(sinewd_ring *ring)
{
    size_t have_read = atomic_load_explicit(&ring->have_read, memory_order_relaxed);
    atomic_store_explicit(&ring->have_read, have_read + 1, memory_order_release);
}

size_t sinewd_ring_filled(sinewd_ring *ring)
{
    size_t have_read = atomic_load_explicit(&ring->have_read, memory_order_acquire);
    return atomic_load_explicit(&ring->wrote, memory_order_acquire) - have_read;
}
