/* liquid-dsp's filter in second-order sections, a Butterworth low-pass at 1 kHz on 48 kHz:
 * nanoseconds a sample, the least and the median of many rounds of CPU time, as JSON.
 *
 *     build/tests/bench_liquid ORDER BLOCK
 */
#include <liquid/liquid.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/bench_run.h"

enum { FRAMES = 65536, ROUNDS = 101 };

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
    bench_noise(u, SINEW_SAMPLE_F32, FRAMES);
    for (size_t r = 0; r < ROUNDS; r++) {
        double started = bench_clock_s();
        for (unsigned at = 0; at + block <= FRAMES; at += block)
            iirfilt_rrrf_execute_block(filter, u + at, block, y + at);
        rounds[r] = (bench_clock_s() - started) * 1e9 / (FRAMES / block * block);
    }
    double median = bench_median(rounds, ROUNDS);
    iirfilt_rrrf_destroy(filter);
    printf("{\"name\":\"liquid\",\"ns_per_frame\":{\"min\":%.6g,\"median\":%.6g}}\n", rounds[0],
           median);
    return 0;
}
