#include "stream/sound_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

enum { MAX_CHUNKS = 4096, MAX_ID_BYTES = 16, MAX_HEAD_BYTES = 24 };

/* A container is a row of chunks: an identity, a size, so many bytes. */
typedef struct container {
    const char *magic, *data; /* at the file's start; of the chunk with the samples */
    int first;                /* where the chunks begin */
    int id_bytes, size_bytes; /* of a chunk's head */
    int align;                /* chunks begin at multiples of this */
    bool big_endian, size_counts_head;
} container;

static const container containers[] = {
    {"RIFF", "data", 12, 4, 4, 2, false, false}, {"RIFX", "data", 12, 4, 4, 2, true, false},
    {"RF64", "data", 12, 4, 4, 2, false, false}, {"FORM", "SSND", 12, 4, 4, 2, true, false},
    {"riff", "data", 40, 16, 8, 8, false, true}, {"caff", "data", 8, 4, 8, 1, true, false},
};

static uint64_t get_integer(const uint8_t *bytes, int n, bool big_endian)
{
    uint64_t value = 0;
    for (int i = 0; i < n; i++)
        value = value << 8 | bytes[big_endian ? i : n - 1 - i];
    return value;
}

/* Sizes that writers to a pipe leave, who never learn the length: all bits set (ffmpeg, CAF's
 * own rule), 0x7ffff000 and a little less (sox). */
static bool is_open_end(uint64_t size, int size_bytes)
{
    return size == (size_bytes == 8 ? UINT64_MAX : UINT32_MAX) ||
           (size_bytes == 4 && size >= 0x7fffef00u && size <= 0x7ffff000u);
}

static int64_t missing(uint64_t size, int64_t from, int64_t file_bytes)
{
    uint64_t there = from < file_bytes ? (uint64_t)(file_bytes - from) : 0;
    uint64_t lacks = size > there ? size - there : 0;
    return lacks > INT64_MAX ? INT64_MAX : (int64_t)lacks;
}

static int64_t walk_chunks(const container *c, int fd, int64_t file_bytes)
{
    uint64_t data_bytes_64 = UINT64_MAX; /* RF64 keeps the size in a chunk of its own */
    int64_t at = c->first;
    int head_bytes = c->id_bytes + c->size_bytes;
    for (int n = 0; n < MAX_CHUNKS && at >= 0 && at < file_bytes; n++) {
        uint8_t head[MAX_HEAD_BYTES], sizes[16];
        ssize_t got = pread(fd, head, (size_t)head_bytes, at);
        if (got != head_bytes) /* the file ends in the head of a chunk */
            return got > 0 ? head_bytes - got : 0;
        uint64_t size = get_integer(head + c->id_bytes, c->size_bytes, c->big_endian);
        at += head_bytes;
        if (memcmp(head, "ds64", 4) == 0 && pread(fd, sizes, 16, at) == 16)
            data_bytes_64 = get_integer(sizes + 8, 8, false);
        if (memcmp(head, c->data, 4) == 0) {
            if (size == UINT32_MAX && strcmp(c->magic, "RF64") == 0 && data_bytes_64 != UINT64_MAX)
                return missing(data_bytes_64, at, file_bytes);
            if (is_open_end(size, c->size_bytes))
                return 0;
            if (c->size_counts_head)
                size -= size < (uint64_t)head_bytes ? size : (uint64_t)head_bytes;
            return missing(size, at, file_bytes);
        }
        if (c->size_counts_head)
            size = size < (uint64_t)head_bytes ? 0 : size - (uint64_t)head_bytes;
        if (size > (uint64_t)file_bytes)
            return 0;
        at += (int64_t)size;
        at += (c->align - at % c->align) % c->align;
    }
    return 0;
}

/* ".snd", offset of the samples, their bytes: 32 bits each, big-endian; "dns." little-endian. */
static int64_t check_au(const uint8_t *head, int64_t file_bytes)
{
    bool big_endian = head[0] == '.';
    uint64_t from = get_integer(head + 4, 4, big_endian),
             size = get_integer(head + 8, 4, big_endian);
    return is_open_end(size, 4) ? 0 : missing(size, (int64_t)from, file_bytes);
}

/* The integer behind "name -i" (or "-s3") of a NIST header; -1: there is none. */
static int64_t nist_integer(const char *header, const char *name)
{
    size_t length = strlen(name);
    for (const char *line = strchr(header, '\n'); line; line = strchr(line + 1, '\n')) {
        int64_t value = 0;
        if (strncmp(line + 1, name, length) == 0 && line[1 + length] == ' ' &&
            sscanf(line + 1 + length, " -%*15s %" SCNd64, &value) == 1)
            return value;
    }
    return -1;
}

/* "NIST_1A\n", the header's bytes ("   1024\n"), lines of names and values, "end_head". */
static int64_t check_nist(int fd, int64_t file_bytes)
{
    char header[4096 + 1] = {0};
    if (pread(fd, header, sizeof header - 1, 0) < 16)
        return 0;
    int64_t from = strtol(header + 8, NULL, 10);
    int64_t frames = nist_integer(header, "sample_count");
    int64_t channels = nist_integer(header, "channel_count");
    int64_t width = nist_integer(header, "sample_n_bytes");
    if (from < 16 || frames < 0 || channels < 1 || channels > INT16_MAX || width < 1 || width > 8 ||
        frames > INT64_MAX / (channels * width))
        return 0;
    return missing((uint64_t)(frames * channels * width), from, file_bytes);
}

/* A page: "OggS", a version, flags, the position (8 bytes), 12 more, n, n sizes, and what these
 * add up to. */
enum { OGG_HEAD_BYTES = 27, OGG_PAGE_BYTES = OGG_HEAD_BYTES + 255 + 255 * 255, OGG_LAST = 4 };

/* Is the page at `at`, of which n bytes are there, whole and the last of its stream? */
static bool ends_stream(const uint8_t *at, size_t n)
{
    if (n < OGG_HEAD_BYTES || n < OGG_HEAD_BYTES + (size_t)at[26])
        return false;
    size_t bytes = OGG_HEAD_BYTES + (size_t)at[26];
    for (int i = 0; i < at[26]; i++)
        bytes += at[OGG_HEAD_BYTES + i];
    return n >= bytes && (at[5] & OGG_LAST);
}

bool sinew_sound_ogg_is_cut(int fd, int64_t file_bytes)
{
    uint8_t head[5];
    size_t room = file_bytes < 2 * OGG_PAGE_BYTES ? (size_t)file_bytes : 2 * OGG_PAGE_BYTES;
    if (pread(fd, head, 5, 0) != 5 || memcmp(head, "OggS", 5) != 0)
        return false;
    uint8_t *end = sinew_alloc(room, 1);
    ssize_t n = end ? pread(fd, end, room, file_bytes - (int64_t)room) : 0;
    bool cut = n > 0;
    for (ssize_t i = n - 5; i >= 0; i--)
        if (memcmp(end + i, "OggS", 5) == 0) {
            cut = !ends_stream(end + i, (size_t)(n - i));
            break;
        }
    sinew_free(end);
    return cut;
}

int64_t sinew_sound_missing_bytes(int fd, int64_t file_bytes)
{
    uint8_t head[12];
    if (pread(fd, head, sizeof head, 0) != (ssize_t)sizeof head)
        return 0;
    if (memcmp(head, ".snd", 4) == 0 || memcmp(head, "dns.", 4) == 0)
        return check_au(head, file_bytes);
    if (memcmp(head, "NIST_1A\n", 8) == 0)
        return check_nist(fd, file_bytes);
    for (size_t i = 0; i < sizeof containers / sizeof containers[0]; i++)
        if (memcmp(head, containers[i].magic, 4) == 0)
            return walk_chunks(&containers[i], fd, file_bytes);
    return 0;
}
