/* Sound files: every container and encoding, exact integers, hostile files. */
#include <math.h>
#include <sndfile.h>

#include "io_help.h"
#include "stream/sound_encoding.h"

TestSuite(io_sound, .init = io_make_folder, .fini = io_remove_folder);

static const char *const containers[] = {"wav", "flac", "aiff", "au", "w64", "rf64", "caf", "nist"};
static const int lossless[] = {
    SF_FORMAT_PCM_S8, SF_FORMAT_PCM_U8, SF_FORMAT_PCM_16, SF_FORMAT_PCM_24,
    SF_FORMAT_PCM_32, SF_FORMAT_FLOAT,  SF_FORMAT_DOUBLE, SF_FORMAT_ALAC_16,
};

static uint64_t random_state = 88172645463325252u;

static uint64_t next_random(void) /* xorshift64, Marsaglia 2003 */
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* A number that `encoding` holds exactly, the extremes among them. */
static double exact_sample(int encoding)
{
    int bits = sinew_sound_bits(encoding);
    uint64_t random = next_random();
    if (bits == 0)
        return encoding == SF_FORMAT_FLOAT ? (double)((float)(int32_t)random * 0x1p-30f)
                                           : (double)(int64_t)random * 0x1p-62;
    double scale = ldexp(1, bits - 1);
    if (random % 16 == 0)
        return random & 16 ? -1 : (scale - 1) / scale;
    return (double)((int64_t)random >> (64 - bits)) / scale;
}

/* -1: the container does not take it. */
static int round_trip(const char *container, int encoding, uint32_t channels)
{
    enum { FRAMES = 9000 }; /* of 8 channels: more than is read and written in one piece */
    static double in[FRAMES * 8];
    char name[64];
    snprintf(name, sizeof name, "%x-%u.%s", (unsigned)encoding, channels, container);
    for (size_t i = 0; i < FRAMES * channels; i++)
        in[i] = exact_sample(encoding);
    sinew_sink_opts to = {.signal = {48000, channels, FRAMES, SINEW_SAMPLE_F64, encoding}};
    uint64_t clipped = 0;
    sinew_error error = {0};
    sinew_status status = io_write(name, &to, SINEW_SAMPLE_F64, in, FRAMES, 333, &clipped, &error);
    if (status == SINEW_ERR_UNSUPPORTED)
        return -1;
    cr_assert_eq(status, SINEW_OK, "%s: %s", name, error.text);

    void *out;
    size_t frames;
    sinew_signal signal;
    status = io_read(name, NULL, SINEW_SAMPLE_F64, 77, &out, &frames, &signal, &error);
    cr_assert_eq(status, SINEW_OK, "%s: %s", name, error.text);
    cr_assert_eq(signal.channels, channels);
    cr_assert_eq(signal.rate_hz, 48000, "%s: %g Hz", name, signal.rate_hz);
    int kept = signal.encoding == encoding;
    if (kept) {
        cr_assert_eq(clipped, 0);
        cr_assert_eq(frames, FRAMES, "%s: %zu frames", name, frames);
        cr_assert_eq(signal.frames, FRAMES);
        cr_assert_eq(signal.sample, sinew_sound_sample(encoding));
        for (size_t i = 0; i < FRAMES * channels; i++)
            cr_assert_eq(((double *)out)[i], in[i], "%s: sample %zu is %.17g, not %.17g", name, i,
                         ((double *)out)[i], in[i]);
    }
    free(out);
    return kept;
}

Test(io_sound, every_lossless_encoding_comes_back_to_the_bit)
{
    int n_kept = 0;
    for (size_t c = 0; c < sizeof containers / sizeof *containers; c++)
        for (size_t e = 0; e < sizeof lossless / sizeof *lossless; e++)
            for (uint32_t channels = 1; channels <= 8; channels = 2 * channels + (channels == 2))
                n_kept += round_trip(containers[c], lossless[e], channels) == 1;
    cr_assert_geq(n_kept, 120, "only %d of the encodings were kept", n_kept);
}

Test(io_sound, telephone_codes_come_back_once_decoded)
{
    static const int codes[] = {SF_FORMAT_ULAW, SF_FORMAT_ALAW};
    for (size_t k = 0; k < 2; k++) {
        double in[600], *once, *twice;
        for (int i = 0; i < 600; i++)
            in[i] = (i - 300) / 200.0; /* beyond full scale too */
        sinew_sink_opts to = {.signal = {8000, 1, -1, SINEW_SAMPLE_F64, codes[k]}};
        uint64_t clipped;
        cr_assert_eq(io_write("a.wav", &to, SINEW_SAMPLE_F64, in, 600, 600, &clipped, NULL), 0);
        cr_assert_eq(clipped, 201); /* -1 and 1 themselves, 100 below, 99 above */
        once = io_read_all("a.wav", NULL, 600);
        for (int i = 0; i < 600; i++)
            cr_assert_float_eq(once[i], fmax(-1, fmin(1, in[i])), 0.065, "%d %d: %g %g", (int)k, i,
                               in[i], once[i]);
        cr_assert_eq(io_write("b.wav", &to, SINEW_SAMPLE_F64, once, 600, 7, NULL, NULL), 0);
        twice = io_read_all("b.wav", NULL, 600);
        cr_assert_arr_eq(once, twice, sizeof in);
        free(once);
        free(twice);
    }
}

/* The reference is the definition itself, not libsndfile: the bytes of the file. */
Test(io_sound, every_16_bit_value_is_k_over_32768_and_back)
{
    enum { N = 65536 };
    static double in[N];
    static float narrow[N];
    for (int i = 0; i < N; i++)
        in[i] = (i - 32768) / 32768.0;
    for (int i = 0; i < N; i++)
        narrow[i] = (float)in[i];
    sinew_sink_opts to = {.signal = {16000, 1, N, SINEW_SAMPLE_F32, SF_FORMAT_PCM_16}};
    cr_assert_eq(io_write("a.wav", &to, SINEW_SAMPLE_F64, in, N, 4096, NULL, NULL), 0);
    size_t n, m;
    char *bytes = io_get_bytes("a.wav", &n);
    cr_assert_eq(n, 44 + 2 * N, "a plain WAV has a header of 44 bytes");
    for (int i = 0; i < N; i++) {
        unsigned char *at = (unsigned char *)bytes + 44 + 2 * i;
        cr_assert_eq((int16_t)(at[0] | at[1] << 8), i - 32768);
    }
    double *out = io_read_all("a.wav", NULL, N);
    cr_assert_arr_eq(out, in, sizeof in);
    cr_assert_eq(io_write("b.wav", &to, SINEW_SAMPLE_F32, narrow, N, 100, NULL, NULL), 0);
    char *same = io_get_bytes("b.wav", &m);
    cr_assert(n == m && memcmp(bytes, same, n) == 0);
    free(same);
    free(bytes);
    free(out);

    void *floats;
    sinew_signal signal;
    cr_assert_eq(io_read("a.wav", NULL, SINEW_SAMPLE_F32, 1021, &floats, &n, &signal, NULL), 0);
    cr_assert_arr_eq(floats, narrow, sizeof narrow);
    free(floats);
}

Test(io_sound, rounds_half_to_even_saturates_and_counts)
{
    double lsb = 0x1p-15;
    double in[] = {0.5 * lsb, 1.5 * lsb,     -0.5 * lsb, -2.5 * lsb, 1.0, 1.5,          -1.0,
                   -1.5,      32767.4 * lsb, INFINITY,   -INFINITY,  NAN, 32767.5 * lsb};
    double expected[] = {0, 2, 0, -2, 32767, 32767, -32768, -32768, 32767, 32767, -32768, 0, 32767};
    enum { N = sizeof in / sizeof *in };
    sinew_sink_opts to = {.signal = {48000, 1, N, SINEW_SAMPLE_F64, SF_FORMAT_PCM_16}};
    uint64_t clipped = 0;
    cr_assert_eq(io_write("a.wav", &to, SINEW_SAMPLE_F64, in, N, N, &clipped, NULL), 0);
    cr_assert_eq(clipped, 7, "%d clipped", (int)clipped);
    double *out = io_read_all("a.wav", NULL, N);
    for (size_t i = 0; i < N; i++)
        cr_assert_eq(out[i], expected[i] * lsb, "%zu: %g", i, out[i] / lsb);
    free(out);
}

/* LAME ends the process for these, were they handed on. */
Test(io_sound, lossy_encoders_get_what_lies_within_1)
{
    static const char *const names[] = {"a.mp3", "a.ogg", "a.opus"};
    enum { N = 20000 };
    double bad[] = {NAN, -NAN, INFINITY, -INFINITY, 1e300, -1e300, 1e30, 1.5, -1.5};
    enum { N_BAD = sizeof bad / sizeof *bad };
    double in[N] = {0}, inside[N] = {0};
    float narrow[N];
    for (int i = 0; i < N_BAD; i++) {
        in[2000 * (i + 1)] = bad[i];
        inside[2000 * (i + 1)] = isnan(bad[i]) ? 0 : bad[i] > 0 ? 1 : -1;
    }
    in[1] = inside[1] = 1;
    in[2] = inside[2] = -1;
    for (int i = 0; i < N; i++)
        narrow[i] = (float)in[i];
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        sinew_sink_opts to = {.signal = {48000, 1, N, SINEW_SAMPLE_F64, 0}};
        uint64_t clipped = 0;
        sinew_error error = {0};
        cr_assert_eq(io_write(names[k], &to, SINEW_SAMPLE_F64, inside, N, 700, &clipped, &error), 0,
                     "%s", error.text);
        cr_assert_eq(clipped, 0);
        double *expected = io_read_all(names[k], NULL, N);
        for (int type = 0; type < 2; type++) {
            const void *from = type ? (const void *)narrow : in;
            cr_assert_eq(io_write(names[k], &to, type ? SINEW_SAMPLE_F32 : SINEW_SAMPLE_F64, from,
                                  N, 700, &clipped, &error),
                         0, "%s", error.text);
            cr_assert_eq(clipped, N_BAD, "%s: %d", names[k], (int)clipped);
            double *out = io_read_all(names[k], NULL, N);
            cr_assert_arr_eq(out, expected, sizeof in, "%s", names[k]);
            free(out);
        }
        free(expected);
    }
}

Test(io_sound, encoding_is_kept_or_the_nearest_that_loses_nothing)
{
    static const struct {
        const char *to;
        int encoding, expected;
        sinew_sample sample;
    } cases[] = {
        {"wav", SF_FORMAT_PCM_24, SF_FORMAT_PCM_24, SINEW_SAMPLE_F32},
        {"flac", SF_FORMAT_PCM_16, SF_FORMAT_PCM_16, SINEW_SAMPLE_F32},
        {"flac", SF_FORMAT_PCM_U8, SF_FORMAT_PCM_S8, SINEW_SAMPLE_F32},
        {"flac", SF_FORMAT_FLOAT, SF_FORMAT_PCM_24, SINEW_SAMPLE_F32},
        {"flac", SF_FORMAT_PCM_32, SF_FORMAT_PCM_24, SINEW_SAMPLE_F64},
        {"flac", 0, SF_FORMAT_PCM_24, SINEW_SAMPLE_F64},
        {"wav", 0, SF_FORMAT_FLOAT, SINEW_SAMPLE_F32},
        {"wav", 0, SF_FORMAT_DOUBLE, SINEW_SAMPLE_F64},
        {"wav", SF_FORMAT_PCM_S8, SF_FORMAT_PCM_U8, SINEW_SAMPLE_F32},
        {"wav", SF_FORMAT_VORBIS, SF_FORMAT_FLOAT, SINEW_SAMPLE_F32},
        {"wav", SF_FORMAT_MPEG_LAYER_III, SF_FORMAT_FLOAT, SINEW_SAMPLE_F32},
        {"wav", SF_FORMAT_ALAC_20, SF_FORMAT_PCM_24, SINEW_SAMPLE_F32},
        {"flac", SF_FORMAT_ULAW, SF_FORMAT_PCM_16, SINEW_SAMPLE_F32},
        {"ogg", SF_FORMAT_PCM_16, SF_FORMAT_VORBIS, SINEW_SAMPLE_F32},
        {"opus", SF_FORMAT_PCM_16, SF_FORMAT_OPUS, SINEW_SAMPLE_F32},
    };
    double zeros[4800] = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[16];
        void *samples;
        size_t n;
        sinew_signal signal;
        sinew_error error = {0};
        snprintf(name, sizeof name, "a.%s", cases[i].to);
        sinew_sink_opts to = {.signal = {48000, 1, -1, cases[i].sample, cases[i].encoding}};
        cr_assert_eq(io_write(name, &to, SINEW_SAMPLE_F64, zeros, 4800, 4800, NULL, &error), 0,
                     "%s", error.text);
        cr_assert_eq(io_read(name, NULL, SINEW_SAMPLE_F64, 480, &samples, &n, &signal, &error), 0,
                     "%s", error.text);
        cr_assert_eq(signal.encoding, cases[i].expected, "case %zu: %x", i,
                     (unsigned)signal.encoding);
        free(samples);
    }
}

Test(io_sound, float_files_keep_what_no_integer_holds)
{
    double in[] = {1.5, -7, NAN, INFINITY, 0x1p-149, 0.1f};
    sinew_sink_opts to = {.signal = {44100, 2, 3, SINEW_SAMPLE_F32, 0}};
    uint64_t clipped;
    cr_assert_eq(io_write("a.wav", &to, SINEW_SAMPLE_F64, in, 3, 2, &clipped, NULL), 0);
    cr_assert_eq(clipped, 0);
    double *out = io_read_all("a.wav", NULL, 3);
    for (size_t i = 0; i < 6; i++)
        cr_assert(out[i] == in[i] || (isnan(out[i]) && isnan(in[i])), "%zu: %g", i, out[i]);
    free(out);
}

Test(io_sound, a_wav_of_unknown_length_is_a_wav_and_equal_runs_are_equal_bytes)
{
    float in[100] = {0.25f};
    sinew_sink_opts to = {.signal = {8000, 1, -1, SINEW_SAMPLE_F32, 0}};
    size_t n, m;
    cr_assert_eq(io_write("a.wav", &to, SINEW_SAMPLE_F32, in, 100, 9, NULL, NULL), 0);
    cr_assert_eq(io_write("b.wav", &to, SINEW_SAMPLE_F32, in, 100, 100, NULL, NULL), 0);
    char *a = io_get_bytes("a.wav", &n), *b = io_get_bytes("b.wav", &m);
    cr_assert(memcmp(a, "RIFF", 4) == 0 && n == m && memcmp(a, b, n) == 0);
    free(a);
    free(b);
    cr_assert_eq(io_write("c.rf64", &to, SINEW_SAMPLE_F32, in, 100, 9, NULL, NULL), 0);
    a = io_get_bytes("c.rf64", &n);
    cr_assert(memcmp(a, "RF64", 4) == 0);
    free(a);
    to.signal.frames = INT64_C(1) << 31; /* 8 GiB said: RF64 from the start, then it stayed small */
    cr_assert_eq(io_write("d.wav", &to, SINEW_SAMPLE_F32, in, 100, 9, NULL, NULL), 0);
    free(io_read_all("d.wav", NULL, 100));
}

Test(io_sound, no_frames_is_fine)
{
    static const char *const names[] = {"a.wav",  "a.aiff", "a.au",   "a.w64",
                                        "a.rf64", "a.caf",  "a.nist", "a.ogg"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        sinew_sink_opts to = {.signal = {8000, 2, 0, SINEW_SAMPLE_F32, SF_FORMAT_PCM_16}};
        sinew_error error = {0};
        cr_assert_eq(io_write(names[i], &to, SINEW_SAMPLE_F64, NULL, 0, 1, NULL, &error), 0, "%s",
                     error.text);
        free(io_read_all(names[i], NULL, 0));
    }
}

Test(io_sound, a_truncated_file_is_an_error_whatever_the_container)
{
    static const char *const names[] = {"a.wav",  "a.flac", "a.aiff", "a.au",  "a.w64",
                                        "a.rf64", "a.caf",  "a.nist", "a.ogg", "a.opus"};
    double in[20000];
    for (size_t i = 0; i < 20000; i++)
        in[i] = (double)(int32_t)next_random() * 0x1p-32;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        sinew_sink_opts to = {.signal = {8000, 2, 10000, SINEW_SAMPLE_F32, SF_FORMAT_PCM_16}};
        size_t n;
        cr_assert_eq(io_write(names[i], &to, SINEW_SAMPLE_F64, in, 10000, 512, NULL, NULL), 0);
        free(io_read_all(names[i], NULL, 10000));
        char *bytes = io_get_bytes(names[i], &n);
        size_t cuts[] = {1, 2, 7, n / 4, n / 2};
        for (size_t k = 0; k < sizeof cuts / sizeof *cuts; k++) {
            io_put_bytes(names[i], bytes, n - cuts[k]);
            io_expect_bad(names[i], NULL, SINEW_ERR_DATA, "");
        }
        /* any shorter file: an error or not, but never a crash */
        for (size_t k = 0; k < 200; k++) {
            void *samples;
            size_t frames;
            sinew_signal signal;
            io_put_bytes(names[i], bytes, k);
            cr_assert_neq(
                io_read(names[i], NULL, SINEW_SAMPLE_F64, 64, &samples, &frames, &signal, NULL), 0,
                "%s of %zu bytes", names[i], k);
            free(samples);
        }
        free(bytes);
    }
}

Test(io_sound, damaged_flac_is_an_error)
{
    double in[8000];
    for (size_t i = 0; i < 8000; i++)
        in[i] = (double)(int32_t)next_random() * 0x1p-31;
    sinew_sink_opts to = {.signal = {8000, 1, 8000, SINEW_SAMPLE_F32, SF_FORMAT_PCM_16}};
    cr_assert_eq(io_write("a.flac", &to, SINEW_SAMPLE_F64, in, 8000, 512, NULL, NULL), 0);
    size_t n;
    char *bytes = io_get_bytes("a.flac", &n);
    memset(bytes + n / 2, 0x5a, 300);
    io_put_bytes("a.flac", bytes, n);
    io_expect_bad("a.flac", NULL, SINEW_ERR_DATA, "frame");
    free(bytes);
}

Test(io_sound, what_comes_before_the_damage_is_delivered)
{
    static double in[40000], out[40000];
    for (size_t i = 0; i < 40000; i++)
        in[i] = exact_sample(SF_FORMAT_PCM_16);
    sinew_sink_opts to = {.signal = {8000, 1, 40000, SINEW_SAMPLE_F32, SF_FORMAT_PCM_16}};
    cr_assert_eq(io_write("a.flac", &to, SINEW_SAMPLE_F64, in, 40000, 512, NULL, NULL), 0);
    size_t n, got = 0;
    char *bytes = io_get_bytes("a.flac", &n);
    memset(bytes + n * 3 / 4, 0x5a, 300);
    io_put_bytes("a.flac", bytes, n);
    free(bytes);
    sinew_source *source;
    cr_assert_eq(sinew_source_open(&source, io_path("a.flac"), NULL, NULL), 0);
    sinew_block block;
    sinew_status status;
    do {
        block = (sinew_block){.samples = out + got};
        status = sinew_source_read(source, SINEW_SAMPLE_F64, 100, &block, NULL);
        got += block.n_frames;
    } while (!status && block.n_frames && got < 40000);
    cr_assert_eq(status, SINEW_ERR_DATA);
    cr_assert(got >= 20000 && got < 40000, "%zu", got);
    cr_assert_arr_eq(in, out, 20000 * sizeof *in);
    sinew_source_close(source);
}

Test(io_sound, what_is_no_sound_says_so)
{
    io_put_text("empty.wav", "");
    io_expect_bad("empty.wav", NULL, SINEW_ERR_DATA, "is empty");
    io_put_text("text.wav", "this is a letter, not a sound\n");
    io_expect_bad("text.wav", NULL, SINEW_ERR_DATA, "no sound file");
    io_put_bytes("nodata.wav",
                 "RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0", 36);
    io_expect_bad("nodata.wav", NULL, SINEW_ERR_DATA, "data");
    io_expect_bad("missing.wav", NULL, SINEW_ERR_IO, "No such file");
    io_put_text("a.xyz", "?");
    io_expect_bad("a.xyz", NULL, SINEW_ERR_UNSUPPORTED, "flac");
}

Test(io_sound, an_open_end_is_no_truncation)
{
    sinew_sink_opts to = {.signal = {8000, 1, 100, SINEW_SAMPLE_F32, SF_FORMAT_PCM_16}};
    double in[100] = {0};
    cr_assert_eq(io_write("a.wav", &to, SINEW_SAMPLE_F64, in, 100, 100, NULL, NULL), 0);
    size_t n;
    char *bytes = io_get_bytes("a.wav", &n);
    memset(bytes + 4, 0xff, 4);
    memset(bytes + 40, 0xff, 4);
    io_put_bytes("a.wav", bytes, n);
    free(io_read_all("a.wav", NULL, 100));
    free(bytes);
}

Test(io_sound, what_a_format_cannot_hold_is_refused_before_a_file_appears)
{
    static const sinew_signal signals[] = {
        {48000, 9, 10, SINEW_SAMPLE_F64, 0},          {0, 1, 10, SINEW_SAMPLE_F64, 0},
        {44100.5, 1, 10, SINEW_SAMPLE_F64, 0},        {NAN, 1, 10, SINEW_SAMPLE_F64, 0},
        {48000, 0, 10, SINEW_SAMPLE_F64, 0},          {1e300, 1, 10, SINEW_SAMPLE_F64, 0},
        {48000, 4000000000u, 10, SINEW_SAMPLE_F64, 0}};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        sinew_sink *sink = NULL;
        sinew_error error = {0};
        sinew_sink_opts to = {.signal = signals[i]};
        cr_assert_neq(sinew_sink_open(&sink, io_path("a.flac"), &to, &error), 0, "case %zu", i);
        cr_assert_null(sink);
        cr_assert_gt(strlen(error.text), 10);
        cr_assert_eq(io_count_files(false), 0);
    }
    sinew_sink *sink = NULL;
    sinew_error error = {0};
    sinew_sink_opts long_one = {
        .signal = {48000, 2, INT64_C(1) << 30, SINEW_SAMPLE_F32, SF_FORMAT_PCM_16}};
    cr_assert_eq(sinew_sink_open(&sink, io_path("a.aiff"), &long_one, &error),
                 SINEW_ERR_UNSUPPORTED);
    cr_assert_not_null(strstr(error.text, "4 GiB"), "%s", error.text);
    cr_assert_eq(io_count_files(false), 0);
}

Test(io_sound, rewinds_to_the_first_frame)
{
    static const char *const names[] = {"a.wav", "a.flac", "a.caf"};
    double in[3000], out[3000];
    for (int i = 0; i < 3000; i++)
        in[i] = (i % 200 - 100) / 128.0;
    for (size_t k = 0; k < 3; k++) {
        sinew_sink_opts to = {.signal = {8000, 1, 3000, SINEW_SAMPLE_F32, SF_FORMAT_PCM_16}};
        cr_assert_eq(io_write(names[k], &to, SINEW_SAMPLE_F64, in, 3000, 100, NULL, NULL), 0);
        sinew_source *source;
        cr_assert_eq(sinew_source_open(&source, io_path(names[k]), NULL, NULL), 0);
        for (int turn = 0; turn < 3; turn++) {
            sinew_block block = {.samples = out};
            cr_assert_eq(sinew_source_read(source, SINEW_SAMPLE_F64, 3000, &block, NULL), 0);
            cr_assert_eq(block.n_frames, 3000);
            cr_assert_eq(block.index, 0);
            cr_assert_arr_eq(in, out, sizeof in);
            /* from the middle of what was read ahead too */
            cr_assert_eq(sinew_source_rewind(source, NULL), 0);
            cr_assert_eq(sinew_source_read(source, SINEW_SAMPLE_F64, 700, &block, NULL), 0);
            cr_assert_eq(sinew_source_rewind(source, NULL), 0);
            cr_assert_eq(sinew_source_read(source, SINEW_SAMPLE_F64, 3000, &block, NULL), 0);
            cr_assert_eq(block.n_frames, 3000);
            cr_assert_arr_eq(in, out, sizeof in);
            for (int again = 0; again < 2; again++) {
                cr_assert_eq(sinew_source_read(source, SINEW_SAMPLE_F64, 3000, &block, NULL), 0);
                cr_assert_eq(block.n_frames, 0);
            }
            cr_assert_eq(sinew_source_rewind(source, NULL), 0);
        }
        sinew_source_close(source);
    }
}
