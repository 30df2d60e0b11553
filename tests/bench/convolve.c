/* What long kernels cost beside zita-convolver, where it was found, turn and turn about in one run:
 *
 *     build/tests/bench_convolve [ROUNDS]
 *
 * Mono float. ns/frame is the least of the rounds of CPU time, of all threads of the process. The
 * worst callback is the largest, over the positions in the schedule's period, of the median time at
 * that position; mean and worst are of the same calls. err dB: the largest difference to a direct
 * sum in double over some hundred frames, of the output's peak.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "convolve_zita.h"
#include "far.h"
#include "sinew/sinew.h"

enum { MEDIANS = 101 };

/* A period of the schedule, or a multiple: blocks of levels are 256 times 4^k, none longer than the
 * kernel. */
static size_t period_frames(size_t taps, size_t block)
{
    size_t frames = 256;
    while (4 * frames <= taps)
        frames *= 4;
    return frames > block ? frames : block;
}

static double cpu_seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double noise(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (double)*state / 2147483648.0 - 1;
}

typedef struct bench {
    size_t taps, block, frames;
    float *h, *u, *y;
    sinew_stream *stream;
    void *zita;
} bench;

static void run_sinew(const bench *b, size_t at)
{
    sinew_block in = {.samples = b->u + at, .n_frames = b->block, .channels = 1};
    sinew_block out = {.samples = b->y + at};
    sinew_stream_process(b->stream, &in, &out);
}

static double round_of(const bench *b, int peer)
{
    double start = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (size_t at = 0; at < b->frames; at += b->block)
        if (peer)
            bench_zita_run(b->zita, b->u + at, b->y + at, b->block);
        else
            run_sinew(b, at);
    return (cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - start) * 1e9 / (double)b->frames;
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* What reading the clock twice takes. */
static double clock_cost(void)
{
    double least = 1;
    for (int i = 0; i < 1000; i++) {
        double start = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
        least = fmin(least, cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - start);
    }
    return least;
}

static void callbacks(const bench *b, double *mean_us, double *worst_us)
{
    size_t n = period_frames(b->taps, b->block) / b->block;
    double *took = malloc(n * MEDIANS * sizeof *took), sum = 0, worst = 0, clock = clock_cost();
    for (size_t round = 0; round < MEDIANS; round++)
        for (size_t i = 0; i < n; i++) {
            double start = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
            run_sinew(b, i * b->block % b->frames);
            double now = cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - start - clock;
            took[i * MEDIANS + round] = now;
            sum += now;
        }
    for (size_t i = 0; i < n; i++) {
        qsort(took + i * MEDIANS, MEDIANS, sizeof *took, rising);
        worst = fmax(worst, took[i * MEDIANS + MEDIANS / 2]);
    }
    *mean_us = 1e6 * sum / (double)(n * MEDIANS);
    *worst_us = 1e6 * worst;
    free(took);
}

/* Of a new stream's first output. */
static double error_db(const bench *b)
{
    double worst = 0, peak = 0;
    sinew_stream_reset(b->stream, 0);
    for (size_t at = 0; at < b->frames; at += b->block)
        run_sinew(b, at);
    for (size_t i = 0; i < 300; i++) {
        size_t t = i < 100 ? 31 * i : i * 7919 * 131 % b->frames;
        double sum = 0;
        for (size_t k = 0; k < b->taps && k <= t; k++)
            sum += (double)b->h[k] * (double)b->u[t - k];
        worst = farther(worst, (double)b->y[t], sum);
        peak = fmax(peak, fabs(sum));
    }
    return 20 * log10(worst / peak);
}

static void make(bench *b)
{
    unsigned seed = 1;
    double *h = malloc(b->taps * sizeof *h);
    b->h = malloc(b->taps * sizeof *b->h);
    b->u = malloc(b->frames * sizeof *b->u);
    b->y = calloc(b->frames, sizeof *b->y);
    for (size_t t = 0; t < b->taps; t++) {
        b->h[t] = (float)(noise(&seed) * exp(-5 * (double)t / (double)b->taps) / 20);
        h[t] = (double)b->h[t];
    }
    for (size_t t = 0; t < b->frames; t++)
        b->u[t] = (float)noise(&seed);
    sinew_kernel *kernel;
    sinew_node *node; /* lives as long as the program */
    sinew_kernel_opts opts = {.filter = {.sample = SINEW_SAMPLE_F32, .channels = 1}};
    if (sinew_kernel_new(&kernel, 1, 1, b->taps, h, 48000, NULL) ||
        sinew_filter_new_kernel(&node, kernel, NULL, &opts, NULL) ||
        sinew_stream_open(&b->stream, node, NULL, NULL))
        exit(1);
    sinew_kernel_free(kernel);
    free(h);
    b->zita = bench_zita_new(b->h, b->taps, b->block);
}

static void measure(size_t taps, size_t block, int rounds)
{
    bench b = {.taps = taps, .block = block, .frames = 1 << 20};
    make(&b);
    double own = 1e9, peer = 1e9, mean_us, worst_us;
    for (int round = 0; round < rounds; round++) {
        own = fmin(own, round_of(&b, 0));
        if (b.zita)
            peer = fmin(peer, round_of(&b, 1));
    }
    callbacks(&b, &mean_us, &worst_us);
    printf("%7zu %5zu %8.2f", taps, block, own);
    if (b.zita)
        printf(" %8.2f %5.2f", peer, peer / own);
    else
        printf("        -     -");
    printf(" %8.2f %8.2f %5.2f", mean_us, worst_us, worst_us / mean_us);
    printf(" %7.1f\n", error_db(&b));
    fflush(stdout);
    bench_zita_free(b.zita);
    sinew_stream_close(b.stream);
    free(b.h);
    free(b.u);
    free(b.y);
}

int main(int argc, char **argv)
{
    static const size_t taps[] = {128, 1024, 8192, 65536, 480000}, blocks[] = {64, 256, 1024};
    int rounds = argc > 1 ? atoi(argv[1]) : 5;
    printf("   taps block ns/frame     zita ratio  mean_us worst_us worst/mean err dB\n");
    for (size_t i = 0; i < sizeof taps / sizeof *taps; i++)
        for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++)
            measure(taps[i], blocks[k], rounds);
    return 0;
}
