/**
 * gammatone: the filters of the inner ear, one of them or a bank.
 *
 *     sinew_system *system = NULL;
 *     sinew_gammatone at_1_kHz = {.hz = 1000};
 *     if (sinew_system_new_gammatone(&system, &at_1_kHz, &error)) ...
 *     if (sinew_system_new_gammatone_bank(&system, 100, 8000, 32, &error)) ...
 *
 * The impulse response is a t^(order - 1) e^(-2 pi b t) cos(2 pi hz t + phase), as zeros and
 * poles, with a such that the gain at hz is 1 (R. Patterson et al. 1987). b is 1.019 times the
 * equivalent rectangular bandwidth of the ear at hz, 24.7 (4.37 hz/1000 + 1) Hz (B. Glasberg,
 * B. Moore 1990).
 *
 * Where no method is said they are discretized by SINEW_METHOD_IMPULSE: the digital impulse
 * response is that of the analogue filter at each frame.
 *
 * Ownership: the caller frees the system. Thread-safety: pure functions.
 */
#ifndef SINEW_GAMMATONE_H
#define SINEW_GAMMATONE_H

#include "system.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sinew_gammatone {
    double hz;
    uint32_t order;      /* 1 to 16; 0: 4 */
    double bandwidth_hz; /* b; 0: 1.019 ERB */
    double phase;        /* rad */
} sinew_gammatone;

/** The equivalent rectangular bandwidth at a frequency, in Hz. */
SINEW_API double sinew_erb_hz(double hz);

/** Frequency hz on the scale that counts such bandwidths, 21.4 log10(1 + 0.00437 hz); and back. */
SINEW_API double sinew_erb_rate(double hz);
SINEW_API double sinew_erb_rate_to_hz(double rate);

/** 2 order poles. Errors: SINEW_ERR_DATA for numbers out of range. */
SINEW_API sinew_status sinew_system_new_gammatone(sinew_system **out, const sinew_gammatone *filter,
                                                  sinew_error *error);

/** One input, `channels` outputs: filters of order 4 from low_hz to high_hz (one: at low_hz),
 *  evenly spaced on the ERB-rate scale. A is block diagonal, 8 states an output, in their order.
 *  Errors: as above; at most 512 channels. */
SINEW_API sinew_status sinew_system_new_gammatone_bank(sinew_system **out, double low_hz,
                                                       double high_hz, uint32_t channels,
                                                       sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
