#include "math/fft.h"

#include <pthread.h>

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
