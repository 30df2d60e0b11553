/* Zeros, poles and gain. */
#ifndef SINEW_SSM_ZPK_H
#define SINEW_SSM_ZPK_H

#include <complex.h>
#include <stdbool.h>

#include "sinew/system.h"

/* gain 2^exponent prod(s - zeros) / prod(s - poles). Conjugates are exact and adjacent, Im > 0
 * first. The exponent is there because (2 pi 20 kHz)^64 is no double. */
typedef struct sinew_zpk {
    double complex *zeros, *poles;
    size_t n_zeros, n_poles;
    double gain;
    int exponent;
    bool delta; /* factors of z - 1 in place of s: of a discrete filter, exact where it is slow */
} sinew_zpk;

sinew_status sinew_zpk_alloc(sinew_zpk *zpk, size_t n_zeros, size_t n_poles, sinew_error *error);
void sinew_zpk_finish(sinew_zpk *zpk);
sinew_status sinew_zpk_copy(sinew_zpk *out, const sinew_zpk *zpk, sinew_error *error);
void sinew_zpk_invert(sinew_zpk *zpk); /* of as many zeros as poles, and a gain that is not 0 */

/* response.c: gain 2^exponent prod(s - zeros) / prod(s - poles); false at a pole. */
bool sinew_zpk_at(sinew_complex *out, const sinew_zpk *zpk, double complex s);

#endif
