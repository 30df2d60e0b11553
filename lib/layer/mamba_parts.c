#include "layer/mamba_parts.h"

#include <math.h>

#include "base/memory.h"

float *sinew_mamba_take(char *scratch, size_t *end, size_t n)
{
    size_t at = *end;
    *end += sinew_aligned(n * sizeof(float));
    return scratch ? (float *)(void *)(scratch + at) : NULL;
}

size_t sinew_mamba_work(const sinew_affine *const *maps, size_t n_maps, size_t n)
{
    size_t most = 0;
    for (size_t i = 0; i < n_maps; i++) {
        size_t bytes = sinew_weights_scratch(&maps[i]->weight, n);
        most = bytes > most ? bytes : most;
    }
    return most;
}

/* Below so many numbers a thread takes longer to wake than to work. */
enum { SHARED_LEAST = 1 << 16 };

void sinew_mamba_share(sinew_workers *workers,
                       void (*part)(const void *context, size_t first, size_t last),
                       const void *context, size_t n, size_t grain, size_t numbers)
{
    sinew_workers_share(numbers < SHARED_LEAST ? NULL : workers, part, context, n, grain);
}

float sinew_mamba_rate(double A_log, double unit)
{
    return (float)-fmin(exp(A_log) * unit, 1e30);
}
