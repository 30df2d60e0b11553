/**
 * discretization: a system seen every `step_s` seconds.
 *
 *     x[k+1] = A x[k] + B u[k]
 *     y[k]   = C x[k] + D u[k]
 *
 *     sinew_discretize_opts opts = {.rate_hz = 48000, .method = SINEW_METHOD_BILINEAR};
 *     if (sinew_discretize(&discretization, system, &opts, &error)) ...
 *
 * It keeps nothing of the system, and does not change after it is built.
 * Ownership: the caller frees. Thread-safety: immutable; any thread may read it.
 */
#ifndef SINEW_DISCRETIZATION_H
#define SINEW_DISCRETIZATION_H

#include "system.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sinew_method {
    SINEW_METHOD_DEFAULT = 0, /* what the description says, else what the system prefers */
    SINEW_METHOD_ZOH,         /* u held over the step: exact for steps (Van Loan 1978) */
    SINEW_METHOD_FOH,         /* u linear over the step: exact for ramps; the state is x - G2 u */
    SINEW_METHOD_BILINEAR,    /* Tustin: s = (2/T) (z-1)/(z+1) */
    SINEW_METHOD_EULER,       /* forward: s = (z-1)/T */
    SINEW_METHOD_BACKWARD,    /* s = (z-1)/(T z) */
    SINEW_METHOD_GBT,         /* s = (z-1)/(T (alpha z + 1 - alpha)) */
    SINEW_METHOD_IMPULSE,     /* h[k] = T h(kT), full weight at 0: C e^{AkT} B T */
    SINEW_METHOD_DECRAMPED    /* |H(e^jwT)| is |H(jw)| up to near half the rate (within 0.1 dB up to
                               * 0.9 of it where |H| is not far below its peak); for one input and
                               * one output; may add two states */
} sinew_method;

/** The name of a method as the command line spells it ("zoh"), and back;
 *  sinew_method_from_name answers SINEW_METHOD_DEFAULT for no such name. */
SINEW_API const char *sinew_method_name(sinew_method method);
SINEW_API sinew_method sinew_method_from_name(const char *name);

/** What discretizes the system where nobody says: zoh, but for kinds of system that are right by
 *  another method only, such as weightings. */
SINEW_API sinew_method sinew_system_preferred_method(const sinew_system *system);

typedef struct sinew_discretize_opts {
    double rate_hz; /* either this ... */
    double step_s;  /* ... or this is > 0, the other 0 */
    sinew_method method;
    double prewarp_hz; /* bilinear only: this frequency keeps its place; 0: none, but a design
                        * has each of its band edges prewarped, an equalizer its frequency and
                        * width, K weighting each of its filters. Below half the rate. */
    double alpha;      /* gbt only: 0 euler .. 1/2 bilinear .. 1 backward */
} sinew_discretize_opts;

typedef struct sinew_discretization sinew_discretization;

/** Errors: SINEW_ERR_ARGUMENT for a rate, alpha or prewarp frequency out of range, or a prewarp
 *  or an edge where the method has no use for it; SINEW_ERR_NUMERIC for a pole that the method
 *  cannot map (at 2/T for bilinear; for decramped one above half the rate that never decays), or an
 *  answer that is not finite; SINEW_ERR_UNSUPPORTED for decramped where inputs or outputs != 1. */
SINEW_API sinew_status sinew_discretize(sinew_discretization **out, const sinew_system *system,
                                        const sinew_discretize_opts *opts, sinew_error *error);

SINEW_API void sinew_discretization_free(sinew_discretization *discretization);

/** The discrete matrices, owned by the discretization. For a system made from matrices, and
 *  every method but impulse scaled as documented there, the coordinates are the system's. */
SINEW_API sinew_matrices sinew_discretization_matrices(const sinew_discretization *d);

SINEW_API double sinew_discretization_step_s(const sinew_discretization *d);
SINEW_API sinew_method sinew_discretization_method(const sinew_discretization *d);

/** H(e^{jwT}) at `n` angular frequencies (rad/s); response: (n, outputs, inputs). */
SINEW_API sinew_status sinew_discretization_response(const sinew_discretization *d,
                                                     const double *rad, size_t n,
                                                     sinew_complex *response, sinew_error *error);

/** The largest |eigenvalue| of A: below 1 for a stable filter. */
SINEW_API double sinew_discretization_radius(const sinew_discretization *d);

/** 1 where the state left alone may grow: the radius is above 1 by more than rounding (1e-9), so
 *  not for an integrator. A method can do so to a stable system: euler with a long step. */
SINEW_API int sinew_discretization_grows(const sinew_discretization *d);

/** How many frames until the state left alone has fallen below 2^-60 of its size, estimated
 *  from the radius; SIZE_MAX where it does not fall. */
SINEW_API size_t sinew_discretization_settle_frames(const sinew_discretization *d);

/** foh only (else zeros): G2 (order, inputs). The discrete state is x - G2 u: the continuous
 *  x0 is loaded as x0 - G2 u[0]. */
SINEW_API const double *sinew_discretization_foh_shift(const sinew_discretization *d);

#ifdef __cplusplus
}
#endif
#endif
