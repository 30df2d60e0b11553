#include "ssm/settle.h"

#include <math.h>

enum { BITS = 60, PLACES = 48 };

/* log2 of the largest |1 / prod (1 - p_i / z)| over the circle, at the poles' angles. */
static double peak_bits(const double complex *p, size_t n)
{
    double most = -HUGE_VAL;
    for (size_t at = 0; at < n; at++) {
        double complex back = p[at] != 0 ? conj(p[at]) / cabs(p[at]) : 1; /* 1 / z */
        double bits = 0;
        for (size_t i = 0; i < n; i++)
            bits -= log2(cabs(1 - p[i] * back));
        most = fmax(most, bits);
    }
    return most;
}

static double frames_by(const double complex *p, size_t n, double rho, double bits)
{
    for (size_t i = 0; i < n; i++)
        bits -= log2(1 - cabs(p[i]) / rho);
    return fmax(bits, 0) / -log2(rho);
}

double sinew_settle_frames(const double complex *p, size_t n)
{
    double radius = 0, best = HUGE_VAL;
    for (size_t i = 0; i < n; i++)
        radius = fmax(radius, cabs(p[i]));
    if (!(radius < 1))
        return HUGE_VAL;
    if (!(radius > 0))
        return (double)n;
    double bits = BITS - peak_bits(p, n), part = 1;
    for (size_t i = 0; i < PLACES; i++) {
        part *= 0.75; /* of the way from radius to 1 */
        double rho = radius + (1 - radius) * part;
        if (rho < 1 && rho > radius)
            best = fmin(best, frames_by(p, n, rho, bits));
    }
    return ceil(best) + (double)n;
}
