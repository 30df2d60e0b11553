#include "stream/source.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/memory.h"

static sinew_status open_descriptor(sinew_source *source, const char *path, sinew_error *error)
{
    bool standard = sinew_path_is_standard(path);
    source->fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                          : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat about;
    int flags = source->fd < 0 ? 0 : fcntl(source->fd, F_GETFL);
    if (flags >= 0 && (flags & O_ACCMODE) == O_WRONLY)
        return sinew_fail(error, SINEW_ERR_IO, "%s: %s", source->name, strerror(EBADF));
    if (source->fd < 0 || fstat(source->fd, &about) != 0)
        return sinew_fail(error, SINEW_ERR_IO, "%s: %s", source->name, strerror(errno));
    if (S_ISDIR(about.st_mode))
        return sinew_fail(error, SINEW_ERR_IO, "%s: %s", source->name, strerror(EISDIR));
    /* Standard input may stand in the middle of a file: what lies ahead is read as a pipe is. */
    source->seekable = S_ISREG(about.st_mode) && lseek(source->fd, 0, SEEK_CUR) == 0;
    source->file_bytes = source->seekable ? about.st_size : -1;
    return SINEW_OK;
}

static sinew_status check_options(const sinew_format *format, const sinew_source_opts *opts,
                                  sinew_error *error)
{
    if (opts->time_column && !format->has_times)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%s has no time column", format->name);
    if (opts->channels > SINEW_CHANNELS_MOST)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%u channels; %d are the most", opts->channels,
                          SINEW_CHANNELS_MOST);
    if (opts->channels && !format->needs_channels)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a channel count is for raw samples; %s says its own", format->name);
    return SINEW_OK;
}

sinew_status sinew_source_open(sinew_source **out, const char *path, const sinew_source_opts *opts,
                               sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!path)
        return sinew_fail_null(error);
    sinew_source_opts none = {0};
    opts = opts ? opts : &none;
    const sinew_format *format = NULL;
    sinew_status status = sinew_format_choose(&format, opts->format, path, error);
    if (!status)
        status = check_options(format, opts, error);
    if (status)
        return status;

    const char *name = sinew_path_is_standard(path) ? "standard input" : path;
    sinew_source *source = sinew_alloc(1, sizeof *source);
    if (!source)
        return sinew_fail_memory(error);
    source->fd = -1;
    source->format = format;
    source->time_column = opts->time_column;
    source->missing = opts->missing;
    source->signal.frames = -1;
    source->name = sinew_copy(name, strlen(name) + 1, 1);
    status = source->name ? open_descriptor(source, path, error) : sinew_fail_memory(error);
    if (!status)
        status = format->source->open(source, opts, error);
    if (status) {
        sinew_source_close(source);
        return status;
    }
    *out = source;
    return SINEW_OK;
}

FILE *sinew_source_file(sinew_source *source)
{
    source->file_room = sinew_alloc(SINEW_FILE_ROOM_BYTES, 1);
    FILE *file = source->file_room ? fdopen(source->fd, "rb") : NULL;
    if (file) {
        source->fd = -1;
        setvbuf(file, source->file_room, _IOFBF, SINEW_FILE_ROOM_BYTES);
    }
    return file;
}

const sinew_signal *sinew_source_signal(const sinew_source *source)
{
    return &source->signal;
}

const double *sinew_source_times(const sinew_source *source)
{
    return source->time_column ? source->times : NULL;
}

sinew_status sinew_source_continue(sinew_source *source, double last_time_s, sinew_error *error)
{
    if (!source)
        return sinew_fail_null(error);
    if (!source->time_column || !isfinite(last_time_s))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%s: %s", source->name,
                          source->time_column ? "the last time is not finite"
                                              : "has no time column");
    source->last_time_s = last_time_s;
    source->has_last_time = true;
    return SINEW_OK;
}

/* Room for the times and steps of a block of n frames. */
static sinew_status make_room(sinew_source *source, size_t n, sinew_error *error)
{
    if (!source->time_column || n <= source->room_frames)
        return SINEW_OK;
    double *times = sinew_alloc(n, sizeof *times);
    double *steps = sinew_alloc(n, sizeof *steps);
    if (!times || !steps) {
        sinew_free(times);
        sinew_free(steps);
        return sinew_fail_memory(error);
    }
    sinew_free(source->times);
    sinew_free(source->steps);
    source->times = times;
    source->steps = steps;
    source->room_frames = n;
    return SINEW_OK;
}

sinew_status sinew_source_read(sinew_source *source, sinew_sample sample, size_t max_frames,
                               sinew_block *block, sinew_error *error)
{
    if (!source || !block)
        return sinew_fail_null(error);
    block->n_frames = 0;
    block->channels = source->signal.channels;
    block->flags = 0;
    block->index = source->index;
    block->step_s = NULL;
    if (sample != SINEW_SAMPLE_F64 && sample != SINEW_SAMPLE_F32)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a source delivers F64 or F32 samples");
    if (source->failed)
        return sinew_fail(error, source->failed, "%s: an earlier read failed", source->name);
    if (source->ended || max_frames == 0)
        return SINEW_OK;
    sinew_status status = make_room(source, max_frames, error);
    size_t n_frames = 0;
    if (!status)
        status = source->format->source->read(source, sample, max_frames, block->samples, &n_frames,
                                              error);
    source->failed = status;
    if (status)
        return status;
    source->ended = n_frames == 0;
    source->index += (int64_t)n_frames;
    block->n_frames = n_frames;
    block->step_s = source->time_column ? source->steps : NULL;
    return SINEW_OK;
}

sinew_status sinew_source_rewind(sinew_source *source, sinew_error *error)
{
    if (!source)
        return sinew_fail_null(error);
    if (!source->seekable)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED, "%s: cannot go back to its start",
                          source->name);
    sinew_status status = source->format->source->rewind(source, error);
    if (status)
        return status;
    source->index = 0;
    source->has_last_time = false;
    source->ended = false;
    source->failed = SINEW_OK;
    return SINEW_OK;
}

void sinew_source_close(sinew_source *source)
{
    if (!source)
        return;
    source->format->source->close(source);
    if (source->fd >= 0)
        close(source->fd);
    sinew_free(source->file_room);
    sinew_free(source->times);
    sinew_free(source->steps);
    sinew_free(source->name);
    sinew_free(source);
}
