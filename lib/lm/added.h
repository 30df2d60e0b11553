/* Added tokens: found in a text before anything else is done to it; of those that begin at one
 * place the longest. */
#ifndef SINEW_LM_ADDED_H
#define SINEW_LM_ADDED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SINEW_ADDED_BYTES_MAX = 4096 };

typedef struct sinew_added_token {
    char *content; /* as it is looked for: normalized, where the text is */
    size_t n;
    int32_t id;
    bool lstrip, rstrip; /* with the white space before, behind */
    bool single_word;    /* only where no word goes on before or behind */
} sinew_added_token;

typedef struct sinew_added {
    sinew_added_token *tokens; /* (n), by content once finished */
    size_t n;
    bool begins[256]; /* with such a byte does any of them begin? */
} sinew_added;

void sinew_added_finish(sinew_added *added);
void sinew_added_clear(sinew_added *added);

/* The first of them in bytes from <= at < n of a text: its id, and the bytes first <= at < last
 * that it takes. false: none. */
bool sinew_added_find(const sinew_added *added, const char *text, size_t from, size_t n,
                      int32_t *id, size_t *first, size_t *last);

#endif
