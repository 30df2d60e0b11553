#include "lm/tokenizer.h"

#include <string.h>

#include "base/memory.h"

void sinew_tokenizer_free(sinew_tokenizer *tokenizer)
{
    if (!tokenizer)
        return;
    sinew_vocabulary_clear(&tokenizer->vocabulary);
    sinew_bpe_clear(&tokenizer->bpe);
    sinew_added_clear(&tokenizer->in_text);
    sinew_added_clear(&tokenizer->in_normalized);
    sinew_pretokenizer_clear(&tokenizer->pretokenizer);
    sinew_free(tokenizer->specials);
    sinew_free(tokenizer);
}

size_t sinew_tokenizer_size(const sinew_tokenizer *tokenizer)
{
    const sinew_vocabulary *vocabulary = &tokenizer->vocabulary;
    return vocabulary->n > 0 ? (size_t)vocabulary->tokens[vocabulary->n - 1].id + 1 : 0;
}

int32_t sinew_tokenizer_id(const sinew_tokenizer *tokenizer, const char *content)
{
    const sinew_token *token =
        sinew_vocabulary_find(&tokenizer->vocabulary, content, strlen(content));
    return token ? token->id : -1;
}

const char *sinew_tokenizer_bytes(const sinew_tokenizer *tokenizer, int32_t id, size_t *n_bytes)
{
    const sinew_token *token = sinew_vocabulary_at(&tokenizer->vocabulary, id);
    *n_bytes = token ? token->n_bytes : 0;
    return token ? token->bytes : NULL;
}

bool sinew_tokenizer_is_special(const sinew_tokenizer *tokenizer, int32_t id)
{
    const sinew_token *token = sinew_vocabulary_at(&tokenizer->vocabulary, id);
    return token && token->is_special;
}

void sinew_tokenizer_free_ids(int32_t *ids)
{
    sinew_free(ids);
}
