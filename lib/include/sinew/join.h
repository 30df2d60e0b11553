/**
 * join: systems made of systems.
 *
 *     const sinew_system *chain[] = {sensor, antialias, equalizer};
 *     sinew_join_series(&whole, chain, 3, &error);
 *
 * All of them take any numbers of inputs and outputs that fit. The state of what is joined is
 * that of its members, one behind another; where all of them are made from matrices, in their
 * coordinates (sinew_system_state_is_given), else in those of the library's choice. Factored
 * systems of one input and output stay factored in series, scaled and inverted, and in parallel and
 * feedback where the factors say the same as the matrices to the last digits. A band edge or
 * frequency that a member keeps in place under the bilinear rule (design.h) stays in place in the
 * whole, however it is joined.
 *
 * Ownership: members stay the caller's and may go at once; the caller frees *out, NULL after
 * failure. Errors: SINEW_ERR_ARGUMENT for no members or a NULL; SINEW_ERR_MISMATCH for sizes that
 * do not fit; SINEW_ERR_DATA for more than 4096 states, inputs or outputs together, a gain that is
 * not finite, or names that are unknown or doubled; SINEW_ERR_NUMERIC for a singular loop.
 * Thread-safety: pure functions of immutable systems.
 */
#ifndef SINEW_JOIN_H
#define SINEW_JOIN_H

#include "system.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One behind another: the signal enters systems[0] first, H = H[n-1] ... H[1] H[0]. */
SINEW_API sinew_status sinew_join_series(sinew_system **out, const sinew_system *const *systems,
                                         size_t n, sinew_error *error);

/** Side by side on one input, their outputs summed: H = H[0] + ... + H[n-1]. */
SINEW_API sinew_status sinew_join_parallel(sinew_system **out, const sinew_system *const *systems,
                                           size_t n, sinew_error *error);

/** Side by side, each with inputs and outputs of its own: H is block diagonal. */
SINEW_API sinew_status sinew_join_append(sinew_system **out, const sinew_system *const *systems,
                                         size_t n, sinew_error *error);

typedef enum sinew_feedback_sign {
    SINEW_FEEDBACK_NEGATIVE = 0, /* u = v - back y */
    SINEW_FEEDBACK_POSITIVE      /* u = v + back y */
} sinew_feedback_sign;

/** y = forward u with u = v -+ back y; back NULL: y itself. The loop of the direct terms,
 *  I +- D1 D2, is solved by LU; where it is singular to working accuracy the loop has no answer
 *  and is refused. */
SINEW_API sinew_status sinew_join_feedback(sinew_system **out, const sinew_system *forward,
                                           const sinew_system *back, sinew_feedback_sign sign,
                                           sinew_error *error);

/** H^-1, where D is square and regular. Zeros become poles: the inverse of a system with zeros
 *  right of the axis is unstable. */
SINEW_API sinew_status sinew_join_inverse(sinew_system **out, const sinew_system *system,
                                          sinew_error *error);

/** gain H. (For a matrix of gains: a series with a system of order 0.) */
SINEW_API sinew_status sinew_join_scale(sinew_system **out, const sinew_system *system, double gain,
                                        sinew_error *error);

/** By index: all inputs u of the members are counted through, one member behind another, and so
 *  are all outputs y. With v from outside and w to the outside
 *
 *      u = K y + E v      w = F y + G v */
typedef struct sinew_wiring {
    const sinew_system *const *systems;
    size_t n_systems;
    size_t inputs, outputs; /* of the whole */
    const double *K;        /* (all inputs, all outputs); NULL here and below: zeros */
    const double *E;        /* (all inputs, inputs) */
    const double *F;        /* (outputs, all outputs) */
    const double *G;        /* (outputs, inputs) */
} sinew_wiring;

SINEW_API sinew_status sinew_join_wire(sinew_system **out, const sinew_wiring *wiring,
                                       sinew_error *error);

/** By name. A signal is an output of a member, an input of the whole, or a sum; each has a name
 *  of its own. An input of a member, an output of the whole and a term of a sum take the signal
 *  of that name; several inputs may take one. */
typedef struct sinew_named_system {
    const sinew_system *system;
    const char *name;           /* for messages; NULL: its number */
    const char *const *inputs;  /* (the system's inputs) */
    const char *const *outputs; /* (the system's outputs) */
} sinew_named_system;

typedef struct sinew_named_term {
    const char *signal;
    double gain;
} sinew_named_term;

/** A signal that is made of others: e = r - y. With one term, a connection. */
typedef struct sinew_named_sum {
    const char *name;
    const sinew_named_term *terms;
    size_t n_terms;
} sinew_named_sum;

/** The loop of a controller and a plant:
 *
 *     const sinew_named_term error_terms[] = {{"r", 1}, {"y", -1}};
 *     const sinew_named_sum sums[] = {{"e", error_terms, 2}};
 *     const sinew_named_system members[] = {
 *         {controller, "controller", (const char *[]){"e"}, (const char *[]){"u"}},
 *         {plant, "plant", (const char *[]){"u"}, (const char *[]){"y"}}};
 *     const char *const inputs[] = {"r"}, *const outputs[] = {"y", "u"};
 *     sinew_connections loop = {members, 2, sums, 1, inputs, 1, outputs, 2}; */
typedef struct sinew_connections {
    const sinew_named_system *systems;
    size_t n_systems;
    const sinew_named_sum *sums;
    size_t n_sums;
    const char *const *inputs; /* of the whole */
    size_t n_inputs;
    const char *const *outputs;
    size_t n_outputs;
} sinew_connections;

/** SINEW_ERR_DATA, with the likeliest name, for a signal that nobody gives, an input that nobody
 *  takes, or a name that stands for two signals. */
SINEW_API sinew_status sinew_join_connect(sinew_system **out, const sinew_connections *connections,
                                          sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
