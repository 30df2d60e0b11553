#include "lm/vocabulary.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "lm/byte_level.h"

bool sinew_vocabulary_reserve(sinew_vocabulary *vocabulary, size_t n_tokens, size_t n_bytes)
{
    vocabulary->room = n_tokens;
    vocabulary->arena_room = 2 * n_bytes; /* content, and the bytes it stands for, no more */
    vocabulary->tokens = sinew_alloc(n_tokens, sizeof *vocabulary->tokens);
    vocabulary->by_content = sinew_alloc(n_tokens, sizeof *vocabulary->by_content);
    vocabulary->arena = sinew_alloc(vocabulary->arena_room, 1);
    return vocabulary->tokens && vocabulary->by_content && vocabulary->arena;
}

void sinew_vocabulary_clear(sinew_vocabulary *vocabulary)
{
    sinew_free(vocabulary->tokens);
    sinew_free(vocabulary->by_content);
    sinew_free(vocabulary->arena);
    *vocabulary = (sinew_vocabulary){0};
}

void sinew_vocabulary_add(sinew_vocabulary *vocabulary, int32_t id, const char *content, size_t n,
                          bool is_model)
{
    sinew_token *token = &vocabulary->tokens[vocabulary->n++];
    char *copy = vocabulary->arena + vocabulary->arena_n, *bytes = copy + n;
    *token = (sinew_token){id, false, is_model, copy, n, bytes, n};
    memcpy(copy, content, n);
    /* A token of the model that is not in the alphabet of bytes is never merged; it is its text. */
    if (!is_model || !sinew_byte_level_read(content, n, bytes, &token->n_bytes)) {
        memcpy(bytes, content, n);
        token->n_bytes = n;
    }
    vocabulary->arena_n += n + token->n_bytes;
    if (n > vocabulary->longest)
        vocabulary->longest = n;
}

static int compare_ids(const void *a, const void *b)
{
    int32_t left = ((const sinew_token *)a)->id, right = ((const sinew_token *)b)->id;
    return (left > right) - (left < right);
}

static int compare_content(const sinew_token *token, const char *content, size_t n)
{
    size_t common = token->n_content < n ? token->n_content : n;
    int order = common > 0 ? memcmp(token->content, content, common) : 0;
    return order != 0 ? order : (token->n_content > n) - (token->n_content < n);
}

static int compare_places(const void *a, const void *b, void *tokens)
{
    const sinew_token *left = (const sinew_token *)tokens + *(const uint32_t *)a,
                      *right = (const sinew_token *)tokens + *(const uint32_t *)b;
    return compare_content(left, right->content, right->n_content);
}

const sinew_token *sinew_vocabulary_finish(sinew_vocabulary *vocabulary)
{
    sinew_token *tokens = vocabulary->tokens;
    qsort(tokens, vocabulary->n, sizeof *tokens, compare_ids);
    for (size_t i = 0; i < vocabulary->n; i++)
        vocabulary->by_content[i] = (uint32_t)i;
    qsort_r(vocabulary->by_content, vocabulary->n, sizeof *vocabulary->by_content, compare_places,
            tokens);
    for (size_t i = 1; i < vocabulary->n; i++)
        if (tokens[i].id == tokens[i - 1].id)
            return &tokens[i - 1];
    return NULL;
}

sinew_token *sinew_vocabulary_at(const sinew_vocabulary *vocabulary, int32_t id)
{
    if (vocabulary->n == 0 || id < 0)
        return NULL;
    if ((size_t)id < vocabulary->n && vocabulary->tokens[id].id == id)
        return &vocabulary->tokens[id];
    return bsearch(&(sinew_token){.id = id}, vocabulary->tokens, vocabulary->n,
                   sizeof *vocabulary->tokens, compare_ids);
}

sinew_token *sinew_vocabulary_find(const sinew_vocabulary *vocabulary, const char *content,
                                   size_t n)
{
    size_t low = 0, high = vocabulary->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        sinew_token *token = &vocabulary->tokens[vocabulary->by_content[middle]];
        int order = compare_content(token, content, n);
        if (order == 0)
            return token;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

sinew_token *sinew_vocabulary_find_model(const sinew_vocabulary *vocabulary, const char *content,
                                         size_t n)
{
    sinew_token *token = sinew_vocabulary_find(vocabulary, content, n);
    return token && token->is_model ? token : NULL;
}
