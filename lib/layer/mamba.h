/* mamba: what the mixers of Mamba-1, -2 and -3 do alike. */
#ifndef SINEW_LAYER_MAMBA_H
#define SINEW_LAYER_MAMBA_H

#include "layer/layer.h"

/* sinew_workers_share where so many numbers are worth waking a thread. */
void sinew_mamba_share(sinew_workers *workers,
                       void (*part)(const void *context, size_t first, size_t last),
                       const void *context, size_t n, size_t grain, size_t numbers);

/* -exp(A_log) unit, bounded, so that a delta of 0 makes it 0 and no NaN. */
float sinew_mamba_rate(double A_log, double unit);

#endif
