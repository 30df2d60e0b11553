/* costs: what the engine is chosen by, kept in the user's cache folder. */
#ifndef SINEW_CLI_COSTS_H
#define SINEW_CLI_COSTS_H

#include "sinew/costs.h"

/* Those that are kept; measured and kept where there are none of this machine and this version.
 * Without a place to keep them, and where the measurement fails, NULL, which counts as built in:
 * what fails here is no failure of a command. The caller frees (sinew_costs_free). */
sinew_costs *costs_choose(void);

/* Measured now, and kept where there is a place. */
sinew_status costs_calibrate(sinew_costs **out, sinew_error *error);

#endif
