/* The inside of a kalman, and the two steps that all its ways of running are made of.
 *
 * What is believed of the state is its mean x and the upper triangular root U of its covariance,
 * P = U'U. Rows stand for sources of uncertainty; a step stacks rows and turns them (math/root.h):
 *
 *   over dt     [U F'; U_Q] -> [U+; 0]                     x+ = F x + G1 u0 + G2 (u1 - u0)
 *   measured    [U_R, 0; U C', U] -> [U_e, K'; 0, U+]      x+ = x + K U_e'^-1 (y - C x - D u)
 *
 * where U_e is the root of the covariance of what is measured. */
#ifndef SINEW_KALMAN_KALMAN_H
#define SINEW_KALMAN_KALMAN_H

#include <stdatomic.h>

#include "filter/steps.h"
#include "kalman/noise.h"
#include "sinew/kalman.h"

struct sinew_kalman {
    atomic_uint owners;             /* whoever made it, and each of its nodes */
    size_t order, measured, inputs; /* inputs: known ones, may be 0 */
    double *C, *D;                  /* (measured, order), (measured, inputs) */
    double *R;                      /* (measured, measured): upper root of its covariance */
    double *mean, *root;            /* (order), (order, order): at the start */
    sinew_steps steps;              /* extra: (order, order), U_Q of the step */
    sinew_noise noise;
    uint64_t asked; /* hash of what was given */
};

/* One more owner, who frees it too. */
const sinew_kalman *sinew_kalman_share(const sinew_kalman *k);

typedef struct sinew_belief {
    double *x; /* (order) */
    double *U; /* (order, order) */
} sinew_belief;

void sinew_kalman_start(const sinew_kalman *k, const sinew_belief *b);

/* Doubles of scratch that the functions below need. */
size_t sinew_kalman_scratch(const sinew_kalman *k);

/* The matrices of a step, dt > 0. */
sinew_step_at sinew_kalman_step(const sinew_kalman *k, double *kept, double dt, double *scratch);

/* Over a step; u0, u1: known inputs. */
void sinew_kalman_predict(const sinew_kalman *k, const sinew_belief *b, const sinew_step_at *at,
                          const double *u0, const double *u1, double *scratch);

/* Take in a frame y (measured), of which the finite ones are there; u (inputs) known. Returns how
 * many there were; of so many the normalised innovations are the first of `innovations` (measured),
 * 0 behind. log_likelihood (NULL: not wanted) grows by that of the frame. */
size_t sinew_kalman_update(const sinew_kalman *k, const sinew_belief *b, const double *y,
                           const double *u, double *innovations, double *log_likelihood,
                           double *scratch);

#endif
