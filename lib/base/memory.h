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

#endif
