/* liquid-dsp's filter in second-order sections, a Butterworth low-pass at 1 kHz on 48 kHz:
 * nanoseconds a sample, the least and the median of many rounds of CPU time, as JSON.
 *
 *     build/tests/bench_liquid ORDER BLOCK
 */
#include <liquid/liquid.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FRAMES = 65536, ROUNDS = 101 };

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static float u[FRAMES], y[FRAMES];
    static double rounds[ROUNDS];
    unsigned order = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 8;
    unsigned block = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 256;
    iirfilt_rrrf filter =
        block > 0
            ? iirfilt_rrrf_create_prototype(LIQUID_IIRDES_BUTTER, LIQUID_IIRDES_LOWPASS,
                                            LIQUID_IIRDES_SOS, order, 1000.f / 48000, 0, 1, 60)
            : NULL;
    if (!filter)
        return 1;
    for (size_t i = 0; i < FRAMES; i++)
        u[i] = (float)rand() / (float)RAND_MAX - 0.5f;
    for (size_t r = 0; r < ROUNDS; r++) {
        double started = cpu_seconds();
        for (unsigned at = 0; at + block <= FRAMES; at += block)
            iirfilt_rrrf_execute_block(filter, u + at, block, y + at);
        rounds[r] = (cpu_seconds() - started) * 1e9 / (FRAMES / block * block);
    }
    qsort(rounds, ROUNDS, sizeof *rounds, compare);
    iirfilt_rrrf_destroy(filter);
    printf("{\"name\":\"liquid\",\"ns_per_frame\":{\"min\":%.6g,\"median\":%.6g}}\n", rounds[0],
           rounds[ROUNDS / 2]);
    return 0;
}
