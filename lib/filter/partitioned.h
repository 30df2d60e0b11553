/* partitioned: the convolution of a stream with a matrix of long kernels, without latency.
 *
 * Time is cut into blocks of 256 frames, and for each further *level* into blocks of L = 1024,
 * 4096, ...; all are anchored at absolute frames. Who gives what to a frame of an output:
 *
 *     its own block of 256 so far                       the head: a direct sum
 *     the blocks of 256 before it that the next level does not hold yet        level 0
 *     blocks of L, from the one before the last of a level backwards           levels 1, 2, ...
 *
 * A level adds up in the frequency domain (math/transform.h) over its blocks, oldest first:
 * Y[b] = sum_d X[b-d] H_d, d >= 2, where H_d are the 2L taps through which a block reaches another
 * d blocks later. The newest X that this needs is complete a whole block before Y is wanted, so the
 * work (transforms, products) has L frames of time. It is cut into units of a fraction of a
 * microsecond; a schedule, made once by their estimated costs, says after which multiple of 64
 * frames each is done, so that all callbacks carry about the same. Level 0 works from the last
 * block (d >= 1), at once when a block begins.
 *
 * Each output is one fixed sum, however the input was cut: equal to the bit. A kernel of up to 256
 * taps has no levels: its head reaches back that far.
 *
 * The state is flat, without pointers. Inputs share their transforms, outputs theirs back.
 * Written once over the sample type, partitioned_body.h, and compiled for each.
 *
 * Gardner 1995, "Efficient convolution without input-output delay"; Garcia 2002, "Optimal filter
 * partition"; Wefers 2014, "Partitioned convolution algorithms for real-time auralization".
 */
#ifndef SINEW_FILTER_PARTITIONED_H
#define SINEW_FILTER_PARTITIONED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simd/ops.h"
#include "sinew/kernel.h"

enum {
    SINEW_PARTITIONED_BLOCK = 256,     /* of the head and of level 0 */
    SINEW_PARTITIONED_SLOT = 64,       /* frames between two moments at which units are done */
    SINEW_PARTITIONED_LONGEST = 262144 /* block of a level */
};

/* A piece of the work of a level that is done at one go. */
typedef struct sinew_partitioned_unit {
    uint8_t what; /* partitioned_inside.h */
    uint8_t pass;
    uint16_t channel; /* an input before the products, then an output */
    uint32_t from, to;
    uint32_t tile;
} sinew_partitioned_unit;

typedef struct sinew_level {
    size_t length;            /* L */
    size_t nearest, farthest; /* d of the partitions that there are */
    size_t ratio;             /* blocks of this level in one of the next; 0: it is the last */
    size_t n_units;
    sinew_partitioned_unit *units;
    uint32_t *done;  /* (slots of the longest level): units of the block's work done so far */
    void *constants; /* math/transform.h, of the sample type */
    void *spectra;   /* (outputs, inputs, tiles, partitions, TILE): farthest first */
} sinew_level;

typedef struct sinew_partitioned {
    size_t inputs, outputs, taps;
    size_t reach; /* taps of the head */
    size_t n_levels;
    sinew_level levels[SINEW_KERNEL_LEVELS_MAX];
    size_t slots; /* of the longest level's block */
    size_t ring;  /* frames of input that are kept, of one input */
    size_t real_bytes;
    void *head; /* (outputs, inputs, PADDED) */
    const sinew_simd *simd;
} sinew_partitioned;

enum {
    SINEW_HEAD_BEFORE = 64, /* zeros before the taps of a head */
    SINEW_HEAD_PADDED = SINEW_HEAD_BEFORE + SINEW_PARTITIONED_BLOCK + 128
};

/* What the planner is free in. */
typedef struct sinew_partitioned_opts {
    size_t n_levels; /* 0: planned. 1: blocks of 256 only */
    size_t lengths[SINEW_KERNEL_LEVELS_MAX];
    /* One level of any length that hears whole blocks only, and answers each at once with no head:
     * for files. Its state is one of these as well, and goes from and to the others by its past. */
    bool whole;
} sinew_partitioned_opts;

/* For `taps` taps: the levels that are estimated to be fastest. Returns nanoseconds a frame. */
double sinew_partitioned_plan(sinew_partitioned_opts *plan, size_t inputs, size_t outputs,
                              size_t taps, sinew_sample sample);

/* The length of whole blocks, one that divides call_frames, that is estimated to be fastest; 0:
 * none is faster than the levels of `plan`. */
size_t sinew_partitioned_plan_whole(const sinew_partitioned_opts *plan, size_t inputs,
                                    size_t outputs, size_t taps, sinew_sample sample,
                                    size_t call_frames);

/* After so many frames the schedule is where it was: the longest block. */
static inline size_t sinew_partitioned_period(const sinew_partitioned *c)
{
    return c->slots * SINEW_PARTITIONED_SLOT;
}

/* What slot s of this period is estimated to take, in nanoseconds. */
double sinew_partitioned_slot_cost(const sinew_partitioned *c, size_t s);

/* h: (outputs, inputs, taps). Errors: SINEW_ERR_ARGUMENT for lengths that cannot be, else
 * SINEW_ERR_MEMORY; finish in any case. */
sinew_status sinew_partitioned_init(sinew_partitioned *c, size_t inputs, size_t outputs,
                                    size_t taps, const double *h, sinew_sample sample,
                                    const sinew_partitioned_opts *opts, sinew_error *error);
void sinew_partitioned_finish(sinew_partitioned *c);

/* Bytes of a state, a multiple of 64. */
size_t sinew_partitioned_state(const sinew_partitioned *c);
void sinew_partitioned_reset(const sinew_partitioned *c, void *state);

/* Frames of input that a state stands for, at most. */
size_t sinew_partitioned_history(const sinew_partitioned *c);

/* n frames; input i of frame t at u[t stride_in + i], output o at y[t stride_out + o]; y NULL: not
 * wanted; u NULL: silence. */
typedef struct sinew_partitioned_frames {
    const void *u;
    void *y;
    size_t stride_in, stride_out, n;
} sinew_partitioned_frames;
void sinew_partitioned_run(const sinew_partitioned *c, void *state,
                           const sinew_partitioned_frames *f);

/* How far the next frame is into its block of the longest level: whole blocks begin at 0. */
size_t sinew_partitioned_level_phase(const sinew_partitioned *c, const void *state);

/* The past. `phase` frames into the longest block that can be; input t of the past `kept` frames.
 */
uint32_t sinew_partitioned_phase(const void *state);
size_t sinew_partitioned_kept(const sinew_partitioned *c, const void *state);
double sinew_partitioned_past(const sinew_partitioned *c, const void *state, size_t input,
                              size_t t);

/* Make `state` the one that had come as far as `phase`; then put each input of the last `kept`
 * frames in its place; then go on. Equal to the bit where it was of the same lengths. */
void sinew_partitioned_seek(const sinew_partitioned *c, void *state, uint32_t phase);
void sinew_partitioned_put(const sinew_partitioned *c, void *state, size_t input, size_t t,
                           double value);
void sinew_partitioned_resume(const sinew_partitioned *c, void *state);

/* All of this from one convolution's state to another's, of the same kernel. */
void sinew_partitioned_hand_over(const sinew_partitioned *from, const void *state,
                                 const sinew_partitioned *to, void *other);

#endif
