#include "base/likeness.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

enum { LIKE_BYTES = 48 }; /* longer names have no likeness: it bounds the work */

/* Damerau and Levenshtein's distance in its restricted form: insertions, deletions, changes and
 * swaps of neighbours (Damerau 1964), letter case ignored. */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t rows[3][LIKE_BYTES + 1];
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            int x = tolower((unsigned char)a[i - 1]), y = tolower((unsigned char)b[j - 1]);
            size_t best = above[j - 1] + (x != y);
            best = above[j] + 1 < best ? above[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
                y == tolower((unsigned char)a[i - 2]) && second[j - 2] + 1 < best)
                best = second[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[n % 3][m];
}

const char *sinew_name_like(const char *text, const char *const *names)
{
    const char *best = NULL;
    size_t best_distance = SIZE_MAX, n = strlen(text);
    if (n == 0 || n > LIKE_BYTES)
        return NULL;
    for (; *names; names++) {
        size_t m = strlen(*names);
        if (m > LIKE_BYTES)
            continue;
        size_t longer = n > m ? n : m;
        size_t d = distance(text, n, *names, m);
        if (n >= 2 && d > 1 && !strncasecmp(text, *names, n))
            d = 1; /* a name cut short: "in" for "input" */
        if (d <= (longer + 2) / 3 && d < longer && d < best_distance) {
            best = *names;
            best_distance = d;
        }
    }
    return best;
}
