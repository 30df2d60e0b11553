/**
 * hippo: systems whose state is the past, projected on orthogonal functions.
 *
 *     sinew_system *system = NULL;
 *     sinew_hippo hippo = {.measure = SINEW_HIPPO_LEGS, .order = 64};
 *     if (sinew_system_new_hippo(&system, &hippo, &error)) ...
 *
 * x' = A x + B u with one input; D is zero; the outputs are C x, or the state itself. A and B are
 * those of Gu, Dao, Ermon, Re 2020 (arXiv 2008.07669) and Gu, Johnson, Timalsina, Rudra, Re 2022
 * (arXiv 2206.12037), each entry rounded once; with n the row and k the column, from 0:
 *
 *     legs  A = -sqrt(2n+1) sqrt(2k+1) for n > k, -(n+1) for n = k, else 0;  B = sqrt(2n+1)
 *           x_n: coefficients of Legendre polynomials in e^(-t), the whole past, fading
 *     legt  A = -sqrt(2n+1) sqrt(2k+1) (1 for k <= n, (-1)^(n-k) for k > n);  B = sqrt(2n+1)
 *           x_n: coefficients of the last window on orthonormal Legendre polynomials
 *     lagt  A = -1 for n >= k, else 0;  B = 1
 *           x_n: coefficients of Laguerre polynomials under the weight e^(-t)
 *     fout  states 1, cos 1, sin 1, cos 2, sin 2, ... of the last window, b = (1, sqrt 2, 0,
 *           sqrt 2, 0, ...):  A = -2 b b' and between cos m and sin m: -+2 pi m;  B = 2 b
 *
 * All of A and B is divided by the window: for legt and fout the length of what is remembered, for
 * legs and lagt the time constant of the forgetting.
 *
 * 2206.12037 prints fout with "n" both for the place of a state and for the frequency m; m is what
 * the derivation needs, and what the authors' code has.
 *
 * Ownership: the caller frees the system. Thread-safety: pure functions.
 */
#ifndef SINEW_HIPPO_H
#define SINEW_HIPPO_H

#include <stdbool.h>

#include "system.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sinew_hippo_measure {
    SINEW_HIPPO_LEGS = 0,
    SINEW_HIPPO_LEGT,
    SINEW_HIPPO_LAGT,
    SINEW_HIPPO_FOUT
} sinew_hippo_measure;

typedef struct sinew_hippo {
    sinew_hippo_measure measure;
    size_t order;
    double window_s; /* 0: one second */
    size_t outputs;  /* rows of C; 0: the state is the output */
    const double *C; /* (outputs, order) */

    /* What published code does differently; each is refused where its measure has no such thing. */
    bool halved;    /* legt, fout: A and B halved, as if the window were twice as long */
    bool lmu;       /* legt in the normalization of the Legendre memory unit (Voelker, Kajic,
                     * Eliasmith 2019): A = (2n+1) (-1 for k > n, (-1)^(n-k+1) for k <= n),
                     * B = (2n+1) (-1)^n */
    bool tilted;    /* lagt on Laguerre functions e^(-t/2) L_n(t): the diagonal is -1/2 */
    bool idle_sine; /* fout with the sine of frequency 0, which nothing reaches and which never
                     * decays, as state 1: 1, sin 0, cos 1, sin 1, ... */
} sinew_hippo;

/** Errors: SINEW_ERR_DATA for an order, a window or a C that is out of range or not finite,
 *  SINEW_ERR_ARGUMENT for a flag that the measure has no use for. */
SINEW_API sinew_status sinew_system_new_hippo(sinew_system **out, const sinew_hippo *hippo,
                                              sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
