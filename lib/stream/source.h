/* What every kind of source shares, and the table of functions that makes the difference. */
#ifndef SINEW_STREAM_SOURCE_H
#define SINEW_STREAM_SOURCE_H

#include <stdio.h>

#include "stream/formats.h"

struct sinew_source_ops {
    /* From source->fd (at the start of the data), set source->signal and source->reader. */
    sinew_status (*open)(sinew_source *source, const sinew_source_opts *opts, sinew_error *error);
    /* Up to max_frames (at least 1) frames into samples; *n_frames 0 at the end only. With a
     * time column also source->times and ->steps, which have room for them. */
    sinew_status (*read)(sinew_source *source, sinew_sample sample, size_t max_frames,
                         void *samples, size_t *n_frames, sinew_error *error);
    sinew_status (*rewind)(sinew_source *source, sinew_error *error); /* the source can seek */
    void (*close)(sinew_source *source);                              /* after a failed open too */
};

struct sinew_source {
    const sinew_format *format;
    char *name; /* the path, as messages call it */
    int fd;     /* owned; a reader that takes it over sets it to -1 */
    bool seekable, time_column, missing, ended;
    sinew_status failed; /* what a read answered: none goes on behind a bad place */
    int64_t file_bytes;  /* -1: a pipe or a device */
    sinew_signal signal;
    int64_t index;      /* of the next frame */
    double last_time_s; /* of the frame before, where has_last_time */
    bool has_last_time;
    double *times, *steps; /* (room_frames): of the block last read */
    size_t room_frames;
    void *reader;    /* the format's own */
    char *file_room; /* the buffer of sinew_source_file's FILE */
};

/* source->fd as a FILE, which takes it over; NULL without memory. */
FILE *sinew_source_file(sinew_source *source);

extern const sinew_source_ops sinew_sndfile_source, sinew_csv_source, sinew_npy_source,
    sinew_raw_source;

#endif
