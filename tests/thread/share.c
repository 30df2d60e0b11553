/* What threads may share: models and nodes are immutable, and filters are built from any thread
 * (FFTW's planner stands behind a lock). For the thread sanitizer, under which Criterion crashes:
 * a plain program that speaks TAP. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "sinew/model.h"
#include "sinew/stream.h"

enum { THREADS = 4, ROUNDS = 6, FRAMES = 512 };

typedef struct job {
    const sinew_model *model;
    const sinew_node *shared;
    double output[FRAMES]; /* of the shared node */
    const char *wrong;     /* NULL: all went well */
} job;

static const char bandpass[] =
    "system: {design: {family: butterworth, band: bandpass, order: 4, edges_hz: [300, 3400]}}\n"
    "method: bilinear\n";

/* Taps 1, 0, 0, ..., 1: more than a block of them, and a system beside them. */
static const char *room(void)
{
    static char text[2048] = "system: {fir: {rate_hz: 48k, plus: {zpk: {poles: [-900]}}, taps: [1";
    for (int t = 1; t < 400; t++)
        strcat(text, ", 0");
    return strcat(text, ", 1]}}\n");
}

static const char *run(const sinew_node *node, double *output)
{
    sinew_stream *stream = NULL;
    double input[FRAMES] = {1};
    if (sinew_stream_open(&stream, node, NULL, NULL))
        return "a stream does not open";
    sinew_block in = {.samples = input, .n_frames = FRAMES, .channels = 1};
    sinew_block out = {.samples = output, .n_frames = FRAMES, .channels = 1};
    sinew_stream_process(stream, &in, &out);
    sinew_stream_close(stream);
    return NULL;
}

static const char *build(sinew_node **node, const sinew_model *model, sinew_engine engine,
                         size_t partition)
{
    sinew_build_opts opts = {.discretize.rate_hz = 48000,
                             .filter = {.engine = engine, .partition_frames = partition}};
    return sinew_model_build(node, model, &opts, NULL) ? "a filter is not built" : NULL;
}

/* Build filters of several FFT sizes while others do the same, and run the shared one. */
static void *work(void *argument)
{
    job *my = argument;
    for (size_t round = 0; round < ROUNDS && !my->wrong; round++) {
        double output[FRAMES];
        sinew_node *node = NULL;
        my->wrong = build(&node, my->model, SINEW_ENGINE_CONVOLVE, (size_t)16 << round);
        if (!my->wrong)
            my->wrong = run(node, output);
        sinew_node_free(node);
        if (!my->wrong)
            my->wrong = run(my->shared, my->output);
    }
    return NULL;
}

/* All threads on one node; NULL where each has what one alone computes. */
static const char *share(const char *description, sinew_engine engine)
{
    sinew_model *model = NULL;
    if (sinew_model_read_any(&model, description, strlen(description), "model", NULL))
        return "the model is not read";
    static job jobs[THREADS];
    pthread_t threads[THREADS];
    double alone[FRAMES];
    sinew_node *node = NULL;
    const char *wrong = build(&node, model, engine, 0);
    if (!wrong)
        wrong = run(node, alone);
    int n = 0;
    for (; n < THREADS && !wrong; n++) {
        jobs[n] = (job){.model = model, .shared = node};
        if (pthread_create(&threads[n], NULL, work, &jobs[n])) {
            wrong = "a thread does not start";
            break;
        }
    }
    for (int i = 0; i < n; i++) {
        pthread_join(threads[i], NULL);
        if (!wrong)
            wrong = jobs[i].wrong;
        if (!wrong && memcmp(jobs[i].output, alone, sizeof alone) != 0)
            wrong = "threads that share a node disagree";
    }
    sinew_node_free(node);
    sinew_model_free(model);
    return wrong;
}

int main(void)
{
    const struct {
        const char *name, *description;
        sinew_engine engine;
    } shared[] = {{"scan filter", bandpass, SINEW_ENGINE_SCAN},
                  {"block filter", bandpass, SINEW_ENGINE_BLOCK},
                  {"convolve filter", bandpass, SINEW_ENGINE_CONVOLVE},
                  {"kernel", room(), SINEW_ENGINE_BLOCK}};
    enum { N = sizeof shared / sizeof *shared };
    int failed = 0;
    printf("1..%d\n", N);
    for (int i = 0; i < N; i++) {
        const char *wrong = share(shared[i].description, shared[i].engine);
        printf("%sok %d - %d threads share one %s and build others%s%s\n", wrong ? "not " : "",
               i + 1, THREADS, shared[i].name, wrong ? ": " : "", wrong ? wrong : "");
        failed += wrong != NULL;
    }
    return failed > 0;
}
