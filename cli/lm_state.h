/* lm_state: the state of a conversation in a safetensors file: that of the layers (sinew/state.h),
 * and in its metadata the id that was chosen and not yet read, the last ids before it, and how many
 * random numbers were used of which seed. */
#ifndef SINEW_CLI_LM_STATE_H
#define SINEW_CLI_LM_STATE_H

#include <stdbool.h>

#include "base/atomic_file.h"
#include "lm_model.h"
#include "sinew/sampler.h"

/* A text stream holds back less than a character: what came with the last ids. */
enum { LM_RECENT = 3 };

typedef struct lm_state {
    int32_t recent[LM_RECENT]; /* (n_recent): the last ids, oldest first */
    size_t n_recent;
    bool is_pending; /* the last of them was not read yet */
    uint64_t drawn;  /* random numbers */
    bool has_sampling;
    sinew_sampler_opts sampling; /* as it was; counts with has_sampling */
} lm_state;

/* One more id. */
void lm_state_add(lm_state *state, int32_t id);

/* The error names the file. *exactly: whether that continues to the bit. */
sinew_status lm_state_load(lm_state *state, lm_model *m, bool *exactly, const char *path,
                           sinew_error *error);

/* Into the open file, whose descriptor is then closed; the commit is the caller's. */
sinew_status lm_state_write(const lm_state *state, const lm_model *m, sinew_atomic_file *file,
                            const char *path, sinew_error *error);

#endif
