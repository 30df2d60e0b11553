#include "math/fft.h"

#include <pthread.h>
#include <stdlib.h>

/* The one mutable global of the library: FFTW's planner is a global itself. */
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

void sinew_fft_lock(void)
{
    pthread_mutex_lock(&planner);
}

void sinew_fft_unlock(void)
{
    pthread_mutex_unlock(&planner);
}

/* By far more than plans were seen to take: tables of some complex numbers for each point, and what
 * the planner remembers. */
enum { BYTES_A_POINT = 128, BYTES_ALWAYS = 1 << 20 };

bool sinew_fft_has_room(size_t length)
{
    void *volatile room = malloc(length * BYTES_A_POINT + BYTES_ALWAYS); /* not optimised away */
    free(room);
    return room != NULL;
}
