/* smooth: a whole record through a Kalman smoother. */
#ifndef SINEW_CLI_SMOOTH_H
#define SINEW_CLI_SMOOTH_H

#include "job.h"
#include "sinew/io.h"
#include "sinew/model.h"

/* All of the source into memory, smoothed, and what the model's filter puts out into the sink.
 * step_s: of a source without times. result: how many frames, and what is no number. */
sinew_status smooth_record(job_result *result, const sinew_model *model, sinew_source *source,
                           sinew_sink *sink, double step_s, sinew_error *error);

#endif
