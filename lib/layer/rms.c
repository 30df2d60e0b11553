#include "layer/rms.h"

#include <float.h>
#include <math.h>

bool sinew_rms_shrink(const sinew_learned *ops, const float *x, float *y, size_t n)
{
    if (ops->squares(x, n) <= FLT_MAX)
        return false;
    ops->scaled(x, 0x1p-100F, NULL, y, n);
    return true;
}

void sinew_rms_scaled(const sinew_learned *ops, const float *x, float eps, const float *w, float *y,
                      size_t n)
{
    float sum = ops->squares(x, n);
    if (!(sum <= FLT_MAX) && sinew_rms_shrink(ops, x, y, n)) {
        x = y;
        eps = 0;
        sum = ops->squares(x, n);
    }
    ops->scaled(x, 1 / sqrtf(sum / (float)n + eps), w, y, n);
}
