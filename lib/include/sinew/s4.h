/**
 * s4: the structured systems of S4 and S4D: diagonal, or diagonal plus low rank (DPLR).
 *
 *     x' = (diag(lambda) - P Q*) x + B u      y = C x + D u      all but D complex
 *
 * Modes come in conjugate pairs of which one is given: each entry of lambda stands for itself and
 * its conjugate, so that
 *
 *     y = 2 Re(C x) + D u,   x' = lambda x - P 2 Re(Q* x) + B u     over the entries given.
 *
 * Such a system becomes a real one (system.h) with the states Re x, Im x of each mode one behind
 * another; a mode whose lambda, P and B are real has Re x alone. Without P it is block diagonal
 * and runs as sections side by side.
 *
 * Sources: S4, Gu, Goel, Re 2022 (arXiv 2111.00396); S4D, Gu, Gupta, Goel, Re 2022 (arXiv
 * 2206.11893).
 *
 * Ownership: views are the caller's and are copied; the caller frees systems. Thread-safety: pure
 * functions.
 */
#ifndef SINEW_S4_H
#define SINEW_S4_H

#include <stdbool.h>

#include "discretization.h"
#include "hippo.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SINEW_DPLR_RANK_MAX = 8 };

typedef struct sinew_dplr {
    size_t modes, rank, inputs, outputs;
    const sinew_complex *lambda; /* (modes), rad/s */
    const sinew_complex *P;      /* (rank, modes): p_r is row r */
    const sinew_complex *Q;      /* (rank, modes); NULL: P */
    const sinew_complex *B;      /* (modes, inputs); NULL: ones */
    const sinew_complex *C;      /* (outputs, modes); NULL: ones */
    const double *D;             /* (outputs, inputs); NULL: zeros */

    /* What checkpoints of published code hold in place of C. */
    bool doubled;                  /* y = Re(C x) + D u: C holds the factor 2 */
    size_t truncated_frames;       /* L > 0: C stands for C (I - Ad^L), with Ad of A by ... */
    double truncated_step_s;       /* ... this step ... */
    sinew_method truncated_method; /* ... and this method; DEFAULT: bilinear, as in S4 */
} sinew_dplr;

/** Errors: SINEW_ERR_DATA for sizes and numbers that are out of range or not finite,
 *  SINEW_ERR_NUMERIC where I - Ad^L is singular. */
SINEW_API sinew_status sinew_system_new_dplr(sinew_system **out, const sinew_dplr *dplr,
                                             sinew_error *error);

/** H(jw) by the Cauchy sums of 2111.00396 (Woodbury's identity), without the real system; with a
 *  step_s > 0 that of the bilinear rule at z = e^(jw step_s), z = -1 included.
 *  response: (n, outputs, inputs). SINEW_ERR_UNSUPPORTED for a truncated C,
 *  SINEW_ERR_NUMERIC at a lambda, where the sums are infinite even if H is not. */
SINEW_API sinew_status sinew_dplr_response(sinew_complex *response, const sinew_dplr *dplr,
                                           double step_s, const double *rad, size_t n,
                                           sinew_error *error);

/** The kernel of a diagonal system, y[k] = D u[k] + sum over l of K_l u[k - l]; l = 0 .. length -
 * 1, kernel: (length, outputs, inputs). No error grows with l.
 *
 *      impulse   K_l = 2 Re sum C B e^(l T lambda)                       h(lT), T = step_s
 *      zoh       K_l = 2 Re sum C B (e^(T lambda) - 1)/lambda e^(l T lambda)
 *      bilinear  K_l = 2 Re sum C B T/(1 - T lambda/2) ((1 + T lambda/2) / (1 - T lambda/2))^l
 *
 *  The last two are S4D's own, C Ad^l Bd: a frame earlier than sinew_discretize's filter by zoh,
 *  which answers u[k] at k + 1; and by bilinear that one's response times 2 / (1 + z^-1).
 *  SINEW_ERR_UNSUPPORTED for another method, a rank > 0 and a truncated C. */
SINEW_API sinew_status sinew_dplr_kernel(double *kernel, size_t length, const sinew_dplr *dplr,
                                         double step_s, sinew_method method, sinew_error *error);

/** The normal plus low rank form of a hippo: A = V (diag(lambda) - P P*) V*, V unitary, by a
 *  Hermitian eigensolver on the skew-symmetric part of A.
 *
 *  modes: (order + 1) / 2, one of each pair, Im >= 0, rising. An odd order has one real mode: its
 *  entries are divided by sqrt 2, as it stands for itself alone. */
typedef struct sinew_nplr {
    size_t modes, rank;    /* rank: 2 for legt, else 1 */
    sinew_complex *lambda; /* (modes) */
    sinew_complex *P;      /* (rank, modes) */
    sinew_complex *B;      /* (modes), real and >= 0: the phases of V are chosen so */
    sinew_complex *V;      /* (order, modes): x = 2 Re(V z), and C V for a row C */
} sinew_nplr;

/** Fills *out, to be freed by sinew_nplr_finish. `C` of the hippo is not looked at.
 *  SINEW_ERR_UNSUPPORTED for `lmu`, which is not normal plus low rank, and for `idle_sine`. */
SINEW_API sinew_status sinew_nplr_init(sinew_nplr *out, const sinew_hippo *hippo,
                                       sinew_error *error);
SINEW_API void sinew_nplr_finish(sinew_nplr *nplr);

/** The initialisations of S4D, n from 0:
 *      lin   lambda = -1/2 + j pi n                              order / 2 modes
 *      inv   lambda = -1/2 + j order/pi (order/(2n+1) - 1)       order / 2 modes
 *      legs  the normal part of HiPPO-LegS: its nplr without P,
 *            and half its B, which converges to LegS              order / 2 modes
 *      real  lambda = -(n + 1), y = sum of C x without a 2       order modes */
typedef enum sinew_s4d_init {
    SINEW_S4D_LIN = 0,
    SINEW_S4D_INV,
    SINEW_S4D_LEGS,
    SINEW_S4D_REAL
} sinew_s4d_init;

typedef struct sinew_s4d {
    sinew_s4d_init init;
    size_t order;           /* even but for real */
    double window_s;        /* lambda and B are divided by it; 0: one second */
    const sinew_complex *B; /* (modes), not divided; NULL: the init's, ones but for legs */
    const sinew_complex *C; /* (outputs, modes); NULL: one row of ones */
    size_t outputs;         /* rows of C; 0 without C */
    bool whole_B;           /* legs without the 1/2 on B */
    double clip_B;          /* legs: |B| is at most this, before the window; 0: not clipped */
} sinew_s4d;

/** lin's mode of frequency 0 needs but one state: the system has an order of order - 1. */
SINEW_API sinew_status sinew_system_new_s4d(sinew_system **out, const sinew_s4d *s4d,
                                            sinew_error *error);

/** How many modes that are, 0 where there is no such init or order; and the modes, with B. */
SINEW_API size_t sinew_s4d_count(const sinew_s4d *s4d);
SINEW_API sinew_status sinew_s4d_modes(sinew_complex *lambda, sinew_complex *B,
                                       const sinew_s4d *s4d, sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
