/* What every kind of sink shares, and the table of functions that makes the difference. */
#ifndef SINEW_STREAM_SINK_H
#define SINEW_STREAM_SINK_H

#include <stdio.h>

#include "base/atomic_file.h"
#include "stream/formats.h"

struct sinew_sink_ops {
    /* Onto sink->file.fd, with sink->signal; sets sink->writer. */
    sinew_status (*open)(sinew_sink *sink, sinew_error *error);
    sinew_status (*write)(sinew_sink *sink, sinew_sample sample, const sinew_block *block,
                          const double *times, sinew_error *error);
    /* Write what is left, close the writer, and check that all of it arrived. */
    sinew_status (*finish)(sinew_sink *sink, sinew_error *error);
    void (*close)(sinew_sink *sink); /* whatever has happened before; may be called twice */
};

struct sinew_sink {
    const sinew_format *format;
    char *name; /* the path, as messages call it */
    sinew_atomic_file file;
    sinew_signal signal;
    bool time_column;
    bool saturates;        /* what is not finite is counted as clipped */
    bool failed, finished; /* nothing can be written any more */
    int64_t frames;        /* written so far */
    uint64_t clipped;
    void *writer;    /* the format's own */
    char *file_room; /* the buffer of sinew_sink_file's FILE */
};

/* sink->file.fd as a FILE, which takes it over; NULL without memory. */
FILE *sinew_sink_file(sinew_sink *sink);

/* A failed write: SINEW_ERR_IO with the name and errno's reason. */
sinew_status sinew_sink_fail_errno(const sinew_sink *sink, sinew_error *error);

/* n_frames frames to a FILE, little-endian, in the type `as`. */
sinew_status sinew_sink_put_samples(sinew_sink *sink, FILE *file, sinew_sample as,
                                    sinew_sample sample, const sinew_block *block,
                                    sinew_error *error);

/* What a live reader is to see at once goes out now; a file can wait. */
sinew_status sinew_sink_flush_live(sinew_sink *sink, FILE *file, sinew_error *error);

/* fclose, with an answer whether all arrived; *file becomes NULL. */
sinew_status sinew_sink_close_file(sinew_sink *sink, FILE **file, sinew_error *error);

/* sinew_sink_ops.finish and .close for a sink whose writer is a FILE. */
sinew_status sinew_sink_finish_file(sinew_sink *sink, sinew_error *error);
void sinew_sink_drop_file(sinew_sink *sink);

extern const sinew_sink_ops sinew_sndfile_sink, sinew_csv_sink, sinew_npy_sink, sinew_raw_sink;

#endif
