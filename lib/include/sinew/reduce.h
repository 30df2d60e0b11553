/**
 * reduce: systems with fewer states, and systems in coordinates that run cheaply.
 *
 *     sinew_reduce_opts opts = {.tolerance = 1e-3};
 *     sinew_reduce_report report = {0};
 *     if (sinew_system_reduce(&small, system, &opts, &report, &error)) ...
 *     printf("%zu states of %zu, error at most %g\n", report.order_after, report.order_before,
 *            report.bound);
 *
 * Ownership: the caller frees what is made. Thread-safety: pure functions.
 */
#ifndef SINEW_REDUCE_H
#define SINEW_REDUCE_H

#include <stdbool.h>

#include "system.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Either `order` or `tolerance` is given, the other is 0. */
typedef struct sinew_reduce_opts {
    size_t order;     /* how many states are left, those of poles that are not stable included */
    double tolerance; /* the bound as a part of the peak of the response of the stable part: 1e-3 is
                       * -60 dB. Between 0 and 1. */
    bool match_dc; /* keep the response at 0 Hz (singular perturbation), not the one at infinity */
    bool measure;  /* look for the true error, which costs more than the reduction */
} sinew_reduce_opts;

typedef struct sinew_reduce_report {
    size_t order_before, order_after;
    size_t not_stable; /* poles on the axis or right of it: their part of the system is kept */
    double peak;  /* of the response of the stable part; 0 where it was not looked for: by order,
                   * and not measured */
    double bound; /* 2 sum of the dropped Hankel values: no response is further off (Hinf) */
    double error; /* what the difference's Hinf norm is; 0 where it was not measured */
    double condition; /* of the modal coordinates; 0 where there are none */
    bool modal;       /* the states that are left are modes, run side by side */
    double *hankel;   /* room for the system's order, or NULL; what the caller gives */
    size_t n_hankel;  /* Hankel singular values of the stable part, falling */
} sinew_reduce_report;

/** Balanced truncation by the square root method (Tombs, Postlethwaite 1987). The result is of
 *  matrices; in modal coordinates where that costs no accuracy, else in balanced ones. `report`
 *  may be NULL. Equal Hankel values stay or go together under a tolerance.
 *  Errors: SINEW_ERR_ARGUMENT for options out of range, an order below the number of poles that are
 *  not stable; SINEW_ERR_NUMERIC where what is left is not stable, as may be where an order parts
 *  equal Hankel values. */
SINEW_API sinew_status sinew_system_reduce(sinew_system **out, const sinew_system *system,
                                           const sinew_reduce_opts *opts,
                                           sinew_reduce_report *report, sinew_error *error);

/** The same response without the states that no input reaches or no output sees. `tolerance` is the
 *  part of the response that may go with a state (of stable matrices: of the first Hankel value);
 * 0: 1e-10. What is kept factored stays so: zeros and poles that meet go, but those of a design and
 * of a part that keeps a frequency in place. Of matrices that lose nothing it is a copy, else it is
 * as sinew_system_reduce makes it. */
SINEW_API sinew_status sinew_system_minimal(sinew_system **out, const sinew_system *system,
                                            double tolerance, sinew_error *error);

typedef struct sinew_modal_report {
    double condition; /* |V| |V^-1| of the transformation, balanced: digits that may be lost */
    size_t largest;   /* states of the largest block */
    double error;     /* of the response, as a part of its peak, beside and between the poles */
} sinew_modal_report;

/** The same system in modal coordinates: A is block diagonal with a real pole or a pair of poles,
 *  [[s, w], [-w, s]], in each block; of one input and output, it runs in sections side by side,
 *  which costs n products a frame and not n^2.
 *  SINEW_ERR_NUMERIC, with the report filled, where that loses accuracy: poles that meet in more
 *  than pairs, a condition above 1000 (HiPPO-LegS), a response that is more than 10^-11 of its
 *  peak off and more than 20 (10 + order) times what an ulp of A changes. `report` may be NULL. */
SINEW_API sinew_status sinew_system_new_modal(sinew_system **out, const sinew_system *system,
                                              sinew_modal_report *report, sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
