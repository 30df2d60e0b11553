/* The matched z-transform of factors. */
#ifndef SINEW_SSM_MATCHED_H
#define SINEW_SSM_MATCHED_H

#include "ssm/system.h"

/* The discrete cascade: at most n_poles sections into `sections`, their number into *count. No
 * pole: no section, and the gain is all there is. SINEW_ERR_NUMERIC where a root other than 0 falls
 * on z = 1. */
sinew_status sinew_sections_matched(sinew_section *sections, size_t *count, const sinew_zpk *zpk,
                                    double T, sinew_error *error);

/* gain 2^exponent of the discrete factors. */
void sinew_matched_gain(double *gain, int *exponent, const sinew_zpk *zpk, double T);

#endif
