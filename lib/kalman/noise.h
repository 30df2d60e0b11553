/* noise: the covariance that white noise builds up in a state over a time,
 *
 *     Q(T) = int_0^T e^{As} G G' e^{A's} ds = U'U       (G with the root of the intensity in it)
 *
 * as a triangular root. Van Loan's block matrix [[-A, GG'], [0, A']] (1978) gives Q(T) itself and
 * holds e^{-AT}, which overflows for what decays over a long gap; so the root is made directly: on
 * a piece h = T / 2^s with h |A| <= 1 by eight points of Gauss and Legendre, whose error is below
 * (2 h |A|)^16 (8!)^4 / (17 (16!)^3) ~ 1e-18 of the integral, then doubled s times,
 *
 *     Q(2h) = Q(h) + F(h) Q(h) F(h)'
 *
 * by rotations. Nothing is subtracted anywhere, and small directions keep their digits. */
#ifndef SINEW_KALMAN_NOISE_H
#define SINEW_KALMAN_NOISE_H

#include "ssm/held.h"

typedef struct sinew_noise {
    sinew_held held;
    size_t noises;
    double *rows; /* (noises, order): of G' */
} sinew_noise;

/* rows (copied): as above. Finish in any case. */
sinew_status sinew_noise_init(sinew_noise *noise, const sinew_matrices *m, const double *rows,
                              size_t noises, sinew_error *error);
void sinew_noise_finish(sinew_noise *noise);

/* U (order, order), for T >= 0. scratch: sinew_noise_scratch doubles. Real time. */
void sinew_noise_root(const sinew_noise *noise, double T, double *U, double *scratch);
size_t sinew_noise_scratch(const sinew_noise *noise);

#endif
