/* lm: what the two modes of sinew lm share: ids to logits, and a prompt to a text. */
#ifndef SINEW_CLI_LM_H
#define SINEW_CLI_LM_H

#include "command.h"
#include "lm_state.h"

typedef struct lm_asked {
    const char *ids, *logits, *prompt, *state_in, *state_out, *quantize;
    option_count block, threads, tokens, top_k, seed;
    option_number temperature, top_p;
} lm_asked;

/* The state after --state-in, or a new one. Warns where it does not continue to the bit. */
sinew_status lm_begin(lm_state *state, lm_model *m, const lm_asked *asked, sinew_error *error);

/* The id that was chosen and not read yet, if there is one. Its logits are those of the last id
 * that was fed; false: none was. */
bool lm_feed_pending(lm_state *state, lm_model *m);

sinew_status lm_run_logits(lm_model *m, const lm_asked *asked, sinew_error *error);

/* folder: of the tokenizer.json. */
sinew_status lm_run_text(lm_model *m, const lm_asked *asked, const char *folder,
                         sinew_error *error);

#endif
