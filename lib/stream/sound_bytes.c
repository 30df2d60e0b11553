#include "stream/sound_bytes.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

enum { HELD_BYTES = 256 << 10 }; /* beyond that a call costs less than its bytes */

bool sinew_sound_bytes_init(sinew_sound_bytes *b, int fd, bool positioned)
{
    *b = (sinew_sound_bytes){.fd = fd, .positioned = positioned};
    b->held = positioned ? sinew_alloc(HELD_BYTES, 1) : NULL;
    return b->held || !positioned;
}

void sinew_sound_bytes_finish(sinew_sound_bytes *b)
{
    sinew_free(b->held);
    b->held = NULL;
}

static void put(sinew_sound_bytes *b, const char *bytes, size_t n, int64_t at)
{
    for (size_t done = 0; done < n && !b->reason;) {
        ssize_t wrote = b->positioned ? pwrite(b->fd, bytes + done, n - done, at + (int64_t)done)
                                      : write(b->fd, bytes + done, n - done);
        if (wrote < 0 && errno != EINTR)
            b->reason = errno;
        done += wrote > 0 ? (size_t)wrote : 0;
    }
}

void sinew_sound_bytes_flush(sinew_sound_bytes *b)
{
    put(b, b->held, b->n_held, b->held_at);
    b->n_held = 0;
}

static void hold(sinew_sound_bytes *b, const char *bytes, size_t n)
{
    bool follows = b->at == b->held_at + (int64_t)b->n_held;
    if (!follows || n > HELD_BYTES - b->n_held)
        sinew_sound_bytes_flush(b);
    if (b->n_held == 0)
        b->held_at = b->at;
    memcpy(b->held + b->n_held, bytes, n);
    b->n_held += n;
}

static sf_count_t write_bytes(const void *bytes, sf_count_t n, void *user)
{
    sinew_sound_bytes *b = user;
    if (b->positioned && n <= HELD_BYTES) {
        hold(b, bytes, (size_t)n);
    } else {
        sinew_sound_bytes_flush(b);
        put(b, bytes, (size_t)n, b->at);
    }
    if (b->reason)
        return 0;
    b->at += n;
    if (b->at > b->size)
        b->size = b->at;
    return n;
}

static sf_count_t read_back(void *out, sf_count_t n, void *user)
{
    sinew_sound_bytes *b = user;
    sinew_sound_bytes_flush(b);
    ssize_t got = pread(b->fd, out, (size_t)n, b->at);
    b->at += got > 0 ? got : 0;
    return got > 0 ? got : 0;
}

static sf_count_t seek(sf_count_t offset, int whence, void *user)
{
    sinew_sound_bytes *b = user;
    int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? b->at : b->size;
    if (from + offset < 0)
        return -1;
    return b->at = from + offset;
}

static sf_count_t get_length(void *user)
{
    return ((sinew_sound_bytes *)user)->size;
}

static sf_count_t tell(void *user)
{
    return ((sinew_sound_bytes *)user)->at;
}

SF_VIRTUAL_IO sinew_sound_bytes_io = {get_length, seek, read_back, write_bytes, tell};
