/**
 * gramian: how well states are reached and seen, and how large a system is.
 *
 *     continuous                               discrete
 *     A P + P A' + B B' = 0                    A P A' - P + B B' = 0     reached
 *     A' Q + Q A + C' C = 0                    A' Q A - Q + C' C = 0     seen
 *
 * The Hankel singular values, the roots of the eigenvalues of P Q, are the same in all coordinates:
 * a state of balanced coordinates with a small one hardly counts. H2 is the root of the energy of
 * the impulse response, Hinf the peak of the response over all frequencies.
 *
 *     double norm, peak_rad;
 *     if (sinew_system_hinf(&norm, &peak_rad, system, &error)) ...
 *
 * Errors: SINEW_ERR_NUMERIC where there is no answer: a gramian, Hankel values or H2 of a system
 * that is not stable; H2 of a continuous system that passes its input on (D); Hinf with a pole on
 * the axis or the unit circle. Thread-safety: pure functions.
 */
#ifndef SINEW_GRAMIAN_H
#define SINEW_GRAMIAN_H

#include "discretization.h"
#include "system.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sinew_gramian {
    SINEW_GRAMIAN_REACHED = 0, /* controllability, P */
    SINEW_GRAMIAN_SEEN         /* observability, Q */
} sinew_gramian;

/** The gramian W (order, order), in the coordinates of the system's matrices. */
SINEW_API sinew_status sinew_system_gramian(double *W, const sinew_system *system,
                                            sinew_gramian which, sinew_error *error);
SINEW_API sinew_status sinew_discretization_gramian(double *W, const sinew_discretization *d,
                                                    sinew_gramian which, sinew_error *error);

/** L (order, order) with W = L L', computed without W: states that are hardly reached or seen keep
 *  their digits (Hammarling 1982). */
SINEW_API sinew_status sinew_system_gramian_factor(double *L, const sinew_system *system,
                                                   sinew_gramian which, sinew_error *error);
SINEW_API sinew_status sinew_discretization_gramian_factor(double *L, const sinew_discretization *d,
                                                           sinew_gramian which, sinew_error *error);

/** The Hankel singular values, (order), falling. */
SINEW_API sinew_status sinew_system_hankel(double *sigma, const sinew_system *system,
                                           sinew_error *error);
SINEW_API sinew_status sinew_discretization_hankel(double *sigma, const sinew_discretization *d,
                                                   sinew_error *error);

/** The H2 norm: sqrt of the integral (sum) over time of |h|^2, all inputs and outputs together. */
SINEW_API sinew_status sinew_system_h2(double *norm, const sinew_system *system,
                                       sinew_error *error);
SINEW_API sinew_status sinew_discretization_h2(double *norm, const sinew_discretization *d,
                                               sinew_error *error);

/** The largest singular value of the response over all frequencies, and where it is: 0, a
 *  frequency (rad/s; a discretization's below half the rate), or INFINITY. Relative accuracy 1e-9
 * or better (Bruinsma, Steinbuch 1990). A system with poles to the right of the axis has this
 * number too (its Linf norm), though it is no bound on what comes out. peak_rad may be NULL. */
SINEW_API sinew_status sinew_system_hinf(double *norm, double *peak_rad, const sinew_system *system,
                                         sinew_error *error);
SINEW_API sinew_status sinew_discretization_hinf(double *norm, double *peak_rad,
                                                 const sinew_discretization *d, sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
