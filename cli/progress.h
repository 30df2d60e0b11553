/* progress: one line on a terminal, redrawn at most ten times a second, for what takes longer
 * than half a second. Nothing on a pipe. */
#ifndef SINEW_CLI_PROGRESS_H
#define SINEW_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct progress {
    bool wanted, drawn;
    double started_s, drawn_s; /* seconds of clock_s */
} progress;

double clock_s(void); /* monotonic */

progress progress_start(bool quiet);

/* `done` of `total` frames (-1: not known) at `rate_hz`. */
void progress_of_file(progress *p, int64_t done, int64_t total, double rate_hz);

/* `done` of `total` files, which held so many seconds of signal. */
void progress_of_batch(progress *p, uint64_t done, uint64_t total, double signal_s);

/* Wipe the line: before anything else is printed, and at the end. */
void progress_clear(progress *p);

#endif
