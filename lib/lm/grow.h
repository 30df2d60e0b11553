/* An array that grows: twice as long each time. */
#ifndef SINEW_LM_GROW_H
#define SINEW_LM_GROW_H

#include <stdbool.h>
#include <string.h>

#include "base/memory.h"

/* Room for at least n elements of `size` bytes; false without memory, and all is as it was. */
static inline bool sinew_grow(void **array, size_t *room, size_t n, size_t size)
{
    if (n <= *room)
        return true;
    size_t larger = n > 2 * *room ? n : 2 * *room;
    larger = larger > 64 ? larger : 64;
    void *moved = sinew_alloc(larger, size);
    if (!moved)
        return false;
    if (*room > 0)
        memcpy(moved, *array, *room * size);
    sinew_free(*array);
    *array = moved;
    *room = larger;
    return true;
}

#endif
