#include "lm/added.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "lm/characters.h"

static int compare(const void *a, const void *b)
{
    const sinew_added_token *p = a, *q = b;
    int order = memcmp(p->content, q->content, p->n < q->n ? p->n : q->n);
    return order != 0 ? order : (p->n > q->n) - (p->n < q->n);
}

void sinew_added_finish(sinew_added *added)
{
    qsort(added->tokens, added->n, sizeof *added->tokens, compare);
    for (size_t i = 0; i < added->n; i++)
        added->begins[(unsigned char)added->tokens[i].content[0]] = true;
}

void sinew_added_clear(sinew_added *added)
{
    for (size_t i = 0; i < added->n; i++)
        sinew_free(added->tokens[i].content);
    sinew_free(added->tokens);
    *added = (sinew_added){0};
}

/* The first token in [low, high), which have their first `depth` bytes in common, whose byte there
 * is not below `least`. */
static size_t lower_bound(const sinew_added *added, size_t low, size_t high, size_t depth,
                          int least)
{
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const sinew_added_token *token = &added->tokens[middle];
        int byte = depth < token->n ? (unsigned char)token->content[depth] : -1;
        if (byte < least)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Those in order that begin as the text does are a range, narrower with each byte. */
static const sinew_added_token *longest_at(const sinew_added *added, const char *text, size_t n)
{
    const sinew_added_token *longest = NULL;
    size_t low = 0, high = added->n;
    for (size_t depth = 0; depth < n && low < high; depth++) {
        int byte = (unsigned char)text[depth];
        low = lower_bound(added, low, high, depth, byte);
        high = lower_bound(added, low, high, depth, byte + 1);
        if (low < high && added->tokens[low].n == depth + 1)
            longest = &added->tokens[low];
    }
    return longest;
}

static bool stands_alone(const char *text, size_t n, size_t at, size_t length)
{
    return !sinew_word_at_end(text, at) &&
           !sinew_word_at_start(text + at + length, n - at - length);
}

bool sinew_added_find(const sinew_added *added, const char *text, size_t from, size_t n,
                      int32_t *id, size_t *first, size_t *last)
{
    for (size_t at = from; at < n; at++) {
        if (!added->begins[(unsigned char)text[at]])
            continue;
        const sinew_added_token *token = longest_at(added, text + at, n - at);
        if (!token)
            continue;
        if (token->single_word && !stands_alone(text, n, at, token->n)) {
            at += token->n - 1;
            continue;
        }
        *id = token->id;
        *first = at - (token->lstrip ? sinew_space_at_end(text + from, at - from) : 0);
        *last = at + token->n;
        if (token->rstrip)
            *last += sinew_space_at_start(text + *last, n - *last);
        return true;
    }
    return false;
}
