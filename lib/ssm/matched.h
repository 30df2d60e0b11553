/* The matched z-transform of factors. */
#ifndef SINEW_SSM_MATCHED_H
#define SINEW_SSM_MATCHED_H

#include "ssm/zpk.h"

/* The discrete factors, of z - 1; the caller finishes *out. SINEW_ERR_NUMERIC where a root other
 * than 0 falls on z = 1. */
sinew_status sinew_matched(sinew_zpk *out, const sinew_zpk *zpk, double T, sinew_error *error);

#endif
