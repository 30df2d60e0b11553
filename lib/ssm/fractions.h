/* What zoh, foh and impulse make of a factored system, in closed form and in wide numbers:
 *
 *     H(z) = direct + z^t sum w_i / (z - q_i),   q_i = e^{p_i T},   H(s) = D + sum R_i / (s - p_i)
 *     zoh      w = R T phi_1(pT)     direct = D                              t = 0
 *     foh      w = R T phi_1(pT)^2   direct = D + sum R T phi_2(pT)          t = 0
 *     impulse  w = R T               direct = D                              t = 1
 *
 * In doubles partial fractions are lost where they cancel; here there are as many bits as it takes.
 * Poles that are equal are put on a circle around their place, of radius 2^(-256/m) of their size
 * for m of them: prod(s - p_k) is (s - p)^m - r^m then, so nothing is moved by more than 2^-256. */
#ifndef SINEW_SSM_FRACTIONS_H
#define SINEW_SSM_FRACTIONS_H

#include "math/wide.h"
#include "sinew/discretization.h"
#include "ssm/zpk.h"

/* More poles than these take longer than anyone waits. */
enum { SINEW_FRACTIONS_ORDER_MAX = 192 };

typedef struct sinew_fractions {
    size_t n;
    int limbs;
    bool times_z;
    sinew_widec *poles, *weights, direct; /* q_i, w_i */
} sinew_fractions;

/* Finish it in any case. */
sinew_status sinew_fractions_init(sinew_fractions *f, const sinew_zpk *zpk, sinew_method method,
                                  double T, int limbs, sinew_error *error);
void sinew_fractions_finish(sinew_fractions *f);

/* H(z); *bits is how many of its bits are left. False at a pole. */
bool sinew_fractions_at(sinew_widec *out, int64_t *bits, const sinew_fractions *f,
                        const sinew_widec *z);

/* The zeros of H, less a real `less`, and the leading coefficient of its numerator, into
 * out->zeros (room for n_poles), n_zeros, gain and exponent. */
sinew_status sinew_fractions_zeros(sinew_zpk *out, double less, const sinew_zpk *zpk,
                                   sinew_method method, double T, sinew_error *error);

#endif
