/**
 * equalizer: the filters of one or two poles that mixers and instruments are full of.
 *
 *     sinew_system *system = NULL;
 *     sinew_equalizer bell = {.type = SINEW_EQ_PEAKING, .hz = 1000, .q = 0.7, .gain_db = 3};
 *     if (sinew_system_new_equalizer(&system, &bell, &error)) ...
 *
 * They are the analogue prototypes of R. Bristow-Johnson's Audio EQ Cookbook, so a discretization
 * by the bilinear rule (without another prewarp frequency) has the cookbook's coefficients, at any
 * rate; that is also the method where none is said. By SINEW_METHOD_DECRAMPED the same system
 * follows the analogue curve up to half the rate instead of being squeezed below it.
 *
 * Ownership: the caller frees the system. Thread-safety: pure functions.
 */
#ifndef SINEW_EQUALIZER_H
#define SINEW_EQUALIZER_H

#include "system.h"

#ifdef __cplusplus
extern "C" {
#endif

/* With s in units of 2 pi hz and A = 10^(gain_db / 40): */
typedef enum sinew_equalizer_type {
    SINEW_EQ_LOWPASS = 0,    /* 1 / (s^2 + s/Q + 1) */
    SINEW_EQ_HIGHPASS,       /* s^2 / (s^2 + s/Q + 1) */
    SINEW_EQ_BANDPASS,       /* (s/Q) / (s^2 + s/Q + 1): a resonator with a peak of 0 dB */
    SINEW_EQ_BANDPASS_SKIRT, /* s / (s^2 + s/Q + 1): a peak of Q, skirts that stay */
    SINEW_EQ_NOTCH,          /* (s^2 + 1) / (s^2 + s/Q + 1) */
    SINEW_EQ_ALLPASS,        /* (s^2 - s/Q + 1) / (s^2 + s/Q + 1): 180 degrees at hz */
    SINEW_EQ_PEAKING,        /* (s^2 + s A/Q + 1) / (s^2 + s/(A Q) + 1) */
    SINEW_EQ_LOW_SHELF,      /* A (s^2 + s sqrt(A)/Q + A) / (A s^2 + s sqrt(A)/Q + 1) */
    SINEW_EQ_HIGH_SHELF,     /* A (A s^2 + s sqrt(A)/Q + 1) / (s^2 + s sqrt(A)/Q + A) */
    SINEW_EQ_ALLPASS_1       /* (1 - s) / (1 + s): 90 degrees at hz, takes no width */
} sinew_equalizer_type;

/** How wide it is, in one of four ways; the others are 0:
 *
 *   q                  Q of the formulas above; all types but ALLPASS_1
 *   bandwidth_octaves  between the edges of BANDPASS, BANDPASS_SKIRT, NOTCH (-3 dB), ALLPASS
 *                      (90 and 270 degrees) or PEAKING (half the gain in dB);
 *                      1/Q = 2 sinh(ln 2 / 2 octaves)
 *   bandwidth_hz       the same from edge to edge in Hz; 1/Q = bandwidth / hz
 *   slope              of LOW_SHELF and HIGH_SHELF: 1 is the steepest that stays monotonic;
 *                      1/Q^2 = (A + 1/A)(1/slope - 1) + 2
 *
 * Those are the analogue meanings, and every method but bilinear goes by them. The bilinear rule
 * keeps hz in its place and squeezes the width; so that a bandwidth stays one, Q is then chosen
 * by the rate: as the cookbook does it for octaves, 1/Q = 2 sinh(ln 2 / 2 octaves w/sin w) with
 * w = 2 pi hz / rate (an approximation, close for narrow ones), and exactly for bandwidth_hz,
 * 1/Q = 2 tan(pi bandwidth_hz / rate) / sin w: scipy's iirnotch and iirpeak. */
typedef struct sinew_equalizer {
    sinew_equalizer_type type;
    double hz;
    double q, bandwidth_octaves, bandwidth_hz, slope;
    double gain_db; /* of PEAKING, LOW_SHELF and HIGH_SHELF, within +-120; 0 for the others */
} sinew_equalizer;

/** Errors: SINEW_ERR_DATA for numbers out of range, a width that is missing, given twice, or not
 *  one of the type's, and a slope so steep that there is no such filter. */
SINEW_API sinew_status sinew_system_new_equalizer(sinew_system **out, const sinew_equalizer *eq,
                                                  sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
