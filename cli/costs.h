/* costs: what the engine is chosen by, kept in the user's cache folder. What fails here is no
 * failure of a command: then there are the costs that are built in. */
#ifndef SINEW_CLI_COSTS_H
#define SINEW_CLI_COSTS_H

#include <stdbool.h>

#include "sinew/plan.h"

/* Those that are kept; measured and kept where there are none of this machine and this version,
 * or with `again`. Without a place to keep them nothing is measured, but with `again`. */
sinew_status costs_choose(sinew_costs *out, bool again, sinew_error *error);

#endif
