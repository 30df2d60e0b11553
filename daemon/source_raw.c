/* Raw samples as a source: messages of any size, without a header or index, as GNU Radio's PUB
 * sink sends them; where there are several parts the last one holds the samples. They are one
 * stream of bytes, cut into blocks of equal length. */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "source_zmq.h"

static size_t frame_bytes(const sinewd_zmq_source *z)
{
    return z->base.channels * sinewd_dtype_bytes(z->config->dtype);
}

sinew_status sinewd_raw_source_start(sinewd_source *source, sinew_error *error)
{
    sinewd_zmq_source *z = (sinewd_zmq_source *)source;
    z->pending = sinew_alloc(source->max_frames, frame_bytes(z));
    return z->pending ? sinewd_zmq_make_room(z, error) : sinew_fail_memory(error);
}

/* The message at hand into the block; what does not fit stays for the next. */
static void gather(sinewd_zmq_source *z)
{
    if (z->parts == 0)
        return;
    zmq_msg_t *message = z->parts > 1 ? &z->body : &z->head;
    size_t left = zmq_msg_size(message) - z->body_taken;
    size_t room = z->base.max_frames * frame_bytes(z) - z->pending_bytes;
    size_t n = left < room ? left : room;
    if (n == 0)
        return;
    if (z->pending_bytes == 0)
        z->pending_at = sinewd_stamp_now();
    memcpy(z->pending + z->pending_bytes,
           (const unsigned char *)zmq_msg_data(message) + z->body_taken, n);
    z->pending_bytes += n;
    z->body_taken += n;
}

sinew_status sinewd_raw_source_read(sinewd_source *source, sinewd_chunk *out, sinew_error *error)
{
    sinewd_zmq_source *z = (sinewd_zmq_source *)source;
    size_t whole = source->max_frames * frame_bytes(z);
    (void)error;
    gather(z);
    while (z->pending_bytes < whole && sinewd_zmq_receive(z)) {
        z->body_taken = 0;
        gather(z);
    }
    /* After a stop, the frames that came before it; bytes of half a frame are nothing. */
    size_t n = z->pending_bytes / frame_bytes(z);
    sinewd_wire_get_samples(z->samples, source->sample, z->pending, z->config->dtype,
                            n * source->channels);
    *out = (sinewd_chunk){.block = {.samples = z->samples,
                                    .n_frames = n,
                                    .channels = source->channels,
                                    .index = z->index},
                          .at = z->pending_at};
    z->pending_bytes = 0;
    z->index += (int64_t)n;
    return SINEW_OK;
}
