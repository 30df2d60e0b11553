/* zita-convolver, as a peer of bench/convolve.c: mono. */
#ifndef TESTS_BENCH_CONVOLVE_ZITA_H
#define TESTS_BENCH_CONVOLVE_ZITA_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* NULL where the build has found no zita-convolver. Its quantum is the block. */
void *bench_zita_new(const float *h, size_t taps, size_t block);
void bench_zita_run(void *zita, const float *u, float *y, size_t block);
void bench_zita_free(void *zita); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
