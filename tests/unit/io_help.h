/* What the tests of sources and sinks share: a folder of their own, whole files, whole runs. */
#ifndef SINEW_TESTS_IO_HELP_H
#define SINEW_TESTS_IO_HELP_H

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sinew/io.h"

static char io_folder[64];

static inline void io_make_folder(void)
{
    strcpy(io_folder, "/tmp/sinew-io-XXXXXX");
    cr_assert_not_null(mkdtemp(io_folder));
}

/* The path of a file in the test's folder; good for four calls. */
static inline const char *io_path(const char *name)
{
    static char paths[4][512];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", io_folder, name);
    return path;
}

/* How many entries the folder holds; with `remove`, they go. */
static inline int io_count_files(bool remove)
{
    DIR *folder = opendir(io_folder);
    int n = 0;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        n++;
        if (remove)
            unlinkat(dirfd(folder), entry->d_name, 0);
    }
    closedir(folder);
    return n;
}

static inline void io_remove_folder(void)
{
    io_count_files(true);
    rmdir(io_folder);
}

static inline void io_put_bytes(const char *name, const void *bytes, size_t n)
{
    FILE *file = fopen(io_path(name), "wb");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(bytes, 1, n, file), n);
    cr_assert_eq(fclose(file), 0);
}

static inline void io_put_text(const char *name, const char *text)
{
    io_put_bytes(name, text, strlen(text));
}

/* The file's bytes, with a NUL behind them; the caller frees. */
static inline char *io_get_bytes(const char *name, size_t *n)
{
    FILE *file = fopen(io_path(name), "rb");
    cr_assert_not_null(file, "%s", name);
    fseek(file, 0, SEEK_END);
    *n = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*n + 1);
    cr_assert_eq(fread(bytes, 1, *n, file), *n);
    bytes[*n] = 0;
    fclose(file);
    return bytes;
}

/* Write samples (frames, opts->signal.channels) in blocks of n_block frames. */
static inline sinew_status io_write(const char *name, const sinew_sink_opts *opts,
                                    sinew_sample sample, const void *samples, size_t frames,
                                    size_t n_block, uint64_t *clipped, sinew_error *error)
{
    sinew_sink *sink = NULL;
    sinew_status status = sinew_sink_open(&sink, io_path(name), opts, error);
    if (status) {
        cr_assert_null(sink);
        return status;
    }
    size_t width = sinew_sample_bytes(sample) * opts->signal.channels;
    for (size_t at = 0; !status && at < frames; at += n_block) {
        sinew_block block = {.samples = (char *)(uintptr_t)samples + at * width,
                             .n_frames = frames - at < n_block ? frames - at : n_block,
                             .channels = opts->signal.channels};
        status = sinew_sink_write(sink, sample, &block, NULL, error);
    }
    if (!status)
        status = sinew_sink_commit(sink, error);
    if (clipped)
        *clipped = sinew_sink_clipped(sink);
    sinew_sink_close(sink);
    return status;
}

/* Read all in blocks of n_block frames into memory that the caller frees. */
static inline sinew_status io_read(const char *name, const sinew_source_opts *opts,
                                   sinew_sample sample, size_t n_block, void **samples,
                                   size_t *frames, sinew_signal *signal, sinew_error *error)
{
    sinew_source *source = NULL;
    *samples = NULL;
    *frames = 0;
    sinew_status status = sinew_source_open(&source, io_path(name), opts, error);
    if (status) {
        cr_assert_null(source);
        return status;
    }
    *signal = *sinew_source_signal(source);
    size_t width = sinew_sample_bytes(sample) * signal->channels;
    for (;;) {
        *samples = realloc(*samples, (*frames + n_block) * width);
        sinew_block block = {.samples = (char *)*samples + *frames * width};
        status = sinew_source_read(source, sample, n_block, &block, error);
        if (status || block.n_frames == 0)
            break;
        cr_assert_eq(block.index, (int64_t)*frames);
        cr_assert_eq(block.channels, signal->channels);
        cr_assert_leq(block.n_frames, n_block);
        *frames += block.n_frames;
    }
    sinew_source_close(source);
    return status;
}

/* The whole file as doubles, which must be `frames` frames; the caller frees. */
static inline double *io_read_all(const char *name, const sinew_source_opts *opts, size_t frames)
{
    void *samples;
    size_t n;
    sinew_signal signal;
    sinew_error error = {0};
    sinew_status status =
        io_read(name, opts, SINEW_SAMPLE_F64, 1000, &samples, &n, &signal, &error);
    cr_assert_eq(status, SINEW_OK, "%s: %s", name, error.text);
    cr_assert_eq(n, frames, "%s: %zu frames, not %zu", name, n, frames);
    return samples;
}

/* Opening or reading the file fails with this status and a text that holds `part`. */
static inline void io_expect_bad(const char *name, const sinew_source_opts *opts,
                                 sinew_status expected, const char *part)
{
    void *samples;
    size_t n;
    sinew_signal signal;
    sinew_error error = {0};
    sinew_status status = io_read(name, opts, SINEW_SAMPLE_F64, 3, &samples, &n, &signal, &error);
    free(samples);
    cr_assert_eq(status, expected, "%s: status %d: %s", name, status, error.text);
    cr_assert_not_null(strstr(error.text, part), "%s: no '%s' in '%s'", name, part, error.text);
    cr_assert_not_null(strstr(error.text, name), "no '%s' in '%s'", name, error.text);
}

#endif
