/* job: one file through a model: source -> stream -> sink. The job prints nothing, so that many
 * may run at once. */
#ifndef SINEW_CLI_JOB_H
#define SINEW_CLI_JOB_H

#include <stdbool.h>

#include "sampling.h"
#include "sinew/io.h"
#include "sinew/model.h"

/* What the files of one run share. */
typedef struct job_plan {
    const sinew_model *model;
    const char *model_path;           /* as messages call it */
    sinew_discretize_opts discretize; /* rate_hz and step_s 0: as the file says */
    sinew_engine engine;
    const sinew_costs *costs; /* that auto chooses by; NULL: as built in */
    sinew_sample sample;      /* counts where sample_given; else the model decides */
    bool sample_given;
    size_t block_frames;
    bool block_given;
    size_t threads; /* of a filter; those of a checkpoint are its workers */
    sinew_checkpoint_build_opts checkpoint;
    uint32_t raw_channels; /* 0: not given */
    double tail_s;
    bool time;        /* the first column is seconds: a step for each frame */
    bool smooth;      /* a Kalman filter: estimates from the whole record */
    const double *x0; /* (n_x0) the continuous state at the start; NULL: zero */
    size_t n_x0;
    const char *state_in, *state_out; /* NULL: none */
} job_plan;

typedef struct job_files {
    const char *input, *output;
    const char *in_format, *out_format; /* NULL: by extension */
} job_files;

/* Called after every block; total is -1 where it is not known, rate_hz 0 with irregular steps. */
typedef struct job_watch {
    void (*tick)(void *context, int64_t done, int64_t total, double rate_hz); /* may be NULL */
    void *context;
} job_watch;

typedef struct job_result {
    int64_t frames; /* written */
    double rate_hz; /* 0: irregular steps */
    double seconds;
    uint64_t clipped;
    uint64_t not_finite;      /* samples that came out of the filter as NaN or infinite */
    int64_t first_not_finite; /* the frame of the first */
    bool continues_inexactly; /* from state_in: within rounding, not to the bit */
    char warning[SAMPLING_WARNING_BYTES]; /* "" for none */
} job_result;

/* After a failure, an interruption included, neither output nor state file is there. */
sinew_status job_run(job_result *result, const job_plan *plan, const job_files *files,
                     const job_watch *watch, sinew_error *error);

#endif
