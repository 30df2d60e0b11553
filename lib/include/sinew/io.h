/**
 * io: sources and sinks, where blocks come from and go to.
 *
 * Formats, chosen by the file's extension or by name: "wav", "flac", "aiff" and what else
 * libsndfile writes; "csv" (a row a frame), "npy" ((frames, channels), <f4 or <f8), "f32" and
 * "f64" (raw little-endian). "-" is standard input or output.
 *
 *     sinew_source_open(&source, "in.wav", NULL, &error);
 *     const sinew_signal *signal = sinew_source_signal(source);
 *     sinew_sink_opts to = {.signal = *signal};
 *     sinew_sink_open(&sink, "out.wav", &to, &error);
 *     sinew_block block = {.samples = samples};
 *     while (!sinew_source_read(source, SINEW_SAMPLE_F64, 4096, &block, &error) && block.n_frames)
 *         sinew_sink_write(sink, SINEW_SAMPLE_F64, &block, NULL, &error);
 *     sinew_sink_commit(sink, &error);
 *     sinew_sink_close(sink);
 *     sinew_source_close(source);
 *
 * A sample of an integer format of b bits is read as the integer / 2^(b-1), exactly, and written
 * as 2^(b-1) times itself, rounded half to even and saturated; what saturates is counted. Files
 * of floating point hold any number; the lossy codecs (MP3, Vorbis, Opus) are given what lies
 * within -1 to 1, and the rest saturated and counted. A NaN that a file cannot hold is written as
 * 0 and counted too.
 *
 * A sink shows nothing until it is committed: it writes a temporary file beside the target, and
 * commit gives it its name. Without commit, close leaves nothing behind. (A pipe or a device,
 * "-" included, is written directly.)
 *
 * Errors: SINEW_ERR_IO with the file and the system's reason, SINEW_ERR_DATA with the file and
 * the place for what is malformed or truncated, SINEW_ERR_UNSUPPORTED for an unknown format.
 * Thread-safety: a source or sink belongs to one thread at a time. Not real time.
 */
#ifndef SINEW_IO_H
#define SINEW_IO_H

#include <stdbool.h>

#include "block.h"
#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a source delivers or a sink takes. */
typedef struct sinew_signal {
    double rate_hz; /* 0: not known (csv, npy, raw) */
    uint32_t channels;
    int64_t frames;      /* -1: not known before the end */
    sinew_sample sample; /* the least type that holds every sample exactly: F32 or F64 */
    int encoding;        /* libsndfile's subtype (SF_FORMAT_PCM_16, ...); 0: none */
} sinew_signal;

typedef struct sinew_source sinew_source;
typedef struct sinew_sink sinew_sink;

typedef struct sinew_source_opts {
    const char *format; /* NULL: by extension; required for "-" */
    uint32_t channels;  /* raw only, required there */
    bool time_column;   /* csv only: the first column is seconds, strictly increasing */
    bool missing;       /* csv only: an empty field is a missing sample, NaN; the time is not, and a
                         * row of one column has none */
} sinew_source_opts;

/** opts may be NULL for the defaults. */
SINEW_API sinew_status sinew_source_open(sinew_source **out, const char *path,
                                         const sinew_source_opts *opts, sinew_error *error);

SINEW_API const sinew_signal *sinew_source_signal(const sinew_source *source);

/** Fill block->samples, of type `sample` (F64 or F32), with up to `max_frames` frames; sets
 *  n_frames (0 at the end and after it, never before), channels, index, flags and step_s (the
 *  source's own array, valid until the next read, where there is a time column; the first
 *  frame's step is 0, but after sinew_source_continue). A file that ends before it said is
 * SINEW_ERR_DATA. */
SINEW_API sinew_status sinew_source_read(sinew_source *source, sinew_sample sample,
                                         size_t max_frames, sinew_block *block, sinew_error *error);

/** The times in seconds of the frames last read, NULL without a time column. */
SINEW_API const double *sinew_source_times(const sinew_source *source);

/** The next frame follows one that was at `last_time_s`, in another file perhaps: its step counts
 *  from there, and it must come after it. SINEW_ERR_ARGUMENT without a time column. */
SINEW_API sinew_status sinew_source_continue(sinew_source *source, double last_time_s,
                                             sinew_error *error);

/** Back to the first frame; SINEW_ERR_UNSUPPORTED for what cannot seek. */
SINEW_API sinew_status sinew_source_rewind(sinew_source *source, sinew_error *error);

SINEW_API void sinew_source_close(sinew_source *source); /* NULL is fine */

typedef struct sinew_sink_opts {
    const char *format;  /* NULL: by extension; required for "-" */
    sinew_signal signal; /* channels, rate; encoding: kept where the format has it, else the
                          * nearest that loses nothing it has; frames: as far as known */
    bool time_column;    /* csv only: `times` come with each block */
} sinew_sink_opts;

SINEW_API sinew_status sinew_sink_open(sinew_sink **out, const char *path,
                                       const sinew_sink_opts *opts, sinew_error *error);

/** Write a block of samples of type `sample` (F64 or F32). times: (n_frames) with a time
 *  column, else NULL. */
SINEW_API sinew_status sinew_sink_write(sinew_sink *sink, sinew_sample sample,
                                        const sinew_block *block, const double *times,
                                        sinew_error *error);

/** How many samples were saturated so far. */
SINEW_API uint64_t sinew_sink_clipped(const sinew_sink *sink);

/** Whether sinew_sink_clipped counts every sample that is not finite: where the file holds integers
 *  or goes through a lossy codec. */
SINEW_API bool sinew_sink_saturates(const sinew_sink *sink);

/** Finish: all is written, and the file has its name. After a failure close still cleans up. */
SINEW_API sinew_status sinew_sink_commit(sinew_sink *sink, sinew_error *error);

SINEW_API void sinew_sink_close(sinew_sink *sink); /* NULL is fine */

/** The name of the format for a path ("wav" for "a.wav"), NULL where there is none. */
SINEW_API const char *sinew_format_of_path(const char *path);

#ifdef __cplusplus
}
#endif
#endif
