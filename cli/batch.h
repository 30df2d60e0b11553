/* batch: many files through one model, several at once. */
#ifndef SINEW_CLI_BATCH_H
#define SINEW_CLI_BATCH_H

#include "command.h"
#include "job.h"

typedef struct batch_opts {
    const char *x0_path;    /* NULL: none */
    const char *model_path; /* the file: an output older than it is made again */
    const char *out_dir, *in_format, *out_format;
    size_t jobs;             /* threads; 0: one a core */
    bool force, json, quiet; /* force: make again what is there already */
} batch_opts;

/* The exit status: EXIT_FAILED where a file failed, the others are done all the same. */
int batch_run(const command *self, const job_plan *plan, const batch_opts *opts,
              const char **inputs, size_t n_inputs);

/* One line of JSON on standard output; error NULL for none. False, and reported with what became
 * of the output, where it cannot be written. */
bool batch_print_json(const char *input, const char *output, const char *status,
                      const job_result *result, const char *error);

#endif
