#include "layer/mamba.h"

#include <math.h>

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
