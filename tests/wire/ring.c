/* daemon/ring.c between two threads; a plain program, for the thread sanitizer. TAP. */
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>

#include "ring.h"

enum { SLOTS = 8, WORDS = 17, ROUNDS = 200000 };

/* Slot k holds WORDS words that all follow from k: a torn one shows. */
static void *writer(void *ring)
{
    for (uint64_t k = 0; k < ROUNDS;) {
        uint64_t *slot = sinewd_ring_write(ring);
        if (!slot) {
            sched_yield();
            continue;
        }
        for (uint64_t i = 0; i < WORDS; i++)
            slot[i] = k * WORDS + i;
        sinewd_ring_wrote(ring);
        k++;
    }
    return NULL;
}

static int read_in_order(sinewd_ring *ring)
{
    for (uint64_t k = 0; k < ROUNDS;) {
        const uint64_t *slot = sinewd_ring_read(ring);
        if (!slot) {
            sched_yield();
            continue;
        }
        for (uint64_t i = 0; i < WORDS; i++)
            if (slot[i] != k * WORDS + i)
                return 0;
        sinewd_ring_have_read(ring);
        k++;
    }
    return sinewd_ring_read(ring) == NULL;
}

static int fills_and_empties(sinewd_ring *ring)
{
    int good = !sinewd_ring_read(ring);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < SLOTS; i++) {
            good &= sinewd_ring_write(ring) != NULL;
            sinewd_ring_wrote(ring);
        }
        good &= !sinewd_ring_write(ring) && sinewd_ring_filled(ring) == SLOTS;
        for (int i = 0; i < SLOTS; i++) {
            good &= sinewd_ring_read(ring) != NULL;
            sinewd_ring_have_read(ring);
        }
        good &= !sinewd_ring_read(ring) && sinewd_ring_filled(ring) == 0;
    }
    return good;
}

static int report(int number, int good, const char *what)
{
    printf("%s %d - %s\n", good ? "ok" : "not ok", number, what);
    return !good;
}

int main(void)
{
    sinewd_ring *ring;
    pthread_t thread;
    int failed = 0;
    printf("1..3\n");
    if (sinewd_ring_new(&ring, SLOTS - 1, WORDS * sizeof(uint64_t), NULL))
        return 1;
    failed += report(1, (uintptr_t)sinewd_ring_write(ring) % 64 == 0, "slots are aligned");
    failed += report(2, fills_and_empties(ring), "full and empty are told apart");
    if (pthread_create(&thread, NULL, writer, ring) != 0)
        return 1;
    failed += report(3, read_in_order(ring), "every slot arrives once, whole and in order");
    pthread_join(thread, NULL);
    sinewd_ring_free(ring);
    return failed != 0;
}
