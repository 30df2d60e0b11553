/* Sound files through libsndfile. Integers are rounded, saturated and counted here and written
 * as integers: libsndfile scales a double by 2^15 - 1 and lets it wrap around. */
#include <math.h>
#include <sndfile.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "stream/quantize.h"
#include "stream/sink.h"
#include "stream/sound_bytes.h"
#include "stream/sound_encoding.h"

enum { PIECE_FRAMES = 2048 };

typedef struct sound_writer {
    SNDFILE *file;
    int bits;        /* 0: floating point */
    bool symmetric;  /* no least integer: libsndfile negates it for the codes of telephones */
    bool lossy;      /* a codec of sound, whose input is to lie within -1 to 1 */
    bool is_16;      /* of 16 bits, which libsndfile takes as they will stand in the file */
    void *integers;  /* (PIECE_FRAMES, channels) of int, or of int16_t, where bits > 0 */
    double *limited; /* (PIECE_FRAMES, channels), where lossy */
    sinew_sound_bytes bytes;
    int64_t limit_frames; /* 0: none */
} sound_writer;

static sinew_status fail_write(const sinew_sink *sink, sinew_error *error)
{
    const sound_writer *sound = sink->writer;
    return sinew_fail(error, SINEW_ERR_IO, "%s: %s", sink->name,
                      sound->bytes.reason ? strerror(sound->bytes.reason)
                                          : sf_strerror(sound->file));
}

/* libsndfile's rates are whole; a rate that comes from 1 / step_s may be off by rounding. */
static sinew_status choose_rate(const sinew_sink *sink, int *out, sinew_error *error)
{
    double rate_hz = sink->signal.rate_hz, whole = rint(rate_hz);
    if (!(rate_hz > 0))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%s: %s needs a sample rate", sink->name,
                          sink->format->name);
    if (fabs(rate_hz - whole) > 1e-9 * rate_hz || whole < 1 || whole > INT32_MAX)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "%s: %s holds whole sample rates, not %.17g Hz", sink->name,
                          sink->format->name, rate_hz);
    *out = (int)whole;
    return SINEW_OK;
}

static int64_t data_bytes(const sinew_sink *sink, int encoding, int64_t frames)
{
    int bits = sinew_sound_bits(encoding);
    int64_t bytes = bits ? (bits + 7) / 8 : (encoding == SF_FORMAT_DOUBLE ? 8 : 4);
    int64_t frame_bytes = bytes * sink->signal.channels;
    return frames > INT64_MAX / frame_bytes ? INT64_MAX : frames * frame_bytes;
}

/* A WAV that may outgrow its 32-bit sizes is written as RF64 (EBU Tech 3306), which libsndfile
 * turns back into a WAV at the end if it stayed small. Not always so: that WAV then is an
 * extensible one, which some readers do not know. */
static int choose_container(const sinew_sink *sink, int encoding)
{
    int container = sink->format->container;
    int64_t frames = sink->signal.frames;
    bool may_grow = frames < 0 || data_bytes(sink, encoding, frames) > sink->format->limit_bytes;
    SF_INFO info = {.samplerate = 48000,
                    .channels = (int)sink->signal.channels,
                    .format = SF_FORMAT_RF64 | encoding};
    return container == SF_FORMAT_WAV && may_grow && sf_format_check(&info) ? SF_FORMAT_RF64
                                                                            : container;
}

static sinew_status choose_format(const sinew_sink *sink, SF_INFO *info, sinew_error *error)
{
    const sinew_format *format = sink->format;
    if (format->container != SF_FORMAT_AU && !sink->file.seekable)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "%s: %s cannot be written to a pipe; f32, f64, csv and au can",
                          sink->name, format->name);
    sinew_status status = choose_rate(sink, &info->samplerate, error);
    if (status)
        return status;
    info->channels = (int)sink->signal.channels;
    int encoding = sinew_sound_encoding(format, &sink->signal, info->samplerate);
    if (!encoding)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED, "%s: %s cannot hold %u channels at %d Hz",
                          sink->name, format->name, sink->signal.channels, info->samplerate);
    info->format = choose_container(sink, encoding) | encoding;
    return SINEW_OK;
}

static void configure(const sinew_sink *sink, SNDFILE *file)
{
    /* a PEAK chunk holds the time of day: equal samples would not make equal files */
    sf_command(file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
    if (sink->format->container == SF_FORMAT_WAV)
        sf_command(file, SFC_RF64_AUTO_DOWNGRADE, NULL, SF_TRUE);
}

static sinew_status fail_limit(const sinew_sink *sink, sinew_error *error)
{
    return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                      "%s: more than %s can hold (4 GiB); w64, rf64, caf and flac can", sink->name,
                      sink->format->name);
}

/* For the samples of a piece on their way: n of them. */
static bool make_room(sound_writer *sound, size_t n)
{
    if (sound->bits > 0)
        sound->integers = sinew_alloc(n, sound->is_16 ? sizeof(int16_t) : sizeof(int));
    if (sound->lossy)
        sound->limited = sinew_alloc(n, sizeof *sound->limited);
    return (sound->integers || !sound->bits) && (sound->limited || !sound->lossy);
}

static sinew_status open_sink(sinew_sink *sink, sinew_error *error)
{
    SF_INFO info = {0};
    sinew_status status = choose_format(sink, &info, error);
    if (status)
        return status;
    sound_writer *sound = sinew_alloc(1, sizeof *sound);
    sink->writer = sound;
    if (!sound)
        return sinew_fail_memory(error);
    int encoding = info.format & SF_FORMAT_SUBMASK;
    bool is_file = sink->file.temporary != NULL;
    sound->bits = sinew_sound_bits(encoding);
    sound->is_16 = encoding == SF_FORMAT_PCM_16;
    sound->symmetric = encoding == SF_FORMAT_ULAW || encoding == SF_FORMAT_ALAW;
    if ((info.format & SF_FORMAT_TYPEMASK) == sink->format->container && sink->format->limit_bytes)
        sound->limit_frames = sink->format->limit_bytes / data_bytes(sink, encoding, 1);
    if (sound->limit_frames && sink->signal.frames > sound->limit_frames)
        return fail_limit(sink, error);
    sound->lossy = sinew_sound_is_lossy(encoding);
    sink->saturates = sound->bits > 0 || sound->lossy;
    if (!make_room(sound, PIECE_FRAMES * (size_t)info.channels) ||
        !sinew_sound_bytes_init(&sound->bytes, sink->file.fd, is_file))
        return sinew_fail_memory(error);
    /* libsndfile itself knows how to leave the lengths open where it cannot go back */
    sound->file = sink->file.seekable
                      ? sf_open_virtual(&sinew_sound_bytes_io, SFM_WRITE, &info, &sound->bytes)
                      : sf_open_fd(sink->file.fd, SFM_WRITE, &info, SF_FALSE);
    if (!sound->file)
        return sinew_fail(error, SINEW_ERR_IO, "%s: %s", sink->name,
                          sound->bytes.reason ? strerror(sound->bytes.reason) : sf_strerror(NULL));
    configure(sink, sound->file);
    return SINEW_OK;
}

static sf_count_t write_integers(sinew_sink *sink, sinew_sample sample, const void *samples,
                                 size_t n_frames)
{
    const sound_writer *sound = sink->writer;
    size_t n = n_frames * sink->signal.channels;
    if (sound->is_16) {
        sink->clipped += sinew_quantize_16(sound->integers, samples, sample, n);
        return sf_writef_short(sound->file, sound->integers, (sf_count_t)n_frames);
    }
    double lowest = -ldexp(1, sound->bits - 1) + sound->symmetric;
    sink->clipped += sinew_quantize(sound->integers, samples, sample, n, sound->bits, lowest);
    return sf_writef_int(sound->file, sound->integers, (sf_count_t)n_frames);
}

/* Through integers of the file's bits, or limited, or as they are. */
static sf_count_t write_piece(sinew_sink *sink, sinew_sample sample, const void *samples,
                              size_t n_frames)
{
    const sound_writer *sound = sink->writer;
    sf_count_t n = (sf_count_t)n_frames;
    if (sound->bits > 0)
        return write_integers(sink, sample, samples, n_frames);
    if (sound->lossy) {
        size_t n_samples = n_frames * sink->signal.channels;
        sink->clipped += sinew_saturate(sound->limited, samples, sample, n_samples);
        return sf_writef_double(sound->file, sound->limited, n);
    }
    return sample == SINEW_SAMPLE_F64 ? sf_writef_double(sound->file, samples, n)
                                      : sf_writef_float(sound->file, samples, n);
}

static sinew_status write_sink(sinew_sink *sink, sinew_sample sample, const sinew_block *block,
                               const double *times, sinew_error *error)
{
    (void)times;
    const sound_writer *sound = sink->writer;
    size_t frame_bytes = block->channels * sinew_sample_bytes(sample);
    if (sound->limit_frames &&
        (uint64_t)sink->frames + block->n_frames > (uint64_t)sound->limit_frames)
        return fail_limit(sink, error);
    for (size_t done = 0; done < block->n_frames;) {
        size_t left = block->n_frames - done, n = left < PIECE_FRAMES ? left : PIECE_FRAMES;
        const char *from = (const char *)block->samples + done * frame_bytes;
        if (write_piece(sink, sample, from, n) != (sf_count_t)n || sound->bytes.reason ||
            sf_error(sound->file) != SF_ERR_NO_ERROR)
            return fail_write(sink, error);
        done += n;
    }
    return SINEW_OK;
}

static sinew_status finish_sink(sinew_sink *sink, sinew_error *error)
{
    sound_writer *sound = sink->writer;
    int problem = sf_close(sound->file);
    sound->file = NULL;
    sinew_sound_bytes_flush(&sound->bytes);
    if (sound->bytes.reason || problem)
        return sinew_fail(error, SINEW_ERR_IO, "%s: %s", sink->name,
                          sound->bytes.reason ? strerror(sound->bytes.reason)
                                              : sf_error_number(problem));
    return SINEW_OK;
}

static void close_sink(sinew_sink *sink)
{
    sound_writer *sound = sink->writer;
    if (!sound)
        return;
    if (sound->file)
        sf_close(sound->file);
    sinew_sound_bytes_finish(&sound->bytes);
    sinew_free(sound->integers);
    sinew_free(sound->limited);
    sinew_free(sound);
    sink->writer = NULL;
}

const sinew_sink_ops sinew_sndfile_sink = {
    .open = open_sink,
    .write = write_sink,
    .finish = finish_sink,
    .close = close_sink,
};
