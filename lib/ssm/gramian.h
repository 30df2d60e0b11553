/* Gramians of matrices that are no system yet. */
#ifndef SINEW_SSM_GRAMIAN_H
#define SINEW_SSM_GRAMIAN_H

#include "math/lyapunov.h"
#include "sinew/gramian.h"

/* As in the public header; the A of a discrete system is what is less than I. */
sinew_status sinew_gramian_factor(double *L, const sinew_matrices *m, sinew_gramian which,
                                  sinew_lyapunov kind, sinew_error *error);

/* Lo' Lc of two gramians' factors = U diag(sigma) Vt: sigma are the Hankel singular values. All
 * (n, n); U and Vt may both be NULL. */
sinew_status sinew_hankel_svd(double *U, double *sigma, double *Vt, const double *reached,
                              const double *seen, size_t n, sinew_error *error);

/* 0 and the frequencies (rad/s), rising, among which are all those at which g is a singular value
 * of the response: 2 order + 1 of them. */
sinew_status sinew_hinf_crossings(double *rad, const sinew_matrices *m, double g,
                                  sinew_error *error);

/* Hinf of a system that is only known by its matrices. */
sinew_status sinew_matrices_hinf(double *norm, double *peak_rad, const sinew_matrices *m,
                                 sinew_error *error);

#endif
