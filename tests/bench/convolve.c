/* What long kernels cost beside zita-convolver, where it was found, turn and turn about in one run:
 *
 *     build/tests/bench_convolve [ROUNDS]
 *     SINEW_SIMD=avx2 build/tests/bench_convolve pieces     (a row of partitioned_cost.c)
 *
 * Mono float. ns/frame is the least of the rounds of CPU time, of all threads of the process. Mean
 * and worst callback are those of `sinew bench convolve`. err dB: the largest difference to a
 * direct sum in double over some hundred frames, of the output's peak.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/bench_run.h"
#include "convolve_pieces.h"
#include "convolve_zita.h"
#include "far.h"
#include "filter/kernel_node.h"
#include "sinew/sinew.h"

enum { ROUND_FRAMES = 1 << 20 };

typedef struct bench {
    size_t taps, block;
    float *h;
    sinew_node *node;
    bench_run run;
    void *zita;
} bench;

static double round_of(bench *b, int peer)
{
    double started_s = bench_all_threads_s();
    for (size_t at = 0; at < ROUND_FRAMES; at += b->block)
        if (peer)
            bench_zita_run(b->zita,
                           (float *)(void *)b->run.in + at / b->block % b->run.n_calls * b->block,
                           (float *)(void *)b->run.out, b->block);
        else
            bench_run_call(&b->run);
    return (bench_all_threads_s() - started_s) * 1e9 / ROUND_FRAMES;
}

/* Of a new stream's first output. */
static double error_db(const bench *b)
{
    enum { FRAMES = ROUND_FRAMES };
    double worst = 0, peak = 0;
    float *u = sinew_alloc(FRAMES, sizeof *u), *y = sinew_alloc(FRAMES, sizeof *y);
    if (!u || !y)
        exit(1);
    bench_noise(u, SINEW_SAMPLE_F32, FRAMES);
    sinew_stream_reset(b->run.stream, 0);
    for (size_t at = 0; at < FRAMES; at += b->block) {
        sinew_block in = {.samples = u + at, .n_frames = b->block, .channels = 1};
        sinew_block out = {.samples = y + at};
        sinew_stream_process(b->run.stream, &in, &out);
    }
    for (size_t i = 0; i < 300; i++) {
        size_t t = i < 100 ? 31 * i : i * 7919 * 131 % FRAMES;
        double sum = 0;
        for (size_t k = 0; k < b->taps && k <= t; k++)
            sum += (double)b->h[k] * (double)u[t - k];
        worst = farther(worst, (double)y[t], sum);
        peak = fmax(peak, fabs(sum));
    }
    sinew_free(u);
    sinew_free(y);
    return 20 * log10(worst / peak);
}

static void make(bench *b)
{
    double *h = sinew_alloc(b->taps, sizeof *h);
    b->h = sinew_alloc(b->taps, sizeof *b->h);
    if (!h || !b->h)
        exit(1);
    bench_noise(b->h, SINEW_SAMPLE_F32, b->taps);
    for (size_t t = 0; t < b->taps; t++) {
        b->h[t] *= (float)exp(-5 * (double)t / (double)b->taps) / 10;
        h[t] = (double)b->h[t];
    }
    sinew_kernel *kernel;
    sinew_kernel_opts opts = {.filter = {.sample = SINEW_SAMPLE_F32, .channels = 1}};
    if (sinew_kernel_new(&kernel, 1, 1, b->taps, h, 48000, NULL) ||
        sinew_filter_new_kernel(&b->node, kernel, NULL, &opts, NULL) ||
        bench_run_open(&b->run, b->node, b->block, NULL))
        exit(1);
    sinew_kernel_free(kernel);
    sinew_free(h);
    b->zita = bench_zita_new(b->h, b->taps, b->block);
}

static void measure(size_t taps, size_t block, int rounds)
{
    bench b = {.taps = taps, .block = block};
    double own = 1e9, peer = 1e9;
    bench_calls calls;
    make(&b);
    for (int round = 0; round < rounds; round++) {
        own = fmin(own, round_of(&b, 0));
        if (b.zita)
            peer = fmin(peer, round_of(&b, 1));
    }
    size_t positions = bench_positions(sinew_kernel_node_period(b.node), block);
    if (bench_time_calls(&calls, &b.run, positions, NULL))
        exit(1);
    printf("%7zu %5zu %8.2f", taps, block, own);
    if (b.zita)
        printf(" %8.2f %5.2f", peer, peer / own);
    else
        printf("        -     -");
    printf(" %8.2f %8.2f %5.2f", calls.mean_us, calls.worst_us, calls.worst_us / calls.mean_us);
    printf(" %7.1f\n", error_db(&b));
    fflush(stdout);
    bench_zita_free(b.zita);
    bench_run_close(&b.run);
    sinew_node_free(b.node);
    sinew_free(b.h);
}

int main(int argc, char **argv)
{
    static const size_t taps[] = {128, 1024, 8192, 65536, 480000}, blocks[] = {64, 256, 1024};
    if (argc > 1 && strcmp(argv[1], "pieces") == 0) {
        bench_pieces();
        return 0;
    }
    int rounds = argc > 1 ? atoi(argv[1]) : 5;
    printf("   taps block ns/frame     zita ratio  mean_us worst_us worst/mean err dB\n");
    for (size_t i = 0; i < sizeof taps / sizeof *taps; i++)
        for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++)
            measure(taps[i], blocks[k], rounds);
    return 0;
}
