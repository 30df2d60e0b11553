#include "stream/raw.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/samples.h"
#include "stream/sink.h"

sinew_status sinew_raw_open(sinew_source *source, sinew_sample sample, sinew_error *error)
{
    sinew_raw_reader *reader = sinew_alloc(1, sizeof *reader);
    source->reader = reader;
    if (!reader)
        return sinew_fail_memory(error);
    reader->sample = sample;
    reader->frames_left = -1;
    reader->file = sinew_source_file(source);
    return reader->file ? SINEW_OK : sinew_fail_memory(error);
}

/* n samples from bytes; (n) in both. The types are constants where it is called, so that no sample
 * has to ask for them. */
static inline __attribute__((always_inline)) void decode_as(const uint8_t *restrict bytes,
                                                            sinew_sample from, size_t n,
                                                            sinew_sample to, void *restrict out)
{
    size_t width = sinew_sample_bytes(from);
    for (size_t i = 0; i < n; i++) {
        double value = from == SINEW_SAMPLE_F64 ? sinew_get_f64(bytes + i * width)
                                                : (double)sinew_get_f32(bytes + i * width);
        sinew_sample_put(out, to, i, value);
    }
}

static void decode(const uint8_t *bytes, sinew_sample from, size_t n, sinew_sample to, void *out)
{
    if (from == SINEW_SAMPLE_F64 && to == SINEW_SAMPLE_F64)
        decode_as(bytes, SINEW_SAMPLE_F64, n, SINEW_SAMPLE_F64, out);
    else if (from == SINEW_SAMPLE_F64)
        decode_as(bytes, SINEW_SAMPLE_F64, n, SINEW_SAMPLE_F32, out);
    else if (to == SINEW_SAMPLE_F64)
        decode_as(bytes, SINEW_SAMPLE_F32, n, SINEW_SAMPLE_F64, out);
    else
        decode_as(bytes, SINEW_SAMPLE_F32, n, SINEW_SAMPLE_F32, out);
}

static sinew_status fail_short(sinew_source *source, size_t n_bytes, sinew_error *error)
{
    sinew_raw_reader *reader = source->reader;
    if (ferror(reader->file))
        return sinew_fail(error, SINEW_ERR_IO, "%s: %s", source->name, strerror(errno));
    if (reader->frames_left >= 0)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "%s: truncated: %" PRId64 " frames are missing at its end", source->name,
                          reader->frames_left);
    return sinew_fail(error, SINEW_ERR_DATA,
                      "%s: ends %zu bytes into a frame of %u channels of %zu bytes", source->name,
                      n_bytes, source->signal.channels, sinew_sample_bytes(reader->sample));
}

/* Samples go through a piece of stack, so that a frame of any width needs no more memory. */
static size_t read_samples(sinew_raw_reader *reader, size_t n, sinew_sample sample, char *out,
                           size_t *left_over_bytes)
{
    enum { PIECE = 512 };
    uint8_t bytes[PIECE * 8];
    size_t width = sinew_sample_bytes(reader->sample), done = 0;
    *left_over_bytes = 0;
    while (done < n) {
        size_t want = n - done < PIECE ? n - done : PIECE;
        size_t got = fread(bytes, 1, want * width, reader->file);
        decode(bytes, reader->sample, got / width, sample, out + done * sinew_sample_bytes(sample));
        done += got / width;
        *left_over_bytes = got % width;
        if (got < want * width)
            break;
    }
    return done;
}

sinew_status sinew_raw_read(sinew_source *source, sinew_sample sample, size_t max_frames,
                            void *samples, size_t *n_frames, sinew_error *error)
{
    sinew_raw_reader *reader = source->reader;
    size_t channels = source->signal.channels;
    if (reader->frames_left >= 0 && (uint64_t)reader->frames_left < max_frames)
        max_frames = (size_t)reader->frames_left;
    if (max_frames > SIZE_MAX / channels)
        max_frames = SIZE_MAX / channels;
    size_t left_over = 0;
    size_t n = read_samples(reader, max_frames * channels, sample, samples, &left_over);
    left_over += n % channels * sinew_sample_bytes(reader->sample);
    *n_frames = n / channels;
    if (reader->frames_left >= 0)
        reader->frames_left -= (int64_t)*n_frames;
    if (left_over || ferror(reader->file) || (reader->frames_left > 0 && *n_frames < max_frames))
        return fail_short(source, left_over, error);
    return SINEW_OK;
}

sinew_status sinew_raw_rewind(sinew_source *source, sinew_error *error)
{
    sinew_raw_reader *reader = source->reader;
    if (fseeko(reader->file, reader->offset_bytes, SEEK_SET) != 0)
        return sinew_fail(error, SINEW_ERR_IO, "%s: %s", source->name, strerror(errno));
    if (reader->frames_left >= 0)
        reader->frames_left = source->signal.frames;
    return SINEW_OK;
}

void sinew_raw_close(sinew_source *source)
{
    sinew_raw_reader *reader = source->reader;
    if (reader && reader->file)
        fclose(reader->file);
    sinew_free(reader);
}

static sinew_status open_source(sinew_source *source, const sinew_source_opts *opts,
                                sinew_error *error)
{
    if (opts->channels == 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%s: raw samples need a channel count",
                          source->name);
    sinew_sample sample = source->format->sample;
    source->signal.channels = opts->channels;
    source->signal.sample = sample;
    size_t frame_bytes = opts->channels * sinew_sample_bytes(sample);
    if (source->file_bytes >= 0 && source->file_bytes % (int64_t)frame_bytes != 0)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "%s: its %" PRId64 " bytes are no whole number of frames of %u channels "
                          "of %zu bytes",
                          source->name, source->file_bytes, opts->channels,
                          sinew_sample_bytes(sample));
    if (source->file_bytes >= 0)
        source->signal.frames = source->file_bytes / (int64_t)frame_bytes;
    return sinew_raw_open(source, sample, error);
}

const sinew_source_ops sinew_raw_source = {
    .open = open_source,
    .read = sinew_raw_read,
    .rewind = sinew_raw_rewind,
    .close = sinew_raw_close,
};

static sinew_status open_sink(sinew_sink *sink, sinew_error *error)
{
    sink->writer = sinew_sink_file(sink);
    return sink->writer ? SINEW_OK : sinew_fail_memory(error);
}

static sinew_status write_sink(sinew_sink *sink, sinew_sample sample, const sinew_block *block,
                               const double *times, sinew_error *error)
{
    (void)times;
    sinew_status status =
        sinew_sink_put_samples(sink, sink->writer, sink->format->sample, sample, block, error);
    return status ? status : sinew_sink_flush_live(sink, sink->writer, error);
}

const sinew_sink_ops sinew_raw_sink = {
    .open = open_sink,
    .write = write_sink,
    .finish = sinew_sink_finish_file,
    .close = sinew_sink_drop_file,
};
