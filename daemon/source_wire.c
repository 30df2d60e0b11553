/* Wire v1 as a source. The header's index is the time line: what is missing from it is a gap,
 * what stands on it twice is dropped, and another epoch is another stream. */
#include <string.h>

#include "base/error.h"
#include "log.h"
#include "source_zmq.h"

/* The next good message into header, head and body; false: a stop is wanted. */
static bool next_message(sinewd_zmq_source *z)
{
    sinew_error error = {0};
    while (sinewd_zmq_receive(z)) {
        z->taken = 0;
        if (z->parts != 2)
            sinewd_zmq_complain(z, "not two parts");
        else if (sinewd_wire_decode(&z->header, z->config->topic, zmq_msg_data(&z->head),
                                    zmq_msg_size(&z->head), zmq_msg_size(&z->body), &error))
            sinewd_zmq_complain(z, error.text);
        else
            return z->at_hand = true;
    }
    return z->at_hand = false;
}

sinew_status sinewd_wire_source_start(sinewd_source *source, sinew_error *error)
{
    sinewd_zmq_source *z = (sinewd_zmq_source *)source;
    if (!next_message(z))
        return SINEW_OK;
    source->rate_hz = z->header.rate_hz;
    source->channels = z->header.channels;
    z->index = z->header.index;
    memcpy(z->epoch, z->header.epoch, sizeof z->epoch);
    return sinewd_zmq_make_room(z, error);
}

static sinew_status check_same_signal(const sinewd_zmq_source *z, sinew_error *error)
{
    if (z->header.rate_hz == z->base.rate_hz && z->header.channels == z->base.channels)
        return SINEW_OK;
    return sinew_fail(
        error, SINEW_ERR_MISMATCH,
        "topic %s: it was %u channels at %.17g Hz, and is now %u channels at %.17g Hz",
        z->config->topic, z->base.channels, z->base.rate_hz, z->header.channels, z->header.rate_hz);
}

/* Where the message at hand begins on the time line, against what was expected. What messages
 * without frames told before it adds up; another stream forgets it. */
static void place_message(sinewd_zmq_source *z, sinewd_chunk *out)
{
    const sinewd_wire_header *h = &z->header;
    uint32_t flags = h->flags & ~(uint32_t)(SINEWD_FLAG_EOS | SINEWD_FLAG_GAP);
    if (strcmp(h->epoch, z->epoch) != 0) {
        sinewd_log("topic %s begins anew", z->config->topic);
        memcpy(z->epoch, h->epoch, sizeof z->epoch);
        out->restart = true;
        out->gap = 0;
        out->flags = flags;
        z->index = h->index;
        return;
    }
    out->flags |= flags;
    if (h->index > z->index) {
        out->gap += h->index - z->index;
        out->flags |= SINEWD_FLAG_GAP;
        z->index = h->index;
    } else if (h->index < z->index) {
        int64_t known = z->index - h->index;
        z->taken = known < (int64_t)h->n_frames ? (size_t)known : h->n_frames;
        sinewd_zmq_complain(z, "frames that had come before");
    }
}

/* The next piece of the message at hand, at most a block. */
static void take_piece(sinewd_zmq_source *z, sinewd_chunk *out)
{
    const sinewd_wire_header *h = &z->header;
    size_t left = h->n_frames - z->taken;
    size_t n = left < z->base.max_frames ? left : z->base.max_frames;
    size_t frame_bytes = h->channels * sinewd_dtype_bytes(h->dtype);
    const char *bytes = (const char *)zmq_msg_data(&z->body) + z->taken * frame_bytes;
    sinewd_wire_get_samples(z->samples, z->base.sample, bytes, h->dtype, n * h->channels);
    out->block.n_frames = n;
    out->block.index = z->index;
    out->at = sinewd_stamp_add(h->at, sinewd_frames_ns((int64_t)z->taken, h->rate_hz));
    z->taken += n;
    z->index += (int64_t)n;
}

sinew_status sinewd_wire_source_read(sinewd_source *source, sinewd_chunk *out, sinew_error *error)
{
    sinewd_zmq_source *z = (sinewd_zmq_source *)source;
    *out = (sinewd_chunk){.block = {.samples = z->samples, .channels = source->channels}};
    if (sinewd_stop_wanted(source->stop))
        return SINEW_OK;
    while (!z->at_hand || z->taken == z->header.n_frames) {
        /* start left the first message at hand; the end may be a message without frames */
        if (z->at_hand && (z->header.flags & SINEWD_FLAG_EOS) && !z->config->go_on)
            return SINEW_OK;
        if (!next_message(z))
            return SINEW_OK;
        sinew_status status = check_same_signal(z, error);
        if (status)
            return status;
        place_message(z, out);
    }
    take_piece(z, out);
    return SINEW_OK;
}
