/* Sound files through libsndfile. Integers are read as integers and divided by a power of two,
 * which is exact: libsndfile's own conversion to double is not for every format. They are read a
 * large piece at a time, from which blocks are taken: calls of the system cost more than
 * conversion. */
#include <errno.h>
#include <inttypes.h>
#include <sndfile.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "stream/quantize.h"
#include "stream/sound_check.h"
#include "stream/sound_encoding.h"
#include "stream/source.h"

enum {
    PIECE_FRAMES = 2048,    /* of floating point */
    PIECE_BYTES = 256 << 10 /* of integers, but at least a frame */
};

typedef struct sound_reader {
    SNDFILE *file;
    int bits;           /* 0: floating point */
    bool is_16;         /* of 16 bits, which libsndfile then reads as they stand in the file */
    void *integers;     /* (room_frames, channels) of int, or of int16_t */
    size_t room_frames; /* a pipe is read no further than asked for */
    size_t held, taken; /* frames in `integers`, and those of them that were delivered */
    int wrong;          /* what libsndfile said about what comes behind them; 0: nothing */
} sound_reader;

static sinew_status fail_open(const sinew_source *source, sinew_error *error)
{
    /* the only way to ask libsndfile why nothing was opened; a full stop ends its sentences */
    const char *why = sf_strerror(NULL);
    size_t length = strlen(why);
    while (length && (why[length - 1] == '.' || why[length - 1] == '\n'))
        length--;
    return sinew_fail(error, SINEW_ERR_DATA, "%s: no sound file that can be read%s: %.*s",
                      source->name, source->file_bytes < 0 ? " from a pipe" : "", (int)length, why);
}

static sinew_status check_length(const sinew_source *source, sinew_error *error)
{
    if (source->file_bytes < 0)
        return SINEW_OK;
    if (source->file_bytes == 0)
        return sinew_fail(error, SINEW_ERR_DATA, "%s: is empty", source->name);
    int64_t missing = sinew_sound_missing_bytes(source->fd, source->file_bytes);
    if (missing > 0)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "%s: is truncated: its header says %" PRId64
                          " bytes of samples more than "
                          "there are",
                          source->name, missing);
    if (sinew_sound_ogg_is_cut(source->fd, source->file_bytes))
        return sinew_fail(error, SINEW_ERR_DATA,
                          "%s: is truncated: the last page of its Ogg stream is missing",
                          source->name);
    return SINEW_OK;
}

static bool make_room(sound_reader *sound, size_t channels)
{
    size_t frame_bytes = channels * (sound->is_16 ? sizeof(int16_t) : sizeof(int));
    sound->room_frames = PIECE_BYTES > frame_bytes ? PIECE_BYTES / frame_bytes : 1;
    sound->integers = sinew_alloc(sound->room_frames, frame_bytes);
    return sound->integers != NULL;
}

static sinew_status open_source(sinew_source *source, const sinew_source_opts *opts,
                                sinew_error *error)
{
    (void)opts;
    sinew_status status = check_length(source, error);
    if (status)
        return status;
    sound_reader *sound = sinew_alloc(1, sizeof *sound);
    source->reader = sound;
    if (!sound)
        return sinew_fail_memory(error);
    SF_INFO info = {0};
    sound->file = sf_open_fd(source->fd, SFM_READ, &info, SF_FALSE);
    if (!sound->file)
        return fail_open(source, error);

    source->seekable = source->seekable && info.seekable;
    source->signal.rate_hz = info.samplerate;
    source->signal.channels = (uint32_t)info.channels;
    source->signal.encoding = info.format & SF_FORMAT_SUBMASK;
    source->signal.sample = sinew_sound_sample(info.format);
    if (source->file_bytes >= 0 && info.frames < SF_COUNT_MAX)
        source->signal.frames = info.frames;
    sound->bits = sinew_sound_bits(info.format);
    sound->is_16 = source->signal.encoding == SF_FORMAT_PCM_16;
    return sound->bits == 0 || make_room(sound, (size_t)info.channels) ? SINEW_OK
                                                                       : sinew_fail_memory(error);
}

static void fill(sound_reader *sound, size_t want)
{
    sf_count_t n = (sf_count_t)want;
    sf_count_t got = sound->is_16 ? sf_readf_short(sound->file, sound->integers, n)
                                  : sf_readf_int(sound->file, sound->integers, n);
    sound->held = got > 0 ? (size_t)got : 0;
    sound->taken = 0;
    sound->wrong = sf_error(sound->file);
}

/* An integer of b bits comes shifted up to 32 (or 16): k 2^(32-b), and k / 2^(b-1) is that times
 * 2^-31. */
static size_t read_integers(const sinew_source *source, sinew_sample sample, size_t max_frames,
                            void *out)
{
    sound_reader *sound = source->reader;
    size_t channels = source->signal.channels, room = sound->room_frames;
    if (sound->taken == sound->held)
        fill(sound, source->file_bytes < 0 && max_frames < room ? max_frames : room);
    size_t left = sound->held - sound->taken, n = max_frames < left ? max_frames : left;
    size_t at = sound->taken * channels;
    if (sound->is_16)
        sinew_dequantize_16(out, sample, (const int16_t *)sound->integers + at, n * channels);
    else
        sinew_dequantize(out, sample, (const int *)sound->integers + at, n * channels);
    sound->taken += n;
    return n;
}

static size_t read_floats(const sinew_source *source, sinew_sample sample, size_t max_frames,
                          void *out)
{
    sound_reader *sound = source->reader;
    sf_count_t want = max_frames < PIECE_FRAMES ? (sf_count_t)max_frames : PIECE_FRAMES;
    sf_count_t got = sample == SINEW_SAMPLE_F64 ? sf_readf_double(sound->file, out, want)
                                                : sf_readf_float(sound->file, out, want);
    sound->wrong = sf_error(sound->file);
    return got > 0 ? (size_t)got : 0;
}

static sinew_status read_source(sinew_source *source, sinew_sample sample, size_t max_frames,
                                void *samples, size_t *n_frames, sinew_error *error)
{
    sound_reader *sound = source->reader;
    size_t frame_bytes = source->signal.channels * sinew_sample_bytes(sample), n = 0;
    while (n < max_frames) {
        char *to = (char *)samples + n * frame_bytes;
        size_t got = sound->bits > 0 ? read_integers(source, sample, max_frames - n, to)
                                     : read_floats(source, sample, max_frames - n, to);
        if (sound->wrong && sound->taken == sound->held)
            return sinew_fail(error, SINEW_ERR_DATA, "%s: after frame %" PRId64 ": %s",
                              source->name, source->index + (int64_t)(n + got),
                              sf_strerror(sound->file));
        n += got;
        if (got == 0)
            break;
    }
    int64_t end = source->index + (int64_t)n;
    if (n < max_frames && end < source->signal.frames)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "%s: truncated: ends after frame %" PRId64 " of %" PRId64, source->name,
                          end, source->signal.frames);
    *n_frames = n;
    return SINEW_OK;
}

static sinew_status rewind_source(sinew_source *source, sinew_error *error)
{
    sound_reader *sound = source->reader;
    if (sf_seek(sound->file, 0, SF_SEEK_SET) != 0)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED, "%s: cannot go back to its start: %s",
                          source->name, sf_strerror(sound->file));
    sound->held = sound->taken = 0;
    return SINEW_OK;
}

static void close_source(sinew_source *source)
{
    sound_reader *sound = source->reader;
    if (!sound)
        return;
    if (sound->file)
        sf_close(sound->file);
    sinew_free(sound->integers);
    sinew_free(sound);
}

const sinew_source_ops sinew_sndfile_source = {
    .open = open_source,
    .read = read_source,
    .rewind = rewind_source,
    .close = close_source,
};
