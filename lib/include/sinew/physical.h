/**
 * physical: systems as people who build sensors think of them, from parameters in SI units. The
 * states are physical quantities, so an initial state (x0) can be measured or set.
 *
 *     sinew_mass_spring geophone = {.resonance_hz = 10, .damping_ratio = 0.7,
 *                                   .input = SINEW_MASS_BASE_VELOCITY,
 *                                   .output = SINEW_MASS_RELATIVE_VELOCITY};
 *     if (sinew_system_new_mass_spring(&system, &geophone, &error)) ...
 *
 * Ownership: the caller frees the system. Thread-safety: pure functions.
 * Errors: SINEW_ERR_DATA for a parameter that is negative or not finite, or for parameters that do
 * not determine the system or do so twice; SINEW_ERR_UNSUPPORTED for an output that no system with
 * a bounded answer has: displacement from the velocity of the base, say.
 */
#ifndef SINEW_PHYSICAL_H
#define SINEW_PHYSICAL_H

#include "system.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What moves a mass: a force on it (base at rest), or the motion of the base. */
typedef enum sinew_mass_input {
    SINEW_MASS_FORCE = 0,         /* N;     states: displacement x, velocity x' */
    SINEW_MASS_BASE_DISPLACEMENT, /* b, m;  states: x, x' - (c/m) b of the mass next to the base */
    SINEW_MASS_BASE_VELOCITY,     /* m/s;   states: x - b, x' */
    SINEW_MASS_BASE_ACCELERATION  /* m/s^2; states: x - b, x' - b' */
} sinew_mass_input;

typedef enum sinew_mass_output {
    SINEW_MASS_DISPLACEMENT = 0,  /* x, m:             of force, base displacement */
    SINEW_MASS_VELOCITY,          /* x', m/s:          of all but base acceleration */
    SINEW_MASS_ACCELERATION,      /* x'', m/s^2:       of all but base displacement */
    SINEW_MASS_RELATIVE,          /* x - b, m:         of all */
    SINEW_MASS_RELATIVE_VELOCITY, /* x' - b', m/s:     of all but base displacement */
    SINEW_MASS_SPRING_FORCE       /* -k (x - b) - c (x' - b'), N: on the mass next to the base, of
                                   * base velocity and acceleration, and of force */
} sinew_mass_output;

/** m x'' + c (x' - b') + k (x - b) = F. Either stiffness and damping, or resonance and Q or damping
 *  ratio: k = m w^2, c = m w / Q = 2 zeta m w. */
typedef struct sinew_mass_spring {
    double mass_kg; /* 0: 1 kg; with a resonance it counts for forces alone */
    double stiffness_n_per_m;
    double damping_n_s_per_m;
    double resonance_hz;
    double q, damping_ratio; /* at most one; none: no damping */
    sinew_mass_input input;
    sinew_mass_output output;
} sinew_mass_spring;

SINEW_API sinew_status sinew_system_new_mass_spring(sinew_system **out,
                                                    const sinew_mass_spring *mass,
                                                    sinew_error *error);

/** Masses in a row: spring and damper i hold mass i to mass i - 1, the first to the base; number
 *  n, where it is not 0, holds the last to a wall at rest (for forces only). States: the first kind
 *  of each mass, then the second kind of each. */
typedef struct sinew_mass_chain {
    size_t n;
    const double *mass_kg;           /* (n) */
    const double *stiffness_n_per_m; /* (n + 1) */
    const double *damping_n_s_per_m; /* (n + 1) */
    sinew_mass_input input;
    sinew_mass_output output;
    size_t force_at, output_at; /* 0 .. n - 1: which mass */
} sinew_mass_chain;

SINEW_API sinew_status sinew_system_new_mass_chain(sinew_system **out,
                                                   const sinew_mass_chain *chain,
                                                   sinew_error *error);

/** series: u across R, L and C in a row. parallel: u through R into L and C side by side.
 *  In a row, what is 0 is a wire; R may be 0 where there is an L. Side by side, R and C must be
 *  there, and an L that is 0 is none. States: the current through L (A), the voltage on C (V), of
 *  those that are there. */
typedef enum sinew_rlc_shape { SINEW_RLC_SERIES = 0, SINEW_RLC_PARALLEL } sinew_rlc_shape;

typedef enum sinew_rlc_output {
    SINEW_RLC_ACROSS_R = 0, /* V */
    SINEW_RLC_ACROSS_L,     /* V */
    SINEW_RLC_ACROSS_C,     /* V */
    SINEW_RLC_ACROSS_LC,    /* V: across L and C together */
    SINEW_RLC_CURRENT       /* A: out of the source */
} sinew_rlc_output;

typedef struct sinew_rlc {
    sinew_rlc_shape shape;
    double resistance_ohm, inductance_h, capacitance_f;
    sinew_rlc_output output;
} sinew_rlc;

SINEW_API sinew_status sinew_system_new_rlc(sinew_system **out, const sinew_rlc *rlc,
                                            sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
