/* A node run over noise and timed: of `sinew bench`, and of the programs of tests/bench. The clock
 * is the CPU time of the thread, so that what else the machine does counts little. */
#ifndef SINEW_CLI_BENCH_RUN_H
#define SINEW_CLI_BENCH_RUN_H

#include "sinew/stream.h"

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
double bench_all_threads_s(void);
double bench_median(double *values, size_t n); /* sorts them */

/* Rounds of about 10 ms, about a second of them. */
void bench_time(bench_times *out, bench_run *run);

/* How many calls bring a node that repeats its work with a period of a power of two to where it
 * was, or a multiple. */
size_t bench_positions(size_t period_frames, size_t block_frames);

/* The mean of all calls, and the largest of the medians at each position. */
typedef struct bench_calls {
    double mean_us, worst_us;
} bench_calls;
sinew_status bench_time_calls(bench_calls *out, bench_run *run, size_t positions,
                              sinew_error *error);

#endif
