/* settle: after how many frames nothing is left of what a chain of poles holds. */
#ifndef SINEW_SSM_SETTLE_H
#define SINEW_SSM_SETTLE_H

#include <complex.h>
#include <stddef.h>

/* Of poles p (n) in series, 1 / prod (1 - p_i / z): frames k after which its impulse response is
 * below 2^-60 of the peak of its frequency response. Poles that are close together ring for much
 * longer than one: k^(n-1) r^k. For any rho between the largest |p_i| and 1, as the coefficients of
 * prod 1 / (1 - |p_i| / z) are positive,
 *
 *     |h_k| <= rho^k / prod (1 - |p_i| / rho),
 *
 * of which the best of some rho is taken. A frame more for each state: nothing of a chain of delays
 * is left then. Infinite where a pole is not inside of the unit circle. */
double sinew_settle_frames(const double complex *p, size_t n);

#endif
