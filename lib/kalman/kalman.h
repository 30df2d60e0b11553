/* The inside of a kalman, and the two steps that all its ways of running are made of.
 *
 * What is believed of the state is a root U of its covariance, P = U'U, and its mean x = m + U'z.
 * Rows of U stand for sources of uncertainty; a step stacks rows and turns them (math/root.h), and
 * z with them:
 *
 *     over dt     [U F', z; U_Q, 0] -> [U+, z+; 0, r]        m+ = F m + G1 u0 + G2 (u1 - u0)
 *     measured    [U_R, 0, 0; U C', U, z] -> [U_e, K', e0; 0, U+, z+]
 *                 m+ = m + K e,  e = U_e'^-1 (y - C m - D u), which was not expected by e - e0
 *
 * The mean is so written because over a long gap what grows makes mean and root large together,
 * along one direction; as a multiple of the same rows the mean is turned as they are, and what a
 * measurement then takes away leaves nothing of the rounding of large numbers. So after each step
 * what it can of m goes into z. For the same reason a step over which F is large is taken in
 * pieces.
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
    double *m, *z; /* (order) */
    double *U;     /* (order, order), graded */
} sinew_belief;

/* Doubles of a belief; one in memory of so many. */
size_t sinew_belief_doubles(const sinew_kalman *k);
sinew_belief sinew_belief_at(const sinew_kalman *k, double *memory);

void sinew_kalman_start(const sinew_kalman *k, const sinew_belief *b);

/* x (order) = m + U'z */
void sinew_kalman_mean(const sinew_kalman *k, const sinew_belief *b, double *x);

/* Doubles of scratch that the functions below need. */
size_t sinew_kalman_scratch(const sinew_kalman *k);

/* A step, dt > 0: so many pieces, each with these matrices. */
typedef struct sinew_kalman_step {
    sinew_step_at at;
    size_t pieces;
} sinew_kalman_step;

sinew_kalman_step sinew_kalman_find_step(const sinew_kalman *k, double *kept, double dt,
                                         double *scratch);

/* What leads back from a frame to the one before it, in the coordinates q of x = m + U'q, which are
 * believed to be z, each of variance 1: those before are V'q + w and a random part, root W. Steps
 * and measurements carry it along. */
typedef struct sinew_kalman_back {
    double *V, *W; /* (order, order) */
    double *w;     /* (order) */
} sinew_kalman_back;

size_t sinew_kalman_back_doubles(const sinew_kalman *k);
sinew_kalman_back sinew_kalman_back_at(const sinew_kalman *k, double *memory);

/* From a belief to itself. */
void sinew_kalman_back_start(const sinew_kalman *k, const sinew_kalman_back *back);

/* From rows [U, V, z] that have been graded: those from the rank on are no part of U any more, and
 * go into w and W. scratch: (rows + order, order) */
void sinew_kalman_back_put(const sinew_kalman *k, const sinew_kalman_back *back,
                           const double *stack, size_t rows, size_t rank, double *scratch);

/* A coordinate with this row of V is known to be so much. */
void sinew_kalman_back_add(const sinew_kalman *k, const sinew_kalman_back *back, const double *row,
                           double value);

/* Over a step; u0, u1: known inputs. back: NULL, or carried along. */
void sinew_kalman_predict(const sinew_kalman *k, const sinew_belief *b,
                          const sinew_kalman_step *step, const double *u0, const double *u1,
                          const sinew_kalman_back *back, double *scratch);

/* Take in a frame y (measured), of which the finite ones are there; u (inputs) known. Returns how
 * many there were; of so many the normalised innovations are the first of `innovations` (measured),
 * 0 behind. log_likelihood (NULL: not wanted) grows by that of the frame. */
size_t sinew_kalman_update(const sinew_kalman *k, const sinew_belief *b, const double *y,
                           const double *u, const sinew_kalman_back *back, double *innovations,
                           double *log_likelihood, double *scratch);

#endif
