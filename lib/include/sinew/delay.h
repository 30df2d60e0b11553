/**
 * delay: systems that answer later: approximated by a rational all-pass, or exactly.
 *
 * Exactly: a **delayed** system is a rational one, its plant, of whose outputs the last n come back
 * as its last n inputs, each after a delay of its own,
 *
 *     x' = A x + B [u w]     [y z] = C x + D [u w]     w_i(t) = z_i(t - delay_s[i])
 *
 * (a linear fractional form; series, parallel and feedback of delayed systems are such again), or
 * one whose inputs all come later by one delay. It is a type of its own: what is written for
 * rational systems cannot take it for one.
 *
 * Seen every step, a delay is a ring of whole frames, and what is left of it an all-pass
 * of Thiran's (1971: maximally flat group delay at 0), which is part of the plant then.
 *
 *     sinew_delayed_new_input(&delayed, system, 0.0123, &error)        takes `system` over
 *     sinew_delayed_discretize(&d, delayed, &opts, 0, &error)
 *     sinew_filter_new_delayed(&node, d, &filter_opts, &error)
 *
 * Ownership: the caller frees what a function makes; a delayed system takes its plant over, in case
 * of failure too. What was made of something keeps nothing of it. Thread-safety: all are immutable.
 */
#ifndef SINEW_DELAY_H
#define SINEW_DELAY_H

#include <stdbool.h>

#include "filter.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    SINEW_PADE_ORDER_MAX = 128,
    SINEW_THIRAN_ORDER_MAX = 16,
    SINEW_DELAY_FRAMES_MAX = 1 << 26,     /* at the input: 23 minutes at 48 kHz, half a gigabyte */
    SINEW_DELAY_LOOP_FRAMES_MAX = 1 << 20 /* in loops: as many roots are counted */
};

/** The Pade approximant of equal degrees, `order` poles and as many zeros: an exact all-pass (each
 *  zero is a pole mirrored on the axis), factored, with the phase of the delay up to a frequency of
 *  about order / delay_s rad/s. Errors: SINEW_ERR_DATA for a delay that is not above 0 and finite,
 *  and for an order out of 1 .. SINEW_PADE_ORDER_MAX. */
SINEW_API sinew_status sinew_system_new_delay_pade(sinew_system **out, double delay_s, size_t order,
                                                   sinew_error *error);

typedef struct sinew_delayed sinew_delayed;

/** The last n inputs of `plant` are its last n outputs, delay_s[i] > 0 later. At least one input
 *  and one output are left. */
SINEW_API sinew_status sinew_delayed_new(sinew_delayed **out, sinew_system *plant, size_t n,
                                         const double *delay_s, sinew_error *error);

/** `system`, whose inputs all come delay_s > 0 later. */
SINEW_API sinew_status sinew_delayed_new_input(sinew_delayed **out, sinew_system *system,
                                               double delay_s, sinew_error *error);

/** A comb: with e = e^(-s / hz), c = (1 - tan(pi/2q)) / (1 + tan(pi/2q)) and s = -1 where its teeth
 *  lie halfway, else 1 (Orfanidis 1996, Introduction to Signal Processing, 11.5):
 *
 *      notch  (1 + c)/2 (1 - s e) / (1 - s c e)     peak  (1 - c)/2 (1 + s e) / (1 - s c e)
 *
 *  Each tooth is hz / q wide at -3 dB. */
typedef struct sinew_comb {
    bool peak;    /* teeth are what passes; else what does not */
    bool halfway; /* teeth at hz/2, 3hz/2, ...; else at 0, hz, 2hz, ... */
    double hz, q; /* q > 1 */
} sinew_comb;

SINEW_API sinew_status sinew_delayed_new_comb(sinew_delayed **out, const sinew_comb *comb,
                                              sinew_error *error);

SINEW_API void sinew_delayed_free(sinew_delayed *delayed); /* NULL is fine */

/** The plant, owned by the delayed system: without its delays, and with the inputs and outputs that
 *  belong to them, where they are not at the input. */
SINEW_API const sinew_system *sinew_delayed_plant(const sinew_delayed *delayed);
SINEW_API size_t sinew_delayed_inputs(const sinew_delayed *delayed);
SINEW_API size_t sinew_delayed_outputs(const sinew_delayed *delayed);
SINEW_API bool sinew_delayed_at_input(const sinew_delayed *delayed);

/** The delays, *n of them. */
SINEW_API const double *sinew_delayed_delays_s(const sinew_delayed *delayed, size_t *n);

/** H(jw) at `n` angular frequencies (rad/s), exactly; response: (n, outputs, inputs). */
SINEW_API sinew_status sinew_delayed_response(const sinew_delayed *delayed, const double *rad,
                                              size_t n, sinew_complex *response,
                                              sinew_error *error);

typedef struct sinew_delayed_discretization sinew_delayed_discretization;

/** The plant by the method of `opts`; delays as rings, their fractions of a frame by all-passes of
 *  Thiran's of thiran_order (0: 4) or what the delay has room for. A delay within 1e-9 of whole
 *  frames has none, and is exact. Errors: those of sinew_discretize; SINEW_ERR_NUMERIC for a delay
 *  in a loop of less than a frame. */
SINEW_API sinew_status sinew_delayed_discretize(sinew_delayed_discretization **out,
                                                const sinew_delayed *delayed,
                                                const sinew_discretize_opts *opts,
                                                size_t thiran_order, sinew_error *error);

SINEW_API void sinew_delayed_discretization_free(sinew_delayed_discretization *d);

/** The discrete plant with the all-passes in it, owned; and the rings' lengths, *n of them. */
SINEW_API const sinew_discretization *
sinew_delayed_discretization_plant(const sinew_delayed_discretization *d);
SINEW_API const size_t *sinew_delayed_discretization_frames(const sinew_delayed_discretization *d,
                                                            size_t *n);

/** As of a discretization (discretization.h). The radius is that of the whole, rings included: from
 *  the plant's eigenvalues and the winding of det(I - G diag(z^-frames)) about 0. */
SINEW_API sinew_status sinew_delayed_discretization_response(const sinew_delayed_discretization *d,
                                                             const double *rad, size_t n,
                                                             sinew_complex *response,
                                                             sinew_error *error);
SINEW_API double sinew_delayed_discretization_radius(const sinew_delayed_discretization *d);
SINEW_API int sinew_delayed_discretization_grows(const sinew_delayed_discretization *d);
SINEW_API size_t sinew_delayed_discretization_settle_frames(const sinew_delayed_discretization *d);

/** A node that runs it: the plant by a filter of any engine (opts->engine), around it the rings.
 *  One input and one output: on each of opts->channels by itself. It works in double inside,
 *  whatever the sample type. opts->x0 must be NULL (SINEW_ERR_UNSUPPORTED). */
SINEW_API sinew_status sinew_filter_new_delayed(sinew_node **out,
                                                const sinew_delayed_discretization *d,
                                                const sinew_filter_opts *opts, sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
