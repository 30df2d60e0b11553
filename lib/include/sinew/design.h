/**
 * design: classic filters as continuous systems of zeros, poles and gain.
 *
 *     sinew_system *system = NULL;
 *     sinew_design design = {.family = SINEW_FAMILY_BUTTERWORTH, .band = SINEW_BAND_PASS,
 *                            .order = 12, .edges_hz = {1000, 2000}};
 *     if (sinew_system_new_design(&system, &design, &error)) ...
 *
 * Ownership: the caller frees the system. Thread-safety: pure functions.
 */
#ifndef SINEW_DESIGN_H
#define SINEW_DESIGN_H

#include "system.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sinew_family {
    SINEW_FAMILY_BUTTERWORTH = 0 /* maximally flat: S. Butterworth 1930 */
} sinew_family;

typedef enum sinew_band {
    SINEW_BAND_LOWPASS = 0,
    SINEW_BAND_HIGHPASS,
    SINEW_BAND_PASS,
    SINEW_BAND_STOP
} sinew_band;

/** A classic design. `order` is the prototype's: a band-pass of order 12 has 24 poles.
 *  `edges_hz[1]` only counts for SINEW_BAND_PASS and SINEW_BAND_STOP. */
typedef struct sinew_design {
    sinew_family family;
    sinew_band band;
    uint32_t order;
    double edges_hz[2];
} sinew_design;

/** From a classic design. The analogue filter has its edges at `edges_hz`; discretized by the
 *  bilinear rule without another prewarp frequency, each edge is prewarped and so keeps its
 *  place in the digital filter. */
SINEW_API sinew_status sinew_system_new_design(sinew_system **out, const sinew_design *design,
                                               sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
