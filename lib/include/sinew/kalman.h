/**
 * kalman: what a system's state is, as far as noisy measurements tell.
 *
 *     x'(t) = A x(t) + B u(t) + G w(t)     w white, of intensity Q: E[w(t) w(s)'] = Q delta(t - s)
 *     y[k]  = C x(t[k]) + D u[k] + v[k]    E[v v'] = R
 *
 * The matrices are a system's; the noises and what is known at the start are given beside it:
 *
 *     sinew_kalman_opts opts = {.process_noise = Q, .measurement_noise = R,
 *                               .mean = x0, .covariance = P0};
 *     if (sinew_kalman_new(&kalman, system, &opts, &error)) ...
 *
 * Three ways to run it:
 *   sinew_kalman_node        live: a node, measurements in and estimates out, a step for each frame
 *   sinew_kalman_smooth      offline: the estimates from all that is measured, before and after
 *   sinew_kalman_discretize  the steady filter of one step, a discretization for any engine
 *
 * Over a step dt the state's covariance grows by the integral of e^{As} G Q G' e^{A's}, s from 0 to
 * dt, exactly for each dt, and known inputs act as held (zoh) or on lines (foh). A measurement that
 * is NaN or infinite is missing, each channel by itself; a known input that is so is as it was in
 * the frame before. The covariance is carried as a triangular root, P = U'U, which is only turned
 * by rotations: it stays positive semidefinite whatever is rounded (Kailath, Sayed, Hassibi 2000,
 * chapter 12).
 *
 * Ownership: `new` copies what it is given; the caller frees, whether nodes live on or not.
 * Errors: SINEW_ERR_DATA for what is not finite, not symmetric or no covariance.
 * Thread-safety: a kalman is immutable.
 */
#ifndef SINEW_KALMAN_H
#define SINEW_KALMAN_H

#include <stdbool.h>

#include "discretization.h"
#include "node.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sinew_kalman sinew_kalman;

typedef struct sinew_kalman_opts {
    size_t noises;                   /* rows of w; 0: the order, and G is the identity */
    const double *noise_input;       /* G (order, noises); NULL: the identity */
    const double *process_noise;     /* Q (noises, noises): units^2 a second */
    const double *measurement_noise; /* R (outputs, outputs) */
    const double *mean;       /* (order) at the first frame, before it is measured; NULL: 0 */
    const double *covariance; /* (order, order) likewise. NULL: that at rest, for a stable system */
    bool known_inputs;        /* u is known, and comes with each frame; else it is 0 */
    sinew_method method;      /* between frames u is held (zoh, also DEFAULT) or on a line (foh) */
} sinew_kalman_opts;

/** The system may go at once. SINEW_ERR_ARGUMENT for a missing noise, another method, or no
 *  covariance where there is none at rest. */
SINEW_API sinew_status sinew_kalman_new(sinew_kalman **out, const sinew_system *system,
                                        const sinew_kalman_opts *opts, sinew_error *error);

SINEW_API void sinew_kalman_free(sinew_kalman *kalman); /* NULL is fine */

SINEW_API size_t sinew_kalman_order(const sinew_kalman *kalman);
SINEW_API size_t sinew_kalman_measured(const sinew_kalman *kalman);     /* the system's outputs */
SINEW_API size_t sinew_kalman_known_inputs(const sinew_kalman *kalman); /* 0: none are known */

/** The intensity of the process noise gathered over a step: (order, order). dt >= 0. */
SINEW_API sinew_status sinew_kalman_process_noise(const sinew_kalman *kalman, double dt,
                                                  double *covariance, sinew_error *error);

/* ---- live ---- */

typedef enum sinew_kalman_output {
    SINEW_KALMAN_STATES = 0, /* the order: estimates of x */
    SINEW_KALMAN_FILTERED, /* as many as are measured: C x + D u, the outputs without their noise */
    SINEW_KALMAN_INNOVATIONS /* likewise: what was measured less what was expected, normalised:
                              * white, of variance 1, where model and noises are right; of the
                              * channels that are there the first ones, 0 behind them */
} sinew_kalman_output;

typedef struct sinew_kalman_node_opts {
    sinew_sample sample; /* F64 or F32, in and out */
    sinew_kalman_output output;
    bool deviations; /* behind the states or filtered outputs, the standard deviation of each */
    double step_s;   /* of blocks that carry no steps; 0: streams must be opened with steps */
    bool steady;     /* at rest from the first frame on: the node is a filter that runs what
                      * sinew_kalman_discretize gives for step_s, by the engine of least cost. It has
                      * one step, no deviations and no missing samples: a NaN stays. */
} sinew_kalman_node_opts;

/** Frames in: the measured channels, behind them the known inputs. opts may be NULL for the
 *  defaults. Errors: SINEW_ERR_ARGUMENT for opts that do not fit together, and of a steady node
 *  those of sinew_kalman_steady. The caller frees the node (sinew_node_free). */
SINEW_API sinew_status sinew_kalman_node(sinew_node **out, const sinew_kalman *kalman,
                                         const sinew_kalman_node_opts *opts, sinew_error *error);

/** What a node with such opts puts out for a mean x (order) and covariance P (order, order), with
 *  known inputs u: for smoothed estimates. Not for innovations. out: as many as the node's
 *  channels. */
SINEW_API void sinew_kalman_estimate(const sinew_kalman *kalman, const sinew_kalman_node_opts *opts,
                                     const double *x, const double *P, const double *u,
                                     double *out);

/* ---- offline ---- */

/** A record, and where the answers go; all arrays are the caller's, answers that are NULL are not
 *  wanted. Covariances are whole (symmetric) matrices. */
typedef struct sinew_kalman_record {
    size_t n_frames;
    const double *step_s;   /* (n_frames): since the frame before; the first does not count */
    const double *measured; /* (n_frames, outputs); NaN: missing */
    const double *inputs;   /* (n_frames, inputs) where they are known */

    double *filtered;            /* (n_frames, order): E[x | what was measured until then] */
    double *filtered_covariance; /* (n_frames, order, order) */
    double *smoothed;            /* (n_frames, order): E[x | all that was measured] */
    double *smoothed_covariance; /* (n_frames, order, order) */
    double *innovations;         /* (n_frames, outputs): as SINEW_KALMAN_INNOVATIONS */
    double log_likelihood;       /* of all that was measured */
} sinew_kalman_record;

/** Filter a record and, where it is wanted, smooth it (Rauch, Tung, Striebel 1965; by orthogonal
 *  transformations, Paige and Saunders 1977). SINEW_ERR_ARGUMENT for a step that is negative or not
 * finite, SINEW_ERR_MEMORY: smoothing keeps 3 order (order + 1) numbers a frame. */
SINEW_API sinew_status sinew_kalman_smooth(const sinew_kalman *kalman, sinew_kalman_record *record,
                                           sinew_error *error);

/* ---- at rest ---- */

/** For samples every step_s: the covariance of the state before a frame is measured, when all has
 *  settled (the algebraic Riccati equation, by structured doubling: Chu, Fan, Lin, Wang 2004), and
 *  the gain K (order, outputs) of x += K (y - C x - D u). Either may be NULL. SINEW_ERR_NUMERIC
 *  where nothing settles (what grows is not measured), or R is singular. */
SINEW_API sinew_status sinew_kalman_steady(const sinew_kalman *kalman, double step_s,
                                           double *covariance, double *gain, sinew_error *error);

/** The steady filter as a discretization: measured channels (and known inputs) in, states or
 *  filtered outputs out. It has no missing samples: a NaN stays. */
SINEW_API sinew_status sinew_kalman_discretize(sinew_discretization **out,
                                               const sinew_kalman *kalman, double step_s,
                                               sinew_kalman_output output, sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
