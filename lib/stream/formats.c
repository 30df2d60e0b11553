#include "stream/formats.h"

#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "stream/sink.h"
#include "stream/source.h"

/* A RIFF or FORM counts bytes in 32 bits; what else stands in the file gets a generous MiB. */
#define RIFF_LIMIT ((INT64_C(1) << 32) - (INT64_C(1) << 20))

#define SOUND .source = &sinew_sndfile_source, .sink = &sinew_sndfile_sink
#define RAW .source = &sinew_raw_source, .sink = &sinew_raw_sink, .needs_channels = true

static const sinew_format formats[] = {
    {"wav", "wav wave", SOUND, .container = SF_FORMAT_WAV, .limit_bytes = RIFF_LIMIT},
    {"flac", "flac", SOUND, .container = SF_FORMAT_FLAC},
    {"aiff", "aiff aif aifc", SOUND, .container = SF_FORMAT_AIFF, .limit_bytes = RIFF_LIMIT},
    {"au", "au snd", SOUND, .container = SF_FORMAT_AU},
    {"w64", "w64", SOUND, .container = SF_FORMAT_W64},
    {"rf64", "rf64", SOUND, .container = SF_FORMAT_RF64},
    {"caf", "caf", SOUND, .container = SF_FORMAT_CAF},
    {"ogg", "ogg oga", SOUND, .container = SF_FORMAT_OGG, .encoding = SF_FORMAT_VORBIS},
    {"opus", "opus", SOUND, .container = SF_FORMAT_OGG, .encoding = SF_FORMAT_OPUS},
    {"mp3", "mp3", SOUND, .container = SF_FORMAT_MPEG, .encoding = SF_FORMAT_MPEG_LAYER_III},
    {"nist", "nist sph", SOUND, .container = SF_FORMAT_NIST},
    {"csv", "csv", .source = &sinew_csv_source, .sink = &sinew_csv_sink, .has_times = true},
    {"npy", "npy", .source = &sinew_npy_source, .sink = &sinew_npy_sink},
    {"f32", "f32", RAW, .sample = SINEW_SAMPLE_F32},
    {"f64", "f64", RAW, .sample = SINEW_SAMPLE_F64},
};

enum { N_FORMATS = sizeof formats / sizeof formats[0] };

static bool has_extension(const sinew_format *format, const char *extension)
{
    size_t length = strlen(extension);
    for (const char *at = format->extensions; *at;) {
        size_t n = strcspn(at, " ");
        if (n == length && strncasecmp(at, extension, n) == 0)
            return true;
        at += n + (at[n] == ' ');
    }
    return false;
}

static const sinew_format *format_of_path(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash ? slash : path, '.');
    for (size_t i = 0; dot && i < N_FORMATS; i++)
        if (has_extension(&formats[i], dot + 1))
            return &formats[i];
    return NULL;
}

const char *sinew_format_of_path(const char *path)
{
    const sinew_format *format = path ? format_of_path(path) : NULL;
    return format ? format->name : NULL;
}

static const sinew_format *format_of_name(const char *name)
{
    for (size_t i = 0; i < N_FORMATS; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

static const char *list_names(char *text, size_t n_bytes)
{
    size_t at = 0;
    for (size_t i = 0; i < N_FORMATS; i++)
        at += (size_t)snprintf(text + at, n_bytes - at, "%s%s", i ? " " : "", formats[i].name);
    return text;
}

sinew_status sinew_format_choose(const sinew_format **out, const char *name, const char *path,
                                 sinew_error *error)
{
    char names[16 * N_FORMATS];
    *out = NULL;
    if (name) {
        *out = format_of_name(name);
        if (!*out)
            return sinew_fail(error, SINEW_ERR_UNSUPPORTED, "no format '%s'; there are: %s", name,
                              list_names(names, sizeof names));
        return SINEW_OK;
    }
    if (sinew_path_is_standard(path))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "'-' needs a format, one of: %s",
                          list_names(names, sizeof names));
    *out = format_of_path(path);
    if (!*out)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "%s: its extension names no format; there are: %s", path,
                          list_names(names, sizeof names));
    return SINEW_OK;
}
