/* wire: format v1, a block to bytes and back; no socket here.
 *
 *     part 0:  <topic> SP <JSON object>
 *     part 1:  samples, little-endian, (frames, channels) in C order
 *
 * The space ends the topic, so a subscription to "<topic> " is exact. Nanoseconds are apart
 * from seconds because their product has more than 53 bits, all that JSON numbers keep in most
 * languages. Keys that the decoder does not know are ignored, as are flags: that is where later
 * versions have room. Everything else is strict. Thread-safety: pure functions. */
#ifndef SINEWD_WIRE_H
#define SINEWD_WIRE_H

#include "chunk.h"
#include "sinew/status.h"

enum {
    SINEWD_WIRE_VERSION = 1,
    SINEWD_WIRE_EPOCH_BYTES = 64,
    SINEWD_WIRE_UNITS_BYTES = 32,
    SINEWD_WIRE_MODEL_BYTES = 20,
    SINEWD_WIRE_TOPIC_BYTES = 128,   /* a longer one is refused */
    SINEWD_WIRE_HEADER_BYTES = 2048, /* holds every part 0 that encode can make */
    SINEWD_WIRE_HEADER_MAX = 65536,  /* a longer part 0 is refused unread */
    SINEWD_WIRE_CHANNELS_MAX = 65536
};

typedef enum sinewd_dtype {
    SINEWD_DTYPE_F4 = 0, /* "<f4" */
    SINEWD_DTYPE_F8,
    SINEWD_DTYPE_I2, /* integers are fractions of 2^15 and 2^31 */
    SINEWD_DTYPE_I4,
    SINEWD_DTYPES
} sinewd_dtype;

typedef struct sinewd_wire_header {
    char epoch[SINEWD_WIRE_EPOCH_BYTES]; /* another one: the stream began anew */
    int64_t seq, index;
    double rate_hz;
    size_t n_frames;
    uint32_t channels;
    sinewd_dtype dtype;
    sinewd_stamp at;
    uint32_t flags; /* SINEWD_FLAG_... */
    int64_t gap;
    char units[SINEWD_WIRE_UNITS_BYTES]; /* "": not known */
    char model[SINEWD_WIRE_MODEL_BYTES]; /* short hash; "": none */
    uint32_t latency_frames;
} sinewd_wire_header;

/* Write part 0 and return its length; 0 where it does not fit. Allocates nothing. */
size_t sinewd_wire_encode(char *to, size_t capacity, const char *topic,
                          const sinewd_wire_header *header);

/* Read part 0 of a message whose part 1 has payload_bytes bytes. topic may be NULL for any.
 * Errors (SINEW_ERR_DATA) name the key and what is wrong with it. */
sinew_status sinewd_wire_decode(sinewd_wire_header *out, const char *topic, const void *part0,
                                size_t n_bytes, size_t payload_bytes, sinew_error *error);

size_t sinewd_dtype_bytes(sinewd_dtype dtype);
const char *sinewd_dtype_name(sinewd_dtype dtype);
bool sinewd_dtype_from_name(const char *name, sinewd_dtype *out);

/* n samples of type `sample` (F32 or F64) to bytes of the same width, little-endian. */
void sinewd_wire_put_samples(void *to, const void *samples, size_t n, sinew_sample sample);

/* n samples of the wire (unaligned) to samples of type `sample`; integers divided by 2^(b-1). */
void sinewd_wire_get_samples(void *samples, sinew_sample sample, const void *from,
                             sinewd_dtype dtype, size_t n);

#endif
