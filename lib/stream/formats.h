/* The one list of file formats: a name, its extensions, how it is read and how written.
 * A new format is two tables of functions (source.h, sink.h) and one line in formats.c. */
#ifndef SINEW_STREAM_FORMATS_H
#define SINEW_STREAM_FORMATS_H

#include <stdbool.h>
#include <stdint.h>

#include "sinew/io.h"

/* What a file may have, so that one of a million channels, which is one turned on its side, does
 * not ask for the memory of a block of them. */
enum { SINEW_CHANNELS_MOST = 65536 };

/* The buffer of a FILE. glibc takes no size without an array, and 4 KiB a call cost more than a
 * filter. */
enum { SINEW_FILE_ROOM_BYTES = 256 << 10 };

typedef struct sinew_source_ops sinew_source_ops;
typedef struct sinew_sink_ops sinew_sink_ops;

typedef struct sinew_format {
    const char *name;
    const char *extensions; /* without dots, separated by spaces */
    const sinew_source_ops *source;
    const sinew_sink_ops *sink;
    int container;       /* libsndfile: SF_FORMAT_WAV, ... */
    int encoding;        /* libsndfile: where the name says it (opus); 0: whatever fits best */
    int64_t limit_bytes; /* of samples that one file can hold; 0: no end */
    bool has_times;      /* one column of it may be the frames' times */
    bool needs_channels; /* raw: it does not say how many */
    sinew_sample sample; /* raw only */
} sinew_format;

/* The format called `name`, or, where that is NULL, the one of path's extension. */
sinew_status sinew_format_choose(const sinew_format **out, const char *name, const char *path,
                                 sinew_error *error);

#endif
