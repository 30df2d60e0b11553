/* Little-endian samples in a file, from some offset to its end: raw files are nothing else, and
 * npy is them behind a header. */
#ifndef SINEW_STREAM_RAW_H
#define SINEW_STREAM_RAW_H

#include "stream/source.h"

typedef struct sinew_raw_reader {
    FILE *file;
    sinew_sample sample;  /* of the file */
    int64_t offset_bytes; /* where the samples begin */
    int64_t frames_left;  /* until the end that a header promises; -1: until the file's end */
} sinew_raw_reader;

/* The functions of sinew_source_ops for a source whose reader this is. */
sinew_status sinew_raw_read(sinew_source *source, sinew_sample sample, size_t max_frames,
                            void *samples, size_t *n_frames, sinew_error *error);
sinew_status sinew_raw_rewind(sinew_source *source, sinew_error *error);
void sinew_raw_close(sinew_source *source);

/* A raw_reader with source's file, as source->reader. */
sinew_status sinew_raw_open(sinew_source *source, sinew_sample sample, sinew_error *error);

#endif
