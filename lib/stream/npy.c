/* npy: raw samples behind a header that says their type and shape, (frames, channels). */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "stream/npy_header.h"
#include "stream/raw.h"
#include "stream/sink.h"

enum { MAX_HEADER_BYTES = 1 << 16 };

static sinew_status fail_truncated(const sinew_source *source, FILE *file, sinew_error *error)
{
    if (ferror(file))
        return sinew_fail(error, SINEW_ERR_IO, "%s: %s", source->name, strerror(errno));
    return sinew_fail(error, SINEW_ERR_DATA, "%s: %s", source->name,
                      source->file_bytes == 0 ? "is empty" : "its npy header is truncated");
}

static sinew_status read_header(sinew_source *source, sinew_npy_header *header, sinew_error *error)
{
    sinew_raw_reader *reader = source->reader;
    uint8_t prefix[SINEW_NPY_PREFIX_BYTES] = {0};
    size_t offset = 0;
    if (fread(prefix, 1, sizeof prefix, reader->file) != sizeof prefix)
        return fail_truncated(source, reader->file, error);
    size_t length = sinew_npy_header_length(prefix, &offset);
    if (length < sizeof prefix || length > MAX_HEADER_BYTES)
        return sinew_fail(error, SINEW_ERR_DATA, "%s: %s", source->name,
                          length ? "an npy header of a senseless length" : "not an npy file");
    char *text = sinew_alloc(length, 1);
    if (!text)
        return sinew_fail_memory(error);
    memcpy(text, prefix, sizeof prefix);
    size_t rest = length - sizeof prefix;
    sinew_status status =
        fread(text + sizeof prefix, 1, rest, reader->file) == rest
            ? sinew_npy_header_parse(header, text + offset, length - offset, source->name, error)
            : fail_truncated(source, reader->file, error);
    sinew_free(text);
    reader->offset_bytes = (int64_t)length;
    return status;
}

/* Where the size is known, a wrong one is found before anything runs. */
static sinew_status check_size(const sinew_source *source, const sinew_npy_header *header,
                               sinew_error *error)
{
    const sinew_raw_reader *reader = source->reader;
    int64_t said = header->frames * header->channels * (int64_t)sinew_sample_bytes(header->sample);
    int64_t found = source->file_bytes - reader->offset_bytes;
    if (source->file_bytes >= 0 && said != found)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "%s: %s: its header says %" PRId64 " bytes, it holds %" PRId64,
                          source->name, found < said ? "truncated" : "too long", said, found);
    return SINEW_OK;
}

static sinew_status open_source(sinew_source *source, const sinew_source_opts *opts,
                                sinew_error *error)
{
    (void)opts;
    sinew_npy_header header = {0};
    sinew_status status = sinew_raw_open(source, SINEW_SAMPLE_F64, error);
    if (!status)
        status = read_header(source, &header, error);
    if (!status && header.integer_bytes > 0)
        return sinew_fail(error, SINEW_ERR_DATA, "%s: an array of '<i%zu'; '<f4' or '<f8' is read",
                          source->name, header.integer_bytes);
    if (!status)
        status = check_size(source, &header, error);
    if (status)
        return status;
    sinew_raw_reader *reader = source->reader;
    reader->sample = header.sample;
    reader->frames_left = header.frames;
    source->signal.channels = header.channels;
    source->signal.sample = header.sample;
    source->signal.frames = header.frames;
    return SINEW_OK;
}

const sinew_source_ops sinew_npy_source = {
    .open = open_source,
    .read = sinew_raw_read,
    .rewind = sinew_raw_rewind,
    .close = sinew_raw_close,
};

static sinew_status put_header(sinew_sink *sink, int64_t frames, sinew_error *error)
{
    uint8_t bytes[SINEW_NPY_HEADER_BYTES];
    sinew_npy_header header = {
        .sample = sink->signal.sample, .frames = frames, .channels = sink->signal.channels};
    sinew_npy_header_write(&header, bytes);
    if (fwrite(bytes, 1, sizeof bytes, sink->writer) != sizeof bytes)
        return sinew_sink_fail_errno(sink, error);
    return SINEW_OK;
}

static sinew_status open_sink(sinew_sink *sink, sinew_error *error)
{
    int64_t frames = sink->signal.frames;
    if (!sink->file.temporary && frames < 0)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "%s: npy begins with its number of frames, which is not known; use f32, "
                          "f64 or csv, or write to a file",
                          sink->name);
    sink->writer = sinew_sink_file(sink);
    if (!sink->writer)
        return sinew_fail_memory(error);
    return put_header(sink, frames < 0 ? 0 : frames, error);
}

static sinew_status write_sink(sinew_sink *sink, sinew_sample sample, const sinew_block *block,
                               const double *times, sinew_error *error)
{
    (void)times;
    sinew_status status =
        sinew_sink_put_samples(sink, sink->writer, sink->signal.sample, sample, block, error);
    return status ? status : sinew_sink_flush_live(sink, sink->writer, error);
}

static sinew_status finish_sink(sinew_sink *sink, sinew_error *error)
{
    sinew_status status = SINEW_OK;
    if (sink->frames != sink->signal.frames) {
        if (!sink->file.temporary)
            return sinew_fail(error, SINEW_ERR_DATA,
                              "%s: %" PRId64 " frames were written, its header says %" PRId64,
                              sink->name, sink->frames, sink->signal.frames);
        if (fseeko(sink->writer, 0, SEEK_SET) != 0)
            return sinew_sink_fail_errno(sink, error);
        status = put_header(sink, sink->frames, error);
    }
    return status ? status : sinew_sink_finish_file(sink, error);
}

const sinew_sink_ops sinew_npy_sink = {
    .open = open_sink,
    .write = write_sink,
    .finish = finish_sink,
    .close = sinew_sink_drop_file,
};
