/* Track a car: noisy fixes at irregular times, some of them missing, live and afterwards.
 *
 *     cc track.c $(pkg-config --cflags --libs sinew) -lm
 *     ./track gps.yaml data/gps.csv data/gps-truth.csv
 *
 * Live, a stream takes each fix as it comes and says where the car is, in the tunnel too;
 * afterwards the smoother says where it was, from all that came before and after. The command line
 * does the same: sinew run gps.yaml data/gps.csv out.csv --time [--smooth] */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <sinew/sinew.h>

enum { FRAMES_MOST = 1000, AXES = 2 };

static void check(sinew_status status, const sinew_error *error)
{
    if (status) {
        fprintf(stderr, "track: %s\n", error->text);
        exit(1);
    }
}

/* seconds, east, north: the places, and the seconds since the row before. Returns the rows. */
static size_t read_track(const char *path, double *places, double *steps)
{
    sinew_error error;
    sinew_source *source = NULL;
    sinew_source_opts opts = {.time_column = true, .missing = true};
    sinew_block block = {.samples = places};
    check(sinew_source_open(&source, path, &opts, &error), &error);
    if (sinew_source_signal(source)->channels != AXES) {
        fprintf(stderr, "track: %s: three columns are expected\n", path);
        exit(1);
    }
    check(sinew_source_read(source, SINEW_SAMPLE_F64, FRAMES_MOST, &block, &error), &error);
    for (size_t t = 0; t < block.n_frames; t++)
        steps[t] = block.step_s[t];
    sinew_source_close(source);
    return block.n_frames;
}

/* Live: as it would run on the car. */
static void filter(const sinew_kalman *kalman, double *fixes, double *steps, size_t n,
                   double *places)
{
    sinew_error error;
    sinew_node *node = NULL;
    sinew_stream *stream = NULL;
    sinew_kalman_node_opts what = {.output = SINEW_KALMAN_FILTERED};
    sinew_stream_opts how = {.steps = true};
    check(sinew_kalman_node(&node, kalman, &what, &error), &error);
    check(sinew_stream_open(&stream, node, &how, &error), &error);
    for (size_t t = 0; t < n; t++) {
        sinew_block in = {
            .samples = fixes + t * AXES, .n_frames = 1, .channels = AXES, .step_s = steps + t};
        sinew_block out = {.samples = places + t * AXES};
        sinew_stream_process(stream, &in, &out);
    }
    sinew_stream_close(stream);
    sinew_node_free(node);
}

/* Afterwards: from the whole record. */
static void smooth(const sinew_kalman *kalman, const double *fixes, const double *steps, size_t n,
                   double *places)
{
    sinew_error error;
    size_t order = sinew_kalman_order(kalman);
    double *states = calloc(n * order, sizeof *states);
    double *covariances = calloc(n * order * order, sizeof *covariances);
    sinew_kalman_node_opts what = {.output = SINEW_KALMAN_FILTERED};
    sinew_kalman_record record = {.n_frames = n,
                                  .step_s = steps,
                                  .measured = fixes,
                                  .smoothed = states,
                                  .smoothed_covariance = covariances};
    if (!states || !covariances)
        exit(1);
    check(sinew_kalman_smooth(kalman, &record, &error), &error);
    for (size_t t = 0; t < n; t++)
        sinew_kalman_estimate(kalman, &what, states + t * order, covariances + t * order * order,
                              NULL, places + t * AXES);
    free(states);
    free(covariances);
}

/* The rms distance from the truth, of the rows that have a fix or of those that have none. */
static double distance_m(const double *places, const double *truth, const double *fixes, size_t n,
                         bool with_fix)
{
    double sum = 0;
    size_t count = 0;
    for (size_t t = 0; t < n; t++) {
        const double *place = places + t * AXES, *true_place = truth + t * AXES;
        bool has_fix = isfinite(fixes[t * AXES]);
        if (has_fix != with_fix)
            continue;
        sum += pow(place[0] - true_place[0], 2) + pow(place[1] - true_place[1], 2);
        count++;
    }
    return count ? sqrt(sum / (double)count) : 0;
}

int main(int argc, char **argv)
{
    static double fixes[FRAMES_MOST * AXES], truth[FRAMES_MOST * AXES], steps[FRAMES_MOST];
    static double live[FRAMES_MOST * AXES], afterwards[FRAMES_MOST * AXES], unused[FRAMES_MOST];
    sinew_error error;
    sinew_model *model = NULL;
    if (argc != 4) {
        fprintf(stderr, "track MODEL FIXES.csv TRUTH.csv\n");
        return 2;
    }
    check(sinew_model_open(&model, argv[1], &error), &error);
    const sinew_kalman *kalman = sinew_model_kalman(model, NULL);
    if (!kalman || sinew_kalman_measured(kalman) != AXES || sinew_kalman_known_inputs(kalman)) {
        fprintf(stderr, "track: %s: a Kalman filter of two measured channels is needed\n", argv[1]);
        return 1;
    }
    size_t n = read_track(argv[2], fixes, steps);
    if (read_track(argv[3], truth, unused) != n) {
        fprintf(stderr, "track: %s and %s: not as many rows\n", argv[2], argv[3]);
        return 1;
    }
    filter(kalman, fixes, steps, n, live);
    smooth(kalman, fixes, steps, n, afterwards);
    sinew_model_free(model);

    printf("rms error        with a fix   without\n");
    printf("raw fixes          %6.2f m         -\n", distance_m(fixes, truth, fixes, n, true));
    printf("filtered, live     %6.2f m  %6.2f m\n", distance_m(live, truth, fixes, n, true),
           distance_m(live, truth, fixes, n, false));
    printf("smoothed, after    %6.2f m  %6.2f m\n", distance_m(afterwards, truth, fixes, n, true),
           distance_m(afterwards, truth, fixes, n, false));
    return 0;
}
