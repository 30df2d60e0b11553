#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *sinew_alloc(size_t n, size_t size)
{
    if (size && n > (SIZE_MAX / 2) / size)
        return NULL;
    size_t bytes = sinew_aligned(n > 0 && size > 0 ? n * size : 1);
    void *memory = aligned_alloc(SINEW_ALIGN, bytes);
    if (memory)
        memset(memory, 0, bytes);
    return memory;
}

void sinew_free(void *memory)
{
    free(memory);
}

void *sinew_copy(const void *from, size_t n, size_t size)
{
    void *memory = sinew_alloc(n, size);
    if (memory && n > 0 && size > 0)
        memcpy(memory, from, n * size);
    return memory;
}
