/* In place of convolve_zita.cpp where there is no zita-convolver. */
#include "convolve_zita.h"

void *bench_zita_new(const float *h, size_t taps, size_t block)
{
    (void)h;
    (void)taps;
    (void)block;
    return NULL;
}

void bench_zita_run(void *zita, const float *u, float *y, size_t block)
{
    (void)zita;
    (void)u;
    (void)y;
    (void)block;
}

void bench_zita_free(void *zita)
{
    (void)zita;
}
