/* modes: a model as a sum over its poles, the coordinates in which identified models are treated.
 *
 *     H(z) = D + sum c b^T / (z - p)        and for a p with Im p > 0 the conjugate term too
 *
 * A pole is moved, dropped or made continuous by itself, a filter of n states costs 2 n products a
 * frame, and the residues can be fitted again to the data once the poles are settled. */
#ifndef SINEW_IDENTIFY_MODES_H
#define SINEW_IDENTIFY_MODES_H

#include <complex.h>
#include <stdbool.h>
#include <stdint.h>

#include "sinew/identify.h"

typedef struct sinew_modes {
    size_t n, inputs, outputs;
    double complex *poles; /* (n), Im >= 0 */
    double complex *b;     /* (n, inputs) */
    double complex *c;     /* (n, outputs) */
    double *D;             /* (outputs, inputs) */
    double condition;      /* of the eigenvectors they were taken from, in the 1-norm */
} sinew_modes;

sinew_status sinew_modes_init(sinew_modes *m, size_t n, size_t inputs, size_t outputs,
                              sinew_error *error);
void sinew_modes_finish(sinew_modes *m);

/* How many real states they are: 1 for a real pole, 2 for a pair. */
size_t sinew_modes_states(const sinew_modes *m);

/* The modes of discrete matrices: A = T diag(blocks) T^-1 with the eigenvectors in T.
 * SINEW_ERR_NUMERIC where T is singular in rounded arithmetic. */
sinew_status sinew_modes_of_matrices(sinew_modes *m, const sinew_matrices *from,
                                     sinew_error *error);

/* What was done to poles of a discrete model. */
typedef struct sinew_modes_changes {
    size_t unstable; /* poles with |z| > 1, in states */
    size_t fast;     /* at or about z = 0, which no continuous system has: moved */
    bool moved;      /* any was moved or dropped: the residues no longer fit */
} sinew_modes_changes;

/* Discrete poles become ones that a stable continuous system can have.
 *
 * m poles at z = 0 (a delay of m samples) are not to be told from m poles with |z|^m below the
 * rounding of the data, and are given as such: on a circle of radius eps^(1 / 2m), where what they
 * leave behind at later samples and what their residues lose by cancelling are both eps^(1/2). */
void sinew_modes_settle(sinew_modes *m, sinew_unstable unstable, sinew_modes_changes *changes);

/* Modes of h one frame late, [0, h[0], h[1] ...], become those of h: D = c b, b = z b. */
void sinew_modes_advance(sinew_modes *m);

/* Discrete modes become continuous ones: the system that `method` (zoh or impulse) at this step
 * takes back to them. A pole at z < 0 becomes the pair (ln|z| +- j pi) / T, which has it twice. */
void sinew_modes_make_continuous(sinew_modes *m, double step_s, sinew_method method);

/* And back, as the discretization does: what rounding has done to them shows. */
void sinew_modes_make_discrete(sinew_modes *m, double step_s, sinew_method method);

/* The real state (states) of the system below that has x (n) in its modes; m is continuous. */
void sinew_modes_state(double *state, const sinew_modes *m, const double complex *x);

/* The system with A in blocks of 1 and 2; m is continuous. `asked` and the method that it prefers
 * become the system's. */
sinew_status sinew_modes_system(sinew_system **out, const sinew_modes *m, sinew_method preferred,
                                uint64_t asked, sinew_error *error);

/* The relative error of a discrete model's impulse response D, c b, c z b, ... against h (n,
 * outputs, inputs): rms over rms, and largest over largest. NaN or Inf where it leaves all range.
 */
sinew_status sinew_modes_impulse_error(double *rms, double *peak, const sinew_modes *m,
                                       const double *h, size_t n, sinew_error *error);

/* Fit each c again to h, by least squares; D stays. */
sinew_status sinew_modes_fit_impulse(sinew_modes *m, const double *h, size_t n, sinew_error *error);

#endif
