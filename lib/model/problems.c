#include "model/problems.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

enum { WHERE_BYTES = 200 }; /* a longer path keeps its end: the message must fit behind it */

void sinew_problems_add_memory(sinew_problems *problems)
{
    problems->status = SINEW_ERR_MEMORY;
    problems->seen++;
}

/* The slot for a problem at this place, behind those of the same place; NULL: the list is
 * full, or there is no memory for it. */
static sinew_problem *slot_for(sinew_problems *problems, size_t line, size_t column)
{
    if (!problems->list)
        problems->list = sinew_alloc(SINEW_PROBLEMS_KEPT, sizeof *problems->list);
    if (!problems->list) {
        sinew_problems_add_memory(problems);
        return NULL;
    }
    if (problems->n == SINEW_PROBLEMS_KEPT)
        return NULL;
    size_t i = problems->n++;
    for (; i > 0; i--) {
        const sinew_problem *before = &problems->list[i - 1];
        if (before->line < line || (before->line == line && before->column <= column))
            break;
        problems->list[i] = *before;
    }
    return &problems->list[i];
}

void sinew_problems_add(sinew_problems *problems, sinew_status status, const char *where,
                        size_t line, size_t column, const char *format, ...)
{
    if (problems->status == SINEW_OK)
        problems->status = status;
    problems->seen++;
    sinew_problem *problem = slot_for(problems, line, column);
    if (!problem)
        return;
    problem->line = line;
    problem->column = column;
    char text[SINEW_ERROR_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);

    size_t length = strlen(where);
    const char *dots = length > WHERE_BYTES ? "..." : "";
    where += length > WHERE_BYTES ? length - WHERE_BYTES : 0;
    sinew_error line_of_text; /* sinew_fail cuts to size and blanks control characters */
    if (line > 0)
        sinew_fail(&line_of_text, status, "%s%s:%zu:%zu: %s", dots, where, line, column, text);
    else
        sinew_fail(&line_of_text, status, "%s%s: %s", dots, where, text);
    memcpy(problem->text, line_of_text.text, sizeof problem->text);
}

void sinew_problems_take(sinew_problems *problems, size_t line, size_t column,
                         const sinew_problems *from, const char *behind)
{
    if (from->status == SINEW_ERR_MEMORY) {
        sinew_problems_add_memory(problems);
        return;
    }
    if (problems->status == SINEW_OK)
        problems->status = from->status;
    problems->seen += from->seen;
    for (size_t i = 0; i < from->n; i++) {
        sinew_problem *problem = slot_for(problems, line, column);
        if (!problem)
            return;
        problem->line = line;
        problem->column = column;
        snprintf(problem->text, sizeof problem->text, "%.*s%s",
                 (int)(sizeof problem->text - 1 - strlen(behind)), from->list[i].text, behind);
    }
}

const char *sinew_problems_text(const sinew_problems *problems, size_t i)
{
    return i < problems->n ? problems->list[i].text : "";
}

sinew_status sinew_problems_fail(const sinew_problems *problems, sinew_error *error)
{
    if (problems->status == SINEW_OK)
        return SINEW_OK;
    if (problems->status == SINEW_ERR_MEMORY)
        return sinew_fail_memory(error);
    size_t rest = problems->seen - 1;
    const char *first = sinew_problems_text(problems, 0);
    if (rest == 0)
        return sinew_fail(error, problems->status, "%s", first);
    return sinew_fail(error, problems->status, "%.*s (and %zu more problem%s)",
                      SINEW_ERROR_TEXT_BYTES - 48, first, rest, rest == 1 ? "" : "s");
}

void sinew_problems_finish(sinew_problems *problems)
{
    sinew_free(problems->list);
    *problems = (sinew_problems){0};
}
