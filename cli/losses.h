/* losses: what a finished job did to samples that its user should hear of. */
#ifndef SINEW_CLI_LOSSES_H
#define SINEW_CLI_LOSSES_H

#include "job.h"

void losses_report(const char *output, const job_result *result);

#endif
