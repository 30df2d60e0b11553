/* losses: what a finished job did to samples that its user should hear of. */
#ifndef SINEW_CLI_LOSSES_H
#define SINEW_CLI_LOSSES_H

#include "job.h"

/* One bad sample in a recursion makes all that follow bad: worth a word. A sum of all differences
 * tells at once that there is none. frame: that `out` starts with. */
void losses_count(job_result *result, const sinew_block *out, sinew_sample sample, int64_t frame);

void losses_report(const char *output, const job_result *result);

#endif
