/* A tokenizer inside, and the parts of its reading. */
#ifndef SINEW_LM_TOKENIZER_H
#define SINEW_LM_TOKENIZER_H

#include "lm/added.h"
#include "lm/bpe.h"
#include "lm/pretokenizer.h"
#include "sinew/tokenizer.h"

struct sinew_tokenizer {
    sinew_vocabulary vocabulary;
    sinew_bpe bpe;
    sinew_added in_text, in_normalized; /* where they are looked for */
    bool is_nfc;
    sinew_pretokenizer pretokenizer;
    int32_t *specials; /* (n_before + n_behind): what is put around a text */
    size_t n_before, n_behind;
    size_t longest; /* bytes that any id stands for */
};

#endif
