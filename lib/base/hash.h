/* FNV-1a, 64 bits (Fowler, Noll, Vo): to tell models and states apart, not against malice. */
#ifndef SINEW_BASE_HASH_H
#define SINEW_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define SINEW_HASH_START UINT64_C(0xcbf29ce484222325)

static inline uint64_t sinew_hash(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* Numbers and counts, each list with its length, so that lists cannot run into one another. */
static inline uint64_t sinew_hash_count(uint64_t hash, uint64_t count)
{
    return sinew_hash(hash, &count, sizeof count);
}

static inline uint64_t sinew_hash_numbers(uint64_t hash, const double *numbers, size_t n)
{
    hash = sinew_hash_count(hash, n);
    return n > 0 ? sinew_hash(hash, numbers, n * sizeof *numbers) : hash;
}

#endif
