/**
 * block: n frames x channels of samples, and when they happened.
 *
 * A *frame* is one sample of every channel at one instant, contiguous in memory: the array is
 * (n_frames, channels) in C order, as in libsndfile, PortAudio, numpy and the (L, D) of the
 * papers. A block does not own its samples.
 *
 *     float samples[256 * 2];
 *     sinew_block block = {.samples = samples, .n_frames = 256, .channels = 2, .index = 0};
 */
#ifndef SINEW_BLOCK_H
#define SINEW_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The type of one sample in memory, in the machine's byte order. Zero, the default, is the
 *  exact one: double. */
typedef enum sinew_sample {
    SINEW_SAMPLE_F64 = 0,
    SINEW_SAMPLE_F32,
    SINEW_SAMPLE_I32 /* token ids */
} sinew_sample;

/** Bytes of one sample: 8, 4, 4; 0 for what is none of these. */
static inline size_t sinew_sample_bytes(sinew_sample sample)
{
    switch (sample) {
    case SINEW_SAMPLE_F64:
        return 8;
    case SINEW_SAMPLE_F32:
    case SINEW_SAMPLE_I32:
        return 4;
    }
    return 0;
}

enum {
    SINEW_BLOCK_GAP = 1 /* frames before `index` were lost: index is past the expected one */
};

typedef struct sinew_block {
    void *samples;   /* (n_frames, channels) */
    size_t n_frames; /* any number, 0 included */
    uint32_t channels;
    uint32_t flags;       /* SINEW_BLOCK_... */
    int64_t index;        /* of the first frame, on the true time line */
    const double *step_s; /* (n_frames): seconds since the frame before; NULL: the node's own.
                           * Only for streams that were opened with `steps`. */
} sinew_block;

#ifdef __cplusplus
}
#endif
#endif
