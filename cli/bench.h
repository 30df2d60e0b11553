/* bench: what a node costs on this machine. A bench (bench_NAME.c) makes the node; running it over
 * noise and timing it are shared, bench_run.h. */
#ifndef SINEW_CLI_BENCH_H
#define SINEW_CLI_BENCH_H

#include <stdbool.h>

#include "bench_run.h"
#include "options.h"

/* What the command line asks for; what is not given has the bench's own default. */
typedef struct bench_asked {
    option_count order, channels, block, taps, state, frames, layers, d_model, vocab, threads;
    const char *engine, *dtype;
    bool json;
} bench_asked;

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
sinew_status bench_lm(const bench_asked *asked, sinew_error *error);
sinew_status bench_mixer(const bench_asked *asked, sinew_error *error);
sinew_status bench_selective(const bench_asked *asked, sinew_error *error);

#endif
