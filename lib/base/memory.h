/* Memory: zeroed, 64-byte aligned (a cache line, an AVX-512 register), overflow-checked. */
#ifndef SINEW_BASE_MEMORY_H
#define SINEW_BASE_MEMORY_H

#include <stddef.h>

enum { SINEW_ALIGN = 64 };

/* n elements of `size` bytes, zeroed; NULL without memory or on overflow. n = 0 gives memory
 * that may be freed but holds nothing. */
void *sinew_alloc(size_t n, size_t size);
void sinew_free(void *memory); /* NULL is fine */

/* A copy of n elements of `size` bytes. */
void *sinew_copy(const void *from, size_t n, size_t size);

/* bytes rounded up to a multiple of SINEW_ALIGN. */
static inline size_t sinew_aligned(size_t bytes)
{
    return (bytes + (SINEW_ALIGN - 1)) & ~(size_t)(SINEW_ALIGN - 1);
}

/* An array of n floats in memory that is there, behind what is taken of it so far, which *end says
 * and goes on. memory NULL: only *end counts, so that what is laid out is also measured. */
static inline float *sinew_take_floats(void *memory, size_t *end, size_t n)
{
    char *at = memory ? (char *)memory + *end : NULL;
    *end += sinew_aligned(n * sizeof(float));
    return (float *)(void *)at;
}

#endif
