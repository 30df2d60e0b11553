/* The names of equalizers, and their factors at a rate. */
#ifndef SINEW_SSM_EQUALIZER_H
#define SINEW_SSM_EQUALIZER_H

#include "ssm/system.h"

/* In the order of sinew_equalizer_type; NULL at the end. */
extern const char *const sinew_equalizer_names[];

/* The factors; with step_s > 0 those that the bilinear rule at that step brings back to the place
 * and the width that were meant. The frequency lies below half the rate then. */
sinew_status sinew_equalizer_zpk(sinew_zpk *out, const sinew_equalizer *eq, double step_s,
                                 sinew_error *error);

#endif
