/* run: a node with its state and scratch memory, and the saved form that all nodes share.
 *
 * A saved run, little-endian: "sinewst1", model hash, identity, index, payload bytes (u64 each),
 * the payload, and the FNV-1a hash of all that precedes.
 */
#ifndef SINEW_STREAM_RUN_H
#define SINEW_STREAM_RUN_H

#include <stdbool.h>

#include "sinew/node.h"

/* magic, model hash, identity, index, payload bytes; and the hash behind the payload */
enum { SINEW_RUN_HEADER_BYTES = 8 + 4 * 8, SINEW_RUN_HASH_BYTES = 8 };

typedef struct sinew_run {
    const sinew_node *node;
    sinew_footprint footprint;
    void *state, *spare; /* a load goes to `spare` first, so that it fails without a trace */
    void *scratch;
    void *saved; /* (sinew_run_saved_bytes): for a run that takes over from this one */
} sinew_run;

/* A new run. Errors: SINEW_ERR_MEMORY, after which there is nothing to finish. */
sinew_status sinew_run_init(sinew_run *run, const sinew_node *node, size_t max_frames,
                            sinew_error *error);
void sinew_run_finish(sinew_run *run); /* a zeroed one is fine */

void sinew_run_copy(sinew_run *to, const sinew_run *from); /* of one node */

size_t sinew_run_saved_bytes(const sinew_run *run);
sinew_status sinew_run_save(const sinew_run *run, int64_t index, void *bytes, size_t n_bytes,
                            sinew_error *error);
sinew_status sinew_run_load(sinew_run *run, int64_t *index, const void *bytes, size_t n_bytes,
                            sinew_error *error);

/* What stands before and behind a payload that is at bytes + SINEW_RUN_HEADER_BYTES; n_bytes of
 * all. */
void sinew_run_seal(uint8_t *bytes, size_t n_bytes, uint64_t model_hash, uint64_t identity,
                    int64_t index);

/* Whether these bytes are of a run with the same identity, one that promises equal bits. */
bool sinew_run_is_exact(const sinew_run *run, const void *bytes, size_t n_bytes);

/* Can `to` continue from `from`: a run of a node with the same model hash, or of one that its node
 * follows? *missing_frames as there. */
bool sinew_run_follows(const sinew_run *to, const sinew_run *from, size_t *missing_frames);

/* Let it. Real time. */
sinew_status sinew_run_carry_over(sinew_run *to, const sinew_run *from, sinew_error *error);

#endif
