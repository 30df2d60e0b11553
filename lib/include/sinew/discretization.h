/**
 * discretization: a system seen every `step_s` seconds.
 *
 *     x[k+1] = A x[k] + B u[k]
 *     y[k]   = C x[k] + D u[k]
 *
 *     sinew_discretize_opts opts = {.rate_hz = 48000, .method = SINEW_METHOD_BILINEAR};
 *     if (sinew_discretize(&discretization, system, &opts, &error)) ...
 *
 * It may outlive the system, and does not change after it is built.
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
    SINEW_METHOD_DECRAMPED,   /* |H(e^jwT)| is |H(jw)| up to near half the rate (within 0.1 dB up to
                               * 0.9 of it where |H| is not far below its peak); for one input and
                               * one output; may add two states */
    SINEW_METHOD_MATCHED      /* poles and zeros r go to e^{rT}, all zeros at infinity but one to
                               * -1; the gain is that at s = 0, or next to it where H is 0 or
                               * infinite there. One input and one output */
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

/** From discrete matrices as they are: a filter that was measured, identified or made by hand runs
 *  like any other. `opts` says the step, and by which method it stands for a continuous system
 *  (DEFAULT: zoh), which only sinew_discretization_d2d asks. */
SINEW_API sinew_status sinew_discretization_new(sinew_discretization **out,
                                                const sinew_matrices *discrete,
                                                const sinew_discretize_opts *opts,
                                                sinew_error *error);

/** The continuous system that becomes these discrete matrices by `opts` (all methods but matched
 *  and decramped; a prewarp_hz as it was given then), and that prefers that method where it needs
 * no further number. Of all that do, for zoh, foh and impulse, the one with its poles within half
 * the rate. The coordinates are the discrete ones. An eigenvalue on the negative real axis, of
 * which the logarithm is not real, gets one more state, behind the others: what it turns into
 * swings at half the rate.
 *
 *  Errors: SINEW_ERR_NUMERIC for an eigenvalue at 0 (zoh, foh, impulse, backward), or at
 *  (alpha - 1)/alpha (-1 for bilinear), which comes from no continuous pole; SINEW_ERR_UNSUPPORTED
 *  for matched and decramped. */
SINEW_API sinew_status sinew_system_new_d2c(sinew_system **out, const sinew_matrices *discrete,
                                            const sinew_discretize_opts *opts, sinew_error *error);

/** The same continuous system at another step or by another method: that which `d` was made of,
 *  with its factors and design, or for discrete matrices that of sinew_system_new_d2c. */
SINEW_API sinew_status sinew_discretization_d2d(sinew_discretization **out,
                                                const sinew_discretization *d,
                                                const sinew_discretize_opts *opts,
                                                sinew_error *error);

SINEW_API void sinew_discretization_free(sinew_discretization *discretization);

/** The discrete matrices, owned by the discretization. For a system made from matrices, and
 *  every method but impulse scaled as documented there, the coordinates are the system's. */
SINEW_API sinew_matrices sinew_discretization_matrices(const sinew_discretization *d);

SINEW_API double sinew_discretization_step_s(const sinew_discretization *d);
SINEW_API sinew_method sinew_discretization_method(const sinew_discretization *d);

/** H(e^{jwT}) at `n` angular frequencies (rad/s); response: (n, outputs, inputs). Of a system that
 *  is kept factored it is what the method means, and each point is right to rounding, however deep
 *  in a stop band (zoh, foh and impulse: up to order 192); of matrices it is right to the rounding
 *  of its peak. How far the rounded coefficients that run are from it says
 *  sinew_discretization_report. SINEW_ERR_NUMERIC at a pole. */
SINEW_API sinew_status sinew_discretization_response(const sinew_discretization *d,
                                                     const double *rad, size_t n,
                                                     sinew_complex *response, sinew_error *error);

/** H(z) = gain 2^exponent prod(z - zeros) / prod(z - poles) of a filter with one input and one
 *  output: its `order` poles, and its zeros, at most `order` (those at infinity are not counted),
 *  conjugates adjacent. Of a system that is kept factored each is right to rounding, also where
 * zeros are what is left when large terms cancel; of matrices, as their eigenvalues are. The
 * exponent is there because the gain of a high order is no double: ldexp(gain, exponent) where it
 * is. SINEW_ERR_UNSUPPORTED for several inputs or outputs. */
SINEW_API sinew_status sinew_discretization_zpk(const sinew_discretization *d, sinew_complex *zeros,
                                                size_t *n_zeros, sinew_complex *poles, double *gain,
                                                int *exponent, sinew_error *error);

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

/** How good a realization is. A number that cannot be given is a NaN. */
typedef struct sinew_realization_report {
    const char *form; /* how it runs: "dense", "cascade" (sections in series), "parallel" */
    double radius;    /* the largest |z| of its poles */
    /* Of the discrete A: the 2-norm condition of its eigenvectors, infinite where they do not span.
     * A change of A moves an eigenvalue by at most this times as much. */
    double eigenvector_condition;
    /* Reciprocal condition, 1-norm: of I - alpha T A, which a substitution inverts; for the other
     * methods of the eigenvectors. Near 2^-52 nothing is left. */
    double rcond;
    /* The response of the matrices as they were rounded, against that of the method without any
     * rounding, at `points` frequencies up to half the rate and at the poles: the largest
     * difference as a part of the peak, and as a part of the response at the same frequency, which
     * is worst at worst_rad. No points, and NaN: nothing to compare with (discrete matrices as
     * given, or an order above 192). */
    size_t points;
    double response_error, relative_error, worst_rad;
    /* How far the reference itself may be off, as a part of the peak: an estimate. */
    double reference_error;
} sinew_realization_report;

/** Look at a realization. Factored systems are compared with numbers of as many bits as it takes,
 *  others with long double. */
SINEW_API sinew_status sinew_discretization_report(const sinew_discretization *d,
                                                   sinew_realization_report *report,
                                                   sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
