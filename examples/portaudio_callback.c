/* Run a filter in a PortAudio callback: what the default input hears, filtered, to the default
 * output.
 *
 *     cc portaudio_callback.c $(pkg-config --cflags --libs sinew portaudio-2.0)
 *     ./a.out [MODEL [SECONDS]]
 *
 * All that can fail or allocate is done before the sound starts. The callback calls
 * sinew_stream_process and nothing else, which neither allocates, nor locks, nor fails. */
#include <stdio.h>
#include <stdlib.h>

#include <portaudio.h>
#include <sinew/sinew.h>

enum { CHANNELS = 1 };

/* The audio thread: frames in the device's own order are a block as they are. */
static int callback(const void *input, void *output, unsigned long n_frames,
                    const PaStreamCallbackTimeInfo *time, PaStreamCallbackFlags flags, void *user)
{
    (void)time;
    (void)flags;
    sinew_stream *stream = user;
    sinew_block in = {.samples = (void *)input, .n_frames = n_frames, .channels = CHANNELS};
    sinew_block out = {.samples = output};
    sinew_stream_process(stream, &in, &out);
    return paContinue;
}

/* A float filter of CHANNELS channels at the device's rate, and a run of it. */
static sinew_status build(sinew_node **filter, sinew_stream **stream, const char *name,
                          double rate_hz, sinew_error *error)
{
    sinew_model *model = NULL;
    sinew_build_opts opts = {.discretize = {.rate_hz = rate_hz},
                             .filter = {.sample = SINEW_SAMPLE_F32, .channels = CHANNELS}};
    sinew_status status = sinew_model_open_any(&model, name, error);
    if (!status)
        status = sinew_model_build(filter, model, &opts, error);
    if (!status && (*filter)->channels_out != CHANNELS) {
        snprintf(error->text, sizeof error->text, "%s has %u outputs, not %d", name,
                 (*filter)->channels_out, CHANNELS);
        status = SINEW_ERR_MISMATCH;
    }
    if (!status)
        status = sinew_stream_open(stream, *filter, NULL, error);
    sinew_model_free(model); /* the filter keeps nothing of it */
    return status;
}

static PaError play(sinew_stream *stream, double rate_hz, double seconds)
{
    PaStream *device = NULL;
    PaError result = Pa_OpenDefaultStream(&device, CHANNELS, CHANNELS, paFloat32, rate_hz,
                                          paFramesPerBufferUnspecified, callback, stream);
    if (result != paNoError)
        return result;
    result = Pa_StartStream(device);
    if (result == paNoError) {
        printf("%.0f Hz, %.1f ms to and fro, for %g s\n", rate_hz,
               1e3 * (Pa_GetStreamInfo(device)->inputLatency +
                      Pa_GetStreamInfo(device)->outputLatency),
               seconds);
        fflush(stdout);
        Pa_Sleep((long)(1e3 * seconds));
        result = Pa_StopStream(device);
    }
    Pa_CloseStream(device);
    return result;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "speech-bandpass";
    double seconds = argc > 2 ? strtod(argv[2], NULL) : 10;
    PaError sound = Pa_Initialize();
    if (sound != paNoError) {
        fprintf(stderr, "portaudio_callback: %s\n", Pa_GetErrorText(sound));
        return 1;
    }
    const PaDeviceInfo *input = Pa_GetDeviceInfo(Pa_GetDefaultInputDevice());
    double rate_hz = input ? input->defaultSampleRate : 48000;
    sinew_node *filter = NULL;
    sinew_stream *stream = NULL;
    sinew_error error;
    sinew_status status = build(&filter, &stream, name, rate_hz, &error);
    if (status)
        fprintf(stderr, "portaudio_callback: %s\n", error.text);
    else if ((sound = play(stream, rate_hz, seconds)) != paNoError)
        fprintf(stderr, "portaudio_callback: %s\n", Pa_GetErrorText(sound));
    Pa_Terminate();
    sinew_stream_close(stream);
    sinew_node_free(filter);
    return status || sound != paNoError;
}
