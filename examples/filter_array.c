/* Filter an array: system -> discretization -> filter -> stream.
 *
 *     cc filter_array.c $(pkg-config --cflags --libs sinew) -lm
 *
 * Two tones, 100 Hz and 5 kHz, go through a low-pass of 1 kHz. The first comes out as it went
 * in, the second more than 100 dB lower. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <sinew/sinew.h>

enum { RATE_HZ = 48000, FRAMES = 2 * RATE_HZ };

static void check(sinew_status status, const sinew_error *error)
{
    if (status) {
        fprintf(stderr, "filter_array: %s\n", error->text);
        exit(1);
    }
}

/* How loud a tone is in the second half of x, where the filter has settled: 0 dB for a sine of
 * amplitude 1. The half holds a whole number of periods, so other tones do not count. */
static double level_db(const double *x, double tone_hz)
{
    double in_phase = 0, quadrature = 0;
    for (int k = FRAMES / 2; k < FRAMES; k++) {
        double angle = 2 * acos(-1) * tone_hz * k / RATE_HZ;
        in_phase += x[k] * cos(angle);
        quadrature += x[k] * sin(angle);
    }
    return 20 * log10(hypot(in_phase, quadrature) / (FRAMES / 4.0));
}

int main(void)
{
    static double x[FRAMES], y[FRAMES];
    static const double tones_hz[] = {100, 5000};
    for (int k = 0; k < FRAMES; k++)
        for (int i = 0; i < 2; i++)
            x[k] += sin(2 * acos(-1) * tones_hz[i] * k / RATE_HZ);

    sinew_error error;
    sinew_system *system = NULL;
    sinew_design design = {.family = SINEW_FAMILY_BUTTERWORTH,
                           .band = SINEW_BAND_LOWPASS,
                           .order = 8,
                           .edges_hz = {1000}};
    check(sinew_system_new_design(&system, &design, &error), &error);

    sinew_discretization *discretization = NULL;
    sinew_discretize_opts how = {.rate_hz = RATE_HZ, .method = SINEW_METHOD_BILINEAR};
    check(sinew_discretize(&discretization, system, &how, &error), &error);

    sinew_node *filter = NULL;
    check(sinew_filter_new(&filter, discretization, NULL, &error), &error);

    sinew_stream *stream = NULL;
    check(sinew_stream_open(&stream, filter, NULL, &error), &error);

    sinew_block in = {.samples = x, .n_frames = FRAMES, .channels = 1};
    sinew_block out = {.samples = y};
    sinew_stream_process(stream, &in, &out);

    for (int i = 0; i < 2; i++)
        printf("%5.0f Hz: %8.3f dB in, %8.3f dB out\n", tones_hz[i], level_db(x, tones_hz[i]),
               level_db(y, tones_hz[i]));

    /* in reverse: a stream needs its node; the node needs nothing any more */
    sinew_stream_close(stream);
    sinew_node_free(filter);
    sinew_discretization_free(discretization);
    sinew_system_free(system);
    return 0;
}
