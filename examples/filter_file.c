/* Filter a file: source -> stream -> sink, with a model read from its description.
 *
 *     cc filter_file.c $(pkg-config --cflags --libs sinew)
 *     ./a.out examples/data/speech-noise.wav clean.wav [speech-bandpass]
 *
 * MODEL is the name of a shipped model or the path of a description. OUT appears when all of it
 * is written, or not at all. */
#include <stdio.h>
#include <stdlib.h>

#include <sinew/sinew.h>

enum { BLOCK_FRAMES = 4096 };

typedef struct job {
    sinew_source *source;
    sinew_model *model;
    sinew_node *filter;
    sinew_stream *stream;
    sinew_sink *sink;
    double *in, *out; /* (BLOCK_FRAMES, channels) */
} job;

static sinew_status prepare(job *j, char **args, sinew_error *error)
{
    sinew_status status;
    if ((status = sinew_source_open(&j->source, args[1], NULL, error)) ||
        (status = sinew_model_open_any(&j->model, args[3] ? args[3] : "speech-bandpass", error)))
        return status;

    const sinew_signal *signal = sinew_source_signal(j->source);
    sinew_build_opts build = {.discretize = {.rate_hz = signal->rate_hz},
                              .filter = {.channels = signal->channels}};
    if ((status = sinew_model_build(&j->filter, j->model, &build, error)) ||
        (status = sinew_stream_open(&j->stream, j->filter, NULL, error)))
        return status;

    sinew_sink_opts to = {.signal = *signal}; /* the same rate and encoding */
    to.signal.channels = j->filter->channels_out;
    if ((status = sinew_sink_open(&j->sink, args[2], &to, error)))
        return status;
    j->in = calloc((size_t)BLOCK_FRAMES * j->filter->channels_in, sizeof *j->in);
    j->out = calloc((size_t)BLOCK_FRAMES * j->filter->channels_out, sizeof *j->out);
    if (!j->in || !j->out) {
        *error = (sinew_error){SINEW_ERR_MEMORY, "out of memory"};
        return SINEW_ERR_MEMORY;
    }
    return SINEW_OK;
}

static sinew_status run(job *j, sinew_error *error)
{
    for (;;) {
        sinew_block in = {.samples = j->in}, out = {.samples = j->out};
        sinew_status status =
            sinew_source_read(j->source, SINEW_SAMPLE_F64, BLOCK_FRAMES, &in, error);
        if (status)
            return status;
        if (in.n_frames == 0)
            return sinew_sink_commit(j->sink, error);
        sinew_stream_process(j->stream, &in, &out);
        if ((status = sinew_sink_write(j->sink, SINEW_SAMPLE_F64, &out, NULL, error)))
            return status;
    }
}

static void finish(job *j) /* what was never opened is NULL, which is fine */
{
    sinew_sink_close(j->sink);
    sinew_stream_close(j->stream);
    sinew_node_free(j->filter);
    sinew_model_free(j->model);
    sinew_source_close(j->source);
    free(j->in);
    free(j->out);
}

int main(int argc, char **argv)
{
    if (argc != 3 && argc != 4) {
        fprintf(stderr, "usage: filter_file IN OUT [MODEL]\n");
        return 2;
    }
    job j = {0};
    sinew_error error;
    sinew_status status = prepare(&j, argv, &error);
    if (!status)
        status = run(&j, &error);
    if (status)
        fprintf(stderr, "filter_file: %s\n", error.text);
    else if (sinew_sink_clipped(j.sink))
        fprintf(stderr, "filter_file: %s: %llu samples were clipped\n", argv[2],
                (unsigned long long)sinew_sink_clipped(j.sink));
    finish(&j);
    return status != SINEW_OK;
}
