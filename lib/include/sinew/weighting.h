/**
 * weighting: the curves by which levels and loudness are measured.
 *
 *     sinew_system *system = NULL;
 *     if (sinew_system_new_weighting(&system, SINEW_WEIGHTING_A, &error)) ...
 *
 * Where no method is said, A, B, C and 468 are discretized by SINEW_METHOD_DECRAMPED: within
 * 0.1 dB of the analogue curve up to 0.9 of half the rate. K is what its recommendation prints at
 * 48 kHz, by SINEW_METHOD_BILINEAR with each of its two filters in its place, and the same
 * curve at other rates.
 *
 * Ownership: the caller frees the system. Thread-safety: pure functions.
 */
#ifndef SINEW_WEIGHTING_H
#define SINEW_WEIGHTING_H

#include "system.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sinew_weighting {
    SINEW_WEIGHTING_A = 0, /* IEC 61672-1, sound level: 0 dB at 1 kHz */
    SINEW_WEIGHTING_B,     /* IEC 60651, withdrawn; 0 dB at 1 kHz */
    SINEW_WEIGHTING_C,     /* IEC 61672-1: 0 dB at 1 kHz */
    SINEW_WEIGHTING_K,     /* ITU-R BS.1770, loudness of programmes */
    SINEW_WEIGHTING_468    /* ITU-R BS.468, noise: 0 dB at 1 kHz (0.008), 12.2 dB at 6.3 kHz */
} sinew_weighting;

SINEW_API sinew_status sinew_system_new_weighting(sinew_system **out, sinew_weighting weighting,
                                                  sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
