/* mamba_parts: what the mixers of Mamba-1, -2 and -3 do alike. */
#ifndef SINEW_LAYER_MAMBA_PARTS_H
#define SINEW_LAYER_MAMBA_PARTS_H

#include "layer/affine.h"
#include "layer/layer.h"

/* An array of n floats behind what is taken of scratch memory so far, which *end says and goes on.
 * scratch NULL: only *end counts. */
float *sinew_mamba_take(char *scratch, size_t *end, size_t n);

/* Bytes of scratch memory that products of n frames take, one after the other. */
size_t sinew_mamba_work(const sinew_affine *const *maps, size_t n_maps, size_t n);

/* sinew_workers_share where so many numbers are worth waking a thread. */
void sinew_mamba_share(sinew_workers *workers,
                       void (*part)(const void *context, size_t first, size_t last),
                       const void *context, size_t n, size_t grain, size_t numbers);

/* -exp(A_log) unit, bounded, so that a delta of 0 makes it 0 and no NaN. */
float sinew_mamba_rate(double A_log, double unit);

#endif
