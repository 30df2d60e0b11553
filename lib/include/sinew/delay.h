/**
 * delay: e^(-s delay_s), approximated by a rational all-pass.
 *
 * Ownership: the caller frees the system. Thread-safety: pure functions.
 */
#ifndef SINEW_DELAY_H
#define SINEW_DELAY_H

#include "system.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SINEW_PADE_ORDER_MAX = 128 };

/** The Pade approximant of equal degrees, `order` poles and as many zeros: an exact all-pass (each
 *  zero is a pole mirrored on the axis), factored, with the phase of the delay up to a frequency of
 *  about order / delay_s rad/s. Errors: SINEW_ERR_DATA for a delay that is not above 0 and finite,
 *  and for an order out of 1 .. SINEW_PADE_ORDER_MAX. */
SINEW_API sinew_status sinew_system_new_delay_pade(sinew_system **out, double delay_s, size_t order,
                                                   sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
