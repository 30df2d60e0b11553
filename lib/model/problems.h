/* Everything that is wrong with a file, in the order of the file: a user mends all of it at
 * once, instead of one mistake a run.
 *
 *     sinew_problems problems = {0};
 *     ... read ...
 *     for (size_t i = 0; i < problems.n; i++)
 *         fprintf(stderr, "%s\n", sinew_problems_text(&problems, i));
 *     status = sinew_problems_fail(&problems, error);
 *     sinew_problems_finish(&problems);
 */
#ifndef SINEW_MODEL_PROBLEMS_H
#define SINEW_MODEL_PROBLEMS_H

#include <stdbool.h>
#include <stddef.h>

#include "sinew/status.h"

enum { SINEW_PROBLEMS_KEPT = 100 }; /* a hostile file must not fill the memory with complaints */

typedef struct sinew_problem {
    size_t line, column; /* from 1; line 0: no place in the file is known */
    char text[SINEW_ERROR_TEXT_BYTES];
} sinew_problem;

typedef struct sinew_problems {
    sinew_status status; /* of the first problem; SINEW_OK: there is none */
    size_t n;            /* how many are kept, at most SINEW_PROBLEMS_KEPT */
    size_t seen;         /* how many there were in all */
    sinew_problem *list; /* (SINEW_PROBLEMS_KEPT), sorted by place */
} sinew_problems;

/* "WHERE:LINE:COLUMN: text"; where a place is unknown (line 0), "WHERE: text". */
__attribute__((format(printf, 6, 7))) void
sinew_problems_add(sinew_problems *problems, sinew_status status, const char *where, size_t line,
                   size_t column, const char *format, ...);

/* All of `from`, told at one place of this file that refers to the other; `behind` stands behind
 * each. */
void sinew_problems_take(sinew_problems *problems, size_t line, size_t column,
                         const sinew_problems *from, const char *behind);

/* No memory: it hides all else. */
void sinew_problems_add_memory(sinew_problems *problems);

/* The whole line of problem i < n, without a newline or other control characters. */
const char *sinew_problems_text(const sinew_problems *problems, size_t i);

/* SINEW_OK where there is none; else the first goes into *error with the number of the rest. */
sinew_status sinew_problems_fail(const sinew_problems *problems, sinew_error *error);

void sinew_problems_finish(sinew_problems *problems);

#endif
