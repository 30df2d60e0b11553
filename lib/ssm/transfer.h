/* H(z) of a discretization as its method means it, straight from the factors of the system: no
 * realization is asked, so nothing is lost where H is far below its peak. What a realization, whose
 * coefficients were rounded, answers in its place is sinew_realization_response of response.h. */
#ifndef SINEW_SSM_TRANSFER_H
#define SINEW_SSM_TRANSFER_H

#include <complex.h>
#include <stdbool.h>

#include "ssm/fractions.h"
#include "ssm/method.h"
#include "ssm/step.h"

enum { SINEW_TRANSFER_LEVELS = 4 };

/* A product of factors of s (substitutions) or of z - 1 (matched); or partial fractions of an
 * exponential method, with as many bits as a point takes. */
typedef struct sinew_transfer {
    bool known; /* else there are no factors, or too many for partial fractions */
    sinew_rule rule;
    sinew_step step;
    sinew_zpk zpk;                /* of what is discretized */
    long double complex *matched; /* e^{rT} - 1 of its poles and, behind them, zeros */
    int first_level;              /* 0, or 1 where poles are equal, which takes bits */
    int64_t enough;               /* bits that must be left of a sum */
    sinew_fractions levels[SINEW_TRANSFER_LEVELS]; /* made when a point asks for them */
} sinew_transfer;

/* Finish in any case. */
sinew_status sinew_transfer_init(sinew_transfer *t, const sinew_discretization *d,
                                 sinew_error *error);
void sinew_transfer_finish(sinew_transfer *t);

/* H(e^(j angle)) of a known one; *finite is false at a pole. *off, where it is wanted: how far it
 * may be off, an estimate. */
sinew_status sinew_transfer_at(long double complex *out, long double *off, bool *finite,
                               sinew_transfer *t, long double angle, sinew_error *error);

#endif
