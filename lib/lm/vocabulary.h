/* The tokens of a tokenizer: by id and by content, in memory in proportion to the file, whatever
 * its ids are. */
#ifndef SINEW_LM_VOCABULARY_H
#define SINEW_LM_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct sinew_token {
    int32_t id;
    bool is_special;
    bool is_model;       /* of the model's vocabulary; else it is an added token only */
    const char *content; /* as the file has it; not of an added token: in byte_level.h's alphabet */
    size_t n_content;
    const char *bytes; /* what it stands for */
    size_t n_bytes;
} sinew_token;

typedef struct sinew_vocabulary {
    sinew_token *tokens;  /* (n), by id once finished */
    uint32_t *by_content; /* (n), places in `tokens` */
    size_t n, room;
    size_t longest; /* bytes of any token's content */
    char *arena;    /* all the text, of arena_room bytes */
    size_t arena_n, arena_room;
} sinew_vocabulary;

/* Room for so many tokens with so many bytes of content altogether; false without memory. */
bool sinew_vocabulary_reserve(sinew_vocabulary *vocabulary, size_t n_tokens, size_t n_bytes);
void sinew_vocabulary_clear(sinew_vocabulary *vocabulary);

/* Add one, in any order. */
void sinew_vocabulary_add(sinew_vocabulary *vocabulary, int32_t id, const char *content, size_t n,
                          bool is_model);

/* Put all in order: find works then. NULL, or the first of two tokens, side by side in `tokens`,
 * that have one id. */
const sinew_token *sinew_vocabulary_finish(sinew_vocabulary *vocabulary);

/* NULL where there is none. */
sinew_token *sinew_vocabulary_at(const sinew_vocabulary *vocabulary, int32_t id);
sinew_token *sinew_vocabulary_find(const sinew_vocabulary *vocabulary, const char *content,
                                   size_t n);
/* Only what the model's vocabulary has. */
sinew_token *sinew_vocabulary_find_model(const sinew_vocabulary *vocabulary, const char *content,
                                         size_t n);

#endif
