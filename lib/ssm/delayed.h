/* The inside of delayed systems. */
#ifndef SINEW_SSM_DELAYED_H
#define SINEW_SSM_DELAYED_H

#include <complex.h>

#include "sinew/delay.h"
#include "ssm/discretized.h"

struct sinew_delayed {
    sinew_system *plant;
    size_t n;
    double *delay_s; /* (n) */
    bool at_input;   /* one delay, of all inputs; else the plant's last n inputs and outputs */
};

struct sinew_delayed_discretization {
    sinew_discretization *plant;
    size_t n;
    size_t *frames; /* (n) */
    bool at_input;
    size_t inputs, outputs; /* without those of the delays */
    double radius;
    size_t settle_frames;
    uint64_t hash; /* of what was asked */
};

/* out (outputs, inputs) = P_yu + P_yw E (I - P_zw E)^-1 P_zu, P (outputs + n, inputs + n) the
 * plant's response, E = diag(e) (n) the delays'. false where I - P_zw E is singular.
 * work: (n (n + inputs)) */
bool sinew_close_delays(sinew_complex *out, const sinew_complex *P, const double complex *e,
                        size_t inputs, size_t outputs, size_t n, double complex *work);

/* radius and settle_frames of a discretization that has the rest. */
sinew_status sinew_delayed_find_radius(sinew_delayed_discretization *d, sinew_error *error);

#endif
