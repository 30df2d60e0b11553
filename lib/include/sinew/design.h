/**
 * design: classic filters as continuous systems of zeros, poles and gain.
 *
 *     sinew_system *system = NULL;
 *     sinew_design design = {.family = SINEW_FAMILY_BUTTERWORTH, .band = SINEW_BAND_PASS,
 *                            .order = 12, .edges_hz = {1000, 2000}};
 *     if (sinew_system_new_design(&system, &design, &error)) ...
 *
 * or from what the filter is to do:
 *
 *     sinew_design_goal goal = {.family = SINEW_FAMILY_ELLIPTIC, .band = SINEW_BAND_LOWPASS,
 *                               .pass_hz = {1000}, .stop_hz = {1200},
 *                               .ripple_db = 0.1, .attenuation_db = 80};
 *     if (sinew_design_estimate(&design, &goal, &error)) ...
 *
 * Conventions are scipy's. A design is never expanded into polynomials: poles and zeros are good
 * to their last digits for every family, band and order that is not refused.
 *
 * Ownership: the caller frees the system. Errors: SINEW_ERR_ARGUMENT for no such family, band or
 * norm; SINEW_ERR_DATA for numbers that describe no filter; SINEW_ERR_NUMERIC for a filter that
 * no double holds. Thread-safety: pure functions.
 */
#ifndef SINEW_DESIGN_H
#define SINEW_DESIGN_H

#include "system.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What the edges are the edges of, in brackets. */
typedef enum sinew_family {
    SINEW_FAMILY_BUTTERWORTH = 0, /* maximally flat: S. Butterworth 1930 (-3.01 dB) */
    SINEW_FAMILY_CHEBYSHEV1,      /* ripple in the pass band (the end of the ripple) */
    SINEW_FAMILY_CHEBYSHEV2,      /* ripple in the stop band (where the stop band begins) */
    SINEW_FAMILY_ELLIPTIC,        /* in both: W. Cauer 1931 (the end of the pass band's ripple) */
    SINEW_FAMILY_BESSEL           /* flat delay: W. E. Thomson 1949 (see sinew_bessel_norm) */
} sinew_family;

typedef enum sinew_band {
    SINEW_BAND_LOWPASS = 0,
    SINEW_BAND_HIGHPASS,
    SINEW_BAND_PASS,
    SINEW_BAND_STOP
} sinew_band;

/** What stands at the edge of a Bessel low-pass; the other bands are made of it. */
typedef enum sinew_bessel_norm {
    SINEW_NORM_PHASE = 0, /* the phase is half of what it ends at; far above it the gain falls as
                             that of a Butterworth filter with the same edge */
    SINEW_NORM_DELAY,     /* the delay at 0 Hz is 1 / (2 pi edge) seconds */
    SINEW_NORM_MAGNITUDE  /* -3.01 dB */
} sinew_bessel_norm;

/** A classic design. `order` is the prototype's, 1 to 128: a band-pass of order 12 has 24 poles.
 *  What a family or band has no use for is not looked at. */
typedef struct sinew_design {
    sinew_family family;
    sinew_band band;
    uint32_t order;
    double edges_hz[2];     /* the second for SINEW_BAND_PASS and SINEW_BAND_STOP */
    double ripple_db;       /* Chebyshev 1, elliptic: how deep the pass band's ripple is, > 0 */
    double attenuation_db;  /* Chebyshev 2, elliptic: of the stop band, > 0 and above ripple_db */
    sinew_bessel_norm norm; /* Bessel */
} sinew_design;

/** From a classic design. The analogue filter has its edges at `edges_hz`; discretized by the
 *  bilinear rule without another prewarp frequency, each edge is prewarped and so keeps its
 *  place in the digital filter. SINEW_ERR_NUMERIC for an elliptic filter whose zeros and poles
 *  stand closer than doubles do. */
SINEW_API sinew_status sinew_system_new_design(sinew_system **out, const sinew_design *design,
                                               sinew_error *error);

/** What a filter is to do: lose at most `ripple_db` in the pass band and at least
 *  `attenuation_db` in the stop band. Two edges each for SINEW_BAND_PASS, whose pass band lies
 *  between the stop bands, and SINEW_BAND_STOP, the other way round. */
typedef struct sinew_design_goal {
    sinew_family family;
    sinew_band band;
    double pass_hz[2], stop_hz[2];
    double ripple_db, attenuation_db; /* all families need both */
    sinew_bessel_norm norm;           /* of the answer; Bessel */
    double rate_hz; /* 0: of the analogue filter; else of the one that the bilinear rule makes of
                       it at this rate, with its edges prewarped */
} sinew_design_goal;

/** The least order that reaches a goal, and the edges for it, so that the design may be made.
 *  The loss at the pass band's edge is exactly `ripple_db`, what is left over goes to the stop
 *  band. For SINEW_BAND_STOP one edge of the pass band is first moved inwards, to where both
 *  edges of the stop band ask for the same order, which is the least one that there is.
 *  SINEW_ERR_DATA where no order up to 128 does it: a Bessel filter has its limits. */
SINEW_API sinew_status sinew_design_estimate(sinew_design *out, const sinew_design_goal *goal,
                                             sinew_error *error);

/** From a goal: the system of the design that sinew_design_estimate gives. */
SINEW_API sinew_status sinew_system_new_goal(sinew_system **out, const sinew_design_goal *goal,
                                             sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
