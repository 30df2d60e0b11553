#include "suggest.h"

#include <string.h>

enum { LONGEST = 48 };

/* Restricted Damerau-Levenshtein distance: inserted, dropped, wrong and swapped letters. */
static size_t distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    size_t rows[3][LONGEST + 1];
    if (n > LONGEST || m > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
            if (last[j] + 1 < best)
                best = last[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
        }
    }
    return rows[n % 3][m];
}

suggestion suggest_start(const char *typed)
{
    size_t length = strlen(typed);
    return (suggestion){typed, NULL, 2 + length / 4};
}

void suggest_offer(suggestion *best, const char *word)
{
    size_t d = distance(best->typed, word);
    if (d < best->distance && d < strlen(word)) {
        best->word = word;
        best->distance = d;
    }
}
