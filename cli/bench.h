/* bench: what a node costs on this machine. A bench (bench_NAME.c) makes the node; running it over
 * noise and timing it are shared. The clock is the CPU time of the thread, so that what else the
 * machine does counts little. */
#ifndef SINEW_CLI_BENCH_H
#define SINEW_CLI_BENCH_H

#include <stdbool.h>

#include "options.h"
#include "sinew/stream.h"

/* What the command line asks for; what is not given has the bench's own default. */
typedef struct bench_asked {
    option_count order, channels, block, taps;
    const char *engine, *dtype;
    bool json;
} bench_asked;

/* A stream of a node over noise, a call at a time. */
typedef struct bench_run {
    sinew_stream *stream;
    char *in, *out; /* (n_calls, block_frames, channels) and (block_frames, channels) */
    size_t block_frames, n_calls, next;
} bench_run;

typedef struct bench_times {
    double min, median, max; /* of the rounds, ns a frame */
    size_t rounds, calls;    /* calls in a round */
} bench_times;

sinew_status bench_run_open(bench_run *run, const sinew_node *node, size_t block_frames,
                            sinew_error *error);
void bench_run_close(bench_run *run); /* zeroed is fine */
void bench_run_call(bench_run *run);

/* n samples within -0.5 to 0.5, the same in every run. */
void bench_noise(void *samples, sinew_sample sample, size_t n);

double bench_clock_s(void);
double bench_median(double *values, size_t n); /* sorts them */

/* Rounds of about 10 ms, about a second of them. */
void bench_time(bench_times *out, bench_run *run);

/* A row of a report: a text, or a number where that is NULL. One without a name ends a table. */
typedef struct bench_row {
    const char *name, *text;
    double value;
} bench_row;

/* With --json {"name":..., "ns_per_frame":{"min","median","max"}, rows...}, else a small table. */
void bench_print(const bench_asked *asked, const char *name, const bench_times *times,
                 const bench_row *rows);

sinew_status bench_filter(const bench_asked *asked, sinew_error *error);
sinew_status bench_convolve(const bench_asked *asked, sinew_error *error);

#endif
