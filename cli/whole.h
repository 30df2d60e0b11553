/* whole: a model that needs its whole input before its output begins. */
#ifndef SINEW_CLI_WHOLE_H
#define SINEW_CLI_WHOLE_H

#include "job.h"
#include "sinew/io.h"

/* Whether the plan asks for what such a model has not: blocks, states, a tail. */
sinew_status whole_check(const job_plan *plan, sinew_error *error);

/* All of the source into memory, through the node in one call, and into the sink. timed: with a
 * time column. result: how many frames, and what is no number. */
sinew_status whole_signal(job_result *result, const sinew_node *node, sinew_source *source,
                          sinew_sink *sink, bool timed, double rate_hz, const job_watch *watch,
                          sinew_error *error);

#endif
