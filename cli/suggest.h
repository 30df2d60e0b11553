/* suggest: the word that was probably meant, by edit distance.
 *
 *     suggestion best = suggest_start("mehtod");
 *     suggest_offer(&best, "method"); ...
 *     best.word is the nearest, NULL where nothing is near */
#ifndef SINEW_CLI_SUGGEST_H
#define SINEW_CLI_SUGGEST_H

#include <stddef.h>

typedef struct suggestion {
    const char *typed, *word;
    size_t distance; /* of `word`, or what it must stay below */
} suggestion;

suggestion suggest_start(const char *typed);
void suggest_offer(suggestion *best, const char *word);

#endif
