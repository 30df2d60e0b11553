/**
 * system: a continuous linear state space model, the one description of a filter.
 *
 *     x'(t) = A x(t) + B u(t)      A (order, order)    B (order, inputs)
 *     y(t)  = C x(t) + D u(t)      C (outputs, order)  D (outputs, inputs)
 *
 * Matrices are double, rows first. Poles and zeros are in rad/s. A system does not change
 * after it is built. One that comes from zeros and poles, or from a design, stays factored: it
 * is discretized section by section and its polynomial is never expanded.
 *
 *     const double A[] = {-1, 0, 1, -2}, B[] = {1, 0}, C[] = {0, 1}, D[] = {0};
 *     sinew_matrices matrices = {.order = 2, .inputs = 1, .outputs = 1, A, B, C, D};
 *     sinew_system *system = NULL;
 *     if (sinew_system_new_ss(&system, &matrices, &error)) ...
 *     ...
 *     sinew_system_free(system);
 *
 * Ownership: `_new_...` copies what it is given and sets *out (NULL after failure); the caller
 * frees. Errors: SINEW_ERR_DATA for a NaN, an Inf, or numbers that describe no system.
 * Thread-safety: a system is immutable; any thread may read it.
 */
#ifndef SINEW_SYSTEM_H
#define SINEW_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A complex number; laid out as C's `double complex` and C++'s `std::complex<double>`. */
typedef struct sinew_complex {
    double re, im;
} sinew_complex;

/** A view of the four matrices of a state space model; rows first; NULL where empty. */
typedef struct sinew_matrices {
    size_t order, inputs, outputs;
    const double *A; /* (order, order) */
    const double *B; /* (order, inputs) */
    const double *C; /* (outputs, order) */
    const double *D; /* (outputs, inputs) */
} sinew_matrices;

typedef enum sinew_stability {
    SINEW_STABLE = 0, /* every pole has Re < 0 */
    SINEW_MARGINAL,   /* simple poles on the axis, none to the right of it: an integrator */
    SINEW_UNSTABLE
} sinew_stability;

typedef struct sinew_system sinew_system;

/** From matrices (copied). inputs and outputs are at least 1; order may be 0 (a gain). */
SINEW_API sinew_status sinew_system_new_ss(sinew_system **out, const sinew_matrices *matrices,
                                           sinew_error *error);

/** H(s) = gain prod(s - zeros) / prod(s - poles), rad/s. Complex ones must come in conjugate
 *  pairs (in any order), and there may not be more zeros than poles. */
SINEW_API sinew_status sinew_system_new_zpk(sinew_system **out, const sinew_complex *zeros,
                                            size_t n_zeros, const sinew_complex *poles,
                                            size_t n_poles, double gain, sinew_error *error);

/** H(s) = num(s) / den(s), descending powers of s. Leading zeros are dropped; a numerator of
 *  higher degree than the denominator is refused. */
SINEW_API sinew_status sinew_system_new_tf(sinew_system **out, const double *num, size_t n_num,
                                           const double *den, size_t n_den, sinew_error *error);

/** Second-order sections in series, `n` rows of b0 b1 b2 a0 a1 a2: each is
 *  (b0 s^2 + b1 s + b2) / (a0 s^2 + a1 s + a2). Leading zeros lower the degree, and the sections
 *  together may not have more zeros than poles. sections: (n, 6) */
SINEW_API sinew_status sinew_system_new_sos(sinew_system **out, const double *sections, size_t n,
                                            sinew_error *error);

SINEW_API void sinew_system_free(sinew_system *system); /* NULL is fine */

/** The matrices, owned by the system and valid as long as it lives. */
SINEW_API sinew_matrices sinew_system_matrices(const sinew_system *system);

/** 1 for a system that is kept factored (zpk, tf, sos, design): the coordinates of its state are
 * the library's choice. 0 for one from matrices, whose state is the caller's. */
SINEW_API int sinew_system_is_factored(const sinew_system *system);

/** 1 where the coordinates of the state are the caller's: of a system from matrices, and of one
 * joined of such only, whose state is that of its members one behind another. */
SINEW_API int sinew_system_state_is_given(const sinew_system *system);

/** The gain of a factored system, *gain 2^*exponent with 1/2 <= |*gain| < 1 or both 0:
 *  (2 pi 20 kHz)^64 is no double. SINEW_ERR_UNSUPPORTED for one from matrices. */
SINEW_API sinew_status sinew_system_gain(const sinew_system *system, double *gain, int *exponent,
                                         sinew_error *error);

/** A factored system as second-order sections, rows as sinew_system_new_sos takes them: *n of
 *  them, at most `order` and at least 1. a0 is 1, or a1 where a0 is 0; the most resonant section
 *  is the last, and the gain is spread over them. SINEW_ERR_UNSUPPORTED for a system from
 *  matrices, SINEW_ERR_NUMERIC for coefficients that overflow. */
SINEW_API sinew_status sinew_system_sos(const sinew_system *system, double *sections, size_t *n,
                                        sinew_error *error);

/** The poles: `order` of them into `poles`, conjugates adjacent, in rad/s. */
SINEW_API sinew_status sinew_system_poles(const sinew_system *system, sinew_complex *poles,
                                          sinew_error *error);

/** The invariant zeros: the s at which some state and input, not both 0, give no output; at most
 *  `order` of them, at infinity not counted; *n_zeros says how many. With one input and one
 *  output these are the zeros of H and the poles that H does not show. */
SINEW_API sinew_status sinew_system_zeros(const sinew_system *system, sinew_complex *zeros,
                                          size_t *n_zeros, sinew_error *error);

SINEW_API sinew_status sinew_system_stability(const sinew_system *system, sinew_stability *out,
                                              sinew_error *error);

/** The 2-norm condition of the eigenvectors of A, in balanced coordinates; infinite where they do
 *  not span: how far a change of A may carry its poles. */
SINEW_API sinew_status sinew_system_eigenvector_condition(const sinew_system *system,
                                                          double *condition, sinew_error *error);

/** H(jw) = C (jw I - A)^-1 B + D at `n` angular frequencies (rad/s).
 *  response: (n, outputs, inputs). A frequency that is a pole gives SINEW_ERR_NUMERIC. */
SINEW_API sinew_status sinew_system_response(const sinew_system *system, const double *rad,
                                             size_t n, sinew_complex *response, sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
