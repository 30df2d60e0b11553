/* A sink's file appears whole or not at all; pipes and devices. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "io_help.h"

TestSuite(io_files, .init = io_make_folder, .fini = io_remove_folder);

static const char *const names[] = {"a.wav", "a.flac", "a.au", "a.csv", "a.npy", "a.f64"};
enum { N_NAMES = sizeof names / sizeof *names };

static const sinew_sink_opts mono = {.signal = {48000, 1, -1, SINEW_SAMPLE_F64, 0}};

static void open_and_write(sinew_sink **sink, const char *path, const sinew_sink_opts *opts)
{
    double samples[1000] = {0.5};
    sinew_block block = {.samples = samples, .n_frames = 1000, .channels = 1};
    sinew_error error = {0};
    cr_assert_eq(sinew_sink_open(sink, path, opts, &error), 0, "%s", error.text);
    cr_assert_eq(sinew_sink_write(*sink, SINEW_SAMPLE_F64, &block, NULL, &error), 0, "%s",
                 error.text);
}

Test(io_files, without_commit_nothing_is_left_and_the_old_file_stays)
{
    for (size_t i = 0; i < N_NAMES; i++) {
        sinew_sink *sink;
        io_put_text(names[i], "old");
        open_and_write(&sink, io_path(names[i]), &mono);
        cr_assert_eq(io_count_files(false), 2);
        sinew_sink_close(sink);
        cr_assert_eq(io_count_files(false), 1);
        size_t n;
        char *bytes = io_get_bytes(names[i], &n);
        cr_assert_str_eq(bytes, "old");
        free(bytes);
        open_and_write(&sink, io_path(names[i]), &mono);
        cr_assert_eq(sinew_sink_commit(sink, NULL), 0);
        cr_assert_eq(sinew_sink_commit(sink, NULL), SINEW_ERR_ARGUMENT);
        sinew_sink_close(sink);
        cr_assert_eq(io_count_files(true), 1);
    }
}

Test(io_files, mode_follows_the_umask_and_names_may_hold_anything)
{
    sinew_sink *sink;
    struct stat about;
    umask(027);
    open_and_write(&sink, io_path("na\xc3\xafve take 2 % %s.WAV"), &mono);
    cr_assert_eq(sinew_sink_commit(sink, NULL), 0);
    sinew_sink_close(sink);
    cr_assert_eq(stat(io_path("na\xc3\xafve take 2 % %s.WAV"), &about), 0);
    cr_assert_eq(about.st_mode & 0777, 0640);
    free(io_read_all("na\xc3\xafve take 2 % %s.WAV", NULL, 1000));
}

Test(io_files, a_link_stays_and_what_it_points_to_is_replaced)
{
    sinew_sink *sink;
    struct stat about;
    io_put_text("real.f64", "old");
    cr_assert_eq(symlink("real.f64", io_path("link.f64")), 0);
    open_and_write(&sink, io_path("link.f64"), &mono);
    cr_assert_eq(sinew_sink_commit(sink, NULL), 0);
    sinew_sink_close(sink);
    cr_assert(lstat(io_path("link.f64"), &about) == 0 && S_ISLNK(about.st_mode));
    cr_assert(lstat(io_path("real.f64"), &about) == 0 && about.st_size == 8000);
    cr_assert_eq(io_count_files(false), 2);
}

Test(io_files, output_may_be_the_input)
{
    sinew_source *source;
    sinew_sink *sink;
    sinew_error error;
    double in[500];
    for (int i = 0; i < 500; i++)
        in[i] = i / 512.0;
    cr_assert_eq(io_write("a.wav", &mono, SINEW_SAMPLE_F64, in, 500, 500, NULL, NULL), 0);
    cr_assert_eq(sinew_source_open(&source, io_path("a.wav"), NULL, &error), 0);
    sinew_sink_opts to = {.signal = *sinew_source_signal(source)};
    cr_assert_eq(sinew_sink_open(&sink, io_path("a.wav"), &to, &error), 0);
    double samples[64];
    sinew_block block = {.samples = samples};
    while (sinew_source_read(source, SINEW_SAMPLE_F64, 64, &block, &error) == SINEW_OK &&
           block.n_frames > 0) {
        for (size_t i = 0; i < block.n_frames; i++)
            samples[i] *= 2;
        cr_assert_eq(sinew_sink_write(sink, SINEW_SAMPLE_F64, &block, NULL, &error), 0);
    }
    cr_assert_eq(sinew_sink_commit(sink, &error), 0);
    sinew_sink_close(sink);
    sinew_source_close(source);
    double *out = io_read_all("a.wav", NULL, 500);
    for (int i = 0; i < 500; i++)
        cr_assert_eq(out[i], i / 256.0);
    free(out);
}

/* Write 10^6 frames until it fails; the failure must be SINEW_ERR_IO and name `reason`. */
static void expect_failure(const char *path, const char *format, const char *reason)
{
    static double samples[50000];
    for (size_t i = 0; i < 50000; i++)
        samples[i] = (double)(i * 2654435761u % 65536) / 65536;
    sinew_sink *sink = NULL;
    sinew_error error = {0};
    sinew_sink_opts to = mono;
    to.format = format;
    to.signal.frames = 1000000;
    sinew_status status = sinew_sink_open(&sink, path, &to, &error);
    for (int i = 0; !status && i < 20; i++) {
        sinew_block block = {.samples = samples, .n_frames = 50000, .channels = 1};
        status = sinew_sink_write(sink, SINEW_SAMPLE_F64, &block, NULL, &error);
    }
    if (!status)
        status = sinew_sink_commit(sink, &error);
    cr_assert_eq(status, SINEW_ERR_IO, "%s %s: %d", path, format, status);
    cr_assert_not_null(strstr(error.text, reason), "%s: %s", path, error.text);
    if (sink)
        cr_assert_eq(sinew_sink_commit(sink, NULL), SINEW_ERR_ARGUMENT);
    sinew_sink_close(sink);
}

Test(io_files, a_full_device_is_an_io_error)
{
    static const char *const formats[] = {"wav", "flac", "au", "csv", "npy", "f32", "f64"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        expect_failure("/dev/full", formats[i], "No space left on device");
}

Test(io_files, a_full_disk_is_an_io_error_and_leaves_nothing)
{
    /* a limit on the size of files stands for the disk, wherever in the file it falls */
    for (rlim_t limit = 16; limit < 400000; limit = limit * 5 + 1) {
        struct rlimit was, tight;
        getrlimit(RLIMIT_FSIZE, &was);
        tight = was;
        tight.rlim_cur = limit;
        signal(SIGXFSZ, SIG_IGN);
        for (size_t i = 0; i < N_NAMES; i++) {
            setrlimit(RLIMIT_FSIZE, &tight);
            expect_failure(io_path(names[i]), NULL, "File too large");
            setrlimit(RLIMIT_FSIZE, &was);
            cr_assert_eq(io_count_files(false), 0, "%s at %d bytes", names[i], (int)limit);
        }
    }
}

Test(io_files, a_device_is_written_directly)
{
    static const char *const formats[] = {"wav", "flac", "au", "csv", "f32"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        sinew_sink *sink;
        sinew_sink_opts to = mono;
        to.format = formats[i];
        open_and_write(&sink, "/dev/null", &to);
        cr_assert_eq(sinew_sink_commit(sink, NULL), 0, "%s", formats[i]);
        sinew_sink_close(sink);
    }
}

Test(io_files, folders_that_are_missing_or_targets_are_named)
{
    sinew_sink *sink;
    sinew_error error;
    cr_assert_eq(sinew_sink_open(&sink, "/nowhere/at/all/a.wav", &mono, &error), SINEW_ERR_IO);
    cr_assert_not_null(strstr(error.text, "/nowhere/at/all/"));
    cr_assert_eq(mkdir(io_path("d.wav"), 0777), 0);
    cr_assert_eq(sinew_sink_open(&sink, io_path("d.wav"), &mono, &error), SINEW_ERR_IO);
    cr_assert_not_null(strstr(error.text, "directory"));
    sinew_source *source;
    cr_assert_eq(sinew_source_open(&source, io_path("d.wav"), NULL, &error), SINEW_ERR_IO);
    cr_assert_eq(rmdir(io_path("d.wav")), 0);
    cr_assert_eq(sinew_sink_open(&sink, "-", &mono, &error), SINEW_ERR_ARGUMENT);
    cr_assert_eq(sinew_sink_open(&sink, "noextension", &mono, &error), SINEW_ERR_UNSUPPORTED);
}

/* Standard output into a pipe: what comes out of its other end. */
static size_t write_to_pipe(const char *format, int64_t frames, sinew_status expected, char *out,
                            size_t room)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    int was = dup(STDOUT_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    double samples[100] = {1};
    sinew_block block = {.samples = samples, .n_frames = 100, .channels = 1};
    sinew_sink *sink = NULL;
    sinew_error error = {0};
    sinew_sink_opts to = {format, {8000, 1, frames, SINEW_SAMPLE_F64, 0}, false};
    sinew_status status = sinew_sink_open(&sink, "-", &to, &error);
    if (!status)
        status = sinew_sink_write(sink, SINEW_SAMPLE_F64, &block, NULL, &error);
    if (!status)
        status = sinew_sink_commit(sink, &error);
    sinew_sink_close(sink);
    dup2(was, STDOUT_FILENO);
    close(was);
    close(ends[1]);
    cr_assert_eq(status, expected, "%s: %s", format, error.text);
    ssize_t n = read(ends[0], out, room);
    close(ends[0]);
    return (size_t)n;
}

Test(io_files, standard_output_takes_what_a_pipe_can_hold)
{
    char bytes[4096];
    cr_assert_eq(write_to_pipe("f64", -1, SINEW_OK, bytes, sizeof bytes), 800);
    cr_assert_eq(sinew_get_f64((uint8_t *)bytes), 1);
    cr_assert_eq(write_to_pipe("csv", -1, SINEW_OK, bytes, sizeof bytes), 200);
    cr_assert_eq(write_to_pipe("npy", 100, SINEW_OK, bytes, sizeof bytes), 128 + 800);
    cr_assert_eq(write_to_pipe("au", -1, SINEW_OK, bytes, sizeof bytes), 24 + 800);
    cr_assert_eq(write_to_pipe("npy", -1, SINEW_ERR_UNSUPPORTED, bytes, sizeof bytes), 0);
    cr_assert_eq(write_to_pipe("wav", 100, SINEW_ERR_UNSUPPORTED, bytes, sizeof bytes), 0);
    write_to_pipe("npy", 99, SINEW_ERR_DATA, bytes, sizeof bytes);
}

Test(io_files, a_reader_that_left_is_an_io_error)
{
    static const char *const formats[] = {"f32", "csv", "au"};
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < 3; i++) {
        int ends[2];
        cr_assert_eq(pipe(ends), 0);
        close(ends[0]);
        int was = dup(STDOUT_FILENO);
        dup2(ends[1], STDOUT_FILENO);
        double samples[100] = {1};
        sinew_block block = {.samples = samples, .n_frames = 100, .channels = 1};
        sinew_sink *sink = NULL;
        sinew_error error = {0};
        sinew_sink_opts to = {formats[i], mono.signal, false};
        sinew_status status = sinew_sink_open(&sink, "-", &to, &error);
        if (!status)
            status = sinew_sink_write(sink, SINEW_SAMPLE_F64, &block, NULL, &error);
        sinew_sink_close(sink);
        dup2(was, STDOUT_FILENO);
        close(was);
        close(ends[1]);
        cr_assert_eq(status, SINEW_ERR_IO, "%s", formats[i]);
        cr_assert_not_null(strstr(error.text, "Broken pipe"), "%s: %s", formats[i], error.text);
    }
}

Test(io_files, standard_input_is_read_from_a_pipe)
{
    static const char *const formats[] = {"wav", "au", "csv", "npy", "f64"};
    double in[200];
    for (int i = 0; i < 200; i++)
        in[i] = i / 256.0;
    for (size_t k = 0; k < sizeof formats / sizeof *formats; k++) {
        char name[16];
        size_t n;
        snprintf(name, sizeof name, "a.%s", formats[k]);
        cr_assert_eq(io_write(name, &mono, SINEW_SAMPLE_F64, in, 200, 200, NULL, NULL), 0);
        char *bytes = io_get_bytes(name, &n);
        int ends[2];
        cr_assert_eq(pipe(ends), 0);
        cr_assert_eq(write(ends[1], bytes, n), (ssize_t)n);
        close(ends[1]);
        free(bytes);
        dup2(ends[0], STDIN_FILENO);
        close(ends[0]);
        sinew_source *source = NULL;
        sinew_error error = {0};
        sinew_source_opts from = {.format = formats[k], .channels = k == 4 ? 1 : 0};
        cr_assert_eq(sinew_source_open(&source, "-", &from, &error), 0, "%s", error.text);
        double out[300];
        sinew_block block = {.samples = out};
        cr_assert_eq(sinew_source_read(source, SINEW_SAMPLE_F64, 300, &block, &error), 0, "%s: %s",
                     formats[k], error.text);
        cr_assert_eq(block.n_frames, 200, "%s: %zu", formats[k], block.n_frames);
        cr_assert_arr_eq(in, out, sizeof in);
        cr_assert_eq(sinew_source_rewind(source, &error), SINEW_ERR_UNSUPPORTED);
        sinew_source_close(source);
    }
}

Test(io_files, misuse_is_refused)
{
    sinew_sink *sink;
    sinew_source *source;
    sinew_error error;
    double sample[2] = {0};
    sinew_block block = {.samples = sample, .n_frames = 1, .channels = 2};
    cr_assert_eq(sinew_sink_open(&sink, io_path("a.wav"), &mono, &error), 0);
    cr_assert_eq(sinew_sink_write(sink, SINEW_SAMPLE_F64, &block, NULL, &error),
                 SINEW_ERR_ARGUMENT);
    block.channels = 1;
    cr_assert_eq(sinew_sink_write(sink, SINEW_SAMPLE_I32, &block, NULL, &error),
                 SINEW_ERR_ARGUMENT);
    cr_assert_eq(sinew_sink_write(sink, SINEW_SAMPLE_F64, &block, sample, &error),
                 SINEW_ERR_ARGUMENT);
    cr_assert_eq(sinew_sink_commit(sink, &error), 0);
    cr_assert_eq(sinew_sink_write(sink, SINEW_SAMPLE_F64, &block, NULL, &error),
                 SINEW_ERR_ARGUMENT);
    sinew_sink_close(sink);
    cr_assert_eq(sinew_source_open(&source, io_path("a.wav"),
                                   &(sinew_source_opts){.time_column = true}, &error),
                 SINEW_ERR_ARGUMENT);
    cr_assert_eq(sinew_source_open(&source, io_path("a.wav"),
                                   &(sinew_source_opts){.format = "nonsense"}, &error),
                 SINEW_ERR_UNSUPPORTED);
    cr_assert_eq(sinew_source_open(&source, "-", NULL, &error), SINEW_ERR_ARGUMENT);
    cr_assert_str_eq(sinew_format_of_path("x/y.WAV"), "wav");
    cr_assert_str_eq(sinew_format_of_path("a.b.aif"), "aiff");
    cr_assert_null(sinew_format_of_path("x.wav/y"));
    cr_assert_null(sinew_format_of_path("-"));
    cr_assert_null(sinew_format_of_path("x."));
    sinew_sink_close(NULL);
    sinew_source_close(NULL);
}

/* Bytes changed at random, from a fixed seed: an answer, whatever it is, and no harm (the
 * sanitizers look on). */
Test(io_files, damaged_files_do_no_harm)
{
    static const char *const damaged[] = {"a.npy", "a.csv", "a.wav", "a.w64", "a.caf", "a.au"};
    uint64_t random = 1;
    double in[40] = {0.5, -1.0 / 3, 1e-300};
    sinew_sink_opts to = {.signal = {48000, 2, 20, SINEW_SAMPLE_F64, 0}};
    for (size_t k = 0; k < sizeof damaged / sizeof *damaged; k++) {
        size_t n;
        cr_assert_eq(io_write(damaged[k], &to, SINEW_SAMPLE_F64, in, 20, 20, NULL, NULL), 0);
        char *good = io_get_bytes(damaged[k], &n), *bad = malloc(n);
        for (int turn = 0; turn < 1000; turn++) {
            memcpy(bad, good, n);
            for (int change = 0; change <= turn % 4; change++) {
                random = random * 6364136223846793005u + 1442695040888963407u;
                bad[(random >> 33) % (n < 160 ? n : 160)] = (char)(random >> 20);
            }
            io_put_bytes(damaged[k], bad, n);
            void *samples = NULL;
            size_t frames;
            sinew_signal signal;
            sinew_error error = {0};
            sinew_source *source = NULL;
            /* a damaged header may promise 2^31 channels: that is the reader's memory */
            if (sinew_source_open(&source, io_path(damaged[k]), NULL, &error))
                cr_assert_gt(strlen(error.text), 0);
            else if (sinew_source_signal(source)->channels <= 4096 &&
                     io_read(damaged[k], NULL, SINEW_SAMPLE_F64, 16, &samples, &frames, &signal,
                             &error))
                cr_assert_gt(strlen(error.text), 0);
            sinew_source_close(source);
            free(samples);
        }
        free(good);
        free(bad);
    }
}
