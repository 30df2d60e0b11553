/**
 * node: anything that turns frames into frames; the one interface.
 *
 * A filter run by any engine, a learned layer, a graph of nodes: each is a `sinew_node`, a
 * constant with a table of functions. What moves is a flat region of memory, the state, which
 * belongs to a stream (stream.h); so every thread may share a node, and saving, restoring and
 * cloning are written once for all kinds.
 *
 * Users do not call these functions: they make a node (filter.h, model.h), open a stream on it
 * and process. Whoever adds a kind of node fills the table. The laws that every node keeps:
 *
 *  1. Cuts do not matter: any division of the input into blocks gives the same output, to the
 *     bit under one identity; of a kernel made with call_frames (kernel.h) within the engines'
 *     tolerance.
 *  2. Engines of one filter agree, on streams far longer than any kernel, within a tolerance of the
 *     response's peak.
 *  3. Reset equals new.
 *  4. Saved is restored: save, load, continue equals never having stopped, to the bit under the
 *     same identity.
 *  5. Two streams of one node never see each other.
 *  6. `process` allocates nothing, locks nothing, prints nothing, and takes in-place blocks
 *     where channel counts and sample types agree.
 *  7. A state saved by one engine of a filter is loaded by another, within tolerance.
 *  8. A NaN or Inf reaches no earlier output, and no other channel of a filter that runs on
 *     each channel by itself; `reset` cures it.
 *
 * A node with SINEW_NODE_WHOLE hears the end of a signal before it gives its beginning. For it a
 * call of `process` is a signal, to be cut nowhere, and the laws are 3, 5 and 6, and: a NaN or Inf
 * may reach all that comes of its signal, and nothing of the next one.
 *
 * Thread-safety: a node is constant; its functions are called by many threads at once, each with a
 * state and scratch memory of its own. All functions are there but those that say so.
 */
#ifndef SINEW_NODE_H
#define SINEW_NODE_H

#include <stdbool.h>

#include "block.h"
#include "status.h"
#include "tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sinew_node sinew_node;

/** The memory that a stream of a node needs, all of it 64-byte aligned. */
typedef struct sinew_footprint {
    size_t state_bytes;   /* kept between calls; one flat region without pointers */
    size_t saved_bytes;   /* the portable form of the state, as save_state writes it */
    size_t scratch_bytes; /* contents undefined between calls */
} sinew_footprint;

enum { SINEW_PART_NAME_BYTES = 128 };

/** An array within the saved bytes of a state: little-endian, in C order, at `offset`. */
typedef struct sinew_state_part {
    char name[SINEW_PART_NAME_BYTES]; /* "ssm"; of a graph's members "layers.3.ssm" */
    sinew_dtype dtype;
    uint32_t rank;
    uint64_t shape[SINEW_TENSOR_RANK_MAX];
    size_t offset;
} sinew_state_part;

typedef struct sinew_node_ops {
    const char *kind; /* "filter.scan", "layer.mamba2" */

    void (*footprint)(const sinew_node *node, size_t max_frames, sinew_footprint *out);

    /** Make `state` the state of a new stream (the memory may hold anything). */
    void (*reset)(const sinew_node *node, void *state);

    /** in->n_frames <= max_frames frames into as many. The stream has set all fields of `out`; the
     *  node fills out->samples. Real time: no allocation, lock, log or system call. in->samples
     *  and out->samples are the same or do not overlap. step_s is NULL but where the stream was
     *  opened with steps. */
    void (*process)(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                    sinew_block *out);

    /** Write saved_bytes bytes, little-endian, that load_state of any node with the same
     *  model_hash accepts. Real time: as process. */
    void (*save_state)(const sinew_node *node, const void *state, void *bytes);

    /** Read what save_state wrote, perhaps of another engine or version: everything is checked,
     *  and `state` is only defined after SINEW_OK. scratch: as for process. */
    sinew_status (*load_state)(const sinew_node *node, void *state, void *scratch,
                               const void *bytes, size_t n_bytes, sinew_error *error);

    /** Go on as if n frames of silence had come, without their output. NULL: not for this
     *  node. Real time: as process, but for the time: up to that of as many frames. */
    void (*advance)(const sinew_node *node, void *state, void *scratch, uint64_t n_frames);

    void (*free)(sinew_node *node);

    /** Whether a state that `from` has saved, a node of another model, is one to go on from here:
     *  where both keep nothing but the input of the past. *missing_frames: of the past, as far as
     *  `from` does not keep it; in so many frames the node knows all. NULL: never. */
    bool (*follows)(const sinew_node *node, const sinew_node *from, size_t *missing_frames);

    /** The arrays that the saved state is made of, without gaps, the first `room` of them into
     *  parts; how many there are. NULL: one array of bytes, named "state". */
    size_t (*parts)(const sinew_node *node, sinew_state_part *parts, size_t room);
} sinew_node_ops;

enum {
    SINEW_NODE_TAKES_STEPS = 1, /* honours sinew_block.step_s; open refuses it elsewhere */
    SINEW_NODE_FORGETS = 2,     /* silence empties its state, so `advance` means something: a
                                 * stable filter, not an integrator or a selective layer */
    SINEW_NODE_WHOLE = 4        /* each call of `process`, after a reset, is one whole signal: what
                                 * comes out at a frame depends on later ones. Only scratch memory
                                 * grows with max_frames; nothing of the state means anything after
                                 * a call. Runs in streams of whole signals (stream.h) */
};

/** The first member of every kind of node. Constant after it is built. */
struct sinew_node {
    const sinew_node_ops *ops;
    sinew_sample sample_in, sample_out;
    uint32_t channels_in, channels_out;
    uint32_t latency_frames; /* 0 for every engine of a filter */
    uint32_t flags;          /* SINEW_NODE_... */
    uint64_t settle_frames;  /* with SINEW_NODE_FORGETS: after so many frames of silence nothing is
                              * left of the state (2^-60); 0: not known */
    double step_s;           /* the node's own time step; 0: none */
    uint64_t model_hash;     /* of what is computed: states are exchanged between equals */
    uint64_t identity;       /* of how: model_hash, engine, sample type, lengths, and where the
                              * bits depend on them the FFT and SIMD code. Equal identities compute
                              * equal bits; 0: equal bits are not promised. */
};

/** Free a node; NULL is fine. Its streams must be closed before. */
SINEW_API void sinew_node_free(sinew_node *node);

#ifdef __cplusplus
}
#endif
#endif
